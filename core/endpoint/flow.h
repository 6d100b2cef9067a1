// SPDX-License-Identifier: MIT
#pragma once

#include "core/endpoint/endpoint.h"

#include <memory>

namespace sw {

/// The datagrams exchanged with one peer of a DatagramSocket. The I/O thread.
class Flow final : public Endpoint, private Peer {
public:
    Flow(EndpointHost& host, EndpointRequest request, EndpointId socket, const native::SocketAddress& peer,
         const QString& local);

    void start() override;
    void offer(const QByteArray& bytes, const QString& destination) override;
    /// Forgets the peer; it comes back as a new flow when it sends again.
    void closeOrderly() override;
    void abort() override { closeOrderly(); }
    void consumed(quint64 bytes) override;
    void setBehaviour(const QString& name, BehaviourFactory factory) override;

    // called by the socket
    void received(QByteArrayView bytes, Timestamp time, quint8 flags);
    void sent(QByteArrayView bytes);
    void failed(EventKind kind, const Error& error, const QJsonObject& facts = {});
    void notSent(const Error& error);
    /// Whose process it is; told once for each.
    void setSender(const PeerCredentials& sender);
    void cut(qint64 trueSize, qint64 size);
    void socketClosed();
    const native::SocketAddress& peerAddress() const { return m_peer; }

private:
    void send(QByteArrayView bytes) override { offer(bytes.toByteArray(), {}); }
    bool wantsMore() const override { return true; }
    void close() override {} // a daytime server answers each datagram; the flow stays
    bool isDatagram() const override { return true; }
    QString peerName() const override { return snapshot().peer; }

    EndpointId m_socket;
    native::SocketAddress m_peer;
    std::unique_ptr<Behaviour> m_behaviour;
};

} // namespace sw
