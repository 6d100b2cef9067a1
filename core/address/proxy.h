// SPDX-License-Identifier: MIT
#pragma once

#include "core/address/hosts.h"

namespace sw {

/// Through whom a connection goes: the option `proxy`. A plain value; any thread.
struct ProxySettings {
    enum class Kind {
        Socks5,     ///< RFC 1928, RFC 1929
        HttpConnect ///< RFC 9110 section 9.3.6
    };

    Kind kind = Kind::Socks5;
    QString user; ///< empty: none
    HostPort place;

    bool operator==(const ProxySettings&) const = default;

    /// `socks5://USER@HOST:PORT`
    QString name() const;
};

struct Address;

/// The proxy of an address that has one.
std::optional<ProxySettings> proxyOf(const Address& address);

/// The same where a person has to be asked for its password: it names a user, and no place of a password.
std::optional<ProxySettings> proxyToAskFor(const Address& address);

/// Reads `socks5://[USER@]HOST[:PORT]` or `http://[USER@]HOST[:PORT]`; the port is 1080 or 8080 where none is given. A
/// password is refused, and the error does not repeat it.
Result<ProxySettings> parseProxy(const QString& text);

} // namespace sw
