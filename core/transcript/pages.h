// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace sw {

/// Asks the system to back memory with huge pages where it has them: filling fresh memory then costs a page fault for
/// every 2 MiB instead of every 4 KiB. `data` and `size` should be multiples of hugePageSize. Any thread.
void adviseHugePages(void* data, std::size_t size);

constexpr std::size_t hugePageSize = 2U << 20U;

} // namespace sw
