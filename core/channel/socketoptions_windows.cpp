// SPDX-License-Identifier: MIT
// Source: Windows Sockets 2, "Socket Options": SOL_SOCKET, IPPROTO_TCP, IPPROTO_IP, IPPROTO_IPV6.
#include "core/base/systemnet.h"
#include "core/channel/socketoptions.h"

#include <algorithm>
#include <array>
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

// reuseaddr and reuseport are not here: SO_REUSEADDR would let anybody take the port
constexpr std::array natives{
    NativeOption{"nodelay", IPPROTO_TCP, TCP_NODELAY, IPPROTO_TCP, TCP_NODELAY},
    NativeOption{"keepalive", SOL_SOCKET, SO_KEEPALIVE, SOL_SOCKET, SO_KEEPALIVE},
    NativeOption{"keepidle", IPPROTO_TCP, 3, IPPROTO_TCP, 3},    // TCP_KEEPIDLE, Windows 10 1709
    NativeOption{"keepintvl", IPPROTO_TCP, 17, IPPROTO_TCP, 17}, // TCP_KEEPINTVL
    NativeOption{"keepcnt", IPPROTO_TCP, 16, IPPROTO_TCP, 16},   // TCP_KEEPCNT
    NativeOption{"sndbuf", SOL_SOCKET, SO_SNDBUF, SOL_SOCKET, SO_SNDBUF},
    NativeOption{"rcvbuf", SOL_SOCKET, SO_RCVBUF, SOL_SOCKET, SO_RCVBUF},
    NativeOption{"ttl", IPPROTO_IP, IP_TTL, IPPROTO_IPV6, IPV6_UNICAST_HOPS},
    NativeOption{"tos", IPPROTO_IP, IP_TOS, IPPROTO_IPV6, 39}, // IPV6_TCLASS
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

template <typename T>
int set(Descriptor socket, int level, int option, const T& value) {
    const int code =
        ::setsockopt(static_cast<SOCKET>(socket), level, option, reinterpret_cast<const char*>(&value), sizeof value);
    return code == 0 ? 0 : ::WSAGetLastError();
}

} // namespace

int setOption(Descriptor socket, const char* name, int value, bool isIPv6) {
    if (qstrcmp(name, "linger") == 0) {
        linger setting{};
        setting.l_onoff = value < 0 ? 0 : 1; // below 0: off
        setting.l_linger = static_cast<u_short>(std::max(value, 0));
        return set(socket, SOL_SOCKET, SO_LINGER, setting);
    }
    const NativeOption* option = findNative(name);
    if (option == nullptr)
        return WSAENOPROTOOPT;
    return set(socket, isIPv6 ? option->levelIPv6 : option->level, isIPv6 ? option->optionIPv6 : option->option, value);
}

bool readOption(Descriptor socket, const char* name, int& value, bool isIPv6) {
    if (qstrcmp(name, "linger") == 0) {
        linger setting{};
        int length = sizeof setting;
        if (::getsockopt(static_cast<SOCKET>(socket), SOL_SOCKET, SO_LINGER, reinterpret_cast<char*>(&setting),
                         &length) != 0)
            return false;
        value = setting.l_onoff != 0 ? setting.l_linger : -1;
        return true;
    }
    const NativeOption* option = findNative(name);
    if (option == nullptr)
        return false;
    value = 0;
    int length = sizeof value;
    return ::getsockopt(static_cast<SOCKET>(socket), isIPv6 ? option->levelIPv6 : option->level,
                        isIPv6 ? option->optionIPv6 : option->option, reinterpret_cast<char*>(&value), &length) == 0;
}

namespace {

int changeMembership(Descriptor socket, const QHostAddress& group, const QString& interfaceName, bool join) {
    if (group.protocol() == QAbstractSocket::IPv6Protocol) {
        ipv6_mreq request{};
        const Q_IPV6ADDR raw = group.toIPv6Address();
        std::memcpy(&request.ipv6mr_multiaddr, &raw, sizeof raw);
        request.ipv6mr_interface = interfaceName.toUInt();
        return set(socket, IPPROTO_IPV6, join ? IPV6_ADD_MEMBERSHIP : IPV6_DROP_MEMBERSHIP, request);
    }
    ip_mreq request{};
    request.imr_multiaddr.s_addr = htonl(group.toIPv4Address());
    request.imr_interface.s_addr = htonl(interfaceName.toUInt()); // an index in the form 0.0.0.n
    return set(socket, IPPROTO_IP, join ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP, request);
}

} // namespace

int joinGroup(Descriptor socket, const QHostAddress& group, const QString& interfaceName) {
    return changeMembership(socket, group, interfaceName, true);
}

int leaveGroup(Descriptor socket, const QHostAddress& group, const QString& interfaceName) {
    return changeMembership(socket, group, interfaceName, false);
}

int setMulticastInterface(Descriptor socket, const QString& interfaceName, bool isIPv6) {
    const DWORD index = interfaceName.toUInt();
    if (isIPv6)
        return set(socket, IPPROTO_IPV6, IPV6_MULTICAST_IF, index);
    return set(socket, IPPROTO_IP, IP_MULTICAST_IF, htonl(index));
}

} // namespace sw::native
