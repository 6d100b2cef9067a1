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

/// Reads `HOST[:PORT]`. HOST: a name, `127.0.0.1`, `[::1]`, `[fe80::1%eth0]`, an unsigned 32-bit integer, `*`, or
/// nothing. PORT: 0 to 65535, a range `FIRST-LAST`, or a service name of the protocol (`udp` or tcp). Reads the
/// system's list of services, never the network. The error's position counts from the start of `text`.
Result<HostPort> parseHostPort(const QString& text, bool udp);

/// The opposite of parseHostPort(); IPv6 gets its brackets, port 0 is left out.
QString formatHostPort(const HostPort& value);

/// An IP address with its port: `127.0.0.1:80`, `[::1]:80`.
QString formatEndpoint(const QHostAddress& address, quint16 port);

/// `127.0.0.1` for 2130706433 and the like; nothing for other text. The integer is in host byte order as people count.
std::optional<QString> hostOfInteger(const QString& digits);

/// Whether the text is GROUP or GROUP%INTERFACE with a multicast group.
bool isMulticastGroup(const QString& text);

/// Whether the text is an IP address as it stands (no look-up needed).
bool isIpLiteral(const QString& host);

} // namespace sw
