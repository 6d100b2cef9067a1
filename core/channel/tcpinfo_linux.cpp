// SPDX-License-Identifier: MIT
// Source: Linux tcp(7) TCP_INFO and include/uapi/linux/tcp.h; tcp(7) and unix(7) SIOCINQ, SIOCOUTQ; sock_diag(7).
#include "core/channel/tcpinfo.h"

#include "core/address/sockettable.h"

#include <array>
#include <cstddef>
#include <cstring>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sw::native {

namespace {

/// The structure grows with the kernels; `length` says how much of it is told.
struct RawInfo {
    tcp_info info{};
    socklen_t length = 0;

    bool read(int fd) {
        std::array<char, sizeof(tcp_info) + 64> room{};
        length = room.size();
        if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, room.data(), &length) != 0)
            return false;
        std::memcpy(&info, room.data(), sizeof info);
        // tcpi_rcv_wnd follows tcpi_snd_wnd (Linux 6.2)
        constexpr std::size_t at = offsetof(tcp_info, tcpi_snd_wnd) + sizeof info.tcpi_snd_wnd;
        if (length >= at + sizeof(quint32)) {
            quint32 value = 0;
            std::memcpy(&value, room.data() + at, sizeof value);
            receiveWindow = value;
        }
        return true;
    }

    TcpInfo::Figure receiveWindow;
};

std::optional<qint64> queued(int fd, unsigned long request) {
    int bytes = 0;
    return ::ioctl(fd, request, &bytes) == 0 ? std::optional<qint64>(bytes) : std::nullopt;
}

} // namespace

std::optional<TcpInfo> tcpInfo(Descriptor socket) {
    const int fd = static_cast<int>(socket);
    RawInfo told;
    if (!told.read(fd))
        return std::nullopt;
    const tcp_info& raw = told.info;
    const auto figure = [&](auto value, std::size_t offset) {
        return offset + sizeof value <= told.length ? TcpInfo::Figure(static_cast<qint64>(value)) : TcpInfo::Figure();
    };
    const auto mss = static_cast<qint64>(raw.tcpi_snd_mss);
    constexpr quint32 unlimited = 0x7fffffff;
    TcpInfo info;
    info.state = tcpStateName(raw.tcpi_state);
    info.rtt = raw.tcpi_rtt;
    info.rttVariation = raw.tcpi_rttvar;
    info.minRtt = figure(raw.tcpi_min_rtt, offsetof(tcp_info, tcpi_min_rtt));
    if (info.minRtt == qint64(0xffffffff)) // none measured yet
        info.minRtt.reset();
    info.rto = raw.tcpi_rto;
    info.mss = mss;
    info.congestionWindow = raw.tcpi_snd_cwnd * mss;
    if (raw.tcpi_snd_ssthresh < unlimited)
        info.slowStartLimit = raw.tcpi_snd_ssthresh * mss;
    info.unsent = figure(raw.tcpi_notsent_bytes, offsetof(tcp_info, tcpi_notsent_bytes));
    const auto outgoing = queued(fd, SIOCOUTQ);
    info.unacknowledged =
        outgoing && info.unsent ? std::max<qint64>(*outgoing - *info.unsent, 0) : raw.tcpi_unacked * mss;
    info.peerWindow = figure(raw.tcpi_snd_wnd, offsetof(tcp_info, tcpi_snd_wnd));
    info.receiveWindow = told.receiveWindow;
    info.receiveQueue = queued(fd, SIOCINQ);
    info.retransmits = raw.tcpi_retransmits;
    info.totalRetransmits = raw.tcpi_total_retrans;
    info.lost = raw.tcpi_lost;
    info.reordering = raw.tcpi_reordering;
    info.segmentsSent = figure(raw.tcpi_segs_out, offsetof(tcp_info, tcpi_segs_out));
    info.segmentsReceived = figure(raw.tcpi_segs_in, offsetof(tcp_info, tcpi_segs_in));
    info.bytesAcknowledged = figure(raw.tcpi_bytes_acked, offsetof(tcp_info, tcpi_bytes_acked));
    info.bytesReceived = figure(raw.tcpi_bytes_received, offsetof(tcp_info, tcpi_bytes_received));
    info.deliveryRate = figure(raw.tcpi_delivery_rate, offsetof(tcp_info, tcpi_delivery_rate));
    info.pacingRate = figure(raw.tcpi_pacing_rate, offsetof(tcp_info, tcpi_pacing_rate));
    if (info.pacingRate && *info.pacingRate < 0) // all ones: not paced
        info.pacingRate.reset();
    info.sinceLastSent = static_cast<qint64>(raw.tcpi_last_data_sent) * 1000;
    info.sinceLastReceived = static_cast<qint64>(raw.tcpi_last_data_recv) * 1000;
    return info;
}

namespace {

/// sock_diag(7): what the kernel tells of one Unix socket, found by its inode.
AcceptQueue unixQueue(int fd) {
    struct stat info {};
    if (::fstat(fd, &info) != 0)
        return {};
    const int link = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (link < 0)
        return {};
    struct {
        nlmsghdr header;
        unix_diag_req request;
    } question{};
    question.header.nlmsg_len = sizeof question;
    question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    question.header.nlmsg_flags = NLM_F_REQUEST;
    question.request.sdiag_family = AF_UNIX;
    question.request.udiag_states = ~0U;
    question.request.udiag_ino = static_cast<quint32>(info.st_ino);
    question.request.udiag_show = UDIAG_SHOW_RQLEN;
    std::memset(question.request.udiag_cookie, 0xff, sizeof question.request.udiag_cookie); // any
    alignas(nlmsghdr) std::array<char, 4096> answer{};
    AcceptQueue queue;
    ssize_t size = -1;
    if (::send(link, &question, sizeof question, 0) == static_cast<ssize_t>(sizeof question))
        size = ::recv(link, answer.data(), answer.size(), MSG_DONTWAIT);
    ::close(link);
    nlmsghdr header{};
    if (size < static_cast<ssize_t>(sizeof header + sizeof(unix_diag_msg)))
        return {};
    std::memcpy(&header, answer.data(), sizeof header);
    if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY)
        return {};
    std::size_t at = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(unix_diag_msg));
    while (at + sizeof(rtattr) <= static_cast<std::size_t>(size)) {
        rtattr attribute{};
        std::memcpy(&attribute, answer.data() + at, sizeof attribute);
        if (attribute.rta_len < sizeof attribute)
            break;
        if (attribute.rta_type == UNIX_DIAG_RQLEN) {
            unix_diag_rqlen lengths{};
            std::memcpy(&lengths, answer.data() + at + RTA_LENGTH(0), sizeof lengths);
            queue.waiting = static_cast<int>(lengths.udiag_rqueue);
            queue.limit = static_cast<int>(lengths.udiag_wqueue);
        }
        at += RTA_ALIGN(attribute.rta_len);
    }
    return queue;
}

} // namespace

AcceptQueue acceptQueue(Descriptor socket) {
    const int fd = static_cast<int>(socket);
    RawInfo told;
    if (!told.read(fd))
        return unixQueue(fd);
    if (tcpStateName(told.info.tcpi_state) != QLatin1String("LISTEN"))
        return {};
    // of a listening socket these two tell of its queue (net/ipv4/tcp.c, tcp_get_info)
    return {.waiting = static_cast<int>(told.info.tcpi_unacked), .limit = static_cast<int>(told.info.tcpi_sacked)};
}

std::optional<qint64> undelivered(Descriptor socket) {
    return queued(static_cast<int>(socket), SIOCOUTQ);
}

} // namespace sw::native
