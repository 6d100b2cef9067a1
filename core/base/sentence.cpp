// SPDX-License-Identifier: MIT
#include "core/base/sentence.h"

namespace sw {

namespace {

/// In one pass: a value may have a %1 of its own.
QString filledIn(const QString& words, const QStringList& values) {
    QString text;
    text.reserve(words.size() + 32);
    for (qsizetype i = 0; i < words.size(); ++i) {
        const bool isPlace = words.at(i) == QLatin1Char('%') && i + 1 < words.size() && words.at(i + 1).isDigit();
        const int number = isPlace ? words.at(i + 1).digitValue() : 0;
        if (number < 1 || number > values.size()) {
            text += words.at(i);
            continue;
        }
        text += values.at(number - 1);
        ++i;
    }
    return text;
}

} // namespace

Sentence& Sentence::operator+=(const Sentence& more) {
    m_parts.insert(m_parts.end(), more.m_parts.begin(), more.m_parts.end());
    return *this;
}

QString Sentence::toText(Translate translate) const {
    QString text;
    for (const Part& part : m_parts) {
        if (part.words.isEmpty())
            text += part.values.join(QString());
        else
            text += filledIn(translate != nullptr ? translate(part.words.constData()) : QString::fromUtf8(part.words),
                             part.values);
    }
    return text;
}

} // namespace sw
