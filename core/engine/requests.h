// SPDX-License-Identifier: MIT
#pragma once

#include "core/replay/replayoptions.h"
#include "core/transcript/storeoptions.h"

#include <QString>

#include <chrono>
#include <memory>

namespace sw {

class ReplayScript;

/// How an engine behaves. A plain value.
struct EngineOptions {
    /// At least this long between two notifications; the first after a quiet time comes at once.
    std::chrono::milliseconds notifyInterval{33};
    /// Bytes of received records that may wait for Engine::consumed() before receiving pauses. 0: unbounded, for
    /// programs that keep every transcript and consume nothing.
    quint64 receiveWindow = 0;
    /// Where transcripts go beyond the memory budget.
    StoreOptions store{};
};

/// How an endpoint is asked for. A plain value.
struct OpenRequest {
    QString behaviour = QStringLiteral("manual");
    QString name{};          ///< empty: derived from the address
    quint64 acceptLimit = 0; ///< a listener closes itself after so many connections; 0: never
    /// Plays this instead of what `behaviour` says, which then is its name only.
    std::shared_ptr<const ReplayScript> replay{};
    ReplayOptions replayOptions{};
    /// A `console` that is reachable from the network, or takes peers from there: the user said yes, this time.
    bool allowsRemoteConsole = false;
};

/// Two ends of one connection (or datagram flow) that are both ours and whose behaviours answered each other.
struct AnsweringLoop {
    EndpointId one = EndpointId::None;
    EndpointId other = EndpointId::None;
    QString behaviour; ///< that `one` had
    QString otherBehaviour;
    quint64 perSecond = 0; ///< messages that `one` received
};

} // namespace sw
