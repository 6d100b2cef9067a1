// SPDX-License-Identifier: MIT
#include "core/replay/replayplan.h"

#include "core/replay/replaybehaviour.h"

namespace sw {

BehaviourPlan planReplay(std::shared_ptr<const ReplayScript> script, const ReplayOptions& options) {
    auto turn = std::make_shared<ReplayTurn>();
    turn->script = std::move(script);
    turn->options = options;
    turn->next = options.conversation;
    return {.factory = [turn] {
        return std::make_unique<ReplayBehaviour>(turn, turn->next++ % turn->script->conversations().size());
    }};
}

} // namespace sw
