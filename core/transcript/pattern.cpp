// SPDX-License-Identifier: MIT
#include "core/transcript/pattern.h"

#include <QStringDecoder>

#include <algorithm>

namespace sw {

namespace {

/// Steps of PCRE2 for one match; some tens of milliseconds.
const QString& limits() {
    static const QString text = QStringLiteral("(*LIMIT_MATCH=10000000)");
    return text;
}

/// The length of the UTF-8 sequence at `at` (RFC 3629); 0 if there is none.
int sequenceLength(QByteArrayView bytes, qsizetype at) {
    const auto byte = [&](qsizetype i) { return static_cast<uchar>(bytes.at(i)); };
    const uchar first = byte(at);
    int length = 0;
    uchar low = 0x80;
    uchar high = 0xbf;
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf) {
        length = 2;
    } else if (first >= 0xe0 && first <= 0xef) {
        length = 3;
        low = first == 0xe0 ? 0xa0 : low;
        high = first == 0xed ? 0x9f : high;
    } else if (first >= 0xf0 && first <= 0xf4) {
        length = 4;
        low = first == 0xf0 ? 0x90 : low;
        high = first == 0xf4 ? 0x8f : high;
    }
    if (length == 0 || at + length > bytes.size() || byte(at + 1) < low || byte(at + 1) > high)
        return 0;
    for (int i = 2; i < length; ++i) {
        if ((byte(at + i) & 0xc0U) != 0x80)
            return 0;
    }
    return length;
}

} // namespace

Result<QRegularExpression> compilePattern(const QString& pattern, QRegularExpression::PatternOptions options) {
    QRegularExpression expression(limits() + pattern, options | QRegularExpression::UseUnicodePropertiesOption);
    if (!expression.isValid()) {
        const qsizetype at = std::max<qsizetype>(expression.patternErrorOffset() - limits().size(), 0);
        Error error = badInput(QStringLiteral("pattern"),
                               sentence(QT_TRANSLATE_NOOP("Core", "The regular expression cannot be read: %1."),
                                        expression.errorString()));
        error.position = static_cast<int>(std::min(at, pattern.size()));
        return tl::unexpected(error);
    }
    expression.optimize();
    return expression;
}

QByteArray requiredBytes(const QString& pattern) {
    // with an alternative, a comment mode, a quoted part or a named class, nothing is obvious
    for (const char* sign : {"|", "(?", "(*", "[:", "[\\"}) {
        if (pattern.contains(QLatin1String(sign)))
            return {};
    }
    static const QString simpleEscapes = QStringLiteral("dDwWsSbBrnt");
    QString best;
    QString current;
    int depth = 0;
    const auto finish = [&](bool dropsLast) {
        if (dropsLast && !current.isEmpty())
            current.chop(current.back().isLowSurrogate() ? 2 : 1);
        if (current.size() > best.size())
            best = current;
        current.clear();
    };
    for (qsizetype i = 0; i < pattern.size(); ++i) {
        const QChar c = pattern.at(i);
        if (c == QLatin1Char('\\')) {
            const QChar next = ++i < pattern.size() ? pattern.at(i) : QChar();
            const bool isSign = next.unicode() < 128 && !next.isLetterOrNumber();
            if (!isSign && !simpleEscapes.contains(next))
                return {}; // \x41, \p{L}, \1 and the like go on after the letter
            if (isSign && depth == 0)
                current += next;
            else
                finish(false);
        } else if (c == QLatin1Char('[')) {
            finish(false);
            i += i + 1 < pattern.size() && pattern.at(i + 1) == QLatin1Char('^') ? 2 : 1;
            for (++i; i < pattern.size() && pattern.at(i) != QLatin1Char(']'); ++i)
                i += pattern.at(i) == QLatin1Char('\\') ? 1 : 0;
        } else if (c == QLatin1Char('(')) {
            finish(false);
            ++depth;
        } else if (c == QLatin1Char(')')) {
            --depth;
        } else if (c == QLatin1Char('?') || c == QLatin1Char('*') || c == QLatin1Char('{')) {
            finish(true);
            if (c == QLatin1Char('{'))
                i = std::max(i, pattern.indexOf(QLatin1Char('}'), i));
        } else if (c == QLatin1Char('+') || c == QLatin1Char('.') || c == QLatin1Char('^') || c == QLatin1Char('$')) {
            finish(false);
        } else if (depth == 0) {
            current += c;
        }
    }
    finish(false);
    return best.toUtf8();
}

DecodedText decodeText(QByteArrayView bytes) {
    DecodedText decoded;
    const bool isAscii = std::all_of(bytes.begin(), bytes.end(), [](char c) { return static_cast<uchar>(c) < 0x80; });
    if (isAscii) {
        decoded.text = QString::fromLatin1(bytes);
        return decoded;
    }
    decoded.text.reserve(bytes.size());
    decoded.offsets.reserve(static_cast<std::size_t>(bytes.size()) + 1);
    for (qsizetype at = 0; at < bytes.size();) {
        const int length = sequenceLength(bytes, at);
        const qsizetype before = decoded.text.size();
        if (length == 1)
            decoded.text += QLatin1Char(bytes.at(at));
        else if (length == 0)
            decoded.text += QChar(QChar::ReplacementCharacter);
        else
            decoded.text += QString::fromUtf8(bytes.sliced(at, length));
        for (qsizetype unit = before; unit < decoded.text.size(); ++unit)
            decoded.offsets.push_back(static_cast<quint32>(at));
        at += std::max(length, 1);
    }
    decoded.offsets.push_back(static_cast<quint32>(bytes.size()));
    return decoded;
}

} // namespace sw
