// SPDX-License-Identifier: MIT
#include "core/address/sockettable.h"

namespace sw {

QString PortOwner::toText() const {
    return QStringLiteral("%1 (%2)").arg(program).arg(pid);
}

std::vector<SocketTableEntry> boundSockets(quint16 port, bool udp) {
    std::vector<SocketTableEntry> found;
    for (const SocketTableEntry& entry : socketTable(udp)) {
        if (entry.localPort == port && (udp || entry.state == QLatin1String("LISTEN")))
            found.push_back(entry);
    }
    return found;
}

std::optional<SocketTableEntry> tableEntry(const QHostAddress& local, quint16 localPort, const QHostAddress& peer,
                                           quint16 peerPort) {
    for (const SocketTableEntry& entry : socketTable(false)) {
        if (entry.localPort == localPort && entry.peerPort == peerPort &&
            entry.localHost.isEqual(local, QHostAddress::TolerantConversion) &&
            entry.peerHost.isEqual(peer, QHostAddress::TolerantConversion))
            return entry;
    }
    return std::nullopt;
}

} // namespace sw
