// SPDX-License-Identifier: MIT
#include "core/transcript/pages.h"

namespace sw {

void adviseHugePages(void*, std::size_t) {}

} // namespace sw
