// SPDX-License-Identifier: MIT
#include "core/endpoint/connector.h"

#include "core/base/threads.h"
#include "core/base/units.h"
#include "core/channel/proxiedattempt.h"
#include "core/tls/keyfile.h"

#include <QJsonArray>

#include <algorithm>

namespace sw {

namespace {

constexpr std::chrono::milliseconds queueRetry(20);

Family familyOf(const Address& address) {
    const QString ipv6 = address.value("ipv6");
    if (ipv6 == QLatin1String("only"))
        return Family::IPv6;
    return ipv6 == QLatin1String("off") ? Family::IPv4 : Family::Any;
}

} // namespace

class Connector::Attempt final : private PollTarget {
public:
    Attempt(Connector& owner, std::size_t place, std::unique_ptr<StreamAttempt> attempt)
        : stream(std::move(attempt)),
          m_owner(owner),
          m_index(place) {}
    ~Attempt() override = default;
    Attempt(const Attempt&) = delete;
    Attempt& operator=(const Attempt&) = delete;
    Attempt(Attempt&&) = delete;
    Attempt& operator=(Attempt&&) = delete;

    ConnectAttempt& entry() { return m_owner.m_report.attempts.at(m_index); }
    bool isPending() { return entry().outcome == ConnectAttempt::Outcome::Pending; }
    IoResult begin() { return stream->begin(this); }
    /// It has that outcome, and lets go of its socket.
    void end(ConnectAttempt::Outcome outcome) {
        entry().retransmits = stream->retransmits().value_or(0);
        entry().outcome = outcome;
        entry().duration = m_owner.elapsed() - entry().begun;
        if (outcome != ConnectAttempt::Outcome::Connected)
            stream.reset();
    }

    std::unique_ptr<StreamAttempt> stream;

private:
    void socketReady(PollEvents) override { m_owner.attemptReady(*this); }

    Connector& m_owner;
    std::size_t m_index;
};

Result<std::optional<ProxyAccess>> proxyAccess(const Address& address, const QHash<QString, QByteArray>& passwords) {
    const auto settings = proxyOf(address);
    if (!settings)
        return std::nullopt;
    ProxyAccess access{.settings = *settings, .password = passwords.value(settings->name())};
    if (const auto source = address.given("proxypassword")) {
        auto password = readSecret(*source, QStringLiteral("proxypassword"));
        if (!password)
            return tl::unexpected(password.error());
        access.password = *password;
    }
    return access;
}

Connector::Connector(SocketFamily& sockets, Address address, std::optional<ProxyAccess> proxy, Handlers handlers)
    : m_sockets(sockets),
      m_address(std::move(address)),
      m_proxy(std::move(proxy)),
      m_handlers(std::move(handlers)) {
    m_deadline.setSingleShot(true);
    m_stagger.setSingleShot(true);
    QObject::connect(&m_deadline, &QTimer::timeout, this, &Connector::timeOut);
    QObject::connect(&m_stagger, &QTimer::timeout, this, &Connector::startNext);
}

Connector::~Connector() = default;

void Connector::start() {
    m_clock.start();
    m_deadline.start(std::chrono::duration_cast<std::chrono::milliseconds>(m_address.duration("timeout")));
    if (isLocal(m_address.scheme)) {
        m_candidates.push_back(native::localAddress(m_address.path));
        startNext();
        return;
    }
    if (!isIpLiteral(place().host)) {
        m_report.host = place().host;
        m_handlers.state(EndpointState::Resolving);
        m_handlers.record(EventKind::Resolving, sentence(QT_TRANSLATE_NOOP("Core", "looking up “%1”"), m_report.host),
                          {{Fact::Phase, phaseName(ConnectPhase::Resolve)}});
        resolve(m_report.host, familyOf(m_address), m_postbox, [this](const auto& hosts) { resolved(hosts); });
        return;
    }
    resolved(resolveNow(place().host, familyOf(m_address)));
}

void Connector::resolved(const Result<std::vector<QHostAddress>>& hosts) {
    if (m_isDone)
        return;
    m_report.resolveTime = elapsed();
    if (!hosts) {
        giveUp(hosts.error());
        return;
    }
    const auto ordered =
        interleaved(*hosts, [](const QHostAddress& host) { return host.protocol() == QAbstractSocket::IPv6Protocol; });
    for (const QHostAddress& host : ordered) {
        m_candidates.push_back(native::ipAddress(host, place().portFirst));
        m_report.addresses.append(host.toString());
    }
    if (!m_report.host.isEmpty())
        m_handlers.record(EventKind::Resolved,
                          sentence(QT_TRANSLATE_NOOP("Core", "“%1” is %2 (%3)"), m_report.host,
                                   m_report.addresses.join(QLatin1String(", ")), shortDuration(m_report.resolveTime)),
                          {{Fact::Addresses, QJsonArray::fromStringList(m_report.addresses)},
                           {Fact::Nanoseconds, static_cast<qint64>(m_report.resolveTime.count())}});
    startNext();
}

std::unique_ptr<StreamAttempt> Connector::newAttempt(const native::SocketAddress& candidate) const {
    auto attempt = m_sockets.attempt(candidate, m_address);
    if (!m_proxy)
        return attempt;
    return std::make_unique<ProxiedAttempt>(std::move(attempt),
                                            ProxyHandshake(m_proxy->settings, m_proxy->password, m_address.place));
}

/// Begins with the next address; the one after it follows when this one is silent for attemptDelay.
void Connector::startNext() {
    if (m_isDone || m_next >= m_candidates.size())
        return;
    const native::SocketAddress& candidate = m_candidates.at(m_next);
    const bool isRace =
        std::any_of(m_attempts.begin(), m_attempts.end(), [](const auto& one) { return one->isPending(); });
    const QString peer = native::toText(candidate);
    m_report.attempts.push_back({.peer = peer, .local = {}, .begun = elapsed()});
    m_attempts.push_back(std::make_unique<Attempt>(*this, m_next, newAttempt(candidate)));
    ++m_next;
    if (m_report.phase == ConnectPhase::Resolve)
        m_report.phase = ConnectPhase::Route;
    m_handlers.state(EndpointState::Connecting);
    m_handlers.record(
        EventKind::Connecting,
        (isRace ? sentence(QT_TRANSLATE_NOOP("Core", "no answer for %1 ms: also connecting to "), attemptDelay.count())
                : sentence(QT_TRANSLATE_NOOP("Core", "connecting to "))) +
            m_report.attempts.back().peer,
        {{Fact::Address, m_report.attempts.back().peer},
         {Fact::Begun, static_cast<qint64>(m_report.attempts.back().begun.count())}});
    if (m_next < m_candidates.size())
        m_stagger.start(attemptDelay);
    begin(*m_attempts.back());
}

void Connector::begin(Attempt& attempt) {
    const IoResult result = attempt.begin();
    for (const Error& error : attempt.stream->takeWarnings())
        m_handlers.record(EventKind::Warning, error.detail, {{Fact::Error, error.toJson()}});
    if (result.hasFailed()) {
        attemptFailed(attempt, attempt.stream->error());
        return;
    }
    if (result.isAgain()) { // it is not refused, so ask again
        QTimer::singleShot(queueRetry, this, [this, &attempt] {
            if (!m_isDone)
                begin(attempt);
        });
        return;
    }
    attempt.entry().local = attempt.stream->localName();
    m_report.phase = std::max(m_report.phase, ConnectPhase::Connect);
}

void Connector::attemptReady(Attempt& attempt) {
    auto channel = attempt.stream->take();
    if (!channel) {
        attemptFailed(attempt, attempt.stream->error());
        return;
    }
    m_isDone = true;
    m_deadline.stop();
    m_stagger.stop();
    attempt.end(ConnectAttempt::Outcome::Connected);
    if (!isLocal(m_address.scheme))
        attempt.entry().local = channel->socket().localName();
    cancelOthers(attempt.entry());
    m_report.phase = ConnectPhase::Open;
    m_report.total = elapsed();
    m_handlers.connected(std::move(channel)); // deletes this later, not now
}

void Connector::cancelOthers(const ConnectAttempt& winner) {
    for (const auto& other : m_attempts) {
        if (!other->isPending())
            continue;
        other->end(ConnectAttempt::Outcome::Cancelled);
        m_handlers.record(EventKind::AttemptFailed,
                          sentence(QT_TRANSLATE_NOOP("Core", "%1: given up after %2, because %3 answered first"),
                                   other->entry().peer, shortDuration(other->entry().duration), winner.peer),
                          {{Fact::Outcome, QStringLiteral("cancelled")},
                           {Fact::Address, other->entry().peer},
                           {Fact::Nanoseconds, static_cast<qint64>(other->entry().duration.count())}});
    }
}

void Connector::attemptFailed(Attempt& attempt, const Error& error) {
    attempt.entry().error = error;
    attempt.end(ConnectAttempt::Outcome::Failed);
    if (m_candidates.size() > 1)
        m_handlers.record(EventKind::AttemptFailed,
                          sentence(QT_TRANSLATE_NOOP("Core", "%1: %2 (%3)"), attempt.entry().peer, errorName(error.id),
                                   shortDuration(attempt.entry().duration)),
                          {{Fact::Error, error.toJson()},
                           {Fact::Outcome, QStringLiteral("failed")},
                           {Fact::Address, attempt.entry().peer},
                           {Fact::Nanoseconds, static_cast<qint64>(attempt.entry().duration.count())}});
    if (m_next < m_candidates.size()) {
        m_stagger.start(0); // RFC 8305 section 5: a failure starts the next attempt at once
        return;
    }
    if (std::none_of(m_attempts.begin(), m_attempts.end(), [](const auto& one) { return one->isPending(); }))
        giveUp(worstOf());
}

/// Of several failures the one that says most: an answer from the other end, then silence, then no way there.
Error Connector::worstOf() const {
    const auto rank = [](const ConnectAttempt& attempt) {
        if (!attempt.error)
            return 3;
        if (attempt.error->id == ErrorId::ConnectionRefused || attempt.error->id == ErrorId::ConnectionReset)
            return 0;
        return attempt.local.isEmpty() ? 2 : 1;
    };
    const auto best = std::min_element(m_report.attempts.begin(), m_report.attempts.end(),
                                       [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
    if (best == m_report.attempts.end() || !best->error)
        return Error{.id = ErrorId::Unknown, .situation = QStringLiteral("connect")};
    Error error = *best->error;
    if (m_report.attempts.size() > 1) {
        QStringList all;
        for (const ConnectAttempt& attempt : m_report.attempts)
            all.append(QStringLiteral("%1 %2").arg(attempt.peer, attempt.outcomeName()));
        error.detail += QStringLiteral(" All %1 addresses failed: %2.")
                            .arg(QString::number(all.size()), all.join(QLatin1String(", ")));
    }
    return error;
}

void Connector::timeOut() {
    const QString limit = formatDuration(m_address.duration("timeout"));
    if (m_attempts.empty()) {
        giveUp({.id = ErrorId::NameServiceFailed,
                .situation = QStringLiteral("resolve"),
                .detail = sentence(
                    QT_TRANSLATE_NOOP(
                        "Core", "The name service did not answer for “%1” within %2. Check the network and the DNS."),
                    place().host, limit)});
        return;
    }
    const QString shown = formatAddress(m_address);
    Error error{.id = ErrorId::ConnectionTimedOut, .situation = QStringLiteral("connect")};
    if (isLocal(m_address.scheme))
        error.detail = sentence(
            QT_TRANSLATE_NOOP("Core", "The listener at %1 did not take the connection within %2: its queue is full."),
            shown, limit);
    else if (m_proxy)
        error.detail = sentence(QT_TRANSLATE_NOOP("Core", "Within %2 the proxy of %1 did not answer, or did not reach "
                                                          "it. Check that the proxy runs, and that it may go there."),
                                shown, limit);
    else
        error.detail = sentence(
            QT_TRANSLATE_NOOP(
                "Core",
                "%1 did not answer within %2. The host may be down, or a firewall drops the packets without a word."),
            shown, limit);
    m_isDone = true; // no next one
    for (const auto& attempt : m_attempts) {
        if (!attempt->isPending())
            continue;
        attempt->entry().error = error;
        attempt->end(ConnectAttempt::Outcome::Failed);
    }
    giveUp(error);
}

void Connector::giveUp(const Error& error) {
    m_isDone = true;
    m_deadline.stop();
    m_stagger.stop();
    m_report.total = elapsed();
    // others have no advice; and when descriptors run out, the pool could not start a thread
    const bool mayHaveAdvice = std::any_of(m_report.attempts.begin(), m_report.attempts.end(), [](const auto& attempt) {
        return attempt.error &&
               (attempt.error->id == ErrorId::ConnectionRefused || attempt.error->id == ErrorId::ConnectionTimedOut);
    });
    if (!mayHaveAdvice || isLocal(m_address.scheme) || m_proxy) {
        tellFailure(error);
        return;
    }
    // reading the system's tables takes its time: not on this thread
    runOnPool([error, attempts = m_report.attempts, slot = m_postbox.slot(), this] {
        QStringList advice;
        for (const ConnectAttempt& attempt : attempts) {
            const QString found = adviceFor(attempt);
            if (!found.isEmpty() && !advice.contains(found))
                advice.append(found);
        }
        slot->post([this, error, text = advice.join(QLatin1Char(' '))] { // runs only while we are there
            m_report.advice = text;
            tellFailure(error);
        });
    });
}

void Connector::tellFailure(Error error) const {
    if (!m_report.advice.isEmpty())
        error.detail += QStringLiteral(" ") + m_report.advice;
    m_handlers.failed(error); // deletes this later, not now
}

} // namespace sw
