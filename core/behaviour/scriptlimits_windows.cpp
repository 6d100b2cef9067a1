// SPDX-License-Identifier: MIT
#include "core/behaviour/scriptlimits.h"

#include <qt_windows.h>

#include <psapi.h>

namespace sw::scriptlimits {

void endWithParent() {} // the end of standard input ends it

/// A job object (Microsoft, "Job Objects"): memory, one process, no windows, clipboard or desktop. The process cannot
/// leave it. It has no rights of its own to files beyond its user's; scripts reach none through the engine.
bool enter() {
    const HANDLE job = CreateJobObjectW(nullptr, nullptr);
    if (job == nullptr)
        return false;
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_PROCESS_MEMORY | JOB_OBJECT_LIMIT_ACTIVE_PROCESS |
                                              JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION |
                                              JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    limits.BasicLimitInformation.ActiveProcessLimit = 1;
    limits.ProcessMemoryLimit = static_cast<SIZE_T>(residentMemory().value_or(0) + addressSpace);
    JOBOBJECT_BASIC_UI_RESTRICTIONS windows{};
    windows.UIRestrictionsClass = JOB_OBJECT_UILIMIT_DESKTOP | JOB_OBJECT_UILIMIT_DISPLAYSETTINGS |
                                  JOB_OBJECT_UILIMIT_EXITWINDOWS | JOB_OBJECT_UILIMIT_GLOBALATOMS |
                                  JOB_OBJECT_UILIMIT_HANDLES | JOB_OBJECT_UILIMIT_READCLIPBOARD |
                                  JOB_OBJECT_UILIMIT_SYSTEMPARAMETERS | JOB_OBJECT_UILIMIT_WRITECLIPBOARD;
    return SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits) != 0 &&
           SetInformationJobObject(job, JobObjectBasicUIRestrictions, &windows, sizeof windows) != 0 &&
           AssignProcessToJobObject(job, GetCurrentProcess()) != 0;
}

void renewProcessorTime() {}

std::optional<quint64> residentMemory() {
    PROCESS_MEMORY_COUNTERS counters{};
    if (GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof counters) == 0)
        return std::nullopt;
    return counters.WorkingSetSize;
}

} // namespace sw::scriptlimits
