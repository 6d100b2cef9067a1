// SPDX-License-Identifier: MIT
#include "core/base/processmemory.h"

#include <cstdio>
#include <unistd.h>

namespace sw {

/// proc(5), /proc/self/statm: the second number is resident pages.
std::optional<quint64> residentMemory() {
    std::FILE* file = std::fopen("/proc/self/statm", "re");
    if (file == nullptr)
        return std::nullopt;
    unsigned long long all = 0;
    unsigned long long resident = 0;
    const int count =
        std::fscanf(file, "%llu %llu", &all, &resident); // NOLINT(cert-err34-c): the kernel writes numbers
    std::fclose(file);
    if (count != 2)
        return std::nullopt;
    return resident * static_cast<quint64>(sysconf(_SC_PAGESIZE));
}

} // namespace sw
