// SPDX-License-Identifier: MIT
#pragma once

#include "core/behaviour/condition.h"
#include "core/payload/template.h"

#include <chrono>
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

    QString name;
    bool isEnabled = true;
    Direction direction = Direction::Received;
    QString endpoint{}; ///< only where the endpoint's or the peer's name contains this; empty: everywhere
    Condition condition{};
    bool goesOn = false; ///< later rules are tried too
    std::vector<RuleAction> actions{};
    int line = 0; ///< where it begins, from 1
};

/// Rules in the order in which they are tried, and how messages are split. Written as lines; see the manual, "Rules".
struct RuleSet {
    FramerSpec framer;
    quint64 seed = 1;
    std::vector<Rule> rules;

    /// The error's sentence names the line; its position is the character in `text`.
    static Result<RuleSet> parse(const QString& text);
};

/// The same text with one rule (counted from 0) enabled or disabled: a line `off` after its first.
QString setRuleEnabled(const QString& text, int rule, bool isEnabled);

} // namespace sw
