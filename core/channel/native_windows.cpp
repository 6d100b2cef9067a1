// SPDX-License-Identifier: MIT
// Source: Windows Sockets 2 reference (winsock2.h, ws2tcpip.h, mswsock.h, afunix.h).
#include "core/channel/native.h"

#include "core/address/hosts.h"
#include "core/address/sockettable.h"
#include "core/base/systemnet.h"

#include <QFile>

#include <algorithm>
#include <cstring>

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

ADDRESS_FAMILY family(const SocketAddress& address) {
    return generic(address)->sa_family;
}

SOCKET handle(Descriptor socket) {
    return static_cast<SOCKET>(socket);
}

int result(int code) {
    return code == SOCKET_ERROR ? -::WSAGetLastError() : 0;
}

void makeNonBlocking(SOCKET socket) {
    u_long on = 1;
    ::ioctlsocket(socket, static_cast<long>(FIONBIO), &on);
}

} // namespace

bool SocketAddress::operator==(const SocketAddress& other) const {
    return length == other.length &&
           std::memcmp(storage.data(), other.storage.data(), static_cast<std::size_t>(length)) == 0;
}

void initialise() {
    WSADATA data{};
    ::WSAStartup(MAKEWORD(2, 2), &data);
}

void keepStandardDescriptors() {} // a SOCKET never has the number of a descriptor of the C runtime

bool canOpenDescriptors(int) {
    return true;
}

void reserveDescriptors() {} // handles are no table here

SocketAddress ipAddress(const QHostAddress& address, quint16 port) {
    if (address.protocol() == QAbstractSocket::IPv6Protocol) {
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(port);
        const Q_IPV6ADDR raw = address.toIPv6Address();
        std::memcpy(&v6.sin6_addr, &raw, sizeof raw);
        v6.sin6_scope_id = address.scopeId().toUInt(); // interfaces have numbers here
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
    const QByteArray name = path.toUtf8();
    std::memcpy(&local.sun_path, name.constData(),
                std::min<std::size_t>(static_cast<std::size_t>(name.size()), sizeof local.sun_path - 1));
    return from(local);
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
    bool isMapped = false;
    const quint32 v4 = host.toIPv4Address(&isMapped);
    if (isIPv6(address) && as<sockaddr_in6>(address).sin6_scope_id != 0)
        host.setScopeId(QString::number(as<sockaddr_in6>(address).sin6_scope_id));
    return isIPv6(address) && isMapped && host.toString().startsWith(QLatin1String("::ffff:")) ? QHostAddress(v4)
                                                                                               : host;
}

quint16 portOf(const SocketAddress& address) {
    if (family(address) == AF_INET)
        return ntohs(as<sockaddr_in>(address).sin_port);
    return family(address) == AF_INET6 ? ntohs(as<sockaddr_in6>(address).sin6_port) : quint16(0);
}

QString toText(const SocketAddress& address) {
    if (isIp(address))
        return formatEndpoint(hostOf(address), portOf(address));
    const auto local = as<sockaddr_un>(address);
    return QString::fromUtf8(static_cast<const char*>(local.sun_path));
}

Descriptor open(const SocketAddress& like, SocketType type) {
    const SOCKET socket = ::WSASocketW(family(like), type == SocketType::Stream ? SOCK_STREAM : SOCK_DGRAM, 0, nullptr,
                                       0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
    if (socket == INVALID_SOCKET)
        return -::WSAGetLastError();
    makeNonBlocking(socket);
    return static_cast<Descriptor>(socket);
}

void close(Descriptor socket) {
    ::closesocket(handle(socket));
}

void abort(Descriptor socket) {
    linger reset{};
    reset.l_onoff = 1;
    ::setsockopt(handle(socket), SOL_SOCKET, SO_LINGER, reinterpret_cast<const char*>(&reset), sizeof reset);
    ::closesocket(handle(socket));
}

int bind(Descriptor socket, const SocketAddress& address) {
    // nobody else may share the port by SO_REUSEADDR
    const BOOL exclusive = TRUE;
    ::setsockopt(handle(socket), SOL_SOCKET, SO_EXCLUSIVEADDRUSE, reinterpret_cast<const char*>(&exclusive),
                 sizeof exclusive);
    return result(::bind(handle(socket), generic(address), address.length));
}

int listen(Descriptor socket, int backlog) {
    return result(::listen(handle(socket), backlog));
}

int connect(Descriptor socket, const SocketAddress& address) {
    return result(::connect(handle(socket), generic(address), address.length));
}

Descriptor accept(Descriptor socket, SocketAddress& peer) {
    int length = sizeof peer.storage;
    const SOCKET accepted = ::accept(handle(socket), generic(peer), &length);
    if (accepted == INVALID_SOCKET)
        return -::WSAGetLastError();
    peer.length = length;
    makeNonBlocking(accepted);
    return static_cast<Descriptor>(accepted);
}

qint64 receive(Descriptor socket, char* data, std::size_t size) {
    const int count = ::recv(handle(socket), data, static_cast<int>(size), 0);
    return count == SOCKET_ERROR ? -::WSAGetLastError() : count;
}

qint64 send(Descriptor socket, const char* data, std::size_t size) {
    const int count = ::send(handle(socket), data, static_cast<int>(size), 0);
    return count == SOCKET_ERROR ? -::WSAGetLastError() : count;
}

namespace {

DatagramInfo receiveDatagram(Descriptor socket, char* data, std::size_t size) {
    DatagramInfo info;
    int length = sizeof info.peer.storage;
    const int count = ::recvfrom(handle(socket), data, static_cast<int>(size), 0, generic(info.peer), &length);
    info.peer.length = length;
    info.size = count;
    if (count == SOCKET_ERROR) {
        const int code = ::WSAGetLastError();
        info.isCut = code == WSAEMSGSIZE; // the datagram was cut; its true size is not told
        info.size = info.isCut ? static_cast<qint64>(size) : -code;
    }
    info.trueSize = info.size;
    return info;
}

} // namespace

int receiveDatagrams(Descriptor socket, char* room, std::size_t each, std::span<DatagramInfo> infos) {
    int taken = 0;
    for (DatagramInfo& info : infos) {
        info = receiveDatagram(socket, room + static_cast<std::size_t>(taken) * each, each);
        if (info.size < 0)
            return taken > 0 ? taken : static_cast<int>(info.size);
        ++taken;
    }
    return taken;
}

qint64 sendDatagram(Descriptor socket, QByteArrayView bytes, const SocketAddress* destination, const SocketAddress*) {
    const int count = ::sendto(handle(socket), bytes.data(), static_cast<int>(bytes.size()), 0,
                               destination == nullptr ? nullptr : generic(*destination),
                               destination == nullptr ? 0 : destination->length);
    return count == SOCKET_ERROR ? -::WSAGetLastError() : count;
}

int shutdown(Descriptor socket, Shutdown direction) {
    return result(::shutdown(handle(socket), direction == Shutdown::Sending ? SD_SEND : SD_RECEIVE));
}

int pendingError(Descriptor socket) {
    int error = 0;
    int length = sizeof error;
    ::getsockopt(handle(socket), SOL_SOCKET, SO_ERROR, reinterpret_cast<char*>(&error), &length);
    return error;
}

SocketAddress boundAddress(Descriptor socket) {
    SocketAddress address;
    int length = sizeof address.storage;
    if (::getsockname(handle(socket), generic(address), &length) == 0)
        address.length = length;
    return address;
}

SocketAddress peerAddress(Descriptor socket) {
    SocketAddress address;
    int length = sizeof address.storage;
    if (::getpeername(handle(socket), generic(address), &length) == 0)
        address.length = length;
    return address;
}

std::optional<PeerCredentials> peerCredentials(Descriptor socket) {
    constexpr DWORD askPeerPid = _WSAIOR(IOC_VENDOR, 256); // SIO_AF_UNIX_GETPEERPID
    ULONG pid = 0;
    DWORD size = 0;
    if (::WSAIoctl(handle(socket), askPeerPid, nullptr, 0, &pid, sizeof pid, &size, nullptr, nullptr) != 0)
        return std::nullopt;
    PeerCredentials credentials;
    credentials.pid = static_cast<qint64>(pid);
    nameCredentials(credentials);
    return credentials;
}

void nameCredentials(PeerCredentials& credentials) {
    if (credentials.pid >= 0)
        credentials.program = programOf(credentials.pid);
}

void enableSenderCredentials(Descriptor) {} // there are no datagrams of Unix sockets here

void enableFaultReports(Descriptor, bool) {} // the next receive fails with WSAECONNRESET, without saying for whom

std::optional<DatagramFault> takeFault(Descriptor) {
    return std::nullopt;
}

void enableDropCounter(Descriptor) {} // Windows does not count them for a socket

std::optional<quint32> dropCount(Descriptor) {
    return std::nullopt;
}

void enableLocalAddresses(Descriptor, bool) {}

QString bindPrivately(Descriptor, int& code) { // there are no Unix datagram sockets
    code = -WSAEOPNOTSUPP;
    return {};
}

bool isAgain(int error) {
    return error == WSAEWOULDBLOCK || error == WSAEINTR;
}

bool isInProgress(int error) {
    return error == WSAEWOULDBLOCK || error == WSAEINPROGRESS;
}

bool isListenerBroken(int error) {
    return error == WSAENOTSOCK || error == WSAEINVAL || error == WSAENETDOWN;
}

bool isTransientAcceptError(int error) {
    return error == WSAECONNRESET || error == WSAECONNABORTED;
}

Result<void> prepareSocketFile(const QString& path, bool replaceStale) {
    if (!QFile::exists(path))
        return {};
    const SocketAddress address = localAddress(path);
    const Descriptor probe = open(address, SocketType::Stream);
    const int code = probe < 0 ? 0 : -connect(probe, address);
    if (probe >= 0)
        close(probe);
    const bool isDead = code == WSAECONNREFUSED;
    if (isDead && replaceStale) {
        QFile::remove(path);
        return {};
    }
    return tl::unexpected(Error{
        .id = ErrorId::AddressInUse,
        .native = WSAEADDRINUSE,
        .situation = QStringLiteral("bind"),
        .detail =
            path + (isDead ? sentence(QT_TRANSLATE_NOOP("Core", " is a dead socket. Remove it, or say stale=replace."))
                           : sentence(QT_TRANSLATE_NOOP("Core", " exists and is left alone. Choose another path.")))});
}

void restrictBeforeBind(Descriptor, uint) {} // the folder's access list decides here

void restrictAfterBind(const QString&, uint) {}

quint64 socketFileIdentity(const QString& path) {
    return QFile::exists(path) ? 1 : 0;
}

void removeSocketFile(const QString& path, quint64 identity) {
    if (identity != 0)
        QFile::remove(path);
}

} // namespace sw::native
