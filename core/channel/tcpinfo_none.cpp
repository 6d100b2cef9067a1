// SPDX-License-Identifier: MIT
#include "core/channel/tcpinfo.h"

namespace sw::native {

std::optional<TcpInfo> tcpInfo(Descriptor) {
    return std::nullopt;
}

AcceptQueue acceptQueue(Descriptor) {
    return {};
}

std::optional<qint64> undelivered(Descriptor) {
    return std::nullopt;
}

} // namespace sw::native
