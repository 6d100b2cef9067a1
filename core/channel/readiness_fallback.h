// SPDX-License-Identifier: MIT
#pragma once

#include "core/channel/readiness.h"

namespace sw {

/// A set that watches what the system's own set refuses to (epoll_ctl(2): ENOSPC, ENOMEM, EPERM) with poll(2), at a
/// cost that grows with the number of those. Nobody is left unserved.
std::unique_ptr<ReadinessSet> withPollFallback(std::unique_ptr<ReadinessSet> set);

} // namespace sw
