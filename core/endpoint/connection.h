// SPDX-License-Identifier: MIT
#pragma once

#include "core/channel/tlschannel.h"
#include "core/endpoint/connector.h"
#include "core/endpoint/sendinghalf.h"
#include "core/endpoint/servedendpoint.h"

#include <QElapsedTimer>

#include <memory>
#include <optional>
#include <variant>

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
    void endNow() override;
    void startTls(const QString& options) override;
    void shutDownSending() override;
    void shutDownReceiving() override;
    void consumed(quint64 bytes) override;
    void roomAgain() override;
    void describe() override;
    std::optional<TcpInfo> tcpInfo() const override;

private:
    static constexpr std::size_t largestRead = 262144; ///< bytes, in one call
    static constexpr std::size_t smallestRead = 2048;
    /// One round of receiving, or of sending: a flood on one socket must not starve the others. What a behaviour makes
    /// of the bytes counts too.
    static constexpr std::chrono::milliseconds roundTime{5};

    // Its life: one of these after the other. A stream becomes TLS on the way to Open, or goes back from it once.

    struct Connecting {
        std::unique_ptr<Connector> connector;
        std::shared_ptr<TlsContext> tls; ///< for when it is connected
    };
    struct Deciding {}; ///< accepted, and its acceptor has not decided
    struct Securing {
        enum class Hello : quint8 { NotAsked, Awaited, Shown }; ///< of a client, which the behaviour wants to see
        Hello hello = Hello::NotAsked;
        bool closesAfter = false;
    };
    struct Open {};
    struct Closing {}; ///< orderly: what waits goes out before
    struct Lingering { ///< the system has all of it, and the peer's system has not acknowledged all
        QElapsedTimer since;
        QElapsedTimer sinceProgress;
        qint64 left = 0; ///< bytes, not acknowledged
        std::chrono::milliseconds pause{1};
        quint64 drained = 0; ///< bytes
    };
    struct Ended {};

    /// What the peer sends.
    struct Receiving {
        enum class State : quint8 { Open, EndedFirst, Ended };
        State state = State::Open;
        bool isHeld = false;      ///< by the behaviour
        bool isPosted = false;    ///< a round of it comes
        bool mayHaveMore = false; ///< the channel may have bytes that readiness no longer tells of
        quint64 unconsumed = 0;
        std::chrono::milliseconds nextLook{0}; ///< for the peer, after its end of stream
    };

    /// TLS was asked for, and what was sent before is not out yet.
    struct Upgrade {
        std::shared_ptr<TlsContext> context;
        bool closesAfter = false; ///< as its behaviour wants
    };

    /// The behaviour is asked for more to send.
    struct Asking {
        bool isNow = false;
        bool hasMore = false; ///< it sent something the last time
    };

    Result<void> applyChange(const OptionSpec& spec, const QString& value, bool leave) override;
    // ServedEndpoint
    void taken() override;
    void refused() override;
    void behaviourChanged() override;
    bool mayWake() const override { return !hasEnded() && !isClosing(); }
    // PollTarget
    void socketReady(PollEvents events) override;
    // LocalEnd
    StreamEnd* stream() override { return this; }
    bool isDatagram() const override { return false; }
    void send(QByteArrayView bytes) override;
    void sendShared(const QByteArray& bytes) override;
    bool wantsMore() const override { return m_sending.isComfortable(); }
    bool maySend() const override { return m_sending.takesMore() && !isClosing() && !is<Ended>(); }
    void close() override;
    void closeAfterPeer() override;
    void abortBecause(const Sentence& why, const std::optional<Error>& error) override;
    QString listenerName() const override { return m_listenerName; }
    // StreamEnd
    void endSending() override { shutDownSending(); }
    void endReceiving() override { shutDownReceiving(); }
    bool hasHalfClose() const override { return !m_channel || (m_channel->hasHalfClose() && m_channel->passesEnd()); }
    void holdReceiving(bool isHeld) override;
    void sendKept(QByteArrayView bytes) override;
    void beginTls(const QString& options) override { startTls(options); }
    bool isStartingTls() const override { return m_upgrade || is<Securing>(); }
    void proceedTls(const QString& protocol) override;
    QString agreedProtocol() const override { return m_tls != nullptr ? m_tls->session().report().alpn : QString(); }

    template <typename State>
    bool is() const {
        return std::holds_alternative<State>(m_life);
    }
    /// Orderly, and not over yet.
    bool isClosing() const { return is<Closing>() || is<Lingering>(); }
    bool hasReceivedEnd() const { return m_receiving.state != Receiving::State::Open; }
    /// The channel's socket is open; not while connecting.
    bool isOpen() const { return m_channel && m_channel->isOpen(); }
    /// It has been taken (a listener's) or connected, and its socket is watched.
    bool isRunning() const { return m_channel && m_channel->socket().isWatched(); }
    bool holdsUnsent() const { return m_channel && m_channel->holdsUnsent(); }
    /// The behaviour wants its peer to see that nobody reads.
    bool leavesUnread() const { return m_receiving.isHeld && (behaviour() == nullptr || behaviour()->leavesUnread()); }
    bool passesOn() const { return behaviour() != nullptr && behaviour()->passesOn(); }
    bool hears() const;
    bool mayReceive() const;
    void setOpenState();
    void updateInterest();

    void takeReport();
    void connected(std::unique_ptr<StreamChannel> channel);
    void connectFailed(const Error& error);
    void noteCredentials();
    void begin(std::shared_ptr<TlsContext> tls);
    void recordOpened();
    void ready();

    void receiveMore();
    void receiveRound();
    void noteFirstByte();
    void peerEnded();
    void peerGone();
    void lookForPeer();

    qsizetype sendAtOnce(QByteArrayView bytes);
    void enqueue(const QByteArray& bytes, qsizetype from = 0);
    void flushOrCount();
    void flush();
    bool flushChannel();
    void askForMore();
    void endAfterLastWords();
    void endSendingNow();
    void tellSendingEnds();

    void beginUpgrade();
    void beginHandshake(std::shared_ptr<TlsContext> context, bool closesAfter);
    void continueHandshake();
    bool awaitHello();
    void established();
    void handshakeOver();
    void recordAlerts();

    IoResult drainBeforeEnd(bool isReset = false);
    bool hasFailedAtEnd(const IoResult& received);
    void finishOrderly();
    bool mayLinger() const;
    void linger();
    void lookAtLingering();
    void finishLingering(const Lingering& lingering);
    void closeNow();
    void fail(const IoResult& result, const QString& situation);
    void failTls(const Error& error);
    void finish(const ClosingRecord& closing);

    std::variant<Connecting, Deciding, Securing, Open, Closing, Lingering, Ended> m_life;
    std::unique_ptr<StreamChannel> m_channel; // nothing while connecting
    TlsChannel* m_tls = nullptr;              // that, where it is one
    SendingHalf m_sending;
    Receiving m_receiving;
    std::optional<Upgrade> m_upgrade;
    Asking m_asking;
    QString m_listenerName; // of an accepted connection
    QElapsedTimer m_sinceOpen;
};

} // namespace sw
