// SPDX-License-Identifier: MIT
#include "core/endpoint/listener.h"

#include "core/address/resolver.h"
#include "core/endpoint/connection.h"
#include "core/endpoint/portowner.h"
#include "core/endpoint/socketoptions.h"

#include <algorithm>
#include <cerrno>

namespace sw {

namespace {
constexpr int setUpsPerRound = 16;
constexpr std::size_t mostTaken = 32768;
constexpr std::chrono::milliseconds acceptRetry(100);
constexpr qint64 reportInterval = 1'000'000'000; // nanoseconds
} // namespace

std::optional<std::vector<QHostAddress>> literalBindHosts(const Address& address) {
    const QString ipv6 = address.value("ipv6");
    const bool no6 = ipv6 == QLatin1String("off");
    const bool only6 = ipv6 == QLatin1String("only") || ipv6 == QLatin1String("both");
    const auto families = [&](QHostAddress::SpecialAddress v4, QHostAddress::SpecialAddress v6, bool v6First) {
        std::vector<QHostAddress> hosts;
        if (!only6)
            hosts.emplace_back(v4);
        if (!no6)
            hosts.insert(v6First ? hosts.begin() : hosts.end(), QHostAddress(v6));
        return hosts;
    };
    const QString& host = address.place.host;
    if (host.isEmpty())
        return families(QHostAddress::LocalHost, QHostAddress::LocalHostIPv6, false);
    if (host == QLatin1String("*"))
        return families(QHostAddress::AnyIPv4, QHostAddress::AnyIPv6, true);
    const QHostAddress literal(host);
    if (literal.isNull())
        return std::nullopt;
    return std::vector{literal};
}

bool wantsDualStack(const Address& address, const QHostAddress& host) {
    return address.value("ipv6") != QLatin1String("only") && host == QHostAddress(QHostAddress::AnyIPv6) &&
           (address.place.host == QLatin1String("*") || address.value("ipv6") == QLatin1String("both"));
}

Error withPortOwner(Error error, quint16 port, bool udp) {
    if (error.id != ErrorId::AddressInUse || port == 0)
        return error;
    if (const auto owner = portOwner(port, udp))
        error.detail = QStringLiteral("Port %1 is taken by %2. Choose another port (or 0 for any free one), or end it.")
                           .arg(QString::number(port), owner->toText());
    return error;
}

Listener::Listener(EndpointHost& host, EndpointRequest request)
    : Endpoint(host, EndpointKind::Listener, std::move(request)) {
    mutableSnapshot().isReachable = isReachableFromNetwork(address());
    mutableSnapshot().isAcceptManual = address().value("accept") == QLatin1String("manual");
}

Listener::~Listener() {
    if (m_ticket)
        host().poller().remove(*m_ticket);
    if (m_socket != native::noDescriptor)
        native::close(m_socket);
    native::removeSocketFile(address().path, m_fileIdentity);
}

void Listener::start() {
    if (isLocal(address().scheme)) {
        bindTo({});
        return;
    }
    if (const auto hosts = literalBindHosts(address())) {
        bindTo(*hosts);
        return;
    }
    setState(EndpointState::Resolving);
    resolve(address().place.host, Family::Any, host().postbox(), [this, id = id(), &owner = host()](const auto& hosts) {
        if (owner.find(id) == nullptr || hasEnded())
            return; // closed meanwhile
        if (hosts)
            bindTo(*hosts);
        else
            failed(hosts.error());
    });
}

Result<native::Descriptor> Listener::tryBind(const native::SocketAddress& wanted) {
    const QString shown = native::toText(wanted);
    const native::Descriptor socket = native::open(wanted, native::SocketType::Stream);
    if (socket < 0)
        return tl::unexpected(systemError(static_cast<int>(-socket), QStringLiteral("socket"), shown));
    const auto fail = [&](int code, const char* situation) -> Result<native::Descriptor> {
        native::close(socket);
        return tl::unexpected(systemError(code, QString::fromLatin1(situation), shown));
    };
    const bool isIPv6 = native::isIPv6(wanted);
    if (isIPv6)
        native::setOption(socket, "ipv6only", static_cast<int>(!wantsDualStack(address(), native::hostOf(wanted))),
                          true);
#ifndef Q_OS_WIN // there SO_REUSEADDR would let anybody take the port
    if (native::isIp(wanted) && !address().given("reuseaddr"))
        native::setOption(socket, "reuseaddr", 1, isIPv6);
#endif
    const auto errors = applyOptions(socket, address(), OptionStage::BeforeBind, isIPv6);
    if (!errors.empty()) {
        native::close(socket);
        return tl::unexpected(errors.front());
    }
    const uint mode = address().value("mode").toUInt(nullptr, 8);
    if (!native::isIp(wanted))
        native::restrictBeforeBind(socket, mode);
    if (const int code = native::bind(socket, wanted); code != 0)
        return fail(-code, "bind");
    if (!native::isIp(wanted)) {
        native::restrictAfterBind(address().path, mode);
        m_fileIdentity = native::socketFileIdentity(address().path);
    }
    if (const int code = native::listen(socket, *address().number("backlog")); code != 0)
        return fail(-code, "listen");
    return socket;
}

void Listener::bindTo(const std::vector<QHostAddress>& hosts) {
    std::optional<Error> last;
    if (isLocal(address().scheme)) {
        const bool replace = address().value("stale") == QLatin1String("replace");
        if (const auto ready = native::prepareSocketFile(address().path, replace); !ready) {
            failed(ready.error());
            return;
        }
        const auto socket = tryBind(native::localAddress(address().path));
        socket ? listening(*socket) : failed(socket.error());
        return;
    }
    for (uint port = address().place.portFirst; port <= address().place.portLast; ++port) {
        for (const QHostAddress& candidate : hosts) {
            const auto socket = tryBind(native::ipAddress(candidate, static_cast<quint16>(port)));
            if (socket) {
                listening(*socket);
                return;
            }
            if (!last || socket.error().id != ErrorId::NotSupported)
                last = socket.error();
        }
        if (last && last->id != ErrorId::AddressInUse && last->id != ErrorId::AccessDenied)
            break; // no other port will be better
    }
    Error error = last.value_or(Error{.id = ErrorId::AddressNotAvailable, .situation = QStringLiteral("bind")});
    if (address().place.portLast > address().place.portFirst && error.id == ErrorId::AddressInUse)
        error.detail = QStringLiteral("Every port from %1 to %2 is taken.")
                           .arg(address().place.portFirst)
                           .arg(address().place.portLast);
    else
        error = withPortOwner(error, address().place.portFirst, false);
    failed(error);
}

void Listener::listening(native::Descriptor socket) {
    m_socket = socket;
    const native::SocketAddress bound = native::boundAddress(socket);
    EndpointSnapshot& own = mutableSnapshot();
    own.local = native::toText(bound);
    if (native::isIp(bound)) { // what was asked for, with the port that it got
        const bool derivedName = own.name == formatAddress(own.address);
        if (own.address.place.service.isEmpty())
            own.address.place.portFirst = own.address.place.portLast = native::portOf(bound);
        if (own.address.place.host.isEmpty())
            own.address.place.host = native::hostOf(bound).toString();
        if (derivedName && request().name.isEmpty() && own.name != formatAddress(own.address))
            own.name = host().uniqueName(formatAddress(own.address));
    }
    own.options = std::make_shared<const QVector<OptionState>>(
        readOptions(socket, address(), Role::Listen, native::isIPv6(bound)));
    setState(EndpointState::Listening);
    record(EventKind::Started,
           QStringLiteral("listening on %1").arg(formatAddress(own.address)) +
               (own.isReachable ? QStringLiteral(" (reachable from the network)") : QString()),
           {{QStringLiteral("local"), own.local},
            {QStringLiteral("address"), formatAddress(own.address)},
            {QStringLiteral("reachable"), own.isReachable}});
    m_ticket = host().poller().add(m_socket, NoInterest, this);
    updateInterest();
}

void Listener::failed(const Error& error) {
    recordClosing({.cause = QStringLiteral("error"),
                   .text = QStringLiteral("could not listen: ") + toText(error),
                   .error = error});
}

void Listener::updateInterest() {
    if (!m_ticket)
        return;
    const bool takes = hasRoomForMore() && !m_isRecovering && !snapshot().isAcceptManual;
    host().poller().setInterest(*m_ticket, takes ? ReadInterest : NoInterest);
}

bool Listener::hasRoomForMore() const {
    const auto most = static_cast<std::size_t>(*address().number("max"));
    const quint64 limit = request().acceptLimit;
    return m_ticket && !m_isPaused && m_connections.size() + m_taken.size() < most &&
           (limit == 0 || snapshot().counters.accepted + m_taken.size() < limit);
}

/// Empties the system's queue first, which is short and overflows in a burst; then sets up what was taken, a few at a
/// time, so that open connections are not kept waiting.
void Listener::socketReady(PollEvents) {
    while (hasRoomForMore() && m_taken.size() < mostTaken && takeOne()) {
    }
    setUpTaken();
}

void Listener::setUpTaken() {
    for (int i = 0; i < setUpsPerRound && !m_taken.empty(); ++i)
        setUpOne();
    if (!m_taken.empty() && !m_isSettingUp) {
        m_isSettingUp = true;
        host().after(std::chrono::milliseconds(0), id(), [](Endpoint& endpoint) {
            auto& listener = static_cast<Listener&>(endpoint);
            listener.m_isSettingUp = false;
            if (listener.m_ticket && !listener.snapshot().isAcceptManual)
                listener.socketReady({});
            else
                listener.setUpTaken();
        });
    }
    updateInterest();
}

/// False: nothing waits, or the system could not.
bool Listener::takeOne() {
    Taken taken;
    taken.socket = native::accept(m_socket, taken.peer);
    if (taken.socket < 0) {
        const int code = static_cast<int>(-taken.socket);
        if (native::isTransientAcceptError(code))
            return true;
        if (!native::isAgain(code))
            acceptError(code);
        return false;
    }
    m_taken.push_back(taken);
    return true;
}

void Listener::setUpOne() {
    const Taken taken = m_taken.front();
    m_taken.pop_front();
    EndpointSnapshot& own = mutableSnapshot();
    ++own.counters.accepted;
    QString peerText = native::toText(taken.peer);
    if (peerText.isEmpty())
        peerText = QStringLiteral("local peer %1").arg(own.counters.accepted);
    EndpointRequest inherited{.id = host().newId(),
                              .parent = id(),
                              .address = address(),
                              .name = peerText,
                              .behaviour = request().behaviour,
                              .makeBehaviour = request().makeBehaviour};
    auto connection = std::make_unique<Connection>(host(), std::move(inherited), taken.socket, peerText, own.name);
    m_connections.insert(connection->id());
    own.counters.connections = m_connections.size();
    touch();
    Connection* observer = connection.get();
    host().adopt(std::move(connection));
    observer->start();
    if (own.counters.accepted == request().acceptLimit)
        closeOrderly();
}

void Listener::acceptError(int code) {
    m_isRecovering = true;
    const qint64 now = Timestamp::now().mono;
    if (m_lastAcceptReport == 0 || now - m_lastAcceptReport >= reportInterval) {
        m_lastAcceptReport = now;
        const Error error = systemError(code, QStringLiteral("accept"), snapshot().local);
        record(EventKind::AcceptFailed,
               QStringLiteral("cannot accept, trying again: ") + toText(error) +
                   QStringLiteral(" Waiting connections stay in the system's queue."),
               {{QStringLiteral("error"), error.toJson()}});
    }
    host().after(acceptRetry, id(), [](Endpoint& endpoint) {
        auto& listener = static_cast<Listener&>(endpoint);
        listener.m_isRecovering = false;
        listener.updateInterest();
    });
}

void Listener::acceptOne() {
    const quint64 before = snapshot().counters.accepted;
    if (m_ticket && takeOne() && !m_taken.empty())
        setUpOne();
    if (m_ticket && snapshot().counters.accepted == before)
        record(EventKind::Warning, QStringLiteral("no connection waits to be accepted"));
}

void Listener::setPaused(bool paused) {
    if (!m_ticket || paused == m_isPaused)
        return;
    m_isPaused = paused;
    setState(paused ? EndpointState::Paused : EndpointState::Listening);
    record(paused ? EventKind::Paused : EventKind::Resumed,
           paused ? QStringLiteral("paused: new connections wait in the system's queue") : QStringLiteral("resumed"));
    updateInterest();
}

void Listener::childEnded(EndpointId child) {
    m_connections.erase(child);
    mutableSnapshot().counters.connections = m_connections.size();
    touch();
    updateInterest();
}

void Listener::forEachConnection(const std::function<void(Endpoint&)>& call) {
    const std::set<EndpointId> connections = m_connections; // sending can end one
    for (const EndpointId connection : connections) {
        Endpoint* endpoint = host().find(connection);
        if (endpoint != nullptr && !endpoint->hasEnded())
            call(*endpoint);
    }
}

void Listener::offer(const QByteArray& bytes, const QString& destination) {
    if (m_connections.empty()) {
        recordNotSent({.id = ErrorId::NotFound,
                       .situation = QStringLiteral("send"),
                       .detail = QStringLiteral("this listener has no open connection.")});
        return;
    }
    forEachConnection([&](Endpoint& endpoint) { endpoint.offer(bytes, destination); });
}

void Listener::offerFile(const QString& path) {
    forEachConnection([&](Endpoint& endpoint) { endpoint.offerFile(path); });
}

void Listener::closeOrderly() {
    if (hasEnded() || m_isClosing)
        return;
    m_isClosing = true; // setting up the last one comes back here
    if (m_ticket)
        host().poller().remove(*m_ticket);
    m_ticket.reset();
    while (!m_taken.empty())
        setUpOne();
    if (m_socket != native::noDescriptor)
        native::close(m_socket);
    m_socket = native::noDescriptor;
    native::removeSocketFile(address().path, m_fileIdentity);
    m_fileIdentity = 0;
    recordClosing(
        {.cause = QStringLiteral("closed-by-us"),
         .text = m_connections.empty()
                     ? QStringLiteral("closed by us")
                     : QStringLiteral("closed by us; its %1 open connections go on").arg(m_connections.size()),
         .error = {}});
}

void Listener::setBehaviour(const QString& name, BehaviourFactory factory) {
    setBehaviourFactory(name, std::move(factory));
    record(EventKind::Warning, QStringLiteral("behaviour of new connections is now %1").arg(name));
}

} // namespace sw
