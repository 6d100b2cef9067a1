// SPDX-License-Identifier: MIT
#include "core/behaviour/scriptlimits.h"

#include <sys/resource.h>

namespace sw::scriptlimits {

void endWithParent() {} // the end of standard input ends it

/// What POSIX has: no new descriptor, no file, no core file, an address space (BSD).
bool enter() {
    const auto limit = [](int resource, rlim_t value) {
        const rlimit both{.rlim_cur = value, .rlim_max = value};
        return setrlimit(resource, &both) == 0;
    };
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
#ifdef RLIMIT_AS
    constexpr rlim_t program = 1U << 30U; // of its own libraries
    limit(RLIMIT_AS, program + addressSpace);
#endif
    return limit(RLIMIT_NOFILE, 1);
}

void renewProcessorTime() {}

std::optional<quint64> residentMemory() {
    return std::nullopt;
}

} // namespace sw::scriptlimits
