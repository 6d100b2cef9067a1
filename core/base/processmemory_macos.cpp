// SPDX-License-Identifier: MIT
#include "core/base/processmemory.h"

#include <mach/mach.h>

namespace sw {

std::optional<quint64> residentMemory() {
    mach_task_basic_info info{};
    mach_msg_type_number_t count = MACH_TASK_BASIC_INFO_COUNT;
    if (task_info(mach_task_self(), MACH_TASK_BASIC_INFO, reinterpret_cast<task_info_t>(&info), &count) != KERN_SUCCESS)
        return std::nullopt;
    return info.resident_size;
}

} // namespace sw
