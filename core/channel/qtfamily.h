// SPDX-License-Identifier: MIT
#pragma once

#include "core/channel/socketfamily.h"

namespace sw {

/// Whether an address is carried by Qt's sockets: by its option `sockets`, or by the variable SOCKETWRIGHT_SOCKETS of
/// the environment where the address says nothing. Any thread.
bool usesQtSockets(const Address& address);

/// QTcpServer, QTcpSocket and QUdpSocket. The I/O thread.
class QtFamily final : public SocketFamily {
public:
    QString name() const override { return QStringLiteral("qt"); }
    Result<std::unique_ptr<Acceptor>> listen(const native::SocketAddress& place, const Address& address,
                                             bool isDualStack) override;
    std::unique_ptr<StreamAttempt> attempt(const native::SocketAddress& place, const Address& address) override;
    Result<std::unique_ptr<DatagramChannel>> bindDatagrams(const native::SocketAddress& place, const Address& address,
                                                           bool isDualStack) override;
    Result<std::unique_ptr<DatagramChannel>> connectDatagrams(const native::SocketAddress& peer, const Address& address,
                                                              bool isForMany) override;
};

} // namespace sw
