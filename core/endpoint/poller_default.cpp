// SPDX-License-Identifier: MIT
#include "core/endpoint/poller.h"

namespace sw {

std::unique_ptr<Poller> Poller::create() {
    return createNotifierPoller();
}

} // namespace sw
