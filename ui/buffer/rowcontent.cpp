// SPDX-License-Identifier: MIT
#include "ui/buffer/rowcontent.h"

#include "ui/buffer/streamneighbours.h"

#include <algorithm>

namespace sw::ui {

namespace {

/// A part of a record; characters that rows or reads have cut are whole where they begin.
VisibleText visibleTextOf(const RecordSource& source, const RecordView& record, RecordIndex index, qsizetype start,
                          qsizetype size) {
    constexpr qsizetype around = 3;
    const QByteArrayView shown = record.bytes.sliced(start, size);
    const auto isAscii = [](char byte) { return static_cast<uchar>(byte) < 0x80; };
    if (shown.isEmpty() || (isAscii(shown.front()) && isAscii(shown.back())))
        return toVisibleText(shown);
    const qsizetype end = start + size;
    QByteArray before =
        record.bytes.sliced(std::max<qsizetype>(start - around, 0), std::min(start, around)).toByteArray();
    if (before.size() < around)
        before.prepend(bytesBefore(source, index));
    QByteArray after = record.bytes.sliced(end, std::min(record.bytes.size() - end, around)).toByteArray();
    if (after.size() < around)
        after.append(bytesAfter(source, index));
    return toVisibleText(shown, before, after);
}

/// A cell for each byte, as dumps have it: what is no printable ASCII is a dot.
VisibleText cellsOf(QByteArrayView bytes) {
    constexpr char first = 0x20;
    constexpr char last = 0x7e;
    VisibleText cells;
    for (const char byte : bytes)
        cells.text += byte >= first && byte <= last ? QLatin1Char(byte) : QLatin1Char('.');
    if (!bytes.isEmpty())
        cells.pieces.push_back({.kind = PieceKind::Plain,
                                .textStart = 0,
                                .textLength = bytes.size(),
                                .byteStart = 0,
                                .byteLength = bytes.size(),
                                .isRun = true});
    return cells;
}

} // namespace

bool RowContent::isData() const {
    return record.header.kind == RecordKind::Received || record.header.kind == RecordKind::Sent;
}

QString RowContent::hexDigits() const {
    const QByteArrayView bytes = record.bytes.sliced(row.offset, row.size);
    QString digits = QStringLiteral("%1").arg(row.stream + row.offset, 8, 16, QLatin1Char('0')) + QStringLiteral("  ");
    for (qsizetype i = 0; i < bytes.size(); ++i) {
        if (i > 0 && i % BufferLayout::hexGroup == 0)
            digits += QLatin1Char(' ');
        digits += QStringLiteral("%1 ").arg(static_cast<uchar>(bytes.at(i)), 2, 16, QLatin1Char('0'));
    }
    return digits;
}

QString RowContent::plainText(BufferMode mode) const {
    QString line = timestamp;
    if (!name.isEmpty())
        line += QLatin1Char(' ') + name;
    switch (record.header.kind) {
    case RecordKind::Received:
        line += QStringLiteral(" received ");
        break;
    case RecordKind::Sent:
        line += QStringLiteral(" sent ");
        break;
    case RecordKind::Event:
        line += QStringLiteral(" event ");
        break;
    case RecordKind::Note:
        line += QStringLiteral(" note ");
        break;
    }
    if (mode != BufferMode::Text && isData() && record.isValid())
        line += hexDigits() + QLatin1Char(' ');
    return line + text.text;
}

qreal pieceWidth(const VisibleText& text, const VisibleText::Piece& piece, const BufferFont& font) {
    if (piece.kind == PieceKind::Control && piece.textLength == 1)
        return 2 * font.charWidth();
    return font.width(QStringView(text.text).mid(piece.textStart, piece.textLength));
}

RowContent makeRowContent(const RecordSource& source, const Row& row, const BufferLayout& layout, ColumnRange columns) {
    RowContent content;
    content.row = row;
    content.record = source.at(row.record);
    content.isFirst = row.offset == 0;
    const RecordHeader& header = content.record.header;
    if (content.isFirst) {
        const Timestamp previous = row.record > 0 ? source.header(row.record - 1).time : header.time;
        content.timestamp = timestampText(layout.timestamps, header.time.wall, header.time.mono,
                                          source.header(0).time.mono, previous.mono);
        if (layout.hasNames)
            content.name = source.parts().at(source.partOf(row.record)).name;
    }
    if (!content.isData()) {
        const RowRule rule{.textWidth = layout.wrapColumns};
        const std::vector<QString> rows = textRows(content.record, rule);
        // the last row of a text that has more rows than its record has places takes all that is left
        const bool isLast = row.offset + row.size >= header.size;
        QString text = row.offset < rows.size() ? rows[row.offset] : QString();
        for (std::size_t i = row.offset + 1; isLast && i < rows.size(); ++i)
            text += rows[i];
        content.text = toVisibleText(text.toUtf8());
        return content;
    }
    if (!content.record.isValid() || content.record.bytes.isEmpty()) {
        const bool isEmpty = header.size == 0;
        content.text = toVisibleText(isEmpty ? QByteArray("(empty datagram)") : QByteArray("(no longer in memory)"));
        return content;
    }
    const QByteArrayView bytes = content.record.bytes.sliced(row.offset, row.size);
    constexpr qsizetype longRow = 4096;
    constexpr qsizetype around = 64; // so that a character that is cut is off the screen
    qsizetype first = 0;
    qsizetype size = bytes.size();
    if (size > longRow) {
        first = std::clamp<qsizetype>(columns.first - around, 0, bytes.size());
        while (first > 0 && first < bytes.size() && (static_cast<uchar>(bytes.at(first)) & 0xc0U) == 0x80)
            --first;
        size = std::min(bytes.size() - first, columns.count + 2 * around);
    }
    content.textStart = static_cast<quint32>(first);
    content.textSize = static_cast<quint32>(size);
    if (layout.mode == BufferMode::Hex) {
        content.text = cellsOf(bytes.sliced(first, size));
        return content;
    }
    content.text = visibleTextOf(source, content.record, row.record, row.offset + first, size);
    return content;
}

qreal textXOfByte(const RowContent& content, const BufferFont& font, quint32 byte) {
    if (byte < content.textStart)
        return byte * font.charWidth();
    const quint32 wanted = byte - content.textStart;
    qreal x = content.textStart * font.charWidth();
    for (const VisibleText::Piece& piece : content.text.pieces) {
        if (wanted >= piece.byteStart + piece.byteLength) {
            x += pieceWidth(content.text, piece, font);
            continue;
        }
        if (piece.isRun)
            x += font.width(QStringView(content.text.text).mid(piece.textStart, wanted - piece.byteStart));
        return x;
    }
    if (content.textSize > 0 && wanted > content.textSize)
        x += (wanted - content.textSize) * font.charWidth();
    return x;
}

quint32 byteAtTextX(const RowContent& content, const BufferFont& font, qreal x) {
    qreal start = content.textStart * font.charWidth();
    if (x < start)
        return static_cast<quint32>(std::max(x / font.charWidth(), 0.0));
    for (const VisibleText::Piece& piece : content.text.pieces) {
        const qreal width = pieceWidth(content.text, piece, font);
        if (x < start + width) {
            const qreal share = width > 0 ? (x - start) / width : 0;
            const auto inside = static_cast<qsizetype>(share * static_cast<qreal>(piece.byteLength) + 0.5);
            const qsizetype step =
                piece.isRun ? std::clamp<qsizetype>(inside, 0, piece.byteLength) : (share < 0.5 ? 0 : piece.byteLength);
            return content.textStart + static_cast<quint32>(piece.byteStart + step);
        }
        start += width;
    }
    const auto beyond = static_cast<quint32>(std::max((x - start) / font.charWidth(), 0.0));
    return std::min(content.textStart + content.textSize + beyond, content.row.size);
}

} // namespace sw::ui
