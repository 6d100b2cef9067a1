// SPDX-License-Identifier: MIT
#include "core/endpoint/listener.h"

#include "core/channel/socketfamily.h"
#include "core/channel/socketoptions.h"
#include "core/endpoint/binding.h"
#include "core/endpoint/connection.h"

#include <QNetworkInterface>

#include <algorithm>

namespace sw {

namespace {
constexpr int setUpsPerRound = 16;
constexpr std::size_t mostTaken = 32768;
constexpr std::chrono::milliseconds acceptRetry(100);
constexpr std::chrono::milliseconds queueLook(200);
constexpr std::chrono::milliseconds addressLook(1000);
constexpr std::chrono::milliseconds firstReopen(100);
constexpr std::chrono::milliseconds longestReopen(5000);
constexpr qint64 reportInterval = 1'000'000'000; // nanoseconds

bool isOnAnInterface(QHostAddress address) {
    address.setScopeId({});
    const auto present = QNetworkInterface::allAddresses();
    return std::any_of(present.begin(), present.end(), [&](QHostAddress one) {
        one.setScopeId({});
        return one == address;
    });
}

} // namespace

Listener::Listener(EndpointHost& host, EndpointRequest request)
    : Endpoint(host, EndpointKind::Listener, std::move(request)) {
    mutableSnapshot().isReachable = isReachableFromNetwork(address());
    mutableSnapshot().isAcceptManual = address().value("accept") == QLatin1String("manual");
}

void Listener::start() {
    if (isSecure(address().scheme)) {
        TlsSettings settings = TlsSettings::of(address());
        settings.test = request().certificate;
        settings.askedPassphrases = host().passphrases();
        auto context = TlsContext::make(settings, TlsSide::Server, TlsTransport::Stream);
        if (!context) {
            failed(context.error());
            return;
        }
        m_tls = *context;
        TlsReport report{.side = TlsSide::Server, .isThrowAway = m_tls->isThrowAway(), .own = m_tls->own()};
        mutableSnapshot().tls = std::make_shared<const TlsReport>(std::move(report));
    }
    if (isLocal(address().scheme)) {
        bindTo({});
        return;
    }
    if (const auto hosts = literalBindHosts(address())) {
        bindTo(*hosts);
        return;
    }
    setState(EndpointState::Resolving);
    resolve(address().place.host, bindFamily(address()), host().postbox(),
            [this, id = id(), &owner = host()](const auto& hosts) {
                if (owner.find(id) == nullptr || hasEnded())
                    return; // closed meanwhile
                if (hosts)
                    bindTo(*hosts);
                else
                    failed(hosts.error());
            });
}

std::optional<Error> Listener::tryBind(const native::SocketAddress& place) {
    const bool isDualStack = native::isIPv6(place) && wantsDualStack(address(), native::hostOf(place));
    auto acceptor = host().sockets(address()).listen(place, address(), isDualStack);
    if (!acceptor)
        return acceptor.error();
    m_acceptor = std::move(*acceptor);
    return std::nullopt;
}

void Listener::bindTo(const std::vector<QHostAddress>& hosts) {
    const auto error =
        bindWhereSaid(address(), hosts, [this](const native::SocketAddress& place) { return tryBind(place); });
    error ? failed(*error) : listening();
}

void Listener::listening() {
    const native::SocketAddress bound = m_acceptor->bound();
    m_bound = bound;
    EndpointSnapshot& own = mutableSnapshot();
    own.local = native::toText(bound);
    if (native::isIp(bound)) { // what was asked for, with the port that it got
        const bool derivedName = own.name == formatAddress(own.address);
        if (own.address.place.service.isEmpty())
            own.address.place.portFirst = own.address.place.portLast = native::portOf(bound);
        if (own.address.place.host.isEmpty())
            own.address.place.host = native::hostOf(bound).toString();
        if (derivedName)
            takeDerivedName();
        own.family = !native::isIPv6(bound)                             ? QStringLiteral("IPv4")
                     : wantsDualStack(address(), native::hostOf(bound)) ? QStringLiteral("IPv4 and IPv6")
                                                                        : QStringLiteral("IPv6");
    }
    describe();
    setState(m_isPaused ? EndpointState::Paused : EndpointState::Listening);
    Facts facts{{Fact::Local, own.local},
                {Fact::Address, formatAddress(own.address)},
                {Fact::Reachable, own.isReachable},
                {Fact::Backlog, *address().number("backlog")}};
    noteSocket(m_acceptor->number(), true, facts);
    if (!own.family.isEmpty())
        facts.add(Fact::Family, own.family);
    if (const auto limit = m_acceptor->queue().limit)
        facts.add(Fact::BacklogInForce, *limit);
    if (native::isIp(bound))
        facts.add(Fact::Port, native::portOf(bound));
    const bool showsLocal = !own.isReachable && native::isIp(bound) && !isIpLiteral(own.address.place.host);
    Sentence where = sentence(QT_TRANSLATE_NOOP("Core", "listening on %1"),
                              showsLocal ? formatAddress(own.address) : describeAddress(own.address));
    if (own.isReachable)
        where += sentence(QT_TRANSLATE_NOOP("Core", " (reachable from the network), %1"), own.family);
    else if (showsLocal)
        where += sentence(QT_TRANSLATE_NOOP("Core", " (%1)"), own.local);
    if (m_tls != nullptr && !m_tls->own().empty()) {
        const Certificate& leaf = m_tls->own().front();
        where += request().certificate != TestCertificate::None
                     ? sentence(QT_TRANSLATE_NOOP("Core", "; with a certificate that clients must refuse (%1)"),
                                snapshot().behaviour)
                 : m_tls->isThrowAway()
                     ? sentence(QT_TRANSLATE_NOOP("Core", "; with a throw-away certificate for localhost, SHA-256 %1"),
                                leaf.sha256)
                     : sentence(QT_TRANSLATE_NOOP("Core", "; as “%1”"), leaf.title());
        facts.add(Fact::Certificate, leaf.toJson());
        if (m_tls->isThrowAway())
            facts.add(Fact::ThrowAway, QString::fromLatin1(m_tls->own().back().pem));
        if (const QString keyLog = m_tls->settings().keyLogFile; !keyLog.isEmpty())
            where += sentence(QT_TRANSLATE_NOOP("Core", "; keys are written to %1"), keyLog);
    }
    record(EventKind::Started, where, facts);
    serveListener();
    watch();
}

/// Takes connections from now on, and looks after the socket's address.
void Listener::watch() {
    if (!m_acceptor)
        return; // its behaviour closed it
    m_acceptor->watch(this);
    const QHostAddress bound = native::hostOf(m_bound);
    // an address that is on no interface from the start was made local by other means, and cannot vanish this way
    if (native::isIp(m_bound) && !bound.isLoopback() && isOnAnInterface(bound) && !m_isWatching) {
        m_isWatching = true;
        later(addressLook, &Listener::checkAddress);
    }
    updateInterest();
}

/// A listener whose address has gone from the machine hears nothing any more, and the system does not say so.
void Listener::checkAddress() {
    m_isWatching = false;
    if (hasEnded() || !m_acceptor)
        return;
    const QHostAddress bound = native::hostOf(m_bound);
    if (!isOnAnInterface(bound)) {
        broken({.id = ErrorId::AddressNotAvailable,
                .situation = QStringLiteral("listen"),
                .detail = sentence(QT_TRANSLATE_NOOP("Core", "%1 is no longer an address of this machine."),
                                   bound.toString())});
        return;
    }
    m_isWatching = true;
    later(addressLook, &Listener::checkAddress);
}

void Listener::broken(const Error& error) {
    m_acceptor.reset();
    mutableSnapshot().waiting.reset();
    mutableSnapshot().error = error;
    setState(EndpointState::Reopening);
    record(EventKind::ListenerBroken,
           sentence(QT_TRANSLATE_NOOP(
                        "Core", "the system broke the listener: %1 It will listen on %2 again as soon as it can."),
                    toText(error), snapshot().local),
           {{Fact::Error, error.toJson()}, {Fact::Local, snapshot().local}});
    m_reopenDelay = firstReopen;
    m_lastReopenError = error.id;
    reopenLater();
}

void Listener::reopenLater() {
    later(m_reopenDelay, &Listener::reopen);
    m_reopenDelay = std::min(m_reopenDelay * 2, longestReopen);
}

void Listener::reopen() {
    if (hasEnded() || m_isClosing || m_acceptor)
        return;
    if (const auto failure = tryBind(m_bound)) {
        const bool isNew = m_lastReopenError != failure->id; // asking for the owner takes its time
        const Error error = isNew ? withPortOwner(*failure, native::portOf(m_bound), false) : *failure;
        if (isNew)
            record(EventKind::Warning,
                   sentence(QT_TRANSLATE_NOOP("Core", "cannot listen again yet: %1"), toText(error)),
                   {{Fact::Error, error.toJson()}});
        m_lastReopenError = error.id;
        reopenLater();
        return;
    }
    mutableSnapshot().error.reset();
    describe();
    setState(m_isPaused ? EndpointState::Paused : EndpointState::Listening);
    record(EventKind::Reopened, sentence(QT_TRANSLATE_NOOP("Core", "listening again on %1"), snapshot().local),
           {{Fact::Local, snapshot().local}, {Fact::Address, formatAddress(address())}});
    watch();
}

void Listener::describe() {
    if (!m_acceptor)
        return;
    QVector<OptionState> options = m_acceptor->readOptions(address());
    for (OptionState& option : options) {
        const OptionSpec* spec = findOption(option.name);
        const bool isForConnections = spec->group == OptionGroup::Stream && !option.name.endsWith(QLatin1String("buf"));
        if (isForConnections && !address().value(spec->name).isEmpty())
            option.effective = address().value(spec->name); // set on each when it is accepted
    }
    mutableSnapshot().options = std::make_shared<const QVector<OptionState>>(std::move(options));
    touch();
}

Result<void> Listener::applyChange(const OptionSpec& spec, const QString& value, bool leave) {
    const QLatin1String name(spec.name);
    if (name == QLatin1String("accept")) {
        mutableSnapshot().isAcceptManual = value == QLatin1String("manual");
    } else if (m_acceptor && (name == QLatin1String("backlog") || !isOurs(spec))) {
        if (auto changed = m_acceptor->changeOption(spec, value, leave); !changed)
            return changed;
    } else if (!isOurs(spec)) {
        return tl::unexpected(noSocket());
    }
    // the change is written into the address only after this
    later(soon, &Listener::updateInterest);
    return {};
}

void Listener::failed(const Error& error) {
    recordClosing({.cause = ClosingCause::Error,
                   .text = sentence(QT_TRANSLATE_NOOP("Core", "could not listen: %1"), toText(error)),
                   .error = error});
}

void Listener::updateInterest() {
    if (!isListening())
        return;
    const bool takes = takesNow();
    // errors are heard of even while nothing is taken
    m_acceptor->setInterest(takes ? ReadInterest : HangUpInterest);
    if (takes && !m_isCounting)
        mutableSnapshot().waiting.reset();
    if (!takes && !m_isCounting && !m_isRecovering)
        countWaiting();
}

bool Listener::takesNow() const {
    const bool takesByItself = !isManual() && !m_isPaused;
    return hasRoomForMore() && !m_isRecovering && !m_isHeld && (takesByItself || m_wanted > 0);
}

void Listener::setHeld(bool isHeld) {
    m_isHeld = isHeld;
    updateInterest();
}

/// While connections are left in the system's queue, shows how many there are.
void Listener::countWaiting() {
    m_isCounting = false;
    if (!isListening() || takesNow()) {
        if (snapshot().waiting)
            touch();
        mutableSnapshot().waiting.reset();
        return;
    }
    const auto waiting = m_acceptor->queue().waiting;
    if (waiting != snapshot().waiting) {
        mutableSnapshot().waiting = waiting;
        touch();
    }
    if (!waiting)
        return; // the system does not tell
    m_isCounting = true;
    later(queueLook, &Listener::countWaiting);
}

bool Listener::hasRoomForMore() const {
    const auto most = static_cast<std::size_t>(*address().number("max"));
    const quint64 limit = request().acceptLimit;
    return isListening() && m_connections.size() + m_taken.size() < most &&
           (limit == 0 || snapshot().counters.accepted + m_taken.size() < limit);
}

/// Empties the system's queue first, which is short and overflows in a burst; then sets up what was taken, a few at a
/// time, so that open connections are not kept waiting.
void Listener::socketReady(PollEvents events) {
    if (events.hungUp && m_acceptor) {
        const int code = m_acceptor->takeError();
        broken(code != 0
                   ? systemError(code, QStringLiteral("listen"), snapshot().local)
                   : Error{.id = ErrorId::ShutDown,
                           .situation = QStringLiteral("listen"),
                           .detail = sentence(QT_TRANSLATE_NOOP("Core", "its socket was shut down from outside."))});
        return;
    }
    for (std::size_t i = 0; i < mostTaken && takesNow() && m_taken.size() < mostTaken; ++i) {
        const Take result = takeOne();
        if (result == Take::Nothing || result == Take::Failed)
            break;
        if (result == Take::Taken && (isManual() || m_isPaused))
            m_wanted -= std::min<quint64>(m_wanted, 1);
    }
    setUpTaken();
}

void Listener::setUpTaken() {
    for (int i = 0; i < setUpsPerRound && !m_taken.empty(); ++i)
        setUpOne();
    if (!m_taken.empty() && !m_isSettingUp) {
        m_isSettingUp = true;
        later(soon, &Listener::setUpMore);
    }
    updateInterest();
}

void Listener::setUpMore() {
    m_isSettingUp = false;
    if (isListening() && !isManual())
        socketReady({});
    else
        setUpTaken();
}

Listener::Take Listener::takeOne() {
    Acceptor::Taken taken;
    const IoResult result = m_acceptor->take(taken);
    if (result.isDone()) {
        m_taken.push_back(std::move(taken));
        return Take::Taken;
    }
    if (result.hasEnded())
        return Take::Gone;
    if (result.isAgain())
        return Take::Nothing;
    const Error error = m_acceptor->error();
    if (m_acceptor->isBroken())
        broken(error);
    else
        acceptError(error);
    return Take::Failed;
}

void Listener::setUpOne() {
    Acceptor::Taken taken = std::move(m_taken.front());
    m_taken.pop_front();
    EndpointSnapshot& own = mutableSnapshot();
    ++own.counters.accepted;
    QString peerText = taken.peer;
    if (peerText.isEmpty())
        peerText = QStringLiteral("local peer %1").arg(own.counters.accepted);
    EndpointRequest inherited{.id = host().newId(),
                              .parent = id(),
                              .address = address(),
                              .name = childName(own.name, peerText),
                              .behaviour = request().behaviour,
                              .makeBehaviour = request().makeBehaviour,
                              .tls = m_tls};
    auto connection =
        std::make_unique<Connection>(host(), std::move(inherited), std::move(taken.channel), peerText, own.name);
    m_connections.insert(connection->id());
    own.counters.connections = m_connections.size();
    touch();
    Connection* observer = connection.get();
    host().adopt(std::move(connection));
    observer->start();
    if (own.counters.accepted == request().acceptLimit)
        closeOrderly();
}

void Listener::acceptError(const Error& error) {
    m_isRecovering = true;
    const qint64 now = Timestamp::now().mono;
    if (m_lastAcceptReport == 0 || now - m_lastAcceptReport >= reportInterval) {
        m_lastAcceptReport = now;
        record(EventKind::AcceptFailed,
               sentence(QT_TRANSLATE_NOOP(
                            "Core", "cannot accept, trying again: %1 Waiting connections stay in the system's queue."),
                        toText(error)),
               {{Fact::Error, error.toJson()}});
    }
    later(acceptRetry, &Listener::recovered);
}

void Listener::recovered() {
    m_isRecovering = false;
    updateInterest();
}

void Listener::acceptOne() {
    if (!isListening()) {
        record(EventKind::Warning,
               sentence(QT_TRANSLATE_NOOP("Core", "nothing can be accepted now: the listener has no socket")));
        return;
    }
    if (m_connections.size() + m_taken.size() >= static_cast<std::size_t>(*address().number("max"))) {
        record(EventKind::Warning,
               sentence(QT_TRANSLATE_NOOP("Core", "not accepted: as many connections as max allows are open")));
        return;
    }
    Take result = Take::Gone;
    for (int tries = 0; tries < setUpsPerRound && result == Take::Gone; ++tries)
        result = takeOne();
    if (result == Take::Taken)
        setUpOne();
    else if (result == Take::Nothing || result == Take::Gone)
        record(EventKind::Warning, sentence(QT_TRANSLATE_NOOP("Core", "no connection waits to be accepted")));
    if (!m_isCounting)
        updateInterest();
    else if (isListening() && snapshot().waiting)
        mutableSnapshot().waiting = m_acceptor->queue().waiting;
    touch();
}

void Listener::acceptNext(quint64 count) {
    if (!isManual() && !m_isPaused)
        return; // it takes all that come
    m_wanted += count;
    updateInterest();
}

void Listener::setPaused(bool paused) {
    if (hasEnded() || m_isClosing || paused == m_isPaused)
        return;
    m_isPaused = paused;
    if (!isManual())
        m_wanted = 0;
    mutableSnapshot().isPaused = paused;
    if (isListening()) // otherwise it will be so once it has its socket
        setState(paused ? EndpointState::Paused : EndpointState::Listening);
    record(paused ? EventKind::Paused : EventKind::Resumed,
           paused ? sentence(QT_TRANSLATE_NOOP("Core", "paused: new connections wait in the system's queue"))
                  : sentence(QT_TRANSLATE_NOOP("Core", "resumed")));
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
                       .detail = sentence(QT_TRANSLATE_NOOP("Core", "this listener has no open connection."))});
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
    if (m_acceptor)
        m_acceptor->unwatch();
    while (!m_taken.empty())
        setUpOne();
    const int waiting = m_acceptor ? m_acceptor->queue().waiting.value_or(0) : 0;
    m_acceptor.reset();
    mutableSnapshot().waiting.reset();
    Sentence text = sentence(QT_TRANSLATE_NOOP("Core", "closed by us"));
    if (!m_connections.empty())
        text += m_connections.size() == 1
                    ? sentence(QT_TRANSLATE_NOOP("Core", "; its open connection goes on"))
                    : sentence(QT_TRANSLATE_NOOP("Core", "; its %1 open connections go on"), m_connections.size());
    if (waiting > 0)
        text += waiting == 1
                    ? sentence(QT_TRANSLATE_NOOP("Core", "; one that waited to be accepted is reset by the system"))
                    : sentence(QT_TRANSLATE_NOOP("Core", "; %1 that waited to be accepted are reset by the system"),
                               waiting);
    recordClosing({.cause = ClosingCause::ClosedByUs, .text = text, .error = {}});
}

void Listener::setBehaviour(const QString& name, BehaviourFactory factory) {
    setHeld(false); // the new one may hold it again
    setBehaviourFactory(name, std::move(factory));
    record(EventKind::BehaviourChanged,
           sentence(QT_TRANSLATE_NOOP("Core", "behaviour of new connections is now %1"), name));
}

} // namespace sw
