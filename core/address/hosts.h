// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"

#include <QHostAddress>
#include <QString>

#include <optional>

namespace sw {

/// Host and port as people write them after the scheme, or in an option.
struct HostPort {
    QString host;    ///< a name, an IP address without brackets, `*`, or empty
    QString service; ///< the service name, if the port was given by one
    quint16 portFirst = 0;
    quint16 portLast = 0; ///< above portFirst for a range

    bool operator==(const HostPort&) const = default;
};

/// Reads `HOST[:PORT]`. HOST: a name, `127.0.0.1`, `[::1]`, `[fe80::1%eth0]` (also as RFC 6874 writes it,
/// `[fe80::1%25eth0]`), an unsigned 32-bit integer in decimal or as 0x7f000001, `*`, or nothing. Numbers that other
/// programs read otherwise are refused, see ambiguityOfHost(). PORT: 0 to 65535, a range `FIRST-LAST`, or a service
/// name of the protocol (`udp` or tcp). Reads the system's list of services, never the network. The error's position
/// counts from the start of `text`.
Result<HostPort> parseHostPort(const QString& text, bool udp);

/// The opposite of parseHostPort(); IPv6 gets its brackets, port 0 is left out.
QString formatHostPort(const HostPort& value);

/// An IP address with its port: `127.0.0.1:80`, `[::1]:80`.
QString formatEndpoint(const QHostAddress& address, quint16 port);

/// `127.0.0.1` for 2130706433, 0x7f000001 and the like; nothing for other text, or above 32 bits. The integer is in
/// host byte order as people count.
std::optional<QString> hostOfInteger(const QString& digits);

/// Why a host of numbers may not mean what it seems to: leading zeros, which inet_aton(3) reads as octal; hexadecimal
/// parts; fewer than four numbers. One sentence that says what to write instead, or nothing where it is clear. Every
/// place that reads an address asks this.
std::optional<QString> ambiguityOfHost(const QString& host);

/// The IP address that the text is as it stands, without brackets; nothing for names, integers and ambiguous numbers.
std::optional<QHostAddress> ipLiteral(const QString& host);

/// Whether the text is GROUP or GROUP%INTERFACE with a multicast group.
bool isMulticastGroup(const QString& text);

/// Whether the text is an IP address as it stands (no look-up needed).
bool isIpLiteral(const QString& host);

/// Whether the host is this machine by definition: an address of loopback, `localhost` and the names below it (RFC 6761
/// section 6.3) in any case, `ip6-localhost`.
bool isLoopbackHost(const QString& host);

/// `localhost`, or a name that ends with `.localhost`, in any case and with or without a dot at the end.
bool isLocalhostName(const QString& host);

/// `fe80::1%25eth0` as a URL writes it (RFC 6874) becomes `fe80::1%eth0`; all else stays.
QString withPlainZone(const QString& address);

} // namespace sw
