// SPDX-License-Identifier: MIT
#pragma once

#include "core/address/sockettable.h"
#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/channel/tcpinfo.h"

#include <optional>

namespace sw {

/// What the system knows of an endpoint at one moment. A plain value.
struct KernelSample {
    EndpointId id = EndpointId::None;
    Timestamp time;
    bool hasEnded = false;                    ///< when it was asked for: `leftover` is what there is to tell
    std::optional<TcpInfo> tcp;               ///< while it is open
    std::optional<SocketTableEntry> leftover; ///< what the system still keeps of an ended connection
};

} // namespace sw
