// SPDX-License-Identifier: MIT
// How a connection becomes TLS, from the start or in the middle.
#include "core/endpoint/connection.h"
#include "core/endpoint/streamrecords.h"
#include "core/endpoint/streamtls.h"

namespace sw {

void Connection::startTls(const QString& options) {
    const auto refuse = [this](const QString& why) {
        record(EventKind::Warning, sentence(QT_TRANSLATE_NOOP("Core", "TLS was not started: %1"), why));
    };
    const bool isThere = isRunning() || isAsked();
    if (hasEnded() || !isThere || !maySend() || hasReceivedEnd()) {
        refuse(sentence(QT_TRANSLATE_NOOP("Core", "the connection is not open in both directions.")));
        return;
    }
    if (m_tls != nullptr || m_upgrade || request().tls != nullptr) {
        refuse(sentence(QT_TRANSLATE_NOOP("Core", "it is TLS already.")));
        return;
    }
    auto context = upgradeContext(address(), options, snapshot().isAccepted, host());
    if (!context) {
        refuse(context.error().detail);
        return;
    }
    m_upgrade = Upgrade{.context = *context};
    if (!m_asking.isNow && isRunning())
        flush();
}

void Connection::beginUpgrade() {
    Upgrade upgrade = *std::exchange(m_upgrade, std::nullopt);
    m_sending.releaseForTls();
    beginHandshake(std::move(upgrade.context), upgrade.closesAfter);
}

void Connection::beginHandshake(std::shared_ptr<TlsContext> context, bool closesAfter) {
    const bool isServer = context->side() == TlsSide::Server;
    const QString name = isServer ? QString() : context->settings().name;
    const auto limit = context->settings().handshake;
    auto secured = std::make_unique<TlsChannel>(std::move(m_channel), std::move(context), name);
    m_tls = secured.get();
    m_channel = std::move(secured);
    m_life = Securing{.hello = isServer && passesOn() ? Securing::Hello::Awaited : Securing::Hello::NotAsked,
                      .closesAfter = closesAfter};
    setState(EndpointState::Handshaking);
    const bool isUpgrade = snapshot().counters.receivedBytes + snapshot().counters.sentBytes > 0;
    const TlsBeginning beginning = tlsBeginning(m_tls->session(), isUpgrade, request().tls == nullptr);
    record(EventKind::TlsStarted, beginning.text, beginning.facts);
    later(limit, &Connection::handshakeOver);
    continueHandshake();
}

void Connection::handshakeOver() {
    const Securing* securing = std::get_if<Securing>(&m_life);
    if (securing == nullptr)
        return;
    if (securing->hello == Securing::Hello::Shown) // it waits for the other side, which has limits of its own
        later(m_tls->session().context().settings().handshake, &Connection::handshakeOver);
    else
        failTls(handshakeTimedOut(m_tls->session()));
}

/// The client's first message is shown to the behaviour, which may have the handshake wait. False: it is not there yet,
/// or waits.
bool Connection::awaitHello() {
    ClientHello hello;
    const IoResult result = m_tls->awaitHello(hello);
    if (result.isAgain())
        return false;
    if (result.hasFailed()) {
        fail(result, QStringLiteral("receive"));
        return false;
    }
    auto& securing = std::get<Securing>(m_life);
    securing.hello = Securing::Hello::NotAsked;
    if (result.hasEnded()) // the handshake says what is wrong with it
        return true;
    record(EventKind::TlsHelloSeen, sentence(QT_TRANSLATE_NOOP("Core", "the client asks for TLS %1"), hello.toText()),
           {{Fact::Hello, hello.toJson()}});
    securing.hello = Securing::Hello::Shown; // proceedTls() may come at once
    if (!behaviour()->hello(*this, hello) && isOpen())
        proceedTls({});
    return false;
}

void Connection::proceedTls(const QString& protocol) {
    Securing* securing = std::get_if<Securing>(&m_life);
    if (securing == nullptr || securing->hello != Securing::Hello::Shown)
        return;
    securing->hello = Securing::Hello::NotAsked;
    if (!protocol.isEmpty())
        m_tls->session().setProtocol(protocol);
    continueHandshake();
}

void Connection::continueHandshake() {
    const auto hello = std::get<Securing>(m_life).hello;
    if (hello == Securing::Hello::Shown || (hello == Securing::Hello::Awaited && !awaitHello())) {
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
    const bool closesAfter = std::get<Securing>(m_life).closesAfter;
    m_life = Open{};
    const TlsReport& report = m_tls->session().report();
    mutableSnapshot().tls = std::make_shared<const TlsReport>(report);
    setOpenState();
    record(EventKind::TlsEstablished, tlsEstablishedText(report), {{Fact::Tls, report.toJson()}});
    m_receiving.mayHaveMore = true; // what came with the last message of the handshake
    ready();
    if (closesAfter)
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
    finish(closingByTls(error, m_tls->session().isEstablished()));
}

} // namespace sw
