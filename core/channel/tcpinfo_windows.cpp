// SPDX-License-Identifier: MIT
// Source: Windows Sockets 2, SIO_TCP_INFO with TCP_INFO_v0 (mstcpip.h; Windows 10 1703).
#include "core/base/systemnet.h"
#include "core/channel/tcpinfo.h"

#include <array>
#include <mstcpip.h>

namespace sw::native {

namespace {

// as mstcpip.h has them; older headers lack them
struct TcpInfoV0 {
    int state;
    ULONG mss;
    ULONG64 connectionTimeMs;
    BOOLEAN timestampsEnabled;
    ULONG rttUs;
    ULONG minRttUs;
    ULONG bytesInFlight;
    ULONG cwnd;
    ULONG sndWnd;
    ULONG rcvWnd;
    ULONG rcvBuf;
    ULONG64 bytesOut;
    ULONG64 bytesIn;
    ULONG bytesReordered;
    ULONG bytesRetrans;
    ULONG fastRetrans;
    ULONG dupAcksIn;
    ULONG timeoutEpisodes;
    UCHAR synRetrans;
};
constexpr DWORD askTcpInfo = _WSAIORW(IOC_VENDOR, 39);

QString stateOf(int code) {
    static constexpr std::array names{"CLOSED",      "LISTEN",     "SYN-SENT",   "SYN-RECEIVED",
                                      "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT",
                                      "CLOSING",     "LAST-ACK",   "TIME-WAIT"};
    const auto index = static_cast<std::size_t>(code);
    return index < names.size() ? QString::fromLatin1(names.at(index)) : QString();
}

} // namespace

std::optional<TcpInfo> tcpInfo(Descriptor socket) {
    const auto handle = static_cast<SOCKET>(socket);
    TcpInfoV0 raw{};
    DWORD version = 0;
    DWORD size = 0;
    if (::WSAIoctl(handle, askTcpInfo, &version, sizeof version, &raw, sizeof raw, &size, nullptr, nullptr) != 0)
        return std::nullopt;
    TcpInfo info;
    info.state = stateOf(raw.state);
    info.rtt = raw.rttUs;
    info.minRtt = raw.minRttUs;
    info.mss = raw.mss;
    info.congestionWindow = raw.cwnd;
    info.unacknowledged = raw.bytesInFlight;
    info.peerWindow = raw.sndWnd;
    info.receiveWindow = raw.rcvWnd;
    info.retransmits = raw.synRetrans;
    if (raw.mss > 0)
        info.totalRetransmits = (raw.bytesRetrans + raw.mss - 1) / raw.mss;
    info.bytesReceived = static_cast<qint64>(raw.bytesIn);
    u_long waiting = 0;
    if (::ioctlsocket(handle, FIONREAD, &waiting) == 0)
        info.receiveQueue = waiting;
    return info;
}

AcceptQueue acceptQueue(Descriptor) {
    return {}; // Windows does not tell
}

std::optional<qint64> undelivered(Descriptor) {
    return std::nullopt;
}

} // namespace sw::native
