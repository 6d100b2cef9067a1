// SPDX-License-Identifier: MIT
// Source: macOS <netinet/tcp.h> TCP_CONNECTION_INFO, <netinet/tcp_fsm.h>; getsockopt(2) SO_NREAD, SO_NWRITE.
#include "core/base/systemnet.h"
#include "core/channel/tcpinfo.h"

#include <array>

namespace sw::native {

namespace {

QString stateOf(int code) {
    static constexpr std::array names{"CLOSED",     "LISTEN",  "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "CLOSE-WAIT",
                                      "FIN-WAIT-1", "CLOSING", "LAST-ACK", "FIN-WAIT-2",   "TIME-WAIT"};
    const auto index = static_cast<std::size_t>(code);
    return index < names.size() ? QString::fromLatin1(names.at(index)) : QString();
}

std::optional<qint64> queued(int fd, int option) {
    int bytes = 0;
    socklen_t length = sizeof bytes;
    return ::getsockopt(fd, SOL_SOCKET, option, &bytes, &length) == 0 ? std::optional<qint64>(bytes) : std::nullopt;
}

} // namespace

std::optional<TcpInfo> tcpInfo(Descriptor socket) {
    const int fd = static_cast<int>(socket);
    tcp_connection_info raw{};
    socklen_t length = sizeof raw;
    if (::getsockopt(fd, IPPROTO_TCP, TCP_CONNECTION_INFO, &raw, &length) != 0)
        return std::nullopt;
    constexpr qint64 milli = 1000; // its times are in milliseconds
    TcpInfo info;
    info.state = stateOf(raw.tcpi_state);
    info.rtt = raw.tcpi_srtt * milli;
    info.rttVariation = raw.tcpi_rttvar * milli;
    info.rto = raw.tcpi_rto * milli;
    info.mss = raw.tcpi_maxseg;
    info.congestionWindow = raw.tcpi_snd_cwnd;
    info.slowStartLimit = raw.tcpi_snd_ssthresh;
    info.unacknowledged = raw.tcpi_snd_sbbytes;
    info.peerWindow = raw.tcpi_snd_wnd;
    info.receiveWindow = raw.tcpi_rcv_wnd;
    info.receiveQueue = queued(fd, SO_NREAD);
    info.totalRetransmits = static_cast<qint64>(raw.tcpi_txretransmitpackets);
    info.segmentsSent = static_cast<qint64>(raw.tcpi_txpackets);
    info.segmentsReceived = static_cast<qint64>(raw.tcpi_rxpackets);
    info.bytesReceived = static_cast<qint64>(raw.tcpi_rxbytes);
    return info;
}

AcceptQueue acceptQueue(Descriptor) {
    return {}; // not told for one socket
}

std::optional<qint64> undelivered(Descriptor socket) {
    return queued(static_cast<int>(socket), SO_NWRITE);
}

} // namespace sw::native
