// SPDX-License-Identifier: MIT
#pragma once

#include "core/tls/tlscontext.h"
#include "core/tls/tlsreport.h"

#include <QElapsedTimer>

#include <deque>
#include <functional>
#include <memory>
#include <optional>

namespace sw {

/// One end of a TLS or DTLS session, without a socket: fed with what arrives, asked for what has to go out. Bounded: it
/// holds at most one record that is not complete, and what its owner has fed. One thread, its owner's.
class TlsSession {
public:
    /// `serverName`: whom a client asks for and expects. A client resumes a session of the context's cache if it can.
    TlsSession(std::shared_ptr<TlsContext> context, const QString& serverName);
    ~TlsSession();
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;
    TlsSession(TlsSession&&) = delete;
    TlsSession& operator=(TlsSession&&) = delete;

    static constexpr qint64 again = -1;  ///< nothing now; feed() first
    static constexpr qint64 failed = -2; ///< see error()

    /// For a server, before the handshake: the one protocol (RFC 7301) to agree on instead of the context's; empty:
    /// none.
    void setProtocol(const QString& protocol);
    /// What arrived: a piece of the stream, or one datagram.
    void feed(QByteArrayView bytes);
    /// The stream below has ended.
    void feedEnd() { m_hasEnded = true; }
    /// Goes on with the handshake: again, failed, or 0 once it is complete.
    qint64 handshake();
    /// Decrypted bytes (one message of a datagram session): how many, 0 at the peer's close_notify, again or failed.
    qint64 read(char* data, std::size_t size);
    /// Encrypts: how many bytes were taken, again (a handshake is going on), or failed.
    qint64 write(const char* data, std::size_t size);
    /// Says close_notify: no more is sent. Reading goes on.
    void close();

    /// What has to go to the peer.
    QByteArrayView outgoing() const { return QByteArrayView(m_outgoing).sliced(m_outgoingTaken); }
    /// So many bytes of outgoing() went to the peer.
    void outgoingSent(qsizetype count);
    /// The same of a datagram session.
    std::optional<QByteArray> takeDatagram();

    bool hasReceived() const { return !m_first.isEmpty(); }
    bool isEstablished() const { return m_report.isEstablished; }
    const Error& error() const { return m_error; }
    const TlsReport& report() const { return m_report; }
    const TlsContext& context() const { return *m_context; }
    /// Alerts that were sent or received since the last call, in words (RFC 8446 section 6).
    QStringList takeAlerts() { return std::exchange(m_alerts, {}); }
    /// Why keys could not be written to the key log since the last call.
    std::optional<Error> takeKeyLogError() { return std::exchange(m_keyLogError, std::nullopt); }

    /// For datagrams: how long until handleTimeout() must be called; nothing while no handshake message waits for an
    /// answer (RFC 6347 section 4.2.4).
    std::optional<std::chrono::milliseconds> timeout() const;
    /// DTLS: sends its last flight again (RFC 6347 section 4.2.4).
    void handleTimeout();
    /// For datagrams: answers a ClientHello with a cookie of the peer's address, statelessly. True once a hello brought
    /// the right one: then this session is that peer's, and handshake() goes on.
    bool listenFor(const QByteArray& peerAddress);

private:
    friend struct TlsCallbacks;

    qint64 result(int value, const char* situation);
    void setError(const char* situation);
    Error describeFailure(const char* situation);
    Error describeCertificate() const;
    std::optional<Error> describePlainText() const;
    void complete();

    std::shared_ptr<TlsContext> m_context;
    SSL* m_ssl = nullptr;
    QByteArray m_incoming;
    qsizetype m_incomingTaken = 0;
    QByteArray m_outgoing;
    qsizetype m_outgoingTaken = 0;
    std::deque<QByteArray> m_datagramsIn;
    std::deque<QByteArray> m_datagramsOut;
    QByteArray m_first; // of what the peer sent, to tell what it is if it is not TLS
    bool m_hasEnded = false;
    bool m_isClosed = false;
    bool m_hasFailed = false;
    QString m_peerAlert;
    QByteArray m_cookiePeer; // during listenFor()
    QString m_offeredPsk;    // the name of the pre-shared key that the client says
    bool m_hasReadSinceClose = false;
    std::optional<QByteArray> m_protocol; // setProtocol(), as it goes over the wire
    QStringList m_alerts;
    std::optional<Error> m_keyLogError;
    Error m_error;
    TlsReport m_report;
    QElapsedTimer m_sinceStart;
};

} // namespace sw
