// SPDX-License-Identifier: MIT
#pragma once

#include "core/payload/visibletext.h"
#include "ui/buffer/bufferlayout.h"
#include "ui/buffer/rowindex.h"

#include <QFontMetricsF>

namespace sw::ui {

/// One row, ready to be painted, read aloud or hit by the mouse.
struct RowContent {
    Row row;
    RecordView record;
    QString timestamp; ///< empty on rows that go on with a record
    QString name;
    VisibleText text; ///< of the row's bytes, or of an event's sentence
    bool isFirst = false;

    bool isData() const;
    /// All that the row shows, as one line of plain text.
    QString plainText(BufferMode mode) const;
    /// `00000010  48 65 …`: digits of the row's bytes, from a column of their own.
    QString hexDigits() const;
};

RowContent makeRowContent(const RecordSource& source, const Row& row, const BufferLayout& layout);

/// The width of a piece on the screen: a control picture takes two cells, other text what the font says.
qreal pieceWidth(const VisibleText& text, const VisibleText::Piece& piece, const QFontMetricsF& metrics);
/// Where a byte of the row (0 to its size) starts on the screen, in the text.
qreal textXOfByte(const RowContent& content, const QFontMetricsF& metrics, quint32 byte);
/// The byte of the row whose text is at `x` pixels from the text's start; the row's size past its end.
quint32 byteAtTextX(const RowContent& content, const QFontMetricsF& metrics, qreal x);

} // namespace sw::ui
