// SPDX-License-Identifier: MIT
#include "core/base/processmemory.h"

#include <windows.h>

#include <psapi.h>

namespace sw {

std::optional<quint64> residentMemory() {
    PROCESS_MEMORY_COUNTERS counters{};
    if (GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof counters) == 0)
        return std::nullopt;
    return counters.WorkingSetSize;
}

} // namespace sw
