// SPDX-License-Identifier: MIT
#pragma once

#include "core/behaviour/catalogue.h"
#include "core/replay/replayscript.h"

namespace sw {

/// The behaviour that plays a script: each connection its next conversation, and the first again after the last.
BehaviourPlan planReplay(std::shared_ptr<const ReplayScript> script, const ReplayOptions& options);

} // namespace sw
