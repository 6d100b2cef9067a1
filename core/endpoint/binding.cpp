// SPDX-License-Identifier: MIT
#include "core/endpoint/binding.h"

#include "core/address/hosts.h"
#include "core/address/sockettable.h"

#include <algorithm>

namespace sw {

std::optional<std::vector<QHostAddress>> literalBindHosts(const Address& address) {
    const QString ipv6 = address.value("ipv6");
    const bool no6 = ipv6 == QLatin1String("off");
    const bool only6 = ipv6 == QLatin1String("only") || ipv6 == QLatin1String("both");
    const auto families = [&](QHostAddress::SpecialAddress v4, QHostAddress::SpecialAddress v6, bool v6First) {
        std::vector<QHostAddress> hosts;
        if (!only6)
            hosts.emplace_back(v4);
        if (!no6)
            hosts.insert(v6First ? hosts.begin() : hosts.end(), QHostAddress(v6));
        return hosts;
    };
    const QString& host = address.place.host;
    if (host.isEmpty())
        return families(QHostAddress::LocalHost, QHostAddress::LocalHostIPv6, false);
    if (host == QLatin1String("*"))
        return families(QHostAddress::AnyIPv4, QHostAddress::AnyIPv6, true);
    const QHostAddress literal(host);
    if (literal.isNull())
        return std::nullopt;
    // ::ffff:192.0.2.1 (RFC 4291 section 2.5.5.2) means the IPv4 address
    const bool isMapped = literal.isInSubnet(QHostAddress(QStringLiteral("::ffff:0:0")), 96);
    return std::vector{isMapped ? QHostAddress(literal.toIPv4Address()) : literal};
}

Family bindFamily(const Address& address) {
    const QString ipv6 = address.value("ipv6");
    if (ipv6 == QLatin1String("off"))
        return Family::IPv4;
    return ipv6 == QLatin1String("only") || ipv6 == QLatin1String("both") ? Family::IPv6 : Family::Any;
}

bool wantsDualStack(const Address& address, const QHostAddress& host) {
    return address.value("ipv6") != QLatin1String("only") && host == QHostAddress(QHostAddress::AnyIPv6) &&
           (address.place.host == QLatin1String("*") || address.value("ipv6") == QLatin1String("both"));
}

std::optional<Error> bindWhereSaid(const Address& address, std::vector<QHostAddress> hosts,
                                   const std::function<std::optional<Error>(const native::SocketAddress&)>& bind) {
    if (isLocal(address.scheme)) {
        const bool replace = address.value("stale") == QLatin1String("replace");
        if (const auto ready = native::prepareSocketFile(address.path, replace); !ready)
            return ready.error();
        return bind(native::localAddress(address.path));
    }
    const HostPort& place = address.place;
    const bool isName = !place.host.isEmpty() && place.host != QLatin1String("*");
    if (isName && address.value("ipv6") == QLatin1String("any")) // IPv4 first, whatever the name service says first
        std::stable_partition(hosts.begin(), hosts.end(), [](const QHostAddress& host) {
            return host.protocol() == QAbstractSocket::IPv4Protocol;
        });
    Error last{.id = ErrorId::AddressNotAvailable, .situation = QStringLiteral("bind")};
    const auto isOfOtherFamily = [](const Error& error) { // this machine does not have the host's family
        return error.id == ErrorId::NotSupported || error.id == ErrorId::AddressNotAvailable;
    };
    for (uint port = place.portFirst; port <= place.portLast; ++port) {
        std::optional<Error> error;
        for (const QHostAddress& host : hosts) {
            const auto failure = bind(native::ipAddress(host, static_cast<quint16>(port)));
            if (!failure)
                return std::nullopt;
            if (!error || !isOfOtherFamily(*failure))
                error = failure;
            if (!isOfOtherFamily(*failure))
                break;
        }
        last = error.value_or(last);
        if (last.id != ErrorId::AddressInUse && last.id != ErrorId::AccessDenied)
            break; // no other port will be better
    }
    if (place.portLast > place.portFirst && last.id == ErrorId::AddressInUse)
        last.detail =
            sentence(QT_TRANSLATE_NOOP("Core", "Every port from %1 to %2 is taken."), place.portFirst, place.portLast);
    else
        last = withPortOwner(last, place.portFirst, isDatagram(address.scheme));
    return last;
}

Error withPortOwner(Error error, quint16 port, bool udp) {
    if (error.id != ErrorId::AddressInUse || port == 0)
        return error;
    if (const auto owner = portOwner(port, udp))
        error.detail =
            sentence(QT_TRANSLATE_NOOP(
                         "Core", "Port %1 is taken by %2. Choose another port (or 0 for any free one), or end it."),
                     QString::number(port), owner->toText());
    return error;
}

} // namespace sw
