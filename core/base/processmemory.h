// SPDX-License-Identifier: MIT
#pragma once

#include <QtGlobal>

#include <optional>

namespace sw {

/// Memory of this process that is in RAM, in bytes; nothing where the system does not tell. Any thread.
std::optional<quint64> residentMemory();

} // namespace sw
