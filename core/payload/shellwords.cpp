// SPDX-License-Identifier: MIT
#include "core/payload/shellwords.h"

#include <algorithm>

namespace sw {

namespace {

tl::unexpected<Error> refuse(const Sentence& detail, qsizetype position) {
    return tl::unexpected(badInput(QStringLiteral("command"), detail, static_cast<int>(position)));
}

bool isSafe(QChar c) {
    return (c.unicode() < 128 && c.isLetterOrNumber()) || QStringLiteral("_-+=./:@%,").contains(c);
}

/// Reads the words of a pipeline one character at a time.
class WordReader {
public:
    explicit WordReader(const QString& text) : m_text(text) {}

    Result<std::vector<QStringList>> read() {
        m_commands.emplace_back();
        while (m_at < m_text.size()) {
            if (const auto step = readOne(); !step)
                return tl::unexpected(step.error());
        }
        endWord();
        return m_commands;
    }

private:
    Result<void> readOne() {
        const QChar c = m_text.at(m_at);
        if (c == u'\'' || c == u'"')
            return readQuoted(c);
        if (c == u'\\') {
            if (m_at + 1 >= m_text.size())
                return refuse(sentence(QT_TRANSLATE_NOOP("Core", "The command ends with a lone backslash.")), m_at);
            if (m_text.at(m_at + 1) != u'\n')
                put(m_text.at(m_at + 1));
            m_at += 2;
            return {};
        }
        if (c == u'\n' && (m_hasWord || !m_commands.back().isEmpty()))
            return refuse(
                sentence(QT_TRANSLATE_NOOP("Core", "A new line begins another command; one is understood at a time.")),
                m_at);
        if (c == u' ' || c == u'\t' || c == u'\n') {
            endWord();
        } else if (c == u'|') {
            endWord();
            m_commands.emplace_back();
        } else if (QStringLiteral("$`;&<>(){}*?!#~").contains(c)) {
            return refuse(
                sentence(QT_TRANSLATE_NOOP("Core", "“%1” outside quotes means something to a shell that is not done "
                                                   "here: only plain words, quotes and | are understood."),
                         c),
                m_at);
        } else {
            put(c);
        }
        ++m_at;
        return {};
    }

    Result<void> readQuoted(QChar quote) {
        const qsizetype start = m_at++;
        m_hasWord = true;
        while (m_at < m_text.size() && m_text.at(m_at) != quote) {
            QChar c = m_text.at(m_at);
            if (quote == u'"' && (c == u'$' || c == u'`'))
                return refuse(
                    sentence(QT_TRANSLATE_NOOP(
                                 "Core", "“%1” inside double quotes is expanded by a shell; that is not done here."),
                             c),
                    m_at);
            if (quote == u'"' && c == u'\\' && m_at + 1 < m_text.size() &&
                QStringLiteral("$`\"\\").contains(m_text.at(m_at + 1)))
                c = m_text.at(++m_at);
            put(c);
            ++m_at;
        }
        if (m_at >= m_text.size())
            return refuse(sentence(QT_TRANSLATE_NOOP("Core", "The closing %1 is missing."), quote), start);
        ++m_at;
        return {};
    }

    void put(QChar c) {
        m_word += c;
        m_hasWord = true;
    }

    void endWord() {
        if (m_hasWord)
            m_commands.back().append(m_word);
        m_word.clear();
        m_hasWord = false;
    }

    const QString& m_text;
    qsizetype m_at = 0;
    QString m_word;
    bool m_hasWord = false;
    std::vector<QStringList> m_commands;
};

/// One escape of printf's format (XBD table "Escape Sequences", and \xHH, which most shells know).
void unescape(const QByteArray& text, qsizetype& at, QByteArray& bytes) {
    static constexpr char from[] = "abfnrtv\\'\"";
    static constexpr char to[] = "\a\b\f\n\r\t\v\\'\"";
    const char c = at < text.size() ? text.at(at) : '\\';
    if (const char* known = std::find(from, from + sizeof from - 1, c); known != from + sizeof from - 1) {
        bytes += to[known - from];
        ++at;
        return;
    }
    const int base = c == 'x' ? 16 : 8;
    const qsizetype most = c == 'x' ? 2 : 3;
    const qsizetype start = c == 'x' ? at + 1 : at;
    qsizetype length = 0;
    int value = 0;
    while (length < most && start + length < text.size()) {
        bool ok = false;
        const int digit = text.mid(start + length, 1).toInt(&ok, base);
        if (!ok)
            break;
        value = value * base + digit;
        ++length;
    }
    if (length == 0) {
        bytes += '\\'; // as it stands
        return;
    }
    bytes += static_cast<char>(value & 0xff);
    at = start + length;
}

Result<QByteArray> printfBytes(const QByteArray& format) {
    QByteArray bytes;
    for (qsizetype at = 0; at < format.size();) {
        const char c = format.at(at++);
        if (c == '\\') {
            unescape(format, at, bytes);
        } else if (c == '%') {
            if (at >= format.size() || format.at(at) != '%')
                return refuse(sentence(QT_TRANSLATE_NOOP(
                                  "Core", "printf is understood with plain text and escapes only, not with %.")),
                              at);
            bytes += '%';
            ++at;
        } else {
            bytes += c;
        }
    }
    return bytes;
}

} // namespace

QString shellQuoted(const QString& word) {
    if (!word.isEmpty() && std::all_of(word.begin(), word.end(), isSafe))
        return word;
    QString quoted = word;
    quoted.replace(QLatin1Char('\''), QLatin1String("'\\''"));
    return QLatin1Char('\'') + quoted + QLatin1Char('\'');
}

QString shellPrintf(QByteArrayView bytes) {
    QString format;
    for (qsizetype i = 0; i < bytes.size(); ++i) {
        const auto c = static_cast<quint8>(bytes.at(i));
        const bool isOption = i == 0 && c == '-'; // printf would read it as one
        if (c == '\n')
            format += QLatin1String("\\n");
        else if (c == '\r')
            format += QLatin1String("\\r");
        else if (c == '\t')
            format += QLatin1String("\\t");
        else if (c == '%')
            format += QLatin1String("%%");
        else if (c >= 0x20 && c < 0x7f && c != '\\' && c != '\'' && !isOption)
            format += QLatin1Char(static_cast<char>(c));
        else
            format += QStringLiteral("\\%1").arg(c, 3, 8, QLatin1Char('0'));
    }
    return QStringLiteral("printf '") + format + QLatin1Char('\'');
}

Result<QByteArray> printedBytes(const QStringList& words) {
    const QString program = words.value(0);
    if (program == QLatin1String("printf")) {
        const qsizetype first = words.value(1) == QLatin1String("--") ? 2 : 1;
        if (words.size() != first + 1)
            return refuse(sentence(QT_TRANSLATE_NOOP("Core", "printf is understood with one argument, its format.")),
                          0);
        return printfBytes(words.at(first).toUtf8());
    }
    if (program != QLatin1String("echo"))
        return refuse(
            sentence(QT_TRANSLATE_NOOP("Core", "“%1” is not understood before the |: only printf and echo are."),
                     program),
            0);
    qsizetype first = 1;
    bool hasNewline = true;
    bool hasEscapes = false;
    for (; first < words.size(); ++first) {
        const QString& word = words.at(first);
        if (word.size() < 2 || word.at(0) != u'-' ||
            word.mid(1).count(u'n') + word.mid(1).count(u'e') != word.size() - 1)
            break;
        hasNewline = hasNewline && !word.contains(u'n');
        hasEscapes = hasEscapes || word.contains(u'e');
    }
    QByteArray bytes = words.mid(first).join(QLatin1Char(' ')).toUtf8();
    if (hasEscapes) {
        auto unescaped = printfBytes(bytes.replace('%', "%%"));
        if (!unescaped)
            return unescaped;
        bytes = *unescaped;
    }
    return hasNewline ? bytes + '\n' : bytes;
}

Result<std::vector<QStringList>> shellPipeline(const QString& text) {
    return WordReader(text).read();
}

} // namespace sw
