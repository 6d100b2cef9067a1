// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

#include <optional>

namespace sw {

/// The process that a port belongs to.
struct PortOwner {
    qint64 pid = 0;
    QString program;

    /// `python3 (4121)`
    QString toText() const;
};

/// Who is bound to a TCP port (listening) or a UDP port, where the system tells this user. May take some milliseconds.
std::optional<PortOwner> portOwner(quint16 port, bool udp);

} // namespace sw
