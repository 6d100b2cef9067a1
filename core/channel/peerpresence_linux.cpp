// SPDX-License-Identifier: MIT
// Source: Linux sock_diag(7), "IPv4 and IPv6 sockets"; net/ipv4/inet_diag.c: a socket that no process holds has inode
// 0.
#include "core/channel/peerpresence.h"

#include <QFile>
#include <QFileInfo>

#include <array>
#include <cstring>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace sw::native {

namespace {

/// The two ends of a connection as the system's table has them: IPv4 also where a dual-stack socket carries it.
struct Ends {
    inet_diag_sockid id{};
    bool isIPv6 = false;
};

Ends endsOfPeer(const SocketAddress& local, const SocketAddress& peer) {
    Ends ends;
    const QHostAddress source = hostOf(peer);
    const QHostAddress destination = hostOf(local);
    ends.isIPv6 = source.protocol() == QAbstractSocket::IPv6Protocol;
    ends.id.idiag_sport = htons(portOf(peer));
    ends.id.idiag_dport = htons(portOf(local));
    const auto put = [&](const QHostAddress& host, auto& words) {
        if (ends.isIPv6) {
            const Q_IPV6ADDR raw = host.toIPv6Address();
            std::memcpy(&words, &raw, sizeof raw);
        } else {
            words[0] = htonl(host.toIPv4Address());
        }
    };
    put(source, ends.id.idiag_src);
    put(destination, ends.id.idiag_dst);
    ends.id.idiag_cookie[0] = ends.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    return ends;
}

} // namespace

bool peerHasGone(Descriptor socket) {
    const SocketAddress local = boundAddress(socket);
    const SocketAddress peer = peerAddress(socket);
    if (!isIp(local) || !isIp(peer))
        return false; // a Unix socket tells by itself
    const Ends ends = endsOfPeer(local, peer);
    struct {
        nlmsghdr header;
        inet_diag_req_v2 request;
    } question{};
    question.header.nlmsg_len = sizeof question;
    question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    question.header.nlmsg_flags = NLM_F_REQUEST;
    question.request.sdiag_family = ends.isIPv6 ? AF_INET6 : AF_INET;
    question.request.sdiag_protocol = IPPROTO_TCP;
    question.request.idiag_states = ~0U;
    question.request.id = ends.id;
    const int link = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (link < 0)
        return false;
    alignas(nlmsghdr) std::array<char, 4096> answer{};
    ssize_t size = -1;
    if (::send(link, &question, sizeof question, 0) == static_cast<ssize_t>(sizeof question))
        size = ::recv(link, answer.data(), answer.size(), MSG_DONTWAIT);
    ::close(link);
    nlmsghdr header{};
    inet_diag_msg told{};
    if (size < static_cast<ssize_t>(NLMSG_HDRLEN + sizeof told))
        return false;
    std::memcpy(&header, answer.data(), sizeof header);
    if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY)
        return false; // no such socket here: the peer is on another machine
    std::memcpy(&told, answer.data() + NLMSG_HDRLEN, sizeof told);
    return told.idiag_inode == 0;
}

/// proc(5), /proc/net/unix: the path as it was bound, which may be relative to a folder that nobody knows; then its
/// last part counts.
bool isBoundByAnybody(const QString& path) {
    QFile table(QStringLiteral("/proc/net/unix"));
    if (!table.open(QIODevice::ReadOnly))
        return false;
    const QFileInfo wanted(path);
    const QString absolute = wanted.absoluteFilePath();
    const QList<QByteArray> lines = table.readAll().split('\n');
    for (const QByteArray& line : lines) {
        constexpr int fields = 7; // before the path
        constexpr int stateField = 5;
        qsizetype at = 0;
        QByteArray state;
        for (int i = 0; i < fields && at >= 0; ++i) {
            while (at < line.size() && line.at(at) == ' ')
                ++at;
            const qsizetype begin = at;
            at = line.indexOf(' ', at);
            if (i == stateField && at >= 0)
                state = line.sliced(begin, at - begin);
        }
        if (at < 0 || state == "03") // connected: what was accepted bears its listener's name
            continue;
        const QString bound = QFile::decodeName(line.sliced(at + 1));
        const bool isRelative = !bound.startsWith(QLatin1Char('/')) && !bound.startsWith(QLatin1Char('@'));
        if (bound == path || bound == absolute || (isRelative && QFileInfo(bound).fileName() == wanted.fileName()))
            return true;
    }
    return false;
}

} // namespace sw::native
