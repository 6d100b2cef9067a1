// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"

#include <functional>
#include <system_error>

namespace sw {

/// The Error of a thread that the system did not start; `native` as std::thread's exception has it.
Error threadError(int native);

/// Whether the system starts another thread for us now. Qt's threads say nothing when it does not: what they were to do
/// is then never done.
Result<void> tryThread();

/// Runs `work` on the global thread pool; where the system starts no thread for it, here and now.
void runOnPool(std::function<void()> work);

} // namespace sw
