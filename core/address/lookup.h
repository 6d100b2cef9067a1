// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"

#include <QHostAddress>
#include <QString>

#include <vector>

namespace sw {

/// One thing that a look-up found: `integer` `2130706433`.
struct LookupFact {
    QString name;
    QString value;

    bool operator==(const LookupFact&) const = default;
};

/// A network: an address and the length of its prefix (RFC 4632, RFC 4291 section 2.3).
struct Subnet {
    QHostAddress address; ///< as given, with its host part
    int prefix = 0;       ///< 0 to 32, or 0 to 128

    QHostAddress network() const;
    /// The last address: of IPv4 the broadcast address.
    QHostAddress last() const;
    bool isIPv6() const { return address.protocol() == QAbstractSocket::IPv6Protocol; }
    /// How many addresses it has, in decimal; up to 2^128.
    QString size() const;
};

/// Reads `10.1.2.3/20`, `10.1.2.3/255.255.240.0` or `2001:db8::/48`.
Result<Subnet> parseSubnet(const QString& text);

/// Everything that is known of a name, an address, an integer, a subnet, a port or a service with or without its
/// protocol. Asks the name service for names only, and for the name of an address only with `reverse`. Blocks
/// meanwhile: call it off the threads that must not wait.
Result<std::vector<LookupFact>> lookUp(const QString& query, bool reverse);

/// Whether lookUp() would ask the name service, and with it the network.
bool asksTheNetwork(const QString& query, bool reverse);

/// `loopback`, `private use`, `multicast`, … (RFC 6890).
QString kindOfAddress(const QHostAddress& address);

} // namespace sw
