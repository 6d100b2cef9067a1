// SPDX-License-Identifier: MIT
#include "ui/buffer/rowcontent.h"

#include <algorithm>

namespace sw::ui {

namespace {

bool isRun(const VisibleText::Piece& piece) {
    return piece.kind == PieceKind::Plain && piece.textLength == piece.byteLength;
}

} // namespace

bool RowContent::isData() const {
    return record.header.kind == RecordKind::Received || record.header.kind == RecordKind::Sent;
}

QString RowContent::hexDigits() const {
    const QByteArrayView bytes = record.bytes.sliced(row.offset, row.size);
    QString digits = QStringLiteral("%1").arg(row.offset, 8, 16, QLatin1Char('0')) + QStringLiteral("  ");
    for (qsizetype i = 0; i < bytes.size(); ++i) {
        if (i == hexBytesPerRow / 2)
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

qreal pieceWidth(const VisibleText& text, const VisibleText::Piece& piece, const QFontMetricsF& metrics) {
    if (piece.kind == PieceKind::Control && piece.textLength == 1)
        return 2 * metrics.horizontalAdvance(QLatin1Char('0'));
    return metrics.horizontalAdvance(text.text.mid(piece.textStart, piece.textLength));
}

RowContent makeRowContent(const RecordSource& source, const Row& row, const BufferLayout& layout) {
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
        content.text = toVisibleText(content.record.text().toUtf8());
        return content;
    }
    if (!content.record.isValid() || content.record.bytes.isEmpty()) {
        const bool isEmpty = header.size == 0;
        content.text = toVisibleText(isEmpty ? QByteArray("(empty datagram)") : QByteArray("(no longer in memory)"));
        return content;
    }
    const QByteArrayView bytes = content.record.bytes.sliced(row.offset, row.size);
    content.text = toVisibleText(bytes);
    return content;
}

qreal textXOfByte(const RowContent& content, const QFontMetricsF& metrics, quint32 byte) {
    qreal x = 0;
    for (const VisibleText::Piece& piece : content.text.pieces) {
        if (byte >= piece.byteStart + piece.byteLength) {
            x += pieceWidth(content.text, piece, metrics);
            continue;
        }
        if (isRun(piece))
            x += metrics.horizontalAdvance(content.text.text.mid(piece.textStart, byte - piece.byteStart));
        break;
    }
    return x;
}

quint32 byteAtTextX(const RowContent& content, const QFontMetricsF& metrics, qreal x) {
    qreal start = 0;
    for (const VisibleText::Piece& piece : content.text.pieces) {
        const qreal width = pieceWidth(content.text, piece, metrics);
        if (x < start + width) {
            const qreal share = width > 0 ? (x - start) / width : 0;
            const auto inside = static_cast<qsizetype>(share * static_cast<qreal>(piece.byteLength) + 0.5);
            const qsizetype step = isRun(piece) ? std::clamp<qsizetype>(inside, 0, piece.byteLength)
                                                : (share < 0.5 ? 0 : piece.byteLength);
            return static_cast<quint32>(piece.byteStart + step);
        }
        start += width;
    }
    return content.row.size;
}

} // namespace sw::ui
