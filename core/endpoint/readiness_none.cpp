// SPDX-License-Identifier: MIT
#include "core/endpoint/readiness.h"

namespace sw {

std::unique_ptr<ReadinessSet> ReadinessSet::create() {
    return nullptr;
}

} // namespace sw
