// SPDX-License-Identifier: MIT
#pragma once

#include <QHostAddress>
#include <QString>

#include <optional>
#include <vector>

namespace sw {

/// One socket of this machine's (on Linux: this network namespace's) TCP or UDP table.
struct SocketTableEntry {
    QHostAddress localHost;
    quint16 localPort = 0;
    QHostAddress peerHost;
    quint16 peerPort = 0;
    QString state;         ///< as RFC 9293 section 3.3.2 spells it: `LISTEN`, `TIME-WAIT`; empty for UDP
    double timerLeft = -1; ///< seconds until the state's timer fires (TIME-WAIT ends); below 0: not told
    quint64 key = 0;       ///< what its owner is found by: the inode, or the process
};

/// The state by the number that the system's table has for it; empty for other numbers. On Linux TCP_INFO has the same.
QString tcpStateName(int number);

/// The system's table; empty where it does not tell. Linux: proc(5) /proc/net/tcp and the like; Windows:
/// GetExtendedTcpTable. Any thread; takes some milliseconds where there are thousands of sockets.
std::vector<SocketTableEntry> socketTable(bool udp);

/// The process that a port belongs to.
struct PortOwner {
    qint64 pid = 0;
    QString program;

    /// `python3 (4121)`
    QString toText() const;
};

/// Who is bound to a TCP port (listening) or a UDP port, where the system tells this user. May take some milliseconds.
std::optional<PortOwner> portOwner(quint16 port, bool udp);

/// The sockets that listen on (udp: are bound to) a port, whatever their address.
std::vector<SocketTableEntry> boundSockets(quint16 port, bool udp);

/// What the system still keeps of a connection between two addresses: its entry in the table.
std::optional<SocketTableEntry> tableEntry(const QHostAddress& local, quint16 localPort, const QHostAddress& peer,
                                           quint16 peerPort);

/// The name of a process, or nothing; what the system shows of it, 15 bytes on Linux.
QString programOf(qint64 pid);

} // namespace sw
