// SPDX-License-Identifier: MIT
#include "core/behaviour/condition.h"

#include "core/payload/payload.h"
#include "core/transcript/pattern.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sw {

namespace {

QByteArray lowered(QByteArrayView bytes) {
    return bytes.toByteArray().toLower(); // ASCII letters only
}

tl::unexpected<Error> refuse(const Sentence& detail, int position = 0) {
    return tl::unexpected(badInput(QStringLiteral("condition"), detail, position));
}

} // namespace

QString withoutQuotes(const QString& value) {
    const QString trimmed = value.trimmed();
    const bool isQuoted =
        trimmed.size() >= 2 && trimmed.startsWith(QLatin1Char('"')) && trimmed.endsWith(QLatin1Char('"'));
    return isQuoted ? trimmed.mid(1, trimmed.size() - 2) : trimmed;
}

Result<QByteArray> parseRuleBytes(const QString& value) {
    if (!value.startsWith(QLatin1String("x ")) && value != QLatin1String("x"))
        return parseEscapedText(withoutQuotes(value));
    auto bytes = parseHex(value.mid(2));
    if (!bytes)
        bytes.error().position = 2 + std::max(bytes.error().position, 0);
    return bytes;
}

bool Condition::isOne(const QString& word) {
    static const QStringList words{QStringLiteral("any"),      QStringLiteral("equals"), QStringLiteral("contains"),
                                   QStringLiteral("prefix"),   QStringLiteral("regex"),  QStringLiteral("mask"),
                                   QStringLiteral("malformed")};
    return words.contains(word);
}

Result<Condition> Condition::parse(const QString& word, const QString& value) {
    if (word == QLatin1String("mask"))
        return parseMask(value);
    if (word == QLatin1String("regex"))
        return parsePattern(value);
    Condition condition;
    if (word == QLatin1String("any") || word == QLatin1String("malformed")) {
        if (!value.trimmed().isEmpty())
            return refuse(
                sentence(QT_TRANSLATE_NOOP("Core", "%1 stands alone; “%2” is too much."), word, value.trimmed()));
        condition.m_kind = word == QLatin1String("any") ? Kind::Any : Kind::Malformed;
        return condition;
    }
    const auto bytes = parseRuleBytes(value);
    if (!bytes)
        return tl::unexpected(bytes.error());
    condition.m_kind = word == QLatin1String("equals")     ? Kind::Equals
                       : word == QLatin1String("contains") ? Kind::Contains
                                                           : Kind::Prefix;
    if (bytes->isEmpty() && condition.m_kind != Kind::Equals)
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "%1 takes at least one byte."), word));
    condition.m_bytes = *bytes;
    return condition;
}

Result<Condition> Condition::parse(const QString& line) {
    const QString trimmed = line.trimmed();
    if (trimmed.isEmpty())
        return Condition();
    const auto refuseAll = [&](const QString& why) {
        return refuse(
            sentence(QT_TRANSLATE_NOOP("Core", "“%1” is no condition%2. Write any, equals TEXT, contains TEXT, "
                                               "prefix TEXT, regex PATTERN, mask 01 ?? ff or malformed."),
                     trimmed, why));
    };
    if (trimmed.contains(QLatin1Char('\n')))
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "A condition is one line.")));
    qsizetype end = 0;
    while (end < trimmed.size() && !trimmed.at(end).isSpace())
        ++end;
    const QString word = trimmed.first(end);
    const QString value = trimmed.mid(end).trimmed();
    if (!isOne(word))
        return refuseAll({});
    auto condition = parse(word, value);
    if (!condition)
        return refuseAll(QStringLiteral(" (%1)").arg(condition.error().detail.toText()));
    return condition;
}

/// `01 ?? ff` with ? for any half byte, or `8003/f00f`, value and mask.
Result<Condition> Condition::parseMask(const QString& value) {
    const QString digits = QString(value).remove(QLatin1Char(' '));
    const qsizetype slash = digits.indexOf(QLatin1Char('/'));
    QString bytes = slash < 0 ? digits : digits.first(slash);
    QString mask = slash < 0 ? digits : digits.mid(slash + 1);
    if (slash < 0) {
        for (QChar& c : mask)
            c = c == QLatin1Char('?') ? QLatin1Char('0') : QLatin1Char('f');
        bytes.replace(QLatin1Char('?'), QLatin1Char('0'));
    }
    const auto wanted = parseHex(bytes);
    const auto bits = parseHex(mask);
    if (!wanted || !bits || wanted->isEmpty() || wanted->size() != bits->size())
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "mask takes bytes with ? for any digit (01 ?? f?), or value "
                                                         "and mask of the same length (8003/f00f).")));
    Condition condition;
    condition.m_kind = Kind::Mask;
    condition.m_bytes = *wanted;
    condition.m_mask = *bits;
    return condition;
}

Result<Condition> Condition::parsePattern(const QString& value) {
    const auto regex = compilePattern(value, QRegularExpression::DotMatchesEverythingOption);
    if (!regex)
        return tl::unexpected(regex.error());
    Condition condition;
    condition.m_kind = Kind::Regex;
    condition.m_regex = *regex;
    condition.m_groups = regex->namedCaptureGroups();
    condition.m_regex.optimize();
    return condition;
}

/// Made ready once: done for each message, it would cost more than the match itself.
void Condition::ignoreCase() {
    m_ignoresCase = true;
    if (m_kind == Kind::Regex) {
        m_regex.setPatternOptions(m_regex.patternOptions() | QRegularExpression::CaseInsensitiveOption);
        m_regex.optimize();
    } else if (m_kind != Kind::Mask) {
        m_bytes = lowered(m_bytes);
    }
}

bool Condition::holdsBytes(QByteArrayView message) const {
    if (m_kind == Kind::Any)
        return true;
    if (m_kind == Kind::Mask) {
        if (message.size() < m_bytes.size())
            return false;
        for (qsizetype i = 0; i < m_bytes.size(); ++i) {
            if (((message[i] ^ m_bytes[i]) & m_mask[i]) != 0)
                return false;
        }
        return true;
    }
    const QByteArray folded = m_ignoresCase ? lowered(message) : QByteArray();
    const QByteArrayView looked = m_ignoresCase ? QByteArrayView(folded) : message;
    if (m_kind == Kind::Equals)
        return looked == m_bytes;
    return m_kind == Kind::Prefix ? looked.startsWith(m_bytes) : looked.contains(m_bytes);
}

std::optional<RuleMatch> Condition::matchPattern(QByteArrayView message, QString* problem) const {
    const DecodedText decoded = decodeText(message);
    const auto match = m_regex.match(decoded.text);
    if (!match.hasMatch()) {
        if (!match.isValid() && problem != nullptr)
            *problem = QStringLiteral("the pattern took too many steps on a message of %1 bytes, and was given up")
                           .arg(message.size());
        return std::nullopt;
    }
    RuleMatch found;
    for (int group = 0; group <= match.lastCapturedIndex(); ++group) {
        QByteArray bytes;
        if (match.capturedStart(group) >= 0) {
            const qsizetype from = decoded.byteOf(match.capturedStart(group));
            bytes = message.sliced(from, decoded.byteOf(match.capturedEnd(group)) - from).toByteArray();
        }
        found.captures.insert(QString::number(group), bytes);
        if (group < m_groups.size() && !m_groups.at(group).isEmpty())
            found.captures.insert(m_groups.at(group), bytes);
    }
    return found;
}

std::optional<RuleMatch> Condition::match(QByteArrayView message, QString* problem) const {
    if (m_kind == Kind::Malformed)
        return std::nullopt;
    if (m_kind == Kind::Regex)
        return matchPattern(message, problem);
    return holdsBytes(message) ? std::optional(RuleMatch{{{QStringLiteral("0"), message.toByteArray()}}})
                               : std::nullopt;
}

std::optional<RuleMatch> Condition::match(const Message& message, QString* problem) const {
    if (message.isWhole())
        return match(QByteArrayView(message.content), problem);
    if (m_kind != Kind::Malformed)
        return std::nullopt;
    return RuleMatch{{{QStringLiteral("0"), message.raw}, {QStringLiteral("problem"), message.whyNotWhole().toUtf8()}}};
}

} // namespace sw
