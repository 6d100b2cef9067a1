// SPDX-License-Identifier: MIT
#include "core/endpoint/connector.h"

#include "core/base/units.h"
#include "core/endpoint/socketoptions.h"

#include <QJsonArray>

#include <cerrno>

namespace sw {

namespace {

Family familyOf(const Address& address) {
    const QString ipv6 = address.value("ipv6");
    if (ipv6 == QLatin1String("only"))
        return Family::IPv6;
    return ipv6 == QLatin1String("off") ? Family::IPv4 : Family::Any;
}

QString milliseconds(qint64 nanoseconds) {
    return QString::number(static_cast<double>(nanoseconds) / 1e6, 'f', 2) + QStringLiteral(" ms");
}

} // namespace

Connector::Connector(Poller& poller, Address address, Handlers handlers)
    : m_poller(poller),
      m_address(std::move(address)),
      m_handlers(std::move(handlers)) {
    m_deadline.setSingleShot(true);
    m_retry.setSingleShot(true);
    QObject::connect(&m_deadline, &QTimer::timeout, this, [this] {
        const QString limit = formatDuration(m_address.duration("timeout"));
        Error error{.id = ErrorId::ConnectionTimedOut,
                    .situation = QStringLiteral("connect"),
                    .detail = QStringLiteral("%1 did not answer within %2. The host may be down, or a firewall drops "
                                             "the packets without a word.")
                                  .arg(formatAddress(m_address), limit)};
        if (m_candidates.empty()) {
            error.situation = QStringLiteral("resolve");
            error.detail = QStringLiteral("The name service did not answer for “%1” within %2. Check the network and "
                                          "the DNS.")
                               .arg(m_address.place.host, limit);
        }
        giveUp(error);
    });
    QObject::connect(&m_retry, &QTimer::timeout, this, &Connector::tryNext);
}

Connector::~Connector() {
    dropSocket();
}

void Connector::dropSocket() {
    if (m_ticket)
        m_poller.remove(*m_ticket);
    m_ticket.reset();
    if (m_socket != native::noDescriptor)
        native::close(m_socket);
    m_socket = native::noDescriptor;
}

void Connector::start() {
    m_deadline.start(std::chrono::duration_cast<std::chrono::milliseconds>(m_address.duration("timeout")));
    if (isLocal(m_address.scheme)) {
        m_candidates.push_back(native::localAddress(m_address.path));
        tryNext();
        return;
    }
    if (!isIpLiteral(m_address.place.host)) {
        m_handlers.state(EndpointState::Resolving);
        m_handlers.record(EventKind::Resolving, QStringLiteral("looking up “%1”").arg(m_address.place.host), {});
    }
    m_attempt.start();
    resolve(m_address.place.host, familyOf(m_address), m_postbox, [this](const auto& hosts) { resolved(hosts); });
}

void Connector::resolved(const Result<std::vector<QHostAddress>>& hosts) {
    if (!hosts) {
        giveUp(hosts.error());
        return;
    }
    QStringList names;
    for (const QHostAddress& host : *hosts) {
        m_candidates.push_back(native::ipAddress(host, m_address.place.portFirst));
        names.append(host.toString());
    }
    if (!isIpLiteral(m_address.place.host)) {
        m_handlers.record(
            EventKind::Resolved,
            QStringLiteral("“%1” is %2 (%3)")
                .arg(m_address.place.host, names.join(QLatin1String(", ")), milliseconds(m_attempt.nsecsElapsed())),
            {{QStringLiteral("addresses"), QJsonArray::fromStringList(names)},
             {QStringLiteral("nanoseconds"), m_attempt.nsecsElapsed()}});
    }
    tryNext();
}

Result<void> Connector::bindLocally(native::Descriptor socket) {
    const auto wanted = m_address.given("bind");
    if (!wanted)
        return {};
    const auto place = parseHostPort(*wanted, false);
    const QHostAddress host(place->host);
    if (const int code = native::bind(socket, native::ipAddress(host, place->portFirst)); code != 0)
        return tl::unexpected(systemError(-code, QStringLiteral("bind"), *wanted));
    return {};
}

void Connector::tryNext() {
    if (m_next >= m_candidates.size()) {
        giveUp(m_lastError.value_or(Error{.id = ErrorId::Unknown}));
        return;
    }
    const native::SocketAddress& candidate = m_candidates.at(m_next);
    ++m_next;
    m_handlers.state(EndpointState::Connecting);
    m_handlers.record(EventKind::Connecting, QStringLiteral("connecting to ") + native::toText(candidate), {});
    m_attempt.start();
    m_socket = native::open(candidate, native::SocketType::Stream);
    if (m_socket < 0) {
        const int code = static_cast<int>(-m_socket);
        m_socket = native::noDescriptor;
        attemptFailed(code, QStringLiteral("socket"));
        return;
    }
    for (const Error& error : applyOptions(m_socket, m_address, OptionStage::BeforeBind, native::isIPv6(candidate)))
        m_handlers.record(EventKind::Warning, error.detail, {{QStringLiteral("error"), error.toJson()}});
    if (const auto bound = bindLocally(m_socket); !bound) {
        attemptFailed(bound.error());
        return;
    }
    const int code = -native::connect(m_socket, candidate);
    if (code == 0 || native::isInProgress(code)) {
        // done or not, told from the event loop: callers see one order of things whatever the system does
        m_ticket = m_poller.add(m_socket, WriteInterest, this);
    } else if (native::isAgain(code)) { // unix(7): the listener's queue is full; it is not refused, so ask again
        dropSocket();
        --m_next;
        m_retry.start(std::chrono::milliseconds(20));
    } else {
        attemptFailed(code, QStringLiteral("connect"));
    }
}

void Connector::socketReady(PollEvents) {
    const int code = native::pendingError(m_socket);
    if (code != 0) {
        attemptFailed(code, QStringLiteral("connect"));
        return;
    }
    m_deadline.stop();
    m_poller.remove(*m_ticket);
    m_ticket.reset();
    const native::Descriptor socket = m_socket;
    m_socket = native::noDescriptor;
    m_handlers.connected(socket); // deletes this later, not now
}

void Connector::attemptFailed(int native, const QString& situation) {
    attemptFailed(systemError(native, situation, native::toText(m_candidates.at(m_next - 1))));
}

void Connector::attemptFailed(const Error& error) {
    dropSocket();
    m_lastError = error;
    if (m_candidates.size() > 1)
        m_handlers.record(
            EventKind::AttemptFailed,
            QStringLiteral("%1: %2 (%3)")
                .arg(native::toText(m_candidates.at(m_next - 1)), errorName(error.id),
                     milliseconds(m_attempt.nsecsElapsed())),
            {{QStringLiteral("error"), error.toJson()}, {QStringLiteral("nanoseconds"), m_attempt.nsecsElapsed()}});
    m_retry.start(0);
}

void Connector::giveUp(const Error& error) {
    m_deadline.stop();
    m_retry.stop();
    dropSocket();
    m_handlers.failed(error); // deletes this later, not now
}

} // namespace sw
