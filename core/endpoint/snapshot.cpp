// SPDX-License-Identifier: MIT
#include "core/endpoint/snapshot.h"

#include <array>

namespace sw {

QString stateName(EndpointState state) {
    static constexpr std::array names{"idle",       "resolving",   "connecting", "listening", "paused", "open",
                                      "read-ended", "write-ended", "closing",    "closed",    "failed"};
    return QString::fromLatin1(names.at(static_cast<std::size_t>(state)));
}

QString kindName(EndpointKind kind) {
    static constexpr std::array names{"listener", "connection", "datagram-socket", "flow"};
    return QString::fromLatin1(names.at(static_cast<std::size_t>(kind)));
}

} // namespace sw
