// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace sw {

/// Take: devices may be read, and the system tells of a folder when it is.
enum class Devices { Refuse, Take };

/// Why a name is not that of a file with content; empty: it may be opened. Opening a pipe by its name, or reading some
/// devices, can wait for ever for somebody at the other end. What this process has open already (`/dev/stdin`,
/// `/dev/fd/63` of a shell's `<(…)`) is read like a file. A name that nothing has is for opening to tell of.
QString whyNoInputFile(const QString& path, Devices devices = Devices::Refuse);

} // namespace sw
