// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace sw {

/// Why a name is not that of a file with content; empty: it may be opened. Opening a pipe or a device by its name can
/// wait for ever for somebody at its other end. What this process has open already (`/dev/stdin`, `/dev/fd/63` of a
/// shell's `<(…)`) is read like a file. A name that nothing has is for opening to tell of.
QString whyNoInputFile(const QString& path);

} // namespace sw
