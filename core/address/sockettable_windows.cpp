// SPDX-License-Identifier: MIT
// Source: IP Helper reference: GetExtendedTcpTable, GetExtendedUdpTable, MIB_TCPROW_OWNER_PID.
#include "core/address/sockettable.h"

#include "core/base/systemnet.h"

#include <QByteArray>
#include <QFileInfo>

#include <array>
#include <iphlpapi.h>

namespace sw {

namespace {

quint16 portOf(DWORD port) {
    return ntohs(static_cast<u_short>(port));
}

/// Asks until the buffer is large enough; the table may grow meanwhile.
template <typename Call>
QByteArray fetch(Call call) {
    QByteArray table;
    DWORD size = 65536;
    for (int attempt = 0; attempt < 4; ++attempt) {
        table.resize(static_cast<qsizetype>(size));
        const DWORD code = call(table.data(), &size);
        if (code == NO_ERROR)
            return table;
        if (code != ERROR_INSUFFICIENT_BUFFER)
            break;
    }
    return {};
}

template <typename Table>
const Table* as(const QByteArray& bytes) {
    return bytes.isEmpty() ? nullptr : reinterpret_cast<const Table*>(bytes.constData());
}

void addTcp4(std::vector<SocketTableEntry>& entries) {
    const QByteArray bytes = fetch([](void* to, DWORD* size) {
        return ::GetExtendedTcpTable(to, size, FALSE, AF_INET, TCP_TABLE_OWNER_PID_ALL, 0);
    });
    const auto* table = as<MIB_TCPTABLE_OWNER_PID>(bytes);
    for (DWORD i = 0; table != nullptr && i < table->dwNumEntries; ++i) {
        const MIB_TCPROW_OWNER_PID& row = table->table[i];
        entries.push_back({.localHost = QHostAddress(ntohl(row.dwLocalAddr)),
                           .localPort = portOf(row.dwLocalPort),
                           .peerHost = QHostAddress(ntohl(row.dwRemoteAddr)),
                           .peerPort = portOf(row.dwRemotePort),
                           .state = tcpStateName(static_cast<int>(row.dwState)),
                           .key = row.dwOwningPid});
    }
}

void addTcp6(std::vector<SocketTableEntry>& entries) {
    const QByteArray bytes = fetch([](void* to, DWORD* size) {
        return ::GetExtendedTcpTable(to, size, FALSE, AF_INET6, TCP_TABLE_OWNER_PID_ALL, 0);
    });
    const auto* table = as<MIB_TCP6TABLE_OWNER_PID>(bytes);
    for (DWORD i = 0; table != nullptr && i < table->dwNumEntries; ++i) {
        const MIB_TCP6ROW_OWNER_PID& row = table->table[i];
        entries.push_back({.localHost = QHostAddress(row.ucLocalAddr),
                           .localPort = portOf(row.dwLocalPort),
                           .peerHost = QHostAddress(row.ucRemoteAddr),
                           .peerPort = portOf(row.dwRemotePort),
                           .state = tcpStateName(static_cast<int>(row.dwState)),
                           .key = row.dwOwningPid});
    }
}

void addUdp(std::vector<SocketTableEntry>& entries) {
    const QByteArray four = fetch(
        [](void* to, DWORD* size) { return ::GetExtendedUdpTable(to, size, FALSE, AF_INET, UDP_TABLE_OWNER_PID, 0); });
    const auto* table = as<MIB_UDPTABLE_OWNER_PID>(four);
    for (DWORD i = 0; table != nullptr && i < table->dwNumEntries; ++i)
        entries.push_back({.localHost = QHostAddress(ntohl(table->table[i].dwLocalAddr)),
                           .localPort = portOf(table->table[i].dwLocalPort),
                           .key = table->table[i].dwOwningPid});
    const QByteArray six = fetch(
        [](void* to, DWORD* size) { return ::GetExtendedUdpTable(to, size, FALSE, AF_INET6, UDP_TABLE_OWNER_PID, 0); });
    const auto* table6 = as<MIB_UDP6TABLE_OWNER_PID>(six);
    for (DWORD i = 0; table6 != nullptr && i < table6->dwNumEntries; ++i)
        entries.push_back({.localHost = QHostAddress(table6->table[i].ucLocalAddr),
                           .localPort = portOf(table6->table[i].dwLocalPort),
                           .key = table6->table[i].dwOwningPid});
}

} // namespace

QString tcpStateName(int number) {
    static constexpr std::array names{
        "",           "CLOSED",     "LISTEN",  "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1",
        "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT",    "CLOSED"};
    const auto index = static_cast<std::size_t>(number);
    return index < names.size() ? QString::fromLatin1(names.at(index)) : QString();
}

std::vector<SocketTableEntry> socketTable(bool udp) {
    std::vector<SocketTableEntry> entries;
    if (udp) {
        addUdp(entries);
    } else {
        addTcp4(entries);
        addTcp6(entries);
    }
    return entries;
}

QString programOf(qint64 pid) {
    const HANDLE process = ::OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, static_cast<DWORD>(pid));
    if (process == nullptr)
        return {};
    std::array<wchar_t, 1024> path{};
    DWORD length = path.size();
    const bool isTold = ::QueryFullProcessImageNameW(process, 0, path.data(), &length) != 0;
    ::CloseHandle(process);
    return isTold ? QFileInfo(QString::fromWCharArray(path.data(), static_cast<int>(length))).fileName() : QString();
}

std::optional<PortOwner> portOwner(quint16 port, bool udp) {
    const auto bound = boundSockets(port, udp);
    if (bound.empty())
        return std::nullopt;
    const auto pid = static_cast<qint64>(bound.front().key);
    const QString program = programOf(pid);
    return PortOwner{.pid = pid, .program = program.isEmpty() ? QStringLiteral("a process") : program};
}

} // namespace sw
