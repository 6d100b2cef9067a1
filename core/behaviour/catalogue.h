// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"
#include "core/endpoint/behaviour.h"

#include <span>

namespace sw {

/// A behaviour that is built in.
struct BehaviourEntry {
    const char* name;
    const char* summary;                  ///< one sentence for people
    std::unique_ptr<Behaviour> (*make)(); ///< nullptr for manual
};

std::span<const BehaviourEntry> behaviours();

/// The factory for a behaviour by its name; an empty one for `manual`. Errors name the ones that there are.
Result<BehaviourFactory> makeBehaviourFactory(const QString& name);

} // namespace sw
