// SPDX-License-Identifier: MIT
#pragma once

#include "core/payload/visibletext.h"
#include "ui/buffer/bufferfont.h"
#include "ui/buffer/bufferlayout.h"
#include "ui/buffer/rowindex.h"

namespace sw::ui {

/// One row, ready to be painted, read aloud or hit by the mouse.
struct RowContent {
    Row row;
    RecordView record;
    QString timestamp; ///< empty on rows that go on with a record
    QString name;
    VisibleText text;      ///< of the row's bytes from textStart on, or of an event's sentence
    quint32 textStart = 0; ///< of the row; more than 0 where only a part of a very long row is on the screen
    quint32 textSize = 0;  ///< bytes that `text` shows
    bool isFirst = false;

    bool isData() const;
    /// All that the row shows, as one line of plain text.
    QString plainText(BufferMode mode) const;
    /// `00000010  48 65 …`: where the row is in its direction's stream, and digits of its bytes, from a column of their
    /// own.
    QString hexDigits() const;
};

/// The columns of long rows that are on the screen; others need not be made.
struct ColumnRange {
    qsizetype first = 0;
    qsizetype count = 1 << 20;
};

RowContent makeRowContent(const RecordSource& source, const Row& row, const BufferLayout& layout,
                          ColumnRange columns = {});

/// The width of a piece on the screen: a control picture takes two cells, other text what the font says.
qreal pieceWidth(const VisibleText& text, const VisibleText::Piece& piece, const BufferFont& font);
/// Where a byte of the row (0 to its size) starts on the screen, in the text. What is not made counts a cell a byte.
qreal textXOfByte(const RowContent& content, const BufferFont& font, quint32 byte);
/// The byte of the row whose text is at `x` pixels from the text's start; the row's size past its end.
quint32 byteAtTextX(const RowContent& content, const BufferFont& font, qreal x);

} // namespace sw::ui
