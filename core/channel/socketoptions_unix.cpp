// SPDX-License-Identifier: MIT
// Sources: Linux socket(7), ip(7), ipv6(7), tcp(7); POSIX.1-2017 <netinet/tcp.h>; RFC 3493.
#include "core/base/systemnet.h"
#include "core/channel/socketoptions.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace sw::native {

namespace {

struct NativeOption {
    std::string_view name;
    int level;
    int option;
    int levelIPv6;
    int optionIPv6;
};

#ifdef TCP_KEEPIDLE
constexpr int keepIdle = TCP_KEEPIDLE;
#else
constexpr int keepIdle = TCP_KEEPALIVE; // macOS
#endif

constexpr std::array natives{
    NativeOption{"reuseaddr", SOL_SOCKET, SO_REUSEADDR, SOL_SOCKET, SO_REUSEADDR},
    NativeOption{"reuseport", SOL_SOCKET, SO_REUSEPORT, SOL_SOCKET, SO_REUSEPORT},
    NativeOption{"nodelay", IPPROTO_TCP, TCP_NODELAY, IPPROTO_TCP, TCP_NODELAY},
    NativeOption{"keepalive", SOL_SOCKET, SO_KEEPALIVE, SOL_SOCKET, SO_KEEPALIVE},
    NativeOption{"keepidle", IPPROTO_TCP, keepIdle, IPPROTO_TCP, keepIdle},
    NativeOption{"keepintvl", IPPROTO_TCP, TCP_KEEPINTVL, IPPROTO_TCP, TCP_KEEPINTVL},
    NativeOption{"keepcnt", IPPROTO_TCP, TCP_KEEPCNT, IPPROTO_TCP, TCP_KEEPCNT},
    NativeOption{"sndbuf", SOL_SOCKET, SO_SNDBUF, SOL_SOCKET, SO_SNDBUF},
    NativeOption{"rcvbuf", SOL_SOCKET, SO_RCVBUF, SOL_SOCKET, SO_RCVBUF},
    NativeOption{"ttl", IPPROTO_IP, IP_TTL, IPPROTO_IPV6, IPV6_UNICAST_HOPS},
    NativeOption{"tos", IPPROTO_IP, IP_TOS, IPPROTO_IPV6, IPV6_TCLASS},
    NativeOption{"broadcast", SOL_SOCKET, SO_BROADCAST, SOL_SOCKET, SO_BROADCAST},
    NativeOption{"loop", IPPROTO_IP, IP_MULTICAST_LOOP, IPPROTO_IPV6, IPV6_MULTICAST_LOOP},
    NativeOption{"ipv6only", IPPROTO_IPV6, IPV6_V6ONLY, IPPROTO_IPV6, IPV6_V6ONLY},
};

const NativeOption* findNative(std::string_view name) {
    for (const NativeOption& option : natives) {
        if (option.name == name)
            return &option;
    }
    return nullptr;
}

int set(int fd, int level, int option, const void* value, std::size_t size) {
    return ::setsockopt(fd, level, option, value, static_cast<socklen_t>(size)) == 0 ? 0 : errno;
}

uint interfaceIndex(const QString& name) {
    const uint index = ::if_nametoindex(name.toUtf8().constData());
    return index != 0 ? index : name.toUInt();
}

} // namespace

int setOption(Descriptor socket, const char* name, int value, bool isIPv6) {
    const int fd = static_cast<int>(socket);
    if (qstrcmp(name, "linger") == 0) {
        const linger setting{.l_onoff = value < 0 ? 0 : 1, .l_linger = std::max(value, 0)}; // below 0: off
        return set(fd, SOL_SOCKET, SO_LINGER, &setting, sizeof setting);
    }
    const NativeOption* option = findNative(name);
    if (option == nullptr)
        return ENOPROTOOPT;
    const int code = set(fd, isIPv6 ? option->levelIPv6 : option->level, isIPv6 ? option->optionIPv6 : option->option,
                         &value, sizeof value);
    if (isIPv6 &&
        option->level != option->levelIPv6) // a dual-stack socket has IPv4 peers too, where the system allows it
        set(fd, option->level, option->option, &value, sizeof value);
    if (qstrcmp(name, "ttl") == 0) { // the same limit for multicast, where the socket has one
        if (isIPv6)
            set(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &value, sizeof value);
        set(fd, IPPROTO_IP, IP_MULTICAST_TTL, &value, sizeof value);
    }
    return code;
}

bool readOption(Descriptor socket, const char* name, int& value, bool isIPv6) {
    const int fd = static_cast<int>(socket);
    if (qstrcmp(name, "linger") == 0) {
        linger setting{};
        socklen_t length = sizeof setting;
        if (::getsockopt(fd, SOL_SOCKET, SO_LINGER, &setting, &length) != 0)
            return false;
        value = setting.l_onoff != 0 ? setting.l_linger : -1;
        return true;
    }
    const NativeOption* option = findNative(name);
    if (option == nullptr)
        return false;
    socklen_t length = sizeof value;
    return ::getsockopt(fd, isIPv6 ? option->levelIPv6 : option->level, isIPv6 ? option->optionIPv6 : option->option,
                        &value, &length) == 0;
}

namespace {

#ifdef IPV6_ADD_MEMBERSHIP
constexpr int joinIPv6 = IPV6_ADD_MEMBERSHIP;
constexpr int leaveIPv6 = IPV6_DROP_MEMBERSHIP;
#else
constexpr int joinIPv6 = IPV6_JOIN_GROUP;
constexpr int leaveIPv6 = IPV6_LEAVE_GROUP;
#endif

int changeMembership(int fd, const QHostAddress& group, const QString& interfaceName, bool join) {
    const uint index = interfaceName.isEmpty() ? 0 : interfaceIndex(interfaceName);
    if (!interfaceName.isEmpty() && index == 0)
        return ENODEV;
    if (group.protocol() == QAbstractSocket::IPv6Protocol) {
        ipv6_mreq request{};
        const Q_IPV6ADDR raw = group.toIPv6Address();
        std::memcpy(&request.ipv6mr_multiaddr, &raw, sizeof raw);
        request.ipv6mr_interface = index;
        return set(fd, IPPROTO_IPV6, join ? joinIPv6 : leaveIPv6, &request, sizeof request);
    }
    ip_mreqn request{};
    request.imr_multiaddr.s_addr = htonl(group.toIPv4Address());
    request.imr_ifindex = static_cast<int>(index);
    return set(fd, IPPROTO_IP, join ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP, &request, sizeof request);
}

} // namespace

int joinGroup(Descriptor socket, const QHostAddress& group, const QString& interfaceName) {
    const int fd = static_cast<int>(socket);
#ifdef IP_MULTICAST_ALL
    // otherwise Linux also delivers groups that other programs have joined (ip(7))
    const int off = 0;
    ::setsockopt(fd, IPPROTO_IP, IP_MULTICAST_ALL, &off, sizeof off);
#endif
#ifdef IPV6_MULTICAST_ALL
    if (group.protocol() == QAbstractSocket::IPv6Protocol)
        ::setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, &off, sizeof off);
#endif
    return changeMembership(fd, group, interfaceName, true);
}

int leaveGroup(Descriptor socket, const QHostAddress& group, const QString& interfaceName) {
    return changeMembership(static_cast<int>(socket), group, interfaceName, false);
}

int setMulticastInterface(Descriptor socket, const QString& interfaceName, bool isIPv6) {
    const int fd = static_cast<int>(socket);
    const uint index = interfaceIndex(interfaceName);
    if (index == 0)
        return ENODEV;
    ip_mreqn request{};
    request.imr_ifindex = static_cast<int>(index);
    const int four = set(fd, IPPROTO_IP, IP_MULTICAST_IF, &request, sizeof request);
    return isIPv6 ? set(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &index, sizeof index) : four;
}

} // namespace sw::native
