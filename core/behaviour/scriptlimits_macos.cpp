// SPDX-License-Identifier: MIT
#include "core/behaviour/scriptlimits.h"

#include <mach/mach.h>
#include <sandbox.h>
#include <sys/resource.h>

namespace sw::scriptlimits {

void endWithParent() {} // the end of standard input ends it

/// sandbox_init(3): nothing but computing; deprecated for a decade, and still what every browser's child uses.
bool enter() {
    const auto limit = [](int resource, rlim_t value) {
        const rlimit both{.rlim_cur = value, .rlim_max = value};
        return setrlimit(resource, &both) == 0;
    };
    char* why = nullptr;
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
    const bool isSandboxed = sandbox_init(kSBXProfilePureComputation, SANDBOX_NAMED, &why) == 0;
    if (why != nullptr)
        sandbox_free_error(why);
#pragma clang diagnostic pop
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_NPROC, 0);
    const bool isClosed = limit(
        RLIMIT_NOFILE,
        1); // last: the sandbox reads its profile from a file; // RLIMIT_AS does nothing here: the watchdog measures
    return isClosed && isSandboxed;
}

void renewProcessorTime() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    rlimit both{};
    getrlimit(RLIMIT_CPU, &both);
    both.rlim_cur = static_cast<rlim_t>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + 1 + processorSeconds;
    setrlimit(RLIMIT_CPU, &both);
}

std::optional<quint64> residentMemory() {
    mach_task_basic_info info{};
    mach_msg_type_number_t count = MACH_TASK_BASIC_INFO_COUNT;
    if (task_info(mach_task_self(), MACH_TASK_BASIC_INFO, reinterpret_cast<task_info_t>(&info), &count) != KERN_SUCCESS)
        return std::nullopt;
    return info.resident_size;
}

} // namespace sw::scriptlimits
