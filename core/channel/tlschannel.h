// SPDX-License-Identifier: MIT
#pragma once

#include "core/channel/streamchannel.h"
#include "core/tls/clienthello.h"
#include "core/tls/tlssession.h"

namespace sw {

/// TLS over another channel (RFC 8446, RFC 5246). handshake() comes first, and goes on whenever the socket is ready;
/// plain bytes pass after it. The I/O thread.
class TlsChannel final : public StreamChannel {
public:
    /// `serverName`: whom a client asks for and expects.
    TlsChannel(std::unique_ptr<StreamChannel> below, std::shared_ptr<TlsContext> context, const QString& serverName);

    /// For a server that wants to see the client's first message before it answers: Done when it is there (`hello`),
    /// Ended when what came is none, of which the handshake says what is wrong. Nothing goes to the peer meanwhile.
    IoResult awaitHello(ClientHello& hello);
    /// Goes on: Done once plain bytes can pass. After awaitHello(), begins with that message.
    IoResult handshake();

    TlsSession& session() { return m_session; }
    const TlsSession& session() const { return m_session; }
    /// Takes what has arrived and can no longer be decrypted, at most 4 MiB: closing with unread bytes would be a
    /// reset, and that can destroy the alert on its way (RFC 2525 section 2.17).
    void discardReceived();

    IoResult receive(std::span<char> room) override;
    IoResult send(QByteArrayView bytes) override;
    IoResult flush() override;
    bool holdsUnsent() const override { return !m_session.outgoing().isEmpty() || m_below->holdsUnsent(); }
    quint64 dropped() const override { return m_below->dropped(); }
    bool readsAhead() const override { return true; }
    bool mayReceive() const override;
    void sayEnd() override { m_session.close(); }
    void endSending() override { m_below->endSending(); }
    void endReceiving() override { m_below->endReceiving(); }
    void close() override { m_below->close(); }
    void abort() override { m_below->abort(); }
    /// Only TLS 1.3 has it (RFC 5246 section 7.2.1); also before the handshake has shown which version it is.
    bool hasHalfClose() const override;
    QString whyNoHalfClose() const override;
    bool passesEnd() const override { return m_below->passesEnd(); }
    bool tellsResets() const override { return m_below->tellsResets(); }
    Error error() const override;
    StreamSocket& socket() override { return m_below->socket(); }

private:
    bool isOlder() const;
    IoResult receiveCiphertext();

    std::unique_ptr<StreamChannel> m_below;
    TlsSession m_session;
    QByteArray m_hello; // of a client, until the handshake goes on
};

} // namespace sw
