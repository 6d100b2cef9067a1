// SPDX-License-Identifier: MIT
// Where something stands in a JSON text, which Qt's parser does not tell.
#include "core/workspace/workspace.h"

namespace sw {

namespace {

/// Walks over a text that is known to be JSON (RFC 8259).
class JsonWalker {
public:
    explicit JsonWalker(const QByteArray& text) : m_text(text) {}

    qsizetype find(const QStringList& path) {
        for (const QString& step : path) {
            skipSpace();
            if (!enter(step))
                return -1;
        }
        skipSpace();
        return m_at;
    }

private:
    char now() const { return m_at < m_text.size() ? m_text.at(m_at) : '\0'; }

    void skipSpace() {
        while (m_at < m_text.size() && (now() == ' ' || now() == '\t' || now() == '\n' || now() == '\r'))
            ++m_at;
    }

    QByteArray skipString() {
        const qsizetype start = ++m_at;
        while (m_at < m_text.size() && now() != '"')
            m_at += now() == '\\' ? 2 : 1;
        return m_text.mid(start, m_at++ - start);
    }

    /// Over one value; nesting is counted, not followed.
    void skipValue() {
        int depth = 0;
        do {
            skipSpace();
            const char c = now();
            if (c == '"') {
                skipString();
            } else {
                depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
                ++m_at;
            }
            if (depth == 0 && (now() == ',' || now() == '}' || now() == ']'))
                break;
        } while (m_at < m_text.size());
    }

    bool enter(const QString& step) {
        const char open = now();
        if (open != '{' && open != '[')
            return false;
        ++m_at;
        for (int index = 0; m_at < m_text.size(); ++index) {
            skipSpace();
            if (now() == '}' || now() == ']')
                return false;
            bool isWanted = open == '[' && QString::number(index) == step;
            if (open == '{') {
                isWanted = skipString() == step.toUtf8();
                skipSpace();
                ++m_at; // the colon
            }
            skipSpace();
            if (isWanted)
                return true;
            skipValue();
            skipSpace();
            if (now() != ',')
                return false;
            ++m_at;
        }
        return false;
    }

    const QByteArray& m_text;
    qsizetype m_at = 0;
};

} // namespace

qsizetype jsonPosition(const QByteArray& json, const QStringList& path) {
    return JsonWalker(json).find(path);
}

QString lineAndColumn(const QByteArray& text, qsizetype position) {
    const QByteArray before = text.left(position);
    const qsizetype lineStart = before.lastIndexOf('\n') + 1;
    return QStringLiteral("line %1, column %2")
        .arg(before.count('\n') + 1)
        .arg(QString::fromUtf8(before.mid(lineStart)).size() + 1);
}

} // namespace sw
