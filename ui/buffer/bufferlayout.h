// SPDX-License-Identifier: MIT
#pragma once

#include "ui/settings/settings.h"

#include <QString>

#include <array>

namespace sw::ui {

/// Hex shows so many bytes in a row: the most of these that fit.
inline constexpr std::array hexWidths{32, 24, 16, 8};

/// Where things stand in a row of a buffer, in pixels from the row's left edge. Plain numbers; no widget.
struct BufferLayout {
    BufferMode mode = BufferMode::Text;
    TimestampMode timestamps = TimestampMode::Absolute;
    bool hasNames = false; ///< rows say which endpoint they come from
    qreal charWidth = 8;
    int lineHeight = 16;
    int nameColumns = mostNameColumns; ///< as wide as the names need
    qsizetype wrapColumns = 0;         ///< text wraps there; 0: it does not
    int hexBytes = 16;                 ///< in a row with hex digits: one of hexWidths

    static constexpr int margin = 10;
    static constexpr int mostNameColumns = 21;
    static constexpr int hexGroup = 8;       ///< bytes, after which there is a gap
    static constexpr int offsetColumns = 10; ///< eight digits and a gap

    int timestampColumns() const;
    qreal timestampX() const { return margin; }
    qreal nameX() const;
    qreal glyphX() const;
    /// Where the content starts.
    qreal contentX() const;
    /// With hex digits: the first hexadecimal digit of a byte of the row, 0 to hexBytes.
    qreal hexX(int byte) const;
    /// With hex digits: where the text beside the digits starts.
    qreal textX() const;
    /// The byte whose digits are at x, 0 to hexBytes (past the last).
    int hexByteAt(qreal x) const;
    int rowsIn(int height) const { return lineHeight > 0 ? height / lineHeight : 0; }
    /// The one of hexWidths that fits into so many pixels.
    int hexBytesFor(int width) const;
    /// The width of a row with so many characters of text.
    int contentWidth(qsizetype characters) const;
};

/// The timestamp as its mode wants it; nanoseconds. `first` and `previous` are steady-clock times.
QString timestampText(TimestampMode mode, qint64 wall, qint64 mono, qint64 first, qint64 previous);

} // namespace sw::ui
