// SPDX-License-Identifier: MIT
#pragma once

#include "core/channel/tlschannel.h"
#include "core/endpoint/connector.h"
#include "core/endpoint/servedendpoint.h"
#include "core/endpoint/writequeue.h"

#include <QElapsedTimer>

#include <memory>
#include <optional>
#include <vector>

namespace sw {

/// A stream between two ends: tcp, tls or unix, made by connecting or taken by a listener. The I/O thread.
///
/// Its bytes go through channels: the socket, and TLS above it from the start or from startTls() on. The transcript has
/// those that the uppermost gives and takes, of both directions.
///
/// Both directions end on their own (half-close, RFC 9293 section 3.6). Receiving stops, and with it the peer, while a
/// behaviour's answers or an unconsumed transcript wait; see WriteQueue::comfortable and EndpointHost::receiveWindow().
class Connection final : public ServedEndpoint, private StreamEnd, private PollTarget {
public:
    /// One that start() connects to the request's address.
    Connection(EndpointHost& host, EndpointRequest request);
    /// One that a listener accepted.
    Connection(EndpointHost& host, EndpointRequest request, std::unique_ptr<StreamChannel> channel, const QString& peer,
               QString listenerName);
    ~Connection() override = default;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    Connection(Connection&&) = delete;
    Connection& operator=(Connection&&) = delete;

    void start() override;
    void offer(const QByteArray& bytes, const QString& destination) override;
    void offerFile(const QString& path) override;
    void closeOrderly() override;
    void abort() override;
    void startTls(const QString& options) override;
    void shutDownSending() override;
    void shutDownReceiving() override;
    void consumed(quint64 bytes) override;
    void roomAgain() override;
    void describe() override;
    std::optional<TcpInfo> tcpInfo() const override;

private:
    static constexpr std::size_t largestRead = 262144;
    static constexpr std::size_t smallestRead = 2048;

    Result<void> applyChange(const OptionSpec& spec, const QString& value, bool leave) override;
    // ServedEndpoint
    void taken() override { begin(true); }
    void refused() override;
    void behaviourChanged() override;
    bool mayWake() const override { return !hasEnded() && !m_isClosing; }
    // PollTarget
    void socketReady(PollEvents events) override;
    // LocalEnd
    StreamEnd* stream() override { return this; }
    bool isDatagram() const override { return false; }
    void send(QByteArrayView bytes) override;
    void sendShared(const QByteArray& bytes) override;
    bool wantsMore() const override;
    bool maySend() const override { return !m_writeEnded && !m_wantsWriteEnd && !m_isClosing; }
    void close() override;
    void closeAfterPeer() override;
    void abortBecause(const QString& why, const std::optional<Error>& error) override;
    QString listenerName() const override { return m_listenerName; }
    // StreamEnd
    void endSending() override { shutDownSending(); }
    void endReceiving() override { shutDownReceiving(); }
    bool hasHalfClose() const override { return !m_channel || m_channel->hasHalfClose(); }
    void holdReceiving(bool isHeld) override;
    void sendKept(QByteArrayView bytes) override;
    void beginTls(const QString& options) override { startTls(options); }
    bool isStartingTls() const override { return m_wantedTls != nullptr || m_isHandshaking; }
    void proceedTls(const QString& protocol) override;
    QString agreedProtocol() const override { return m_tls != nullptr ? m_tls->session().report().alpn : QString(); }

    void connected(std::unique_ptr<StreamChannel> channel);
    void connectFailed(const Error& error);
    void open(bool isAccepted);
    void begin(bool isAccepted);
    void receiveMore();
    void ready();
    void receiveRound();
    void receiveLater();
    void peerEnded();
    void peerGone();
    void lookForPeer();
    qsizetype sendAtOnce(QByteArrayView bytes);
    void enqueue(const QByteArray& bytes, qsizetype from = 0);
    void flush();
    void drainBeforeEnd(bool isReset = false);
    void updateInterest();
    void endSendingNow();
    void tellSendingEnds();
    bool hears() const;
    void finishOrderly();
    void lingerOrFinish();
    void closeNow();
    void noteFirstByte();
    void fail(const IoResult& result, const QString& situation);
    /// The same of an error that waited on the socket.
    void failLater(int code, const QString& situation) { fail(IoResult::failed(code), situation); }
    void finish(const ClosingRecord& closing);
    bool mayReceive() const;
    void setOpenState();
    void endSocket();
    bool passesOn() const { return behaviour() != nullptr && behaviour()->passesOn(); }

    /// The channel's socket is open; not while connecting.
    bool isOpen() const { return m_channel && m_channel->isOpen(); }
    /// It has been taken (a listener's) or connected, and its socket is watched.
    bool isRunning() const { return m_channel && m_channel->socket().isWatched(); }
    bool holdsUnsent() const { return m_channel && m_channel->holdsUnsent(); }
    /// False: the connection ended by that.
    bool flushChannel();
    bool prepareTls();
    void beginHandshake(std::shared_ptr<TlsContext> context);
    void continueHandshake();
    bool awaitHello();
    void established();
    void handshakeOver(quint64 number);
    void recordAlerts();
    void failTls(const Error& error);

    std::unique_ptr<StreamChannel> m_channel; // nothing while connecting
    TlsChannel* m_tls = nullptr;              // that, where it is one
    std::unique_ptr<Connector> m_connector;
    std::shared_ptr<TlsContext> m_tlsContext; // for when it is connected
    std::shared_ptr<TlsContext> m_wantedTls;  // for when what was sent before is out
    QString m_tlsName;                        // whom to ask for
    quint64 m_handshakes = 0;
    std::vector<QByteArray> m_afterTls; // offered after TLS was asked for: never in clear text
    quint64 m_afterTlsSize = 0;
    QString m_listenerName; // of an accepted connection
    WriteQueue m_queue;
    quint64 m_kept = 0; // bytes that the behaviour keeps, and has sent later
    quint64 m_unconsumed = 0;
    bool m_readEnded = false;
    bool m_writeEnded = false;
    bool m_peerEndedFirst = false;
    bool m_wantsWriteEnd = false; // once the queue is empty
    bool m_isClosing = false;     // likewise
    bool m_hasToldSendingEnds = false;
    bool m_isInBehaviour = false;
    bool m_behaviourProduces = false;
    bool m_awaitsFirstByte = false;
    bool m_isHandshaking = false;
    bool m_closesAfterTls = false; // as its behaviour wants
    bool m_awaitsHello = false;    // of a TLS client, which the behaviour wants to see
    bool m_waitsToProceed = false; // for proceedTls()
    bool m_hasOpened = false;      // the behaviour knows
    bool m_isHeld = false;         // by the behaviour
    bool m_mayHoldMore = false;    // the channel may have bytes that readiness no longer tells of
    bool m_isReceivePosted = false;
    std::optional<QElapsedTimer> m_lingering;
    std::chrono::milliseconds m_nextLook{0}; // for the peer, after its end of stream
    QElapsedTimer m_sinceOpen;
};

} // namespace sw
