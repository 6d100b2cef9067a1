// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"
#include "core/framing/framer.h"

#include <QHash>
#include <QRegularExpression>

#include <optional>

namespace sw {

/// What a condition found: the captures by number and name.
struct RuleMatch {
    QHash<QString, QByteArray> captures;
};

/// What a message has to be like for a rule to act, or for a relay to hold it. Written as one line: `any`,
/// `equals TEXT`, `contains TEXT`, `prefix TEXT`, `regex PATTERN`, `mask 01 ??` or `malformed`; see the manual,
/// "Rules". A plain value; any thread.
class Condition {
public:
    /// Every whole message.
    Condition() = default;

    /// Whether a line that begins with this word is a condition.
    static bool isOne(const QString& word);
    /// What stands behind such a word. The error's position counts in `value`.
    static Result<Condition> parse(const QString& word, const QString& value);
    /// One line; empty: `any`. The error says what is accepted.
    static Result<Condition> parse(const QString& line);

    /// Letters are compared without their case from now on; only those of ASCII, except in patterns.
    void ignoreCase();

    /// Whether it holds for the content of a whole message. A pattern that gives up (S10) is told in `problem` and does
    /// not match.
    std::optional<RuleMatch> match(QByteArrayView message, QString* problem = nullptr) const;
    /// The same for what a framer found: only `malformed` holds for what is no whole message, and it captures the bytes
    /// as they came (0) and what is wrong with them (problem).
    std::optional<RuleMatch> match(const Message& message, QString* problem = nullptr) const;

private:
    enum class Kind : quint8 { Any, Equals, Contains, Prefix, Regex, Mask, Malformed };

    static Result<Condition> parseMask(const QString& value);
    static Result<Condition> parsePattern(const QString& value);
    bool holdsBytes(QByteArrayView message) const;
    std::optional<RuleMatch> matchPattern(QByteArrayView message, QString* problem) const;

    Kind m_kind = Kind::Any;
    QByteArray m_bytes;         // what to compare with; in lower case where case is ignored
    QByteArray m_mask;          // of Mask: which bits count
    QRegularExpression m_regex; // compiled once, with the option for case
    QStringList m_groups;       // the names of its groups, by number
    bool m_ignoresCase = false;
};

/// What stands behind a word of rules as bytes: `x 01 02`, or text with escapes, in quotes where spaces at its ends
/// count. The error's position counts in `value`.
Result<QByteArray> parseRuleBytes(const QString& value);
/// The same text without spaces at its ends, and without its quotes.
QString withoutQuotes(const QString& value);

} // namespace sw
