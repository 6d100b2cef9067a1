// SPDX-License-Identifier: MIT
#include "core/endpoint/streamtls.h"

#include "core/base/units.h"

namespace sw {

Result<std::shared_ptr<TlsContext>> clientContext(const Address& address, EndpointHost& host) {
    TlsSettings settings = TlsSettings::of(address);
    settings.askedPassphrases = host.passphrases();
    return TlsContext::make(settings, TlsSide::Client, TlsTransport::Stream, &host.tlsSessions(),
                            formatAddress(address));
}

Result<std::shared_ptr<TlsContext>> upgradeContext(const Address& address, const QString& options, bool isServer,
                                                   EndpointHost& host) {
    const bool isNamed = !isServer && !address.place.host.isEmpty() && address.place.host != QLatin1String("*");
    const HostPort place{.host = isNamed ? address.place.host : QStringLiteral("localhost"),
                         .service = {},
                         .portFirst = 1,
                         .portLast = 1}; // which TLS does not look at
    const auto wanted =
        withOptions(Address{.scheme = Scheme::Tls, .place = place}, options, isServer ? Role::Listen : Role::Connect);
    if (!wanted)
        return tl::unexpected(wanted.error());
    TlsSettings settings = TlsSettings::of(*wanted);
    settings.askedPassphrases = host.passphrases();
    return TlsContext::make(settings, isServer ? TlsSide::Server : TlsSide::Client, TlsTransport::Stream,
                            &host.tlsSessions(), formatAddress(address) + QLatin1Char(' ') + formatAddress(*wanted));
}

TlsBeginning tlsBeginning(const TlsSession& session, bool isUpgrade, bool isOwn) {
    const TlsContext& context = session.context();
    const bool isServer = context.side() == TlsSide::Server;
    TlsBeginning beginning{.text = isServer
                                       ? sentence(QT_TRANSLATE_NOOP("Core", "TLS handshake begins, as server"))
                                       : sentence(QT_TRANSLATE_NOOP("Core", "TLS handshake begins, as client of “%1”"),
                                                  context.settings().name),
                           .facts = {{Fact::Side, isServer ? QStringLiteral("server") : QStringLiteral("client")},
                                     {Fact::Upgrade, isUpgrade}}};
    if (isUpgrade)
        beginning.text += sentence(QT_TRANSLATE_NOOP("Core", "; what comes before this was not encrypted"));
    if (const QString& keyLog = context.settings().keyLogFile; !keyLog.isEmpty()) {
        beginning.text += sentence(QT_TRANSLATE_NOOP("Core", "; its keys are written to %1"), keyLog);
        beginning.facts.add(Fact::KeyLog, keyLog);
    }
    if (isOwn && context.isThrowAway()) {
        const Certificate& certificate = session.report().own.front();
        beginning.text += sentence(
            QT_TRANSLATE_NOOP("Core", "; with a throw-away certificate for localhost, SHA-256 %1"), certificate.sha256);
        beginning.facts.add(Fact::ThrowAway, QString::fromLatin1(certificate.pem));
    }
    return beginning;
}

Sentence tlsEstablishedText(const TlsReport& report) {
    Sentence text = report.toText();
    for (const CertificateProblem& problem : report.problems) // accepted by choice
        text += sentence(QT_TRANSLATE_NOOP("Core", "; certificate %1: %2"), problem.depth + 1, problem.reason);
    return text;
}

Error handshakeTimedOut(const TlsSession& session) {
    return {
        .id = ErrorId::TlsTimedOut,
        .situation = QStringLiteral("handshake"),
        .detail = sentence(
            QT_TRANSLATE_NOOP("Core", "The TLS handshake was not finished within %1 (option handshake); the peer %2."),
            formatDuration(session.context().settings().handshake),
            session.hasReceived() ? QStringLiteral("stopped in the middle of it") : QStringLiteral("said nothing"))};
}

ClosingRecord closingByTls(const Error& error, bool wasEstablished) {
    return {.cause = ClosingCause::TlsFailure,
            .text = error.id == ErrorId::TlsTruncated
                        ? sentence(QT_TRANSLATE_NOOP("Core", "ended without TLS's own end: %1"), toText(error))
                    : wasEstablished
                        ? sentence(QT_TRANSLATE_NOOP("Core", "ended by a failure of TLS: %1"), toText(error))
                        : sentence(QT_TRANSLATE_NOOP("Core", "no TLS: %1"), toText(error)),
            .error = error};
}

} // namespace sw
