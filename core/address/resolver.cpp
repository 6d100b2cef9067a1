// SPDX-License-Identifier: MIT
#include "core/address/resolver.h"

#include "core/address/hosts.h"
#include "core/base/systemnet.h"
#include "core/base/threads.h"

#include <QNetworkInterface>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace sw {

namespace {

Error nameError(int code, const QString& host) {
    const bool isUnknown = code == EAI_NONAME
#if defined(EAI_NODATA) && EAI_NODATA != EAI_NONAME
                           || code == EAI_NODATA
#endif
        ;
#ifdef _WIN32
    const QString text = QString::fromWCharArray(gai_strerrorW(code));
#else
    const QString text = QString::fromLocal8Bit(::gai_strerror(code));
#endif
    const QString advice =
        isUnknown ? QStringLiteral("The name “%1” is not known. Check its spelling, /etc/hosts and the DNS. (%2)")
                  : QStringLiteral("The name “%1” could not be looked up: the name service did not answer. Check the "
                                   "network and the DNS. (%2)");
#ifdef _WIN32
    const int native = code; // WSAHOST_NOT_FOUND, …
#else
    const int native = -std::abs(code);
#endif
    return {.id = isUnknown ? ErrorId::NameNotFound : ErrorId::NameServiceFailed,
            .native = native,
            .situation = QStringLiteral("resolve"),
            .detail = advice.arg(host, text)};
}

/// A zone must be an interface of this machine: the system would only call the whole address an invalid argument.
Result<void> checkZone(const QHostAddress& address, const QString& host) {
    const QString zone = address.scopeId();
    bool isNumber = false;
    zone.toUInt(&isNumber);
    if (zone.isEmpty() || isNumber || QNetworkInterface::interfaceIndexFromName(zone) != 0)
        return {};
    return tl::unexpected(Error{
        .id = ErrorId::AddressNotAvailable,
        .situation = QStringLiteral("resolve"),
        .detail = sentence(QT_TRANSLATE_NOOP("Core", "This machine has no interface “%1”, which the address %2 is for. "
                                                     "`swright list interfaces` names those that there are."),
                           zone, host)});
}

int nativeFamily(Family family) {
    switch (family) {
    case Family::IPv4:
        return AF_INET;
    case Family::IPv6:
        return AF_INET6;
    case Family::Any:
        break;
    }
    return AF_UNSPEC;
}

} // namespace

Result<std::vector<QHostAddress>> resolveNow(const QString& host, Family family) {
    if (const auto problem = ambiguityOfHost(host))
        return tl::unexpected(badInput(QStringLiteral("host"), *problem));
    if (const auto literal = ipLiteral(host)) {
        const bool isV6 = literal->protocol() == QAbstractSocket::IPv6Protocol;
        if ((family == Family::IPv4 && isV6) || (family == Family::IPv6 && !isV6))
            return tl::unexpected(
                Error{.id = ErrorId::AddressNotAvailable,
                      .situation = QStringLiteral("resolve"),
                      .detail = sentence(
                          QT_TRANSLATE_NOOP("Core", "%1 is not of the family that the option ipv6 asks for."), host)});
        if (const auto known = checkZone(*literal, host); !known)
            return tl::unexpected(known.error());
        return std::vector{*literal};
    }
    addrinfo hints{};
    hints.ai_family = nativeFamily(family);
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    // names below localhost are loopback (RFC 6761 section 6.3), and nobody outside is asked for them
    const QString asked = isLocalhostName(host) ? QStringLiteral("localhost") : host;
    const int code = ::getaddrinfo(asked.toUtf8().constData(), nullptr, &hints, &found);
    if (code != 0)
        return tl::unexpected(nameError(code, host));
    std::vector<QHostAddress> addresses;
    for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
        const QHostAddress address(entry->ai_addr);
        if (!address.isNull() && std::find(addresses.begin(), addresses.end(), address) == addresses.end())
            addresses.push_back(address);
    }
    ::freeaddrinfo(found);
    if (addresses.empty())
        return tl::unexpected(nameError(EAI_NONAME, host));
    return addresses;
}

void resolve(const QString& host, Family family, const Postbox& postbox, ResolveHandler handler) {
    runOnPool([host, family, slot = postbox.slot(), handler = std::move(handler)] {
        slot->post([handler, result = resolveNow(host, family)] { handler(result); });
    });
}

Result<QString> reverseLookupNow(const QHostAddress& address) {
    sockaddr_storage storage{};
    socklen_t length = 0;
    if (address.protocol() == QAbstractSocket::IPv6Protocol) {
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        const Q_IPV6ADDR raw = address.toIPv6Address();
        std::memcpy(&v6.sin6_addr, &raw, sizeof raw);
        std::memcpy(&storage, &v6, sizeof v6);
        length = sizeof v6;
    } else {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_addr.s_addr = htonl(address.toIPv4Address());
        std::memcpy(&storage, &v4, sizeof v4);
        length = sizeof v4;
    }
    std::array<char, 1025> name{};
    const auto* generic = static_cast<const sockaddr*>(static_cast<const void*>(&storage));
    const int code = ::getnameinfo(generic, length, name.data(), name.size(), nullptr, 0, NI_NAMEREQD);
    if (code != 0)
        return tl::unexpected(nameError(code, address.toString()));
    return QString::fromLocal8Bit(name.data());
}

} // namespace sw
