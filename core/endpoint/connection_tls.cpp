// SPDX-License-Identifier: MIT
// A connection's bytes through TLS: the handshake, and what goes wrong in it.
#include "core/endpoint/connection.h"

#include "core/base/units.h"

#include <algorithm>

namespace sw {

namespace {
constexpr std::size_t ciphertextRoom = 65536;
/// Taken by TLS, and not yet by the system, at most; a peer that makes us answer without reading stops being read.
constexpr std::size_t mostCiphertext = 65536;
} // namespace

bool Connection::isAgain(qint64 result) {
    return result == wouldBlock || (result != tlsFailed && native::isAgain(static_cast<int>(-result)));
}

qint64 Connection::receiveSome(char* data, std::size_t size) {
    if (!m_tls)
        return native::receive(m_socket, data, size);
    constexpr int mostRounds = 64; // records without data must not keep the others waiting
    for (int round = 0; round < mostRounds; ++round) {
        const qint64 count = m_tls->read(data, size);
        if (count == TlsSession::failed)
            return tlsFailed;
        if (count != TlsSession::again)
            return count;
        if (holdsMuchCiphertext())
            return wouldBlock;
        const std::span<char> room = host().datagramRoom(ciphertextRoom);
        const qint64 raw = native::receive(m_socket, room.data(), room.size());
        if (raw < 0)
            return raw;
        if (raw == 0)
            m_tls->feedEnd();
        else
            m_tls->feed(QByteArrayView(room.data(), raw));
    }
    return wouldBlock; // the descriptor shows what is left
}

/// A peer that makes TLS answer and does not take the answers is not received from.
bool Connection::holdsMuchCiphertext() const {
    return m_tls && m_tls->outgoing().size() > static_cast<qsizetype>(mostCiphertext);
}

qint64 Connection::sendSome(const char* data, std::size_t size) {
    if (!m_tls)
        return native::send(m_socket, data, size);
    if (const qint64 result = sendCiphertext(); result < 0)
        return result;
    std::size_t taken = 0;
    while (taken < size && taken < mostCiphertext) {
        const qint64 count = m_tls->write(data + taken, size - taken);
        if (count == TlsSession::failed)
            return taken > 0 ? static_cast<qint64>(taken) : tlsFailed;
        if (count == TlsSession::again)
            break;
        taken += static_cast<std::size_t>(count);
    }
    sendCiphertext(); // an error comes again, and is told, with the next piece or the flush
    return taken > 0 ? static_cast<qint64>(taken) : wouldBlock;
}

/// 0: everything is out. Otherwise as native::send(), negated.
qint64 Connection::sendCiphertext() {
    while (hasCiphertext()) {
        const QByteArrayView bytes = m_tls->outgoing();
        const qint64 count = native::send(m_socket, bytes.data(), static_cast<std::size_t>(bytes.size()));
        if (count < 0)
            return count;
        m_tls->outgoingSent(count);
    }
    return 0;
}

bool Connection::pushCiphertext() {
    const qint64 result = sendCiphertext();
    if (result >= 0 || isAgain(result))
        return true;
    fail(result, QStringLiteral("send"));
    return false;
}

/// What TLS still holds was taken from the system's socket already, which therefore does not show it any more.
void Connection::receiveLater() {
    if (std::exchange(m_isReceivePosted, true))
        return;
    host().after(std::chrono::milliseconds(0), id(), [](Endpoint& endpoint) {
        auto& self = static_cast<Connection&>(endpoint);
        self.m_isReceivePosted = false;
        if (self.m_ticket && self.m_mayHoldMore && !self.m_isHandshaking && self.mayReceive())
            self.receiveRound();
    });
}

/// For a connection that begins with TLS: what is wrong with its options is said before anything is sent.
bool Connection::prepareTls() {
    TlsSettings settings = TlsSettings::of(address());
    settings.askedPassphrases = host().passphrases();
    auto context = TlsContext::make(settings, TlsSide::Client, TlsTransport::Stream, &host().tlsSessions(),
                                    formatAddress(address()));
    if (!context) {
        finish({.cause = QStringLiteral("tls-failure"),
                .text = QStringLiteral("not connected: ") + toText(context.error()),
                .error = context.error()});
        return false;
    }
    m_tlsContext = *context;
    m_tlsName = (*context)->settings().name;
    return true;
}

void Connection::startTls(const QString& options) {
    const auto refuse = [this](const QString& why) {
        record(EventKind::Warning, QStringLiteral("TLS was not started: ") + why);
    };
    if (hasEnded() || (!m_ticket && !m_isAsked) || m_isClosing || m_writeEnded || m_readEnded || m_wantsWriteEnd) {
        refuse(QStringLiteral("the connection is not open in both directions."));
        return;
    }
    if (m_tls || m_wantedTls != nullptr) {
        refuse(QStringLiteral("it is TLS already."));
        return;
    }
    const bool isAccepted = snapshot().isAccepted;
    const QString host = address().place.host.isEmpty() || address().place.host == QLatin1String("*") || isAccepted
                             ? QStringLiteral("localhost")
                             : address().place.host;
    const QString text = QStringLiteral("tls://%1:1%2%3")
                             .arg(host.contains(QLatin1Char(':')) ? QStringLiteral("[%1]").arg(host) : host,
                                  options.isEmpty() ? QString() : QStringLiteral("?"), options);
    const auto wanted = parseAddress(text, isAccepted ? Role::Listen : Role::Connect);
    if (!wanted) {
        refuse(wanted.error().detail);
        return;
    }
    TlsSettings settings = TlsSettings::of(*wanted);
    settings.askedPassphrases = this->host().passphrases();
    auto context = TlsContext::make(settings, isAccepted ? TlsSide::Server : TlsSide::Client, TlsTransport::Stream,
                                    &this->host().tlsSessions(), formatAddress(address()) + QLatin1Char(' ') + text);
    if (!context) {
        refuse(context.error().detail);
        return;
    }
    m_tlsName = settings.name;
    m_wantedTls = *context;
    if (!m_isInBehaviour && m_ticket)
        flush();
}

void Connection::beginHandshake(std::shared_ptr<TlsContext> context) {
    const bool isServer = context->side() == TlsSide::Server;
    const bool isUpgrade = snapshot().counters.receivedBytes + snapshot().counters.sentBytes > 0;
    const auto limit = context->settings().handshake;
    const QString keyLog = context->settings().keyLogFile;
    const bool isThrowAway = context->isThrowAway() && request().tls == nullptr;
    m_tls = std::make_unique<TlsSession>(std::move(context), m_tlsName);
    m_isHandshaking = true;
    m_awaitsHello = isServer && passesOn();
    setState(EndpointState::Handshaking);
    QString text = isServer ? QStringLiteral("TLS handshake begins, as server")
                            : QStringLiteral("TLS handshake begins, as client of “%1”").arg(m_tlsName);
    if (isUpgrade)
        text += QStringLiteral("; what comes before this was not encrypted");
    QJsonObject facts{{QStringLiteral("side"), isServer ? QStringLiteral("server") : QStringLiteral("client")},
                      {QStringLiteral("upgrade"), isUpgrade}};
    if (!keyLog.isEmpty()) {
        text += QStringLiteral("; its keys are written to %1").arg(keyLog);
        facts.insert(QStringLiteral("keylog"), keyLog);
    }
    if (isThrowAway) {
        text += QStringLiteral("; with a throw-away certificate for localhost, SHA-256 %1")
                    .arg(m_tls->report().own.front().sha256);
        facts.insert(QStringLiteral("throwAway"), QString::fromLatin1(m_tls->report().own.front().pem));
    }
    record(EventKind::TlsStarted, text, facts);
    host().after(limit, id(), [number = ++m_handshakes](Endpoint& endpoint) {
        static_cast<Connection&>(endpoint).handshakeOver(number);
    });
    continueHandshake();
}

void Connection::handshakeOver(quint64 number) {
    if (!m_isHandshaking || number != m_handshakes)
        return;
    if (m_waitsToProceed) { // for the other side, which has limits of its own
        host().after(m_tls->context().settings().handshake, id(),
                     [number](Endpoint& endpoint) { static_cast<Connection&>(endpoint).handshakeOver(number); });
        return;
    }
    failTls({.id = ErrorId::TlsTimedOut,
             .situation = QStringLiteral("handshake"),
             .detail = QStringLiteral("The TLS handshake was not finished within %1 (option handshake); the peer %2.")
                           .arg(formatDuration(m_tls->context().settings().handshake),
                                m_tls->hasReceived() ? QStringLiteral("stopped in the middle of it")
                                                     : QStringLiteral("said nothing"))});
}

/// False: the hello is not there yet, or its handshake has to wait.
bool Connection::awaitHello() {
    ClientHello hello;
    HelloState state = readClientHello(m_hello, hello);
    constexpr qsizetype mostHello = 32768;
    while (state == HelloState::NeedsMore && m_hello.size() < mostHello) {
        const std::span<char> room = host().datagramRoom(ciphertextRoom);
        const qint64 raw = native::receive(m_socket, room.data(), room.size());
        if (raw < 0 && isAgain(raw))
            return false;
        if (raw < 0) {
            fail(raw, QStringLiteral("receive"));
            return false;
        }
        if (raw == 0) {
            m_tls->feedEnd();
            break;
        }
        m_hello.append(room.data(), raw);
        state = readClientHello(m_hello, hello);
    }
    m_awaitsHello = false;
    if (state != HelloState::Complete) { // the handshake says what is wrong with it
        m_tls->feed(std::exchange(m_hello, {}));
        return true;
    }
    record(EventKind::TlsHelloSeen, QStringLiteral("the client asks for TLS ") + hello.toText(),
           {{QStringLiteral("hello"), hello.toJson()}});
    m_waitsToProceed = true; // proceedTls() may come at once
    if (!m_behaviour->hello(*this, hello) && m_socket != native::noDescriptor)
        proceedTls({});
    return false;
}

void Connection::proceedTls(const QString& protocol) {
    if (!m_waitsToProceed || !m_isHandshaking)
        return;
    m_waitsToProceed = false;
    if (!protocol.isEmpty())
        m_tls->setProtocol(protocol);
    m_tls->feed(std::exchange(m_hello, {}));
    continueHandshake();
}

void Connection::continueHandshake() {
    constexpr int mostRounds = 16;
    if (m_waitsToProceed || (m_awaitsHello && !awaitHello())) {
        if (m_socket != native::noDescriptor)
            updateInterest();
        return;
    }
    for (int round = 0; round < mostRounds && m_isHandshaking; ++round) {
        const qint64 state = m_tls->handshake();
        recordAlerts();
        if (state == TlsSession::failed) {
            sendCiphertext(); // the alert that says why
            failTls(m_tls->error());
            return;
        }
        if (!pushCiphertext())
            return;
        if (state == 0) {
            established();
            return;
        }
        const std::span<char> room = host().datagramRoom(ciphertextRoom);
        const qint64 raw = native::receive(m_socket, room.data(), room.size());
        if (raw < 0) {
            if (isAgain(raw))
                break;
            fail(raw, QStringLiteral("receive"));
            return;
        }
        if (raw == 0)
            m_tls->feedEnd();
        else
            m_tls->feed(QByteArrayView(room.data(), raw));
    }
    updateInterest();
}

void Connection::established() {
    m_isHandshaking = false;
    const TlsReport& report = m_tls->report();
    mutableSnapshot().tls = std::make_shared<const TlsReport>(report);
    setOpenState();
    QString text = report.toText();
    for (const CertificateProblem& problem : report.problems) // accepted by choice
        text += QStringLiteral("; certificate %1: %2").arg(problem.depth + 1).arg(problem.reason);
    record(EventKind::TlsEstablished, text, {{QStringLiteral("tls"), report.toJson()}});
    m_mayHoldMore = true; // what came with the last message of the handshake
    for (const QByteArray& bytes : std::exchange(m_afterTls, {}))
        m_queue.append(bytes);
    m_afterTlsSize = 0;
    ready();
    if (m_closesAfterTls)
        closeOrderly();
}

void Connection::recordAlerts() {
    if (!m_tls)
        return;
    const QStringList alerts = m_tls->takeAlerts();
    for (const QString& alert : alerts)
        record(EventKind::TlsAlert, alert);
    if (const auto error = m_tls->takeKeyLogError())
        recordKeyLogError(*error);
}

void Connection::failTls(const Error& error) {
    sendCiphertext();
    if (error.id != ErrorId::TlsTruncated && m_socket != native::noDescriptor)
        discardReceived(); // a close with unread bytes would be a reset, and that can destroy the alert on its way
    finish({.cause = QStringLiteral("tls-failure"),
            .text = (error.id == ErrorId::TlsTruncated ? QStringLiteral("ended without TLS's own end: ")
                     : m_tls->isEstablished()          ? QStringLiteral("ended by a failure of TLS: ")
                                                       : QStringLiteral("no TLS: ")) +
                    toText(error),
            .error = error});
}

/// What arrived and can no longer be decrypted, at most 4 MiB.
void Connection::discardReceived() {
    constexpr int most = 64;
    for (int i = 0; i < most; ++i) {
        const std::span<char> room = host().datagramRoom(ciphertextRoom);
        if (native::receive(m_socket, room.data(), room.size()) <= 0)
            return;
    }
}

} // namespace sw
