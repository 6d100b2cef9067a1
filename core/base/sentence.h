// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <concepts>
#include <cstring>
#include <vector>

namespace sw {

/// What an event or an error says to people: its words, with %1, %2, … where something stands, and what stands there.
/// The words are what is kept, and it is put together where it is shown, in the language of whoever reads. A plain
/// value; any thread.
class Sentence {
public:
    /// One piece: words of this program, or a text that is nobody's to translate.
    struct Part {
        QByteArray words;   ///< in English and UTF-8; empty: `values` has the text itself
        QStringList values; ///< for %1, %2, …, at most nine

        bool operator==(const Part&) const = default;
    };
    /// Gives the words of a part in another language, with the same %1 in them.
    using Translate = QString (*)(const char* words);

    Sentence() = default;
    /// A text as it is: what a peer, a script or another program said.
    template <typename Text>
    requires std::convertible_to<Text, QString> Sentence(const Text& verbatim)
        : m_parts{{.words = {}, .values = {QString(verbatim)}}} {}
    Sentence(std::vector<Part> parts) : m_parts(std::move(parts)) {}

    bool isEmpty() const { return m_parts.empty(); }
    const std::vector<Part>& parts() const { return m_parts; }
    Sentence& operator+=(const Sentence& more);

    operator QString() const { return toText(); }
    /// In English, or by `translate`.
    QString toText(Translate translate = nullptr) const;

    bool operator==(const Sentence&) const = default;

private:
    std::vector<Part> m_parts;
};

/// The value of a %1 as people read it.
inline QString sentenceValue(const QString& text) {
    return text;
}
template <std::integral Number>
QString sentenceValue(Number number) {
    return QString::number(number);
}

/// A sentence of this program's. `words`: a literal, which is not copied, marked by QT_TRANSLATE_NOOP("Core", …), so
/// that they are found by translators.
template <typename... Values>
Sentence sentence(const char* words, const Values&... values) {
    return Sentence(std::vector<Sentence::Part>{
        {.words = QByteArray::fromRawData(words, static_cast<qsizetype>(std::strlen(words))),
         .values = {sentenceValue(values)...}}});
}

inline Sentence operator+(Sentence first, const Sentence& second) {
    first += second;
    return first;
}

} // namespace sw
