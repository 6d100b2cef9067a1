// SPDX-License-Identifier: MIT
#pragma once

#include "core/tls/tlssession.h"

#include <chrono>
#include <functional>
#include <memory>

namespace sw {

/// The DTLS between a datagram endpoint and one peer (RFC 6347): what the peer's datagrams become, and what goes to it.
/// Its owner has the socket and the clock. The I/O thread. Handlers may end the owner, but not delete the link.
class DtlsLink {
public:
    struct Handlers {
        std::function<void(const QByteArray&)> transmit; ///< a datagram for the peer; it may be lost
        std::function<void(QByteArrayView)> received;    ///< one decrypted message
        std::function<void()> established;
        std::function<void()> ended; ///< by the peer, with close_notify
        std::function<void(const Error&)> failed;
        std::function<void(const QString&)> alert;
        std::function<void(const Error&)> keyLogFailed;
        std::function<void(std::chrono::milliseconds)> wakeIn; ///< timeOver() is to be called then
    };

    /// Longest message (RFC 8446 section 5.1, which RFC 6347 shares).
    static constexpr qsizetype longest = 16384;

    DtlsLink(std::unique_ptr<TlsSession> session, Handlers handlers);

    /// Begins, or goes on with, the handshake.
    void start();
    /// A datagram from the peer; what it makes of it comes by the handlers.
    void feed(QByteArrayView datagram);
    /// The time for a retransmission is over (RFC 6347 section 4.2.4).
    void timeOver();
    /// The datagram that carries a message; only once established.
    Result<QByteArray> seal(QByteArrayView message);
    /// Says close_notify.
    void close();

    bool isEstablished() const { return m_session->isEstablished(); }
    bool isOver() const { return m_isOver; }
    const TlsReport& report() const { return m_session->report(); }

private:
    void advance();
    void send();
    void fail(const Error& error);

    std::unique_ptr<TlsSession> m_session;
    Handlers m_handlers;
    QElapsedTimer m_sinceStart;
    bool m_isOver = false;
    bool m_isWaking = false;
    bool m_hasReceived = false;
    QByteArray m_room;
};

} // namespace sw
