// SPDX-License-Identifier: MIT
#include "ui/buffer/selectiontext.h"

#include "core/payload/utf8pieces.h"
#include "ui/buffer/streamneighbours.h"
#include "ui/widgets/eventtext.h"

#include <algorithm>

namespace sw::ui {

namespace {

constexpr qsizetype mostText = 64 << 20;

bool isData(const RecordView& record) {
    return record.header.kind == RecordKind::Received || record.header.kind == RecordKind::Sent;
}

QByteArrayView partOf(const RecordView& record, RecordIndex index, BufferPosition from, BufferPosition to) {
    const qsizetype first = index == from.record ? std::min<qsizetype>(from.offset, record.bytes.size()) : 0;
    const qsizetype last =
        index == to.record ? std::min<qsizetype>(to.offset, record.bytes.size()) : record.bytes.size();
    return record.bytes.sliced(first, std::max<qsizetype>(last - first, 0));
}

/// What reads have cut at the record's edges is whole where it begins.
QString textOf(const RecordSource& source, const RecordView& record, RecordIndex index, QByteArrayView part) {
    const bool hasStart = !part.isEmpty() && part.data() == record.bytes.data();
    const bool hasEnd = !part.isEmpty() && part.data() + part.size() == record.bytes.data() + record.bytes.size();
    const CutCharacters cut = cutCharacters(part, hasStart ? bytesBefore(source, index) : QByteArray(),
                                            hasEnd ? bytesAfter(source, index) : QByteArray());
    return QString::fromUtf8(part.sliced(cut.leading).toByteArray() + cut.completing);
}

/// What a terminal would obey when it is pasted there stands as an escape: controls but line ends and tabs, and what
/// turns the direction of text around.
QString withoutControls(const QString& text) {
    const auto isHarmless = [](QChar c) {
        const char16_t code = c.unicode();
        const bool isControl =
            (code < 0x20 && code != '\n' && code != '\r' && code != '\t') || (code >= 0x7f && code < 0xa0);
        const bool isBidi = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) ||
                            code == 0x200e || code == 0x200f || code == 0x061c;
        return !isControl && !isBidi;
    };
    if (std::all_of(text.begin(), text.end(), isHarmless))
        return text;
    QString safe;
    for (const QChar c : text) {
        if (isHarmless(c))
            safe += c;
        else if (c.unicode() < 0x80)
            safe += QStringLiteral("\\x%1").arg(c.unicode(), 2, 16, QLatin1Char('0'));
        else
            safe += QStringLiteral("\\u{%1}").arg(c.unicode(), 0, 16);
    }
    return safe;
}

} // namespace

QByteArray selectedBytes(const RecordSource& source, BufferPosition from, BufferPosition to, qsizetype most) {
    QByteArray bytes;
    for (RecordIndex index = from.record; index <= to.record && index < source.count() && bytes.size() < most;
         ++index) {
        const RecordView record = source.at(index);
        if (isData(record))
            bytes.append(partOf(record, index, from, to));
    }
    bytes.truncate(most);
    return bytes;
}

QString copyAsText(const RecordSource& source, BufferPosition from, BufferPosition to) {
    QString text;
    for (RecordIndex index = from.record; index <= to.record && index < source.count() && text.size() < mostText;
         ++index) {
        const RecordView record = source.at(index);
        const bool isInside = index < to.record || to.offset > 0 || from.record == to.record;
        if (!isInside)
            break;
        const QString own = isData(record)
                                ? withoutControls(textOf(source, record, index, partOf(record, index, from, to)))
                                : eventText(record);
        if (own.isEmpty())
            continue; // its bytes belong to a character before
        if (!text.isEmpty() && !text.endsWith(QLatin1Char('\n')))
            text += QLatin1Char('\n');
        text += own;
    }
    return text;
}

QString copyAsHex(const QByteArray& bytes) {
    return QString::fromLatin1(bytes.toHex(' '));
}

QString copyAsCArray(const QByteArray& bytes) {
    constexpr qsizetype perLine = 12;
    QString text = QStringLiteral("static const unsigned char data[%1] = {").arg(bytes.size());
    for (qsizetype i = 0; i < bytes.size(); ++i) {
        text += i % perLine == 0 ? QStringLiteral("\n    ") : QStringLiteral(" ");
        text += QStringLiteral("0x%1,").arg(static_cast<uchar>(bytes.at(i)), 2, 16, QLatin1Char('0'));
    }
    return text + QStringLiteral("\n};\n");
}

} // namespace sw::ui
