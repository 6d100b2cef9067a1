// SPDX-License-Identifier: MIT
#pragma once

#include "core/endpoint/datagramend.h"

#include <memory>
#include <vector>

namespace sw {

/// The datagrams exchanged with one peer of a DatagramSocket. The I/O thread.
class Flow final : public DatagramEnd {
public:
    Flow(EndpointHost& host, EndpointRequest request, EndpointId socket, const native::SocketAddress& peer,
         const QString& local);

    void start() override;
    void offer(const QByteArray& bytes, const QString& destination) override;
    /// Forgets the peer; it comes back as a new flow when it sends again.
    void closeOrderly() override;
    void abort() override { closeOrderly(); }
    void consumed(quint64 bytes) override;

    // called by the socket
    /// A datagram of its peer's.
    void received(QByteArrayView bytes, Timestamp time, quint8 flags);
    /// The socket has sent one for it.
    void sent(QByteArrayView bytes);
    /// One was not sent, or the network said so later.
    void failed(EventKind kind, const Error& error, const Facts& facts = {});
    /// One was refused before it reached the system.
    void notSent(const Error& error);
    /// Whose process it is; told once for each.
    void setSender(const PeerCredentials& sender);
    /// Before start(): the acceptor may decide by it.
    void setFirstSender(const PeerCredentials& sender) { m_firstSender = sender; }
    /// The system cut the last one, from `trueSize` to `size` bytes.
    void cut(qint64 trueSize, qint64 size);
    /// Its socket is gone: it ends.
    void socketClosed();
    /// Ends as the longest idle of `count` flows, for another.
    void makeRoom(std::size_t count);
    const native::SocketAddress& peerAddress() const { return m_peer; }
    /// The address of ours that the peer speaks to, which answers come from; length 0: the system chooses.
    const native::SocketAddress& source() const { return m_source; }
    void setSource(const native::SocketAddress& source) { m_source = source; }

    /// With DTLS: goes on with a session whose first message has come; before start().
    using DatagramEnd::secure;
    /// A datagram of its peer's that is DTLS.
    void fedByPeer(QByteArrayView datagram);
    /// By its acceptor: nothing of it is kept.
    bool isRefused() const { return m_isRefused; }

private:
    void send(QByteArrayView bytes) override { transmit(bytes.toByteArray()); }
    void transmit(const QByteArray& bytes);
    void transmitSealed(const QByteArray& datagram) override;
    void decrypted(QByteArrayView message) override { received(message, Timestamp::now(), DatagramFlag); }
    void secured() override;
    void end(const ClosingRecord& closing) override;
    void taken() override;
    void refused() override;
    void begin();
    void take(QByteArrayView bytes, Timestamp time, quint8 flags);

    /// What came while the acceptor had not decided: kept only if it takes the flow.
    struct Undecided {
        QByteArray bytes;
        quint8 flags = 0;
        qint64 trueSize = -1; ///< of one that was cut
    };

    std::vector<Undecided> m_undecided;
    quint64 m_undecidedLost = 0; // there was no room for them
    std::optional<PeerCredentials> m_firstSender;
    std::vector<QByteArray> m_early; // offered before the handshake was over
    EndpointId m_socket;
    bool m_isRefused = false; // by the acceptor
    native::SocketAddress m_peer;
    native::SocketAddress m_source;
};

} // namespace sw
