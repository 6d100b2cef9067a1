// SPDX-License-Identifier: MIT
#pragma once

#include "core/endpoint/connector.h"
#include "core/endpoint/endpoint.h"
#include "core/endpoint/writequeue.h"

#include <QElapsedTimer>

#include <memory>
#include <optional>

namespace sw {

/// A stream between two ends: tcp or unix, made by connecting or taken by a listener. The I/O thread.
///
/// Both directions end on their own (half-close, RFC 9293 section 3.6). Receiving stops, and with it the peer, while a
/// behaviour's answers or an unconsumed transcript wait; see WriteQueue::comfortable and EndpointHost::receiveWindow().
class Connection final : public Endpoint, private PollTarget, private Peer {
public:
    /// One that start() connects to the request's address.
    Connection(EndpointHost& host, EndpointRequest request);
    /// One that a listener accepted.
    Connection(EndpointHost& host, EndpointRequest request, native::Descriptor socket, const QString& peer,
               QString listenerName);
    ~Connection() override;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    Connection(Connection&&) = delete;
    Connection& operator=(Connection&&) = delete;

    void start() override;
    void offer(const QByteArray& bytes, const QString& destination) override;
    void offerFile(const QString& path) override;
    void closeOrderly() override;
    void abort() override;
    void shutDownSending() override;
    void shutDownReceiving() override;
    void consumed(quint64 bytes) override;
    void roomAgain() override;
    void setBehaviour(const QString& name, BehaviourFactory factory) override;
    void describe() override;
    std::optional<TcpInfo> tcpInfo() const override;

private:
    Result<void> applyChange(const OptionSpec& spec, const QString& value, bool leave) override;
    // PollTarget
    void socketReady(PollEvents events) override;
    // Peer
    void send(QByteArrayView bytes) override;
    bool wantsMore() const override;
    void close() override { closeOrderly(); }
    bool isDatagram() const override { return false; }
    QString peerName() const override { return snapshot().peer; }

    void connected(native::Descriptor socket);
    void connectFailed(const Error& error);
    void open(bool isAccepted);
    void receiveRound();
    void peerEnded();
    void peerGone();
    void flush();
    void drainBeforeEnd();
    void updateInterest();
    void endSendingNow();
    void finishOrderly();
    void lingerOrFinish();
    void closeNow();
    void noteFirstByte();
    void fail(int native, const QString& situation);
    void finish(const ClosingRecord& closing);
    bool mayReceive() const;
    void setOpenState();

    native::Descriptor m_socket = native::noDescriptor;
    std::optional<Poller::Ticket> m_ticket;
    std::unique_ptr<Connector> m_connector;
    std::unique_ptr<Behaviour> m_behaviour;
    QString m_listenerName; // of an accepted connection
    WriteQueue m_queue;
    quint64 m_unconsumed = 0;
    bool m_readEnded = false;
    bool m_writeEnded = false;
    bool m_peerEndedFirst = false;
    bool m_wantsWriteEnd = false; // once the queue is empty
    bool m_isClosing = false;     // likewise
    bool m_isInBehaviour = false;
    bool m_behaviourProduces = false;
    bool m_awaitsFirstByte = false;
    std::optional<QElapsedTimer> m_lingering;
    QElapsedTimer m_sinceOpen;
};

} // namespace sw
