// SPDX-License-Identifier: MIT
// For systems that do not tell who owns a port, or not yet through this program.
#include "core/endpoint/portowner.h"

namespace sw {

QString PortOwner::toText() const {
    return QStringLiteral("%1 (%2)").arg(program).arg(pid);
}

std::optional<PortOwner> portOwner(quint16, bool) {
    return std::nullopt;
}

} // namespace sw
