// SPDX-License-Identifier: MIT
// Source: madvise(2), MADV_HUGEPAGE.
#include "core/transcript/pages.h"

#include <sys/mman.h>

namespace sw {

void adviseHugePages(void* data, std::size_t size) {
    ::madvise(data, size, MADV_HUGEPAGE); // advice only: failing changes nothing
}

} // namespace sw
