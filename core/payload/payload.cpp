// SPDX-License-Identifier: MIT
#include "core/payload/payload.h"

#include <QStringEncoder>

#include <array>
#include <optional>

namespace sw {

namespace {

tl::unexpected<Error> fail(const Sentence& detail, qsizetype position) {
    return tl::unexpected(badInput(QStringLiteral("payload"), detail, static_cast<int>(position)));
}

struct SimpleEscape {
    char letter;
    char byte; ///< a code unit of ASCII; other encodings write it in their own way
};
constexpr std::array simpleEscapes{
    SimpleEscape{'n', '\n'}, SimpleEscape{'r', '\r'},  SimpleEscape{'t', '\t'}, SimpleEscape{'0', '\0'},
    SimpleEscape{'a', '\a'}, SimpleEscape{'b', '\b'},  SimpleEscape{'e', 27},   SimpleEscape{'f', '\f'},
    SimpleEscape{'v', '\v'}, SimpleEscape{'\\', '\\'},
};

int hexDigit(QChar c) {
    const char16_t u = c.unicode();
    if (u >= u'0' && u <= u'9')
        return u - u'0';
    if (u >= u'a' && u <= u'f')
        return u - u'a' + 10;
    if (u >= u'A' && u <= u'F')
        return u - u'A' + 10;
    return -1;
}

Error unknownEncoding(const QString& name) {
    return badInput(QStringLiteral("payload"),
                    sentence(QT_TRANSLATE_NOOP("Core", "“%1” is no encoding that is known here. Known are: %2."), name,
                             encodings().join(QLatin1String(", "))));
}

/// How a message names a character: those that nobody sees by their code points.
QString shownCharacter(const QString& piece) {
    const uint code = piece.toUcs4().value(0);
    return QChar::isPrint(code) ? piece : QStringLiteral("U+%1").arg(code, 4, 16, QLatin1Char('0')).toUpper();
}

/// Reads escaped text one piece at a time, so that each error knows where it stands.
class EscapedTextReader {
public:
    EscapedTextReader(const QString& text, const QString& encoding)
        : m_text(text),
          m_encodingName(encoding),
          m_encoder(encoding.toLatin1().constData()) {}

    Result<QByteArray> read() {
        if (!m_encoder.isValid())
            return tl::unexpected(unknownEncoding(m_encodingName));
        qsizetype i = 0;
        while (i < m_text.size()) {
            const auto used = m_text.at(i) == QLatin1Char('\\') ? readEscape(i) : readPlain(i);
            if (!used)
                return tl::unexpected(used.error());
            i += *used;
        }
        return m_bytes;
    }

private:
    /// How many characters were used.
    Result<qsizetype> readPlain(qsizetype i) {
        const bool isPair =
            m_text.at(i).isHighSurrogate() && i + 1 < m_text.size() && m_text.at(i + 1).isLowSurrogate();
        const qsizetype length = isPair ? 2 : 1;
        if (auto encoded = encode(m_text.mid(i, length), i); !encoded)
            return tl::unexpected(encoded.error());
        return length;
    }

    Result<void> encode(const QString& piece, qsizetype position) {
        const QByteArray bytes = m_encoder.encode(piece);
        if (m_encoder.hasError()) {
            m_encoder.resetState();
            return fail(
                sentence(QT_TRANSLATE_NOOP(
                             "Core", "“%1” has no form in %2. Write its bytes as \\xHH or choose another encoding."),
                         shownCharacter(piece), m_encodingName),
                position);
        }
        m_bytes.append(bytes);
        return {};
    }

    Result<qsizetype> readEscape(qsizetype i) {
        if (i + 1 >= m_text.size())
            return fail(sentence(QT_TRANSLATE_NOOP("Core", "A backslash at the end: write \\\\ for one backslash.")),
                        i);
        const QChar letter = m_text.at(i + 1);
        for (const SimpleEscape& escape : simpleEscapes) {
            if (letter == QLatin1Char(escape.letter)) {
                if (auto encoded = encode(QString(QLatin1Char(escape.byte)), i); !encoded)
                    return tl::unexpected(encoded.error());
                return 2;
            }
        }
        if (letter == QLatin1Char('x'))
            return readByte(i);
        if (letter == QLatin1Char('u'))
            return readCodePoint(i);
        return fail(
            sentence(
                QT_TRANSLATE_NOOP(
                    "Core", "\\%1 is no escape. There are \\n \\r \\t \\0 \\a \\b \\e \\f \\v \\xHH \\u{…} and \\\\."),
                letter),
            i);
    }

    Result<qsizetype> readByte(qsizetype i) {
        const int high = i + 2 < m_text.size() ? hexDigit(m_text.at(i + 2)) : -1;
        const int low = i + 3 < m_text.size() ? hexDigit(m_text.at(i + 3)) : -1;
        if (high < 0 || low < 0)
            return fail(sentence(QT_TRANSLATE_NOOP("Core", "\\x needs two hexadecimal digits, as in \\x0d.")), i);
        m_bytes.append(static_cast<char>(high * 16 + low));
        return 4;
    }

    Result<qsizetype> readCodePoint(qsizetype i) {
        const qsizetype close = m_text.indexOf(QLatin1Char('}'), i);
        const bool hasBrace = i + 2 < m_text.size() && m_text.at(i + 2) == QLatin1Char('{');
        if (!hasBrace || close < 0)
            return fail(sentence(QT_TRANSLATE_NOOP("Core", "\\u needs braces around its code point, as in \\u{20ac}.")),
                        i);
        const QString digits = m_text.mid(i + 3, close - i - 3);
        bool ok = false;
        const uint code = digits.toUInt(&ok, 16);
        if (!ok || digits.size() > 6 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
            return fail(
                sentence(QT_TRANSLATE_NOOP("Core", "“%1” is no code point: write 0 to 10ffff without d800 to dfff."),
                         digits),
                i + 3);
        const char32_t character = code;
        if (auto encoded = encode(QString::fromUcs4(&character, 1), i); !encoded)
            return tl::unexpected(encoded.error());
        return close - i + 1;
    }

    const QString& m_text;
    const QString& m_encodingName;
    QStringEncoder m_encoder;
    QByteArray m_bytes;
};

struct EndingEntry {
    LineEnding ending;
    const char* name;
    const char* bytes;
    int size;
};
constexpr std::array endings{
    EndingEntry{LineEnding::None, "none", "", 0},     EndingEntry{LineEnding::Lf, "lf", "\n", 1},
    EndingEntry{LineEnding::CrLf, "crlf", "\r\n", 2}, EndingEntry{LineEnding::Cr, "cr", "\r", 1},
    EndingEntry{LineEnding::Nul, "nul", "\0", 1},
};

bool isHexSeparator(QChar c) {
    return c.isSpace() || c == QLatin1Char(',') || c == QLatin1Char(':') || c == QLatin1Char(';');
}

} // namespace

Result<QByteArray> toBytes(const PayloadSpec& spec) {
    Result<QByteArray> bytes = encodedText({}, spec.encoding); // whether there is such an encoding
    if (!bytes)
        return bytes;
    switch (spec.form) {
    case PayloadForm::Text:
        bytes = parseEscapedText(spec.source, spec.encoding);
        break;
    case PayloadForm::Hex:
        bytes = parseHex(spec.source);
        break;
    case PayloadForm::Base64:
        bytes = parseBase64(spec.source);
        break;
    case PayloadForm::File:
        return fail(sentence(QT_TRANSLATE_NOOP("Core", "A file is sent in pieces, not as one payload.")), -1);
    }
    if (bytes)
        bytes->append(lineEndingBytes(spec.lineEnding, spec.encoding));
    return bytes;
}

Result<QByteArray> parseEscapedText(const QString& text, const QString& encoding) {
    return EscapedTextReader(text, encoding).read();
}

QString toEscapedText(const QByteArray& bytes) {
    QString result;
    const QString decoded = QString::fromUtf8(bytes);
    const bool isUtf8 = decoded.toUtf8() == bytes;
    const QString source = isUtf8 ? decoded : QString::fromLatin1(bytes);
    for (const QChar c : source) {
        const char16_t u = c.unicode();
        std::optional<QString> named;
        for (const SimpleEscape& escape : simpleEscapes) {
            if (u == static_cast<uchar>(escape.byte))
                named = QStringLiteral("\\") + QLatin1Char(escape.letter);
        }
        if (named)
            result += *named;
        else if (u < 0x20 || u == 0x7f || (!isUtf8 && u >= 0x80))
            result += QStringLiteral("\\x%1").arg(u, 2, 16, QLatin1Char('0'));
        else if ((u >= 0x80 && u < 0xa0) || c.category() == QChar::Other_Format)
            result += QStringLiteral("\\u{%1}").arg(u, 0, 16);
        else
            result += c;
    }
    return result;
}

Result<QByteArray> parseHex(const QString& text) {
    QByteArray bytes;
    int high = -1;
    qsizetype highAt = 0;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text.at(i);
        const bool isPrefix = high < 0 && (c == QLatin1Char('0') || c == QLatin1Char('\\')) && i + 1 < text.size() &&
                              text.at(i + 1).toLower() == QLatin1Char('x');
        if (isPrefix) {
            ++i;
            continue;
        }
        if (isHexSeparator(c)) {
            if (high >= 0) { // a single digit between separators is a whole byte: `1, 2, ff`
                bytes.append(static_cast<char>(high));
                high = -1;
            }
            continue;
        }
        const int digit = hexDigit(c);
        if (digit < 0)
            return fail(sentence(QT_TRANSLATE_NOOP(
                                     "Core", "“%1” is no hexadecimal digit. Write bytes as 0a ff, 0x0a,0xff or 0aff."),
                                 c),
                        i);
        if (high < 0) {
            high = digit;
            highAt = i;
        } else {
            bytes.append(static_cast<char>(high * 16 + digit));
            high = -1;
        }
    }
    if (high >= 0) {
        const bool standsAlone =
            highAt == 0 || isHexSeparator(text.at(highAt - 1)) || text.at(highAt - 1).toLower() == QLatin1Char('x');
        if (!standsAlone)
            return fail(sentence(QT_TRANSLATE_NOOP("Core", "An odd number of digits: the last byte has only one.")),
                        highAt);
        bytes.append(static_cast<char>(high));
    }
    return bytes;
}

Result<QByteArray> parseBase64(const QString& text) {
    QByteArray digits;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text.at(i);
        if (c.isSpace())
            continue;
        const bool isDigit = c.unicode() < 128 && (c.isLetterOrNumber() || QStringLiteral("+/-_=").contains(c));
        if (!isDigit)
            return fail(sentence(QT_TRANSLATE_NOOP("Core", "“%1” is no base64 digit (A-Z a-z 0-9 + / =)."), c), i);
        digits.append(static_cast<char>(c.unicode()));
    }
    const qsizetype significant = digits.size() - digits.count('=');
    if (significant % 4 == 1)
        return fail(sentence(QT_TRANSLATE_NOOP("Core", "This is not whole base64: a last digit stands alone.")),
                    text.size());
    auto options = QByteArray::AbortOnBase64DecodingErrors | QByteArray::Base64Encoding;
    if (digits.contains('-') || digits.contains('_'))
        options = QByteArray::AbortOnBase64DecodingErrors | QByteArray::Base64UrlEncoding;
    const auto decoded = QByteArray::fromBase64Encoding(digits, options);
    if (!decoded)
        return fail(
            sentence(QT_TRANSLATE_NOOP("Core", "This is not whole base64: its padding or its length is wrong.")),
            text.size());
    return *decoded;
}

QStringList encodings() {
    return {QStringLiteral("UTF-8"),    QStringLiteral("ISO-8859-1"), QStringLiteral("UTF-16"),
            QStringLiteral("UTF-16LE"), QStringLiteral("UTF-16BE"),   QStringLiteral("UTF-32"),
            QStringLiteral("UTF-32LE"), QStringLiteral("UTF-32BE"),   QStringLiteral("Locale")};
}

Result<QByteArray> encodedText(const QString& text, const QString& encoding) {
    QStringEncoder encoder(encoding.toLatin1().constData());
    if (!encoder.isValid())
        return tl::unexpected(unknownEncoding(encoding));
    const QByteArray bytes = encoder.encode(text);
    if (encoder.hasError())
        return fail(
            sentence(QT_TRANSLATE_NOOP("Core", "“%1” has a character without a form in %2. Choose another encoding."),
                     text, encoding),
            -1);
    return bytes;
}

QByteArray lineEndingBytes(LineEnding ending, const QString& encoding) {
    for (const EndingEntry& entry : endings) {
        if (entry.ending == ending)
            return encodedText(QString::fromLatin1(entry.bytes, entry.size), encoding).value_or(QByteArray());
    }
    return {};
}

QString lineEndingName(LineEnding ending) {
    for (const EndingEntry& entry : endings) {
        if (entry.ending == ending)
            return QString::fromLatin1(entry.name);
    }
    return {};
}

Result<LineEnding> parseLineEnding(const QString& name) {
    for (const EndingEntry& entry : endings) {
        if (name.compare(QLatin1String(entry.name), Qt::CaseInsensitive) == 0)
            return entry.ending;
    }
    return fail(
        sentence(QT_TRANSLATE_NOOP("Core", "“%1” is no line ending: there are none, lf, crlf, cr and nul."), name), 0);
}

} // namespace sw
