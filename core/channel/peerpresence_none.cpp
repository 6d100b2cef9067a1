// SPDX-License-Identifier: MIT
#include "core/channel/peerpresence.h"

namespace sw::native {

bool peerHasGone(Descriptor) {
    return false;
}

bool isBoundByAnybody(const QString&) {
    return false;
}

} // namespace sw::native
