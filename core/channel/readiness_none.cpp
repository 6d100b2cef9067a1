// SPDX-License-Identifier: MIT
#include "core/channel/readiness.h"

namespace sw {

std::unique_ptr<ReadinessSet> ReadinessSet::create() {
    return nullptr;
}

} // namespace sw
