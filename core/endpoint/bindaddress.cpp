// SPDX-License-Identifier: MIT
// Where a listener or datagram socket should bind, from what its address says.
#include "core/endpoint/listener.h"

#include "core/address/hosts.h"
#include "core/address/sockettable.h"

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
    return std::vector{literal};
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

Error withPortOwner(Error error, quint16 port, bool udp) {
    if (error.id != ErrorId::AddressInUse || port == 0)
        return error;
    if (const auto owner = portOwner(port, udp))
        error.detail = QStringLiteral("Port %1 is taken by %2. Choose another port (or 0 for any free one), or end it.")
                           .arg(QString::number(port), owner->toText());
    return error;
}

} // namespace sw
