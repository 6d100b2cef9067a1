// SPDX-License-Identifier: MIT
#pragma once

#include <QtGlobal>

#include <optional>

namespace sw::scriptlimits {

/// What the system is asked to hold a script's process to: an address space, processor time, no file, no socket, no
/// other process. One file per platform. What a system does not have is left out; the program ends the process in every
/// case that does not answer in time.

/// By so much the address space may grow after enter(), in bytes.
constexpr quint64 addressSpace = 512ULL << 20U;
/// A call may use so much processor time, in seconds; the watchdog ends it long before.
constexpr unsigned processorSeconds = 5;

/// Ends this process with the program that started it, where the system can. Called first.
void endWithParent();
/// From here on nothing can be opened. Called once, when all threads are there and everything that the engine reads
/// from files was read. False: the system refused, and no script may run.
bool enter();
/// Before a call: another `processorSeconds` may be used. Cheap when called often.
void renewProcessorTime();
/// Memory of this process in RAM, in bytes; nothing where the system does not tell. Also after enter(), any thread.
std::optional<quint64> residentMemory();

} // namespace sw::scriptlimits
