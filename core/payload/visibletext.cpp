// SPDX-License-Identifier: MIT
#include "core/payload/visibletext.h"

#include "core/payload/utf8pieces.h"

#include <algorithm>
#include <array>

namespace sw {

namespace {

bool isControl(char32_t code) {
    return code < 0x20 || code == 0x7f || (code >= 0x80 && code < 0xa0);
}

QString controlPicture(char32_t code) {
    if (code < 0x20)
        return {QChar(static_cast<char16_t>(0x2400 + code))};
    if (code == 0x7f)
        return {QChar(0x2421)};
    return QStringLiteral("⟦U+%1⟧").arg(static_cast<uint>(code), 4, 16, QLatin1Char('0')).toUpper();
}

QString markedText(char32_t code) {
    return QStringLiteral("⟦U+") + QString::number(static_cast<uint>(code), 16).toUpper().rightJustified(4, u'0') +
           QStringLiteral("⟧");
}

void add(VisibleText& result, PieceKind kind, const QString& shown, qsizetype byteStart, qsizetype byteLength) {
    const bool isRun = kind == PieceKind::Plain && shown.size() == byteLength;
    if (isRun && !result.pieces.empty() &&
        result.pieces.back().isRun) { // runs of ASCII stay one piece; others keep a piece per character so that bytes
                                      // can be found again
        result.pieces.back().textLength += shown.size();
        result.pieces.back().byteLength += byteLength;
    } else {
        result.pieces.push_back({kind, result.text.size(), shown.size(), byteStart, byteLength, isRun});
    }
    result.text += shown;
}

} // namespace

QString controlName(QChar picture) {
    static constexpr std::array names{"NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS",
                                      "HT",  "LF",  "VT",  "FF",  "CR",  "SO",  "SI",  "DLE", "DC1",
                                      "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM",  "SUB",
                                      "ESC", "FS",  "GS",  "RS",  "US",  "SP",  "DEL"};
    const int index = picture.unicode() - 0x2400;
    if (index < 0 || index >= static_cast<int>(names.size()))
        return {};
    return QString::fromLatin1(names.at(static_cast<std::size_t>(index)));
}

bool isDeceptive(char32_t code) {
    struct Range {
        char32_t first;
        char32_t last;
    };
    static constexpr std::array ranges{
        Range{0x00ad, 0x00ad}, // soft hyphen
        Range{0x034f, 0x034f}, // combining grapheme joiner
        Range{0x061c, 0x061c}, // Arabic letter mark
        Range{0x115f, 0x1160}, Range{0x17b4, 0x17b5}, Range{0x180b, 0x180f},
        Range{0x200b, 0x200f}, // zero width, LRM, RLM
        Range{0x2028, 0x202e}, // separators, embeddings and overrides
        Range{0x2060, 0x206f}, // word joiner, isolates
        Range{0x3164, 0x3164}, Range{0xfe00, 0xfe0f}, Range{0xfeff, 0xfeff},
        Range{0xffa0, 0xffa0}, Range{0xfff9, 0xfffb}, Range{0xe0000, 0xe0fff},
    };
    return std::any_of(ranges.begin(), ranges.end(), [code](Range r) { return code >= r.first && code <= r.last; });
}

qsizetype VisibleText::byteAt(qsizetype textPosition) const {
    for (const Piece& piece : pieces) {
        if (textPosition < piece.textStart + piece.textLength) {
            return piece.byteStart + (piece.isRun ? std::max<qsizetype>(textPosition - piece.textStart, 0) : 0);
        }
    }
    return pieces.empty() ? 0 : pieces.back().byteStart + pieces.back().byteLength;
}

qsizetype VisibleText::textAt(qsizetype bytePosition) const {
    for (const Piece& piece : pieces) {
        if (bytePosition < piece.byteStart + piece.byteLength) {
            return piece.textStart + (piece.isRun ? std::max<qsizetype>(bytePosition - piece.byteStart, 0) : 0);
        }
    }
    return text.size();
}

VisibleText toVisibleText(QByteArrayView bytes) {
    return toVisibleText(bytes, {}, {});
}

VisibleText toVisibleText(QByteArrayView bytes, QByteArrayView before, QByteArrayView after) {
    const CutCharacters cut = cutCharacters(bytes, before, after);
    const QByteArray joined = cut.completing.isEmpty() ? QByteArray() : bytes.toByteArray() + cut.completing;
    if (!joined.isEmpty())
        bytes = joined;
    VisibleText result;
    qsizetype i = cut.leading;
    if (i > 0) // shown where the character begins
        result.pieces.push_back(
            {.kind = PieceKind::Plain, .textStart = 0, .textLength = 0, .byteStart = 0, .byteLength = i});
    while (i < bytes.size()) {
        qsizetype plainEnd = i; // most traffic is printable ASCII: take it in runs
        while (plainEnd < bytes.size() && bytes.at(plainEnd) >= 0x20 && bytes.at(plainEnd) < 0x7f)
            ++plainEnd;
        if (plainEnd > i) {
            add(result, PieceKind::Plain, QString::fromLatin1(bytes.sliced(i, plainEnd - i)), i, plainEnd - i);
            i = plainEnd;
            continue;
        }
        const Utf8Character one = decodeUtf8(bytes, i);
        if (one.length == 0) {
            const uint value = static_cast<uchar>(bytes.at(i));
            add(result, PieceKind::Invalid, QStringLiteral("\\x%1").arg(value, 2, 16, QLatin1Char('0')), i, 1);
            ++i;
            continue;
        }
        if (isControl(one.codePoint))
            add(result, PieceKind::Control, controlPicture(one.codePoint), i, one.length);
        else if (isDeceptive(one.codePoint))
            add(result, PieceKind::Marked, markedText(one.codePoint), i, one.length);
        else
            add(result, PieceKind::Plain, QString::fromUcs4(&one.codePoint, 1), i, one.length);
        i += one.length;
    }
    if (!joined.isEmpty())
        result.pieces.back().byteLength -= cut.completing.size();
    return result;
}

QByteArray toTerminalText(QByteArrayView bytes) {
    QByteArray result;
    qsizetype start = 0;
    for (qsizetype i = 0; i <= bytes.size(); ++i) {
        const bool acts = i < bytes.size() && (bytes.at(i) == '\n' || bytes.at(i) == '\t');
        if (i < bytes.size() && !acts)
            continue;
        result += toVisibleText(bytes.sliced(start, i - start)).text.toUtf8();
        if (acts)
            result += bytes.at(i);
        start = i + 1;
    }
    return result;
}

QByteArray toTerminalLine(QByteArrayView bytes) {
    return toVisibleText(bytes).text.toUtf8();
}

QByteArray toJsonLine(const QJsonDocument& json) {
    constexpr char32_t firstControl = 0x7f; // those below 0x20 are escaped already
    constexpr char32_t lastControl = 0x9f;
    constexpr char32_t lastOfPlane = 0xffff;
    QByteArray compact = json.toJson(QJsonDocument::Compact);
    const auto acts = [](char32_t code) { return (code >= firstControl && code <= lastControl) || isDeceptive(code); };
    const bool isPlain = std::all_of(compact.begin(), compact.end(), [](char c) { return c > 0 && c < 0x7f; });
    if (isPlain)
        return compact;
    QByteArray line;
    const auto escape = [&line](char16_t unit) { line += "\\u" + QByteArray::number(unit, 16).rightJustified(4, '0'); };
    const QList<uint> codes = QString::fromUtf8(compact).toUcs4();
    for (const uint code : codes) {
        if (!acts(code)) {
            line += QString::fromUcs4(reinterpret_cast<const char32_t*>(&code), 1).toUtf8();
        } else if (code > lastOfPlane) {
            escape(QChar::highSurrogate(code));
            escape(QChar::lowSurrogate(code));
        } else {
            escape(static_cast<char16_t>(code));
        }
    }
    return line;
}

QString toHexDump(QByteArrayView bytes, quint64 baseOffset) {
    constexpr qsizetype width = 16;
    QString dump;
    for (qsizetype start = 0; start < bytes.size(); start += width) {
        const QByteArrayView row = bytes.sliced(start, std::min(width, bytes.size() - start));
        QString hex;
        QString ascii;
        for (qsizetype i = 0; i < width; ++i) {
            if (i == width / 2)
                hex += QLatin1Char(' ');
            if (i >= row.size()) {
                hex += QStringLiteral("   ");
                continue;
            }
            const auto value = static_cast<uchar>(row.at(i));
            hex += QStringLiteral("%1 ").arg(value, 2, 16, QLatin1Char('0'));
            ascii += value >= 0x20 && value < 0x7f ? QLatin1Char(static_cast<char>(value)) : QLatin1Char('.');
        }
        dump += QStringLiteral("%1  ").arg(baseOffset + static_cast<quint64>(start), 8, 16, QLatin1Char('0')) + hex +
                QStringLiteral(" |") + ascii + QStringLiteral("|\n");
    }
    return dump;
}

} // namespace sw
