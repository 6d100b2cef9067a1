// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"
#include "core/behaviour/source.h"
#include "core/endpoint/behaviour.h"
#include "core/tls/tlssettings.h"

#include <functional>
#include <memory>
#include <span>

namespace sw {

/// What a behaviour's name can be followed by, as in `reset-after=1000`.
enum class BehaviourValue { None, File, Number, OptionalNumber, Reply };

/// In which list of the window a behaviour stands.
enum class BehaviourGroup { Plain, Programmed, Misbehaving };

/// A behaviour that is ready to be used.
struct BehaviourPlan {
    BehaviourFactory factory;                            ///< empty for manual
    std::shared_ptr<BehaviourSource> source{};           ///< the file behind it, if there is one
    bool neverAccepts = false;                           ///< the listener leaves connections in the system's queue
    TestCertificate certificate = TestCertificate::None; ///< the listener is to show this one
    bool isConsole = false;                              ///< whoever connects can run scripts
};

struct BehaviourChoice {
    bool allowsRemoteConsole = false; ///< the user confirmed it, for this time
    /// Makes replay=FILE, which lies above behaviours; empty: there is none here.
    std::function<Result<BehaviourPlan>(const QString& file)> planReplay{};
};

/// What a plan is made of, read from what was written.
struct BehaviourArguments {
    QString file{};     ///< of BehaviourValue::File, not empty
    quint64 number = 1; ///< of the numbers
    QString reply{};    ///< of BehaviourValue::Reply: `WHEN => ANSWER`
    const BehaviourChoice& choice;
};

/// A behaviour that there is. It cannot be written without what makes it.
struct BehaviourEntry {
    using Maker = Result<BehaviourPlan>(const BehaviourArguments& arguments);

    const char* name;
    BehaviourGroup group;
    BehaviourValue value;
    const char* summary; ///< one sentence: what it does, or what it teaches
    Maker& make;         ///< the error says what is wrong with its file
};

std::span<const BehaviourEntry> behaviours();
/// The entry of `echo`, `rules=talk.rules`, …; nullptr if there is none.
const BehaviourEntry* findBehaviour(const QString& text);

/// How it is written: `echo`, `rules=FILE`, `reset-after=N`, `garbage[=N]`.
QString usageOf(const BehaviourEntry& entry);

/// `reply=WHEN => ANSWER` as rules: `WHEN` is a condition (`prefix GET`), or a text that a line contains.
Result<QString> replyRules(const QString& reply);

/// Reads `NAME` or `NAME=VALUE`; files are read, and errors in them returned. Errors name the behaviours that there
/// are.
Result<BehaviourPlan> planBehaviour(const QString& text, const BehaviourChoice& choice = {});

} // namespace sw
