// SPDX-License-Identifier: MIT
#include "core/endpoint/peerpresence.h"

namespace sw::native {

bool peerHasGone(Descriptor) {
    return false;
}

} // namespace sw::native
