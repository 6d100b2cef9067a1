// SPDX-License-Identifier: MIT
#pragma once

#include "core/channel/acceptor.h"
#include "core/channel/datagramchannel.h"
#include "core/channel/streamattempt.h"

namespace sw {

/// Makes the channels at the bottom: of one kind of sockets. The I/O thread.
class SocketFamily {
public:
    virtual ~SocketFamily() = default;
    SocketFamily(const SocketFamily&) = delete;
    SocketFamily& operator=(const SocketFamily&) = delete;
    SocketFamily(SocketFamily&&) = delete;
    SocketFamily& operator=(SocketFamily&&) = delete;

    /// As the option `sockets` names it: `native` or `qt`.
    virtual QString name() const = 0;
    /// Binds to `place` and listens, with the options of the address. `isDualStack`: an IPv6 socket that takes IPv4
    /// too.
    virtual Result<std::unique_ptr<Acceptor>> listen(const native::SocketAddress& place, const Address& address,
                                                     bool isDualStack) = 0;
    /// A stream to `place`, which is not begun yet.
    virtual std::unique_ptr<StreamAttempt> attempt(const native::SocketAddress& place, const Address& address) = 0;
    /// Binds to `place`.
    virtual Result<std::unique_ptr<DatagramChannel>> bindDatagrams(const native::SocketAddress& place,
                                                                   const Address& address, bool isDualStack) = 0;
    /// Binds as the option `bind` says, and connects to `peer`; but for a group or a broadcast address (`isForMany`),
    /// whose answers come from elsewhere.
    virtual Result<std::unique_ptr<DatagramChannel>> connectDatagrams(const native::SocketAddress& peer,
                                                                      const Address& address, bool isForMany) = 0;

protected:
    SocketFamily() = default;
};

} // namespace sw
