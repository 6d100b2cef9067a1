// SPDX-License-Identifier: MIT
// A connection's bytes through TLS: the handshake, and what goes wrong in it.
#include "core/endpoint/connection.h"

#include "core/base/units.h"

#include <algorithm>

namespace sw {

/// For a connection that begins with TLS: what is wrong with its options is said before anything is sent.
bool Connection::prepareTls() {
    TlsSettings settings = TlsSettings::of(address());
    settings.askedPassphrases = host().passphrases();
    auto context = TlsContext::make(settings, TlsSide::Client, TlsTransport::Stream, &host().tlsSessions(),
                                    formatAddress(address()));
    if (!context) {
        finish({.cause = ClosingCause::TlsFailure,
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
    if (hasEnded() || (!isRunning() && !isAsked()) || m_isClosing || m_writeEnded || m_readEnded || m_wantsWriteEnd) {
        refuse(QStringLiteral("the connection is not open in both directions."));
        return;
    }
    if (m_tls != nullptr || m_wantedTls != nullptr) {
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
    if (!m_isInBehaviour && isRunning())
        flush();
}

void Connection::beginHandshake(std::shared_ptr<TlsContext> context) {
    const bool isServer = context->side() == TlsSide::Server;
    const bool isUpgrade = snapshot().counters.receivedBytes + snapshot().counters.sentBytes > 0;
    const auto limit = context->settings().handshake;
    const QString keyLog = context->settings().keyLogFile;
    const bool isThrowAway = context->isThrowAway() && request().tls == nullptr;
    auto secured = std::make_unique<TlsChannel>(std::move(m_channel), std::move(context), m_tlsName);
    m_tls = secured.get();
    m_channel = std::move(secured);
    m_isHandshaking = true;
    m_awaitsHello = isServer && passesOn();
    setState(EndpointState::Handshaking);
    QString text = isServer ? QStringLiteral("TLS handshake begins, as server")
                            : QStringLiteral("TLS handshake begins, as client of “%1”").arg(m_tlsName);
    if (isUpgrade)
        text += QStringLiteral("; what comes before this was not encrypted");
    Facts facts{{Fact::Side, isServer ? QStringLiteral("server") : QStringLiteral("client")},
                {Fact::Upgrade, isUpgrade}};
    if (!keyLog.isEmpty()) {
        text += QStringLiteral("; its keys are written to %1").arg(keyLog);
        facts.add(Fact::KeyLog, keyLog);
    }
    if (isThrowAway) {
        text += QStringLiteral("; with a throw-away certificate for localhost, SHA-256 %1")
                    .arg(m_tls->session().report().own.front().sha256);
        facts.add(Fact::ThrowAway, QString::fromLatin1(m_tls->session().report().own.front().pem));
    }
    record(EventKind::TlsStarted, text, facts);
    later(limit, &Connection::handshakeOver, ++m_handshakes);
    continueHandshake();
}

void Connection::handshakeOver(quint64 number) {
    if (!m_isHandshaking || number != m_handshakes)
        return;
    if (m_waitsToProceed) { // for the other side, which has limits of its own
        later(m_tls->session().context().settings().handshake, &Connection::handshakeOver, number);
        return;
    }
    failTls({.id = ErrorId::TlsTimedOut,
             .situation = QStringLiteral("handshake"),
             .detail = QStringLiteral("The TLS handshake was not finished within %1 (option handshake); the peer %2.")
                           .arg(formatDuration(m_tls->session().context().settings().handshake),
                                m_tls->session().hasReceived() ? QStringLiteral("stopped in the middle of it")
                                                               : QStringLiteral("said nothing"))});
}

/// False: the hello is not there yet, or its handshake has to wait.
bool Connection::awaitHello() {
    ClientHello hello;
    const IoResult result = m_tls->awaitHello(hello);
    if (result.isAgain())
        return false;
    if (result.hasFailed()) {
        fail(result, QStringLiteral("receive"));
        return false;
    }
    m_awaitsHello = false;
    if (result.hasEnded()) // the handshake says what is wrong with it
        return true;
    record(EventKind::TlsHelloSeen, QStringLiteral("the client asks for TLS ") + hello.toText(),
           {{Fact::Hello, hello.toJson()}});
    m_waitsToProceed = true; // proceedTls() may come at once
    if (!behaviour()->hello(*this, hello) && isOpen())
        proceedTls({});
    return false;
}

void Connection::proceedTls(const QString& protocol) {
    if (!m_waitsToProceed || !m_isHandshaking)
        return;
    m_waitsToProceed = false;
    if (!protocol.isEmpty())
        m_tls->session().setProtocol(protocol);
    continueHandshake();
}

void Connection::continueHandshake() {
    if (m_waitsToProceed || (m_awaitsHello && !awaitHello())) {
        if (isOpen())
            updateInterest();
        return;
    }
    const IoResult result = m_tls->handshake();
    recordAlerts();
    if (result.hasFailed())
        fail(result, result.isOfSending ? QStringLiteral("send") : QStringLiteral("receive"));
    else if (result.isDone())
        established();
    else
        updateInterest();
}

void Connection::established() {
    m_isHandshaking = false;
    const TlsReport& report = m_tls->session().report();
    mutableSnapshot().tls = std::make_shared<const TlsReport>(report);
    setOpenState();
    QString text = report.toText();
    for (const CertificateProblem& problem : report.problems) // accepted by choice
        text += QStringLiteral("; certificate %1: %2").arg(problem.depth + 1).arg(problem.reason);
    record(EventKind::TlsEstablished, text, {{Fact::Tls, report.toJson()}});
    m_mayHoldMore = true; // what came with the last message of the handshake
    for (const QByteArray& bytes : std::exchange(m_afterTls, {}))
        m_queue.append(bytes);
    m_afterTlsSize = 0;
    ready();
    if (m_closesAfterTls)
        closeOrderly();
}

void Connection::recordAlerts() {
    if (m_tls == nullptr)
        return;
    const QStringList alerts = m_tls->session().takeAlerts();
    for (const QString& alert : alerts)
        record(EventKind::TlsAlert, alert);
    if (const auto error = m_tls->session().takeKeyLogError())
        recordKeyLogError(*error);
}

void Connection::failTls(const Error& error) {
    m_tls->flush(); // the alert that says why
    if (error.id != ErrorId::TlsTruncated && isOpen())
        m_tls->discardReceived();
    finish({.cause = ClosingCause::TlsFailure,
            .text = (error.id == ErrorId::TlsTruncated  ? QStringLiteral("ended without TLS's own end: ")
                     : m_tls->session().isEstablished() ? QStringLiteral("ended by a failure of TLS: ")
                                                        : QStringLiteral("no TLS: ")) +
                    toText(error),
            .error = error});
}

} // namespace sw
