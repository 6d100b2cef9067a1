// SPDX-License-Identifier: MIT
#pragma once

#include "core/channel/socketfamily.h"

namespace sw {

/// The system's sockets by their descriptors. The I/O thread.
class NativeFamily final : public SocketFamily {
public:
    /// The poller has to outlive it and what it makes.
    explicit NativeFamily(Poller& poller) : m_poller(poller) {}

    QString name() const override { return QStringLiteral("native"); }
    Result<std::unique_ptr<Acceptor>> listen(const native::SocketAddress& place, const Address& address,
                                             bool isDualStack) override;
    std::unique_ptr<StreamAttempt> attempt(const native::SocketAddress& place, const Address& address) override;
    Result<std::unique_ptr<DatagramChannel>> bindDatagrams(const native::SocketAddress& place, const Address& address,
                                                           bool isDualStack) override;
    Result<std::unique_ptr<DatagramChannel>> connectDatagrams(const native::SocketAddress& peer, const Address& address,
                                                              bool isForMany) override;

private:
    Poller& m_poller;
};

} // namespace sw
