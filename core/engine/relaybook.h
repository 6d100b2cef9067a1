// SPDX-License-Identifier: MIT
#pragma once

#include "core/engine/relayrequest.h"

#include <QMap>
#include <QVector>

namespace sw {

/// What the engine knows of its relays: what they were asked to do, and what they hold.
struct RelayBook {
    QMap<EndpointId, RelayRequest> requests;
    QMap<EndpointId, QVector<HeldMessage>> held;
};

} // namespace sw
