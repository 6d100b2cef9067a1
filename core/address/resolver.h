// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"
#include "core/base/postbox.h"

#include <QHostAddress>
#include <QStringList>

#include <functional>
#include <vector>

namespace sw {

enum class Family { Any, IPv4, IPv6 };

using ResolveHandler = std::function<void(const Result<std::vector<QHostAddress>>&)>;

/// All addresses of a host name in the order the system prefers (RFC 6724), without duplicates. Blocks while the name
/// service is asked: call it off the threads that must not wait. An IP address is answered without asking anybody.
Result<std::vector<QHostAddress>> resolveNow(const QString& host, Family family);

/// As resolveNow(), on a pool thread; `handler` is called later on the thread of the postbox's owner, unless that is
/// gone by then.
void resolve(const QString& host, Family family, const Postbox& postbox, ResolveHandler handler);

/// The name that the name service gives an address. Blocks; asks the network, so only call it when a person asked.
Result<QString> reverseLookupNow(const QHostAddress& address);

} // namespace sw
