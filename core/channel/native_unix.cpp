// SPDX-License-Identifier: MIT
// Sources: POSIX.1-2017 System Interfaces; Linux socket(7), tcp(7), udp(7), unix(7).
#include "core/channel/native.h"

#include "core/address/hosts.h"
#include "core/address/sockettable.h"
#include "core/base/systemnet.h"
#include "core/channel/peerpresence.h"

#include <QDir>
#include <QFile>
#include <QRandomGenerator>

#ifdef __linux__
#include <linux/errqueue.h>
#include <linux/sock_diag.h>
#endif
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <vector>

namespace sw::native {

namespace {

const sockaddr* generic(const SocketAddress& address) {
    return static_cast<const sockaddr*>(static_cast<const void*>(address.storage.data()));
}

sockaddr* generic(SocketAddress& address) {
    return static_cast<sockaddr*>(static_cast<void*>(address.storage.data()));
}

template <typename T>
T as(const SocketAddress& address) {
    T value{};
    std::memcpy(&value, address.storage.data(), sizeof value);
    return value;
}

template <typename T>
SocketAddress from(const T& value, std::size_t length = sizeof(T)) {
    SocketAddress address;
    std::memcpy(address.storage.data(), &value, sizeof value);
    address.length = static_cast<int>(length);
    return address;
}

sa_family_t family(const SocketAddress& address) {
    return generic(address)->sa_family;
}

int descriptor(Descriptor socket) {
    return static_cast<int>(socket);
}

int result(int code) {
    return code < 0 ? -errno : 0;
}

void makeNonBlocking([[maybe_unused]] int fd) {
#ifndef SOCK_NONBLOCK
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
#endif
#ifdef SO_NOSIGPIPE
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
}

#ifdef MSG_NOSIGNAL
constexpr int sendFlags = MSG_NOSIGNAL;
#else
constexpr int sendFlags = 0;
#endif

} // namespace

bool SocketAddress::operator==(const SocketAddress& other) const {
    return length == other.length &&
           std::memcmp(storage.data(), other.storage.data(), static_cast<std::size_t>(length)) == 0;
}

void initialise() {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN); // a file at its limit (ulimit -f) is an error of the write
}

void keepStandardDescriptors() {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
            continue;
        // those below it are open by now, so it gets this number
        const int opened = ::open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY);
        if (opened > fd)
            ::close(opened);
    }
}

bool canOpenDescriptors(int count) {
    std::vector<int> opened;
    for (int i = 0; i < count; ++i) {
        const int fd = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
        if (fd < 0)
            break;
        opened.push_back(fd);
    }
    for (const int fd : opened)
        ::close(fd);
    return opened.size() == static_cast<std::size_t>(count);
}

void reserveDescriptors() {
#ifdef __linux__
    rlimit limit{};
    constexpr rlim_t wanted = 16384;
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < 2)
        return;
    const int highest = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, static_cast<int>(std::min(limit.rlim_cur, wanted) - 1));
    if (highest >= 0)
        ::close(highest);
#endif
}

SocketAddress ipAddress(const QHostAddress& address, quint16 port) {
    if (address.protocol() == QAbstractSocket::IPv6Protocol) {
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(port);
        const Q_IPV6ADDR raw = address.toIPv6Address();
        std::memcpy(&v6.sin6_addr, &raw, sizeof raw);
        const QString scope = address.scopeId();
        if (!scope.isEmpty()) {
            v6.sin6_scope_id = ::if_nametoindex(scope.toUtf8().constData());
            if (v6.sin6_scope_id == 0)
                v6.sin6_scope_id = scope.toUInt();
        }
        return from(v6);
    }
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    v4.sin_addr.s_addr = htonl(address.toIPv4Address());
    return from(v4);
}

SocketAddress localAddress(const QString& path) {
    sockaddr_un local{};
    local.sun_family = AF_UNIX;
    const QByteArray name = QFile::encodeName(path);
    const std::size_t size = std::min<std::size_t>(static_cast<std::size_t>(name.size()), sizeof local.sun_path - 1);
    std::memcpy(&local.sun_path, name.constData(), size);
    if (path.startsWith(QLatin1Char('@'))) { // unix(7): an abstract name starts with NUL, and its length counts
        local.sun_path[0] = '\0';
        return from(local, offsetof(sockaddr_un, sun_path) + size);
    }
    return from(local, offsetof(sockaddr_un, sun_path) + size + 1);
}

bool isIPv6(const SocketAddress& address) {
    return family(address) == AF_INET6;
}

bool isIp(const SocketAddress& address) {
    return family(address) == AF_INET || family(address) == AF_INET6;
}

QHostAddress hostOf(const SocketAddress& address) {
    if (!isIp(address))
        return {};
    QHostAddress host(generic(address));
    if (isIPv6(address)) { // an IPv4 peer of a dual-stack socket is shown as what it is
        bool isMapped = false;
        const quint32 v4 = host.toIPv4Address(&isMapped);
        if (isMapped && host.toString().startsWith(QLatin1String("::ffff:")))
            return QHostAddress(v4);
        if (const auto scope = as<sockaddr_in6>(address).sin6_scope_id;
            scope != 0) { // RFC 4007: without it, half an address
            std::array<char, IF_NAMESIZE> name{};
            host.setScopeId(::if_indextoname(scope, name.data()) != nullptr ? QString::fromLocal8Bit(name.data())
                                                                            : QString::number(scope));
        }
    }
    return host;
}

quint16 portOf(const SocketAddress& address) {
    if (family(address) == AF_INET)
        return ntohs(as<sockaddr_in>(address).sin_port);
    if (family(address) == AF_INET6)
        return ntohs(as<sockaddr_in6>(address).sin6_port);
    return 0;
}

QString toText(const SocketAddress& address) {
    if (isIp(address))
        return formatEndpoint(hostOf(address), portOf(address));
    constexpr int pathStart = offsetof(sockaddr_un, sun_path);
    if (family(address) != AF_UNIX || address.length <= pathStart)
        return {};
    const auto local = as<sockaddr_un>(address);
    QByteArray name(static_cast<const char*>(local.sun_path), address.length - pathStart);
    if (name.startsWith('\0'))
        return QStringLiteral("@") + QString::fromUtf8(name.mid(1));
    return QFile::decodeName(
        name.left(static_cast<qsizetype>(qstrnlen(name.constData(), static_cast<size_t>(name.size())))));
}

Descriptor open(const SocketAddress& like, SocketType type) {
    int kind = type == SocketType::Stream ? SOCK_STREAM : SOCK_DGRAM;
#ifdef SOCK_NONBLOCK
    kind |= SOCK_NONBLOCK | SOCK_CLOEXEC;
#endif
    const int fd = ::socket(family(like), kind, 0);
    if (fd < 0)
        return -errno;
    makeNonBlocking(fd);
    return fd;
}

void close(Descriptor socket) {
    ::close(descriptor(socket));
}

void abort(Descriptor socket) {
    const linger reset{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(descriptor(socket), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    ::close(descriptor(socket));
}

int bind(Descriptor socket, const SocketAddress& address) {
    return result(::bind(descriptor(socket), generic(address), static_cast<socklen_t>(address.length)));
}

int listen(Descriptor socket, int backlog) {
    return result(::listen(descriptor(socket), backlog));
}

int connect(Descriptor socket, const SocketAddress& address) {
    return result(::connect(descriptor(socket), generic(address), static_cast<socklen_t>(address.length)));
}

Descriptor accept(Descriptor socket, SocketAddress& peer) {
    socklen_t length = sizeof peer.storage;
#ifdef SOCK_NONBLOCK
    const int fd = ::accept4(descriptor(socket), generic(peer), &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
#else
    const int fd = ::accept(descriptor(socket), generic(peer), &length);
#endif
    if (fd < 0)
        return -errno;
    peer.length = static_cast<int>(length);
    makeNonBlocking(fd);
    return fd;
}

qint64 receive(Descriptor socket, char* data, std::size_t size) {
    const ssize_t count = ::recv(descriptor(socket), data, size, 0);
    return count < 0 ? -errno : count;
}

qint64 send(Descriptor socket, const char* data, std::size_t size) {
    const ssize_t count = ::send(descriptor(socket), data, size, sendFlags);
    return count < 0 ? -errno : count;
}

// NOLINTNEXTLINE(readability-non-const-parameter): iov_base is written to
namespace {

/// What recvmsg() needs beside the bytes.
struct DatagramMessage {
    iovec piece{};
    alignas(cmsghdr) std::array<char, 192> control{};

    void prepare(msghdr& header, char* data, std::size_t size, DatagramInfo& info) {
        piece = {.iov_base = data, .iov_len = size};
        header = {};
        header.msg_name = info.peer.storage.data();
        header.msg_namelen = sizeof info.peer.storage;
        header.msg_iov = &piece;
        header.msg_iovlen = 1;
        header.msg_control = control.data();
        header.msg_controllen = control.size();
    }
};

/// The local address that a part of a received datagram's control data tells, with the port left 0.
void takeLocal(DatagramInfo& info, const cmsghdr& part) {
#ifdef IP_PKTINFO
    if (part.cmsg_level == IPPROTO_IP && part.cmsg_type == IP_PKTINFO) {
        in_pktinfo told{};
        std::memcpy(&told, CMSG_DATA(&part), sizeof told);
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_addr = told.ipi_spec_dst; // for a broadcast or group: the address of the interface
        info.local = from(v4);
    }
#endif
#ifdef IPV6_PKTINFO
    if (part.cmsg_level == IPPROTO_IPV6 && part.cmsg_type == IPV6_PKTINFO) {
        in6_pktinfo told{};
        std::memcpy(&told, CMSG_DATA(&part), sizeof told);
        // IPv4 tells it better by itself, also where this socket serves both: for a group or broadcast too
        if (IN6_IS_ADDR_MULTICAST(&told.ipi6_addr) || IN6_IS_ADDR_V4MAPPED(&told.ipi6_addr))
            return;
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        v6.sin6_addr = told.ipi6_addr;
        if (IN6_IS_ADDR_LINKLOCAL(&told.ipi6_addr))
            v6.sin6_scope_id = static_cast<quint32>(told.ipi6_ifindex);
        info.local = from(v6);
    }
#endif
}

void takeOver(DatagramInfo& info, msghdr& header, qint64 count, std::size_t size) {
    info.peer.length = static_cast<int>(header.msg_namelen);
    info.trueSize = count;
    info.size = std::min<qint64>(count, static_cast<qint64>(size));
    info.isCut = (header.msg_flags & MSG_TRUNC) != 0;
    info.dropped.reset();
    info.sender = {};
    info.local = {};
    for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
        takeLocal(info, *part);
#ifdef SO_RXQ_OVFL
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_CREDENTIALS) {
            ucred raw{};
            std::memcpy(&raw, CMSG_DATA(part), sizeof raw);
            info.sender.pid = raw.pid;
            info.sender.uid = raw.uid;
            info.sender.gid = raw.gid;
        }
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SO_RXQ_OVFL) {
            quint32 dropped = 0;
            std::memcpy(&dropped, CMSG_DATA(part), sizeof dropped);
            info.dropped = dropped;
        }
#endif
    }
}

constexpr std::size_t mostDatagrams = 32;

} // namespace

#ifdef __linux__
// recvmmsg(2); MSG_TRUNC: the counts are then the datagrams' whole sizes
int receiveDatagrams(Descriptor socket, char* room, std::size_t each, std::span<DatagramInfo> infos) {
    std::array<DatagramMessage, mostDatagrams> messages;
    std::array<mmsghdr, mostDatagrams> headers; // NOLINT(cppcoreguidelines-pro-type-member-init): prepared below
    const std::size_t most = std::min(infos.size(), mostDatagrams);
    for (std::size_t i = 0; i < most; ++i)
        messages.at(i).prepare(headers.at(i).msg_hdr, room + i * each, each, infos[i]);
    const int count = ::recvmmsg(descriptor(socket), headers.data(), static_cast<unsigned>(most), MSG_TRUNC, nullptr);
    if (count < 0)
        return -errno;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
        takeOver(infos[i], headers.at(i).msg_hdr, headers.at(i).msg_len, each);
    return count;
}
#else
int receiveDatagrams(Descriptor socket, char* room, std::size_t each, std::span<DatagramInfo> infos) {
    int taken = 0;
    for (DatagramInfo& info : infos) {
        DatagramMessage message;
        msghdr header{};
        message.prepare(header, room + static_cast<std::size_t>(taken) * each, each, info);
        const ssize_t count = ::recvmsg(descriptor(socket), &header, 0);
        if (count < 0)
            return taken > 0 ? taken : -errno;
        takeOver(info, header, count, each);
        ++taken;
    }
    return taken;
}
#endif

namespace {

/// Control data that says from which local address a datagram is to leave.
struct SourceControl {
    alignas(cmsghdr) std::array<char, 64> room{};
    std::size_t size = 0;

    template <typename Info>
    void put(int level, int type, const Info& info) {
        cmsghdr head{};
        head.cmsg_len = CMSG_LEN(sizeof info);
        head.cmsg_level = level;
        head.cmsg_type = type;
        std::memcpy(room.data(), &head, sizeof head);
        std::memcpy(room.data() + CMSG_LEN(0), &info, sizeof info);
        size = CMSG_SPACE(sizeof info);
    }

    explicit SourceControl(const SocketAddress& source) {
#ifdef IP_PKTINFO
        if (family(source) == AF_INET) {
            in_pktinfo info{};
            info.ipi_spec_dst = as<sockaddr_in>(source).sin_addr;
            put(IPPROTO_IP, IP_PKTINFO, info);
        }
#endif
#ifdef IPV6_PKTINFO
        if (family(source) == AF_INET6) {
            in6_pktinfo info{};
            info.ipi6_addr = as<sockaddr_in6>(source).sin6_addr;
            info.ipi6_ifindex = as<sockaddr_in6>(source).sin6_scope_id;
            put(IPPROTO_IPV6, IPV6_PKTINFO, info);
        }
#endif
    }
};

qint64 sendFrom(Descriptor socket, QByteArrayView bytes, const SocketAddress& destination,
                const SocketAddress& source) {
    SourceControl control(source);
    iovec piece{.iov_base = const_cast<char*>(bytes.data()), .iov_len = static_cast<std::size_t>(bytes.size())};
    SocketAddress name = destination;
    msghdr header{};
    header.msg_name = name.storage.data();
    header.msg_namelen = static_cast<socklen_t>(name.length);
    header.msg_iov = &piece;
    header.msg_iovlen = 1;
    header.msg_control = control.room.data();
    header.msg_controllen = control.size;
    const ssize_t count = ::sendmsg(descriptor(socket), &header, sendFlags);
    return count < 0 ? -errno : count;
}

} // namespace

qint64 sendDatagram(Descriptor socket, QByteArrayView bytes, const SocketAddress* destination,
                    const SocketAddress* source) {
    if (destination != nullptr && source != nullptr && source->length > 0)
        return sendFrom(socket, bytes, *destination, *source);
    const ssize_t count = ::sendto(descriptor(socket), bytes.data(), static_cast<std::size_t>(bytes.size()), sendFlags,
                                   destination == nullptr ? nullptr : generic(*destination),
                                   destination == nullptr ? 0 : static_cast<socklen_t>(destination->length));
    return count < 0 ? -errno : count;
}

int shutdown(Descriptor socket, Shutdown direction) {
    return result(::shutdown(descriptor(socket), direction == Shutdown::Sending ? SHUT_WR : SHUT_RD));
}

int pendingError(Descriptor socket) {
    int error = 0;
    socklen_t length = sizeof error;
    ::getsockopt(descriptor(socket), SOL_SOCKET, SO_ERROR, &error, &length);
    return error;
}

SocketAddress boundAddress(Descriptor socket) {
    SocketAddress address;
    socklen_t length = sizeof address.storage;
    if (::getsockname(descriptor(socket), generic(address), &length) == 0)
        address.length = static_cast<int>(length);
    return address;
}

SocketAddress peerAddress(Descriptor socket) {
    SocketAddress address;
    socklen_t length = sizeof address.storage;
    if (::getpeername(descriptor(socket), generic(address), &length) == 0)
        address.length = static_cast<int>(length);
    return address;
}

namespace {

/// From the file alone: the other sources of user names may ask the network, and this thread must not wait.
QString userOf(qint64 uid) {
    QFile users(QStringLiteral("/etc/passwd"));
    if (!users.open(QIODevice::ReadOnly))
        return {};
    const QByteArray number = QByteArray::number(uid);
    while (!users.atEnd()) {
        const QList<QByteArray> fields = users.readLine().split(':');
        if (fields.size() > 2 && fields.at(2) == number)
            return QString::fromUtf8(fields.front());
    }
    return {};
}

} // namespace

void nameCredentials(PeerCredentials& credentials) {
    if (credentials.pid >= 0)
        credentials.program = programOf(credentials.pid);
    credentials.user = userOf(credentials.uid);
}

void enableSenderCredentials([[maybe_unused]] Descriptor socket) {
#ifdef SO_PASSCRED
    const int on = 1;
    ::setsockopt(descriptor(socket), SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
#endif
}

std::optional<PeerCredentials> peerCredentials(Descriptor socket) {
    PeerCredentials credentials;
#ifdef SO_PEERCRED
    ucred raw{};
    socklen_t length = sizeof raw;
    if (::getsockopt(descriptor(socket), SOL_SOCKET, SO_PEERCRED, &raw, &length) != 0 || raw.pid == 0)
        return std::nullopt;
    credentials.pid = raw.pid;
    credentials.uid = raw.uid;
    credentials.gid = raw.gid;
#else
    uid_t uid = 0;
    gid_t gid = 0;
    if (::getpeereid(descriptor(socket), &uid, &gid) != 0)
        return std::nullopt;
    credentials.uid = uid;
    credentials.gid = gid;
#ifdef LOCAL_PEERPID
    pid_t pid = 0;
    socklen_t length = sizeof pid;
    if (::getsockopt(descriptor(socket), SOL_LOCAL, LOCAL_PEERPID, &pid, &length) == 0)
        credentials.pid = pid;
#endif
#endif
    nameCredentials(credentials);
    return credentials;
}

#ifdef __linux__
// ip(7), ipv6(7): IP_RECVERR and MSG_ERRQUEUE
void enableFaultReports(Descriptor socket, bool isIPv6) {
    const int on = 1;
    ::setsockopt(descriptor(socket), IPPROTO_IP, IP_RECVERR, &on, sizeof on); // an IPv6 socket may have IPv4 peers too
    if (isIPv6)
        ::setsockopt(descriptor(socket), IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);
}

std::optional<DatagramFault> takeFault(Descriptor socket) {
    for (;;) {
        DatagramFault fault;
        char ignored = 0; // the datagram comes back, as far as ICMP quotes it; we know it already
        iovec piece{.iov_base = &ignored, .iov_len = 1};
        alignas(cmsghdr) std::array<char, 256> control{};
        msghdr header{};
        header.msg_name = fault.destination.storage.data();
        header.msg_namelen = sizeof fault.destination.storage;
        header.msg_iov = &piece;
        header.msg_iovlen = 1;
        header.msg_control = control.data();
        header.msg_controllen = control.size();
        if (::recvmsg(descriptor(socket), &header, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
            return std::nullopt;
        fault.destination.length = static_cast<int>(header.msg_namelen);
        for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
            const bool isSix = part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_RECVERR;
            const bool isFour = part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_RECVERR;
            if (!isFour && !isSix)
                continue;
            sock_extended_err error{};
            std::memcpy(&error, CMSG_DATA(part), sizeof error);
            if (error.ee_origin != SO_EE_ORIGIN_ICMP && error.ee_origin != SO_EE_ORIGIN_ICMP6)
                break; // our own system's; the send call has told it
            fault.code = static_cast<int>(error.ee_errno);
            fault.icmpType = error.ee_type;
            fault.icmpCode = error.ee_code;
            fault.isIPv6 = error.ee_origin == SO_EE_ORIGIN_ICMP6;
            SocketAddress offender;
            const std::size_t size =
                std::min<std::size_t>(part->cmsg_len - CMSG_LEN(sizeof error), sizeof(sockaddr_in6));
            std::memcpy(offender.storage.data(), CMSG_DATA(part) + sizeof error, size);
            if (isIp(offender))
                fault.reporter = hostOf(offender).toString();
        }
        if (fault.code != 0)
            return fault;
    }
}
#else
void enableFaultReports(Descriptor, bool) {} // not told which datagram an error is about

std::optional<DatagramFault> takeFault(Descriptor) {
    return std::nullopt;
}
#endif

void enableDropCounter([[maybe_unused]] Descriptor socket) {
#ifdef SO_RXQ_OVFL
    const int on = 1;
    ::setsockopt(descriptor(socket), SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
#endif
}

std::optional<quint32> dropCount([[maybe_unused]] Descriptor socket) {
#if defined(SO_MEMINFO) && defined(__linux__)
    std::array<quint32, SK_MEMINFO_VARS> figures{};
    socklen_t length = sizeof figures;
    if (::getsockopt(descriptor(socket), SOL_SOCKET, SO_MEMINFO, figures.data(), &length) == 0 &&
        length > SK_MEMINFO_DROPS * sizeof(quint32))
        return figures.at(SK_MEMINFO_DROPS);
#endif
    return std::nullopt;
}

void enableLocalAddresses([[maybe_unused]] Descriptor socket, [[maybe_unused]] bool isIPv6) {
    [[maybe_unused]] const int on = 1;
#if defined(IP_RECVPKTINFO)
    constexpr int v4 = IP_RECVPKTINFO;
#elif defined(IP_PKTINFO)
    constexpr int v4 = IP_PKTINFO;
#endif
#ifdef IP_PKTINFO
    // a socket for both families has IPv4 peers too
    ::setsockopt(descriptor(socket), IPPROTO_IP, v4, &on, sizeof on);
#endif
#ifdef IPV6_RECVPKTINFO
    if (isIPv6)
        ::setsockopt(descriptor(socket), IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
#endif
}

QString bindPrivately(Descriptor socket, int& code) {
#ifdef __linux__
    sockaddr_un local{}; // unix(7), "Autobind feature"
    local.sun_family = AF_UNIX;
    code = bind(socket, from(local, sizeof local.sun_family));
    return {};
#else
    constexpr int tries = 16;
    for (int i = 0; i < tries; ++i) {
        const QString path = QStringLiteral("%1/socketwright-%2-%3")
                                 .arg(QDir::tempPath(), QString::number(::getpid()),
                                      QString::number(QRandomGenerator::global()->generate(), 16));
        restrictBeforeBind(socket, 0600);
        code = bind(socket, localAddress(path));
        if (code == -EADDRINUSE)
            continue;
        if (code == 0)
            restrictAfterBind(path, 0600);
        return code == 0 ? path : QString();
    }
    return {};
#endif
}

bool isAgain(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

bool isInProgress(int error) {
    return error == EINPROGRESS || error == EINTR;
}

bool isListenerBroken(int error) {
    return error == EBADF || error == EINVAL || error == ENOTSOCK;
}

bool isTransientAcceptError(int error) {
    switch (error) {
    case ECONNABORTED:
    case EPERM:
    case EPROTO:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ENOPROTOOPT:
    case EOPNOTSUPP:
        return true;
    default:
        return false;
    }
}

Result<void> prepareSocketFile(const QString& path, bool replaceStale) {
    if (path.startsWith(QLatin1Char('@')))
        return {};
    const QByteArray name = QFile::encodeName(path);
    struct stat info {};
    if (::lstat(name.constData(), &info) != 0)
        return {}; // nothing there; bind says what else may be wrong
    const auto refuse = [&](const QString& why) -> Result<void> {
        return tl::unexpected(Error{.id = ErrorId::AddressInUse,
                                    .native = EADDRINUSE,
                                    .situation = QStringLiteral("bind"),
                                    .detail = path + why});
    };
    if (!S_ISSOCK(info.st_mode))
        return refuse(
            sentence(QT_TRANSLATE_NOOP("Core", " exists and is no socket; it is left alone. Choose another path.")));
    const SocketAddress address = localAddress(path);
    int code = 0;
    for (const SocketType type : {SocketType::Stream, SocketType::Datagram}) {
        const Descriptor probe = open(address, type);
        if (probe < 0)
            continue;
        code = -connect(probe, address);
        close(probe);
        if (code != EPROTOTYPE)
            break;
    }
    if (code != ECONNREFUSED)
        return refuse(sentence(
            QT_TRANSLATE_NOOP("Core", " is a socket that another program serves. Choose another path, or end it.")));
    if (isBoundByAnybody(path))
        return refuse(sentence(QT_TRANSLATE_NOOP(
            "Core",
            " is a socket that another program has bound and does not serve yet. Choose another path, or end it.")));
    if (!replaceStale)
        return refuse(sentence(QT_TRANSLATE_NOOP(
            "Core", " is a dead socket that an ended program left. Remove it, or say stale=replace.")));
    ::unlink(name.constData());
    return {};
}

void restrictBeforeBind(Descriptor socket, uint mode) {
    // Linux makes the file with the socket's own mode, so it is never open wider, not even for an instant
    ::fchmod(descriptor(socket), static_cast<mode_t>(mode));
}

void restrictAfterBind(const QString& path, uint mode) {
    if (!path.startsWith(QLatin1Char('@')))
        ::chmod(QFile::encodeName(path).constData(), static_cast<mode_t>(mode));
}

quint64 socketFileIdentity(const QString& path) {
    struct stat info {};
    if (path.startsWith(QLatin1Char('@')) || ::lstat(QFile::encodeName(path).constData(), &info) != 0)
        return 0;
    return static_cast<quint64>(info.st_ino) ^ (static_cast<quint64>(info.st_dev) << 48U);
}

void removeSocketFile(const QString& path, quint64 identity) {
    if (identity != 0 && socketFileIdentity(path) == identity)
        ::unlink(QFile::encodeName(path).constData());
}

} // namespace sw::native
