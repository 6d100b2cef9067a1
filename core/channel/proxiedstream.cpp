// SPDX-License-Identifier: MIT
#include "core/channel/proxiedstream.h"

namespace sw {

QString ProxiedStream::whyNoHalfClose() const {
    return QStringLiteral(
        "a proxy passes no end of sending on: the peer learns it when the connection is closed, and what "
        "still comes is received");
}

} // namespace sw
