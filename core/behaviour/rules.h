// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"
#include "core/framing/framer.h"
#include "core/payload/template.h"

#include <QRegularExpression>

#include <chrono>
#include <optional>
#include <vector>

namespace sw {

/// One thing that a rule does when it has matched.
struct RuleAction {
    /// CloseAfterPeer: what stands after the rules, when the peer sends no more.
    enum class Kind { Answer, Delay, Set, Mark, Log, StartTls, End, Close, CloseAfterPeer, Reset, Record };

    Kind kind = Kind::Answer;
    Template text{};    ///< of Answer, Set, Mark and Log
    QString argument{}; ///< the value's name of Set; the options of StartTls
    std::chrono::milliseconds delay{0};
    bool isOn = true; ///< of Record
};

/// When something is to be done, and what. A plain value.
struct Rule {
    enum class Direction { Received, Sent };
    enum class Match { Any, Equals, Contains, Prefix, Regex, Mask, Malformed };

    QString name;
    bool isEnabled = true;
    Direction direction = Direction::Received;
    QString endpoint{}; ///< only where the endpoint's or the peer's name contains this; empty: everywhere
    Match match = Match::Any;
    QByteArray bytes{};         ///< what to compare with; in lower case where case is ignored
    QByteArray mask{};          ///< of Mask: which bits count
    QString pattern{};          ///< of Regex, as it was written
    QRegularExpression regex{}; ///< compiled once, with the option for case
    QStringList groups{};       ///< the names of its groups, by number
    bool ignoresCase = false;
    bool goesOn = false; ///< later rules are tried too
    std::vector<RuleAction> actions{};
    int line = 0; ///< where it begins, from 1
};

/// What a rule found: the captures by number and name.
struct RuleMatch {
    QHash<QString, QByteArray> captures;
};

/// Rules in the order in which they are tried, and how messages are split. Written as lines; see the manual, "Rules".
struct RuleSet {
    FramerSpec framer;
    quint64 seed = 1;
    std::vector<Rule> rules;

    /// The error's sentence names the line; its position is the character in `text`.
    static Result<RuleSet> parse(const QString& text);
};

/// Whether a rule's condition holds for the content of a whole message. A pattern that gives up (S10) is told in
/// `problem` and does not match.
std::optional<RuleMatch> matchRule(const Rule& rule, QByteArrayView message, QString* problem = nullptr);
/// The same for what a framer found: only the condition `malformed` holds for what is no whole message, and it captures
/// the bytes as they came (0) and what is wrong with them (problem).
std::optional<RuleMatch> matchRule(const Rule& rule, const Message& message, QString* problem = nullptr);

/// The same text with one rule (counted from 0) enabled or disabled: a line `off` after its first.
QString setRuleEnabled(const QString& text, int rule, bool isEnabled);

} // namespace sw
