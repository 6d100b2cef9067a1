// SPDX-License-Identifier: MIT
#pragma once

#include "ui/settings/settings.h"

#include <QString>

namespace sw::ui {

enum class BufferMode { Text, Hex, Mixed };

constexpr int hexBytesPerRow = 16;

/// Where things stand in a row of a buffer, in pixels from the row's left edge. Plain numbers; no widget.
struct BufferLayout {
    BufferMode mode = BufferMode::Text;
    TimestampMode timestamps = TimestampMode::Absolute;
    bool hasNames = false; ///< rows say which endpoint they come from
    qreal charWidth = 8;
    int lineHeight = 16;
    int nameColumns = mostNameColumns; ///< as wide as the names need
    qsizetype wrapColumns = 0;         ///< text wraps there; 0: it does not

    static constexpr int margin = 10;
    static constexpr int mostNameColumns = 21;
    static constexpr int offsetColumns = 10; ///< eight digits and a gap

    int timestampColumns() const;
    qreal timestampX() const { return margin; }
    qreal nameX() const;
    qreal glyphX() const;
    /// Where the content starts.
    qreal contentX() const;
    /// In hex and mixed mode: the first hexadecimal digit of a byte of the row, 0 to hexBytesPerRow.
    qreal hexX(int byte) const;
    /// In hex and mixed mode: where the text beside the digits starts.
    qreal textX() const;
    /// The byte whose digits are at x, 0 to hexBytesPerRow (past the last).
    int hexByteAt(qreal x) const;
    int rowsIn(int height) const { return lineHeight > 0 ? height / lineHeight : 0; }
    /// The width of a row with so many characters of text.
    int contentWidth(qsizetype characters) const;
};

/// The timestamp as its mode wants it; nanoseconds. `first` and `previous` are steady-clock times.
QString timestampText(TimestampMode mode, qint64 wall, qint64 mono, qint64 first, qint64 previous);

} // namespace sw::ui
