// SPDX-License-Identifier: MIT
#pragma once

#include "core/channel/socketfamily.h"

#include <QByteArray>
#include <QHash>
#include <QString>

namespace sw {

/// Whether an address is carried by Qt's sockets: by its option `sockets`, because it goes through a proxy, or by the
/// variable SOCKETWRIGHT_SOCKETS of the environment where the address says nothing. Any thread.
bool usesQtSockets(const Address& address);

/// QTcpServer, QTcpSocket and QUdpSocket, and QNetworkProxy where an address has a proxy. The I/O thread.
class QtFamily final : public SocketFamily {
public:
    /// `passwords`: of proxies, by ProxySettings::name(), that a person was asked for; it has to outlive this.
    explicit QtFamily(const QHash<QString, QByteArray>& passwords) : m_passwords(passwords) {}

    Result<std::unique_ptr<Acceptor>> listen(const native::SocketAddress& place, const Address& address,
                                             bool isDualStack) override;
    bool passesNames(const Address& address) const override;
    std::unique_ptr<StreamAttempt> attempt(const native::SocketAddress& place, const Address& address) override;
    Result<std::unique_ptr<DatagramChannel>> bindDatagrams(const native::SocketAddress& place, const Address& address,
                                                           bool isDualStack) override;
    Result<std::unique_ptr<DatagramChannel>> connectDatagrams(const native::SocketAddress& peer, const Address& address,
                                                              bool isForMany) override;

private:
    const QHash<QString, QByteArray>& m_passwords;
};

} // namespace sw
