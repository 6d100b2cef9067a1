// SPDX-License-Identifier: MIT
#pragma once

#include "core/address/address.h"
#include "core/address/resolver.h"
#include "core/channel/native.h"

#include <functional>
#include <optional>
#include <vector>

namespace sw {

/// The local addresses that a listener or datagram socket should try in turn, when no name needs to be looked up:
/// loopback without a host, every address for `*`, an IP address as it stands.
std::optional<std::vector<QHostAddress>> literalBindHosts(const Address& address);

/// The family of the addresses that a host name stands for here, by the option ipv6.
Family bindFamily(const Address& address);

/// Binds where an address says: a socket file, whose place is made free as the option stale says; or the first of
/// `hosts` whose family this machine has, on the first port of the range that is free there. A taken port never leads
/// to another host: what answers there would be somebody else's server on the other. `bind` opens and binds one socket,
/// or says why not. The error that is given is complete, with the port's owner; nothing: it is bound.
std::optional<Error> bindWhereSaid(const Address& address, std::vector<QHostAddress> hosts,
                                   const std::function<std::optional<Error>(const native::SocketAddress&)>& bind);

/// Completes an address-in-use error with the port's owner, where the system tells it.
Error withPortOwner(Error error, quint16 port, bool udp);

/// Whether the option ipv6 allows that an IPv6 socket bound to this host also takes IPv4.
bool wantsDualStack(const Address& address, const QHostAddress& host);

} // namespace sw
