// SPDX-License-Identifier: MIT
#pragma once

#include "core/channel/qtsocket.h"
#include "core/channel/streamattempt.h"

#include <QObject>

class QNetworkProxy;

namespace sw {

/// A QTcpSocket that connects, by itself or through a proxy. Qt tries an address twice. The I/O thread.
class QtAttempt final : public StreamAttempt {
public:
    /// Directly.
    QtAttempt(const native::SocketAddress& place, const Address& address);
    /// Through a proxy, to the host of the address, whose name the proxy looks up.
    QtAttempt(const Address& address, const QNetworkProxy& proxy);
    ~QtAttempt() override;
    QtAttempt(const QtAttempt&) = delete;
    QtAttempt& operator=(const QtAttempt&) = delete;
    QtAttempt(QtAttempt&&) = delete;
    QtAttempt& operator=(QtAttempt&&) = delete;

    IoResult begin(PollTarget* target) override;
    std::unique_ptr<StreamChannel> take() override;
    Error error() const override { return m_error; }
    std::vector<Error> takeWarnings() override;
    QString localName() const override;
    std::optional<int> retransmits() const override { return std::nullopt; }

private:
    QtAttempt(const Address& address, QString host, quint16 port);
    HostPort peer() const { return {.host = m_host, .service = {}, .portFirst = m_port, .portLast = m_port}; }
    bool isProxied() const { return !m_proxiedPeer.isEmpty(); }
    Result<void> prepare();
    void over();

    const Address& m_address; // of the connector, which outlives it
    QString m_host;
    quint16 m_port;
    QString m_proxiedPeer;
    QtTcpSocket m_socket;
    QObject m_slots; // what its signals come to
    PollTarget* m_target = nullptr;
    bool m_hasConnected = false;
    bool m_isOver = false;
    std::vector<Error> m_warnings;
    Error m_error;
};

} // namespace sw
