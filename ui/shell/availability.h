// SPDX-License-Identifier: MIT
#pragma once

#include "core/endpoint/snapshot.h"
#include "ui/actions/actions.h"

namespace sw::ui {

/// What decides which actions can run. A plain value; the pointers may be nullptr.
struct Situation {
    const EndpointSnapshot* current = nullptr; ///< the endpoint that is chosen
    const EndpointSnapshot* parent = nullptr;  ///< its listener or datagram socket
    int selected = 0;                          ///< endpoints in the tree
    bool hasBuffer = false;                    ///< one is open
    bool hasEnded = false;                     ///< any endpoint has
};

/// Why an action cannot run now, as a sentence; empty: it can. Actions that somebody else enables can always run here.
QString whyNot(ActionId id, const Situation& situation);

} // namespace sw::ui
