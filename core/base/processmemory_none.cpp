// SPDX-License-Identifier: MIT
#include "core/base/processmemory.h"

namespace sw {

std::optional<quint64> residentMemory() {
    return std::nullopt;
}

} // namespace sw
