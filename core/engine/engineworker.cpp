// SPDX-License-Identifier: MIT
#include "core/engine/engineworker.h"

#include "core/endpoint/connection.h"
#include "core/endpoint/datagramsocket.h"
#include "core/endpoint/listener.h"
#include "core/endpoint/recoveredendpoint.h"
#include "core/transcript/recovery.h"

namespace sw {

namespace {

/// What the journal keeps of an endpoint, for RecoveredEndpoint.
Facts labelOf(const EndpointSnapshot& snapshot) {
    Facts label{{Fact::Id, static_cast<qint64>(snapshot.id)},
                {Fact::Kind, kindName(snapshot.kind)},
                {Fact::Name, snapshot.name},
                {Fact::Address, formatAddress(snapshot.address)}};
    if (snapshot.parent != EndpointId::None)
        label.add(Fact::Parent, static_cast<qint64>(snapshot.parent));
    if (!snapshot.local.isEmpty())
        label.add(Fact::Local, snapshot.local);
    if (!snapshot.peer.isEmpty())
        label.add(Fact::Peer, snapshot.peer);
    return label;
}

} // namespace

EngineWorker::EngineWorker(EngineOptions options, std::shared_ptr<TranscriptStore> store)
    : m_options(std::move(options)),
      m_store(std::move(store)),
      m_eventLog(std::make_shared<Transcript>(m_store)),
      m_sealTimer(this),
      m_notifyTimer(this) {
    m_notifyTimer.setSingleShot(true);
    m_notifyTimer.setTimerType(Qt::PreciseTimer);
    m_eventLog->setLabel({{Fact::Kind, QStringLiteral("events")}});
    m_sealTimer.setInterval(std::chrono::seconds(1));
    QObject::connect(&m_sealTimer, &QTimer::timeout, this, &EngineWorker::sealIdle);
    QObject::connect(&m_notifyTimer, &QTimer::timeout, this, &EngineWorker::notify);
}

EngineWorker::~EngineWorker() {
    m_endpoints.clear(); // before the poller that they leave
    m_relays.clear();
}

void EngineWorker::start() {
    native::initialise();
    m_poller = Poller::create();
    m_native = std::make_unique<NativeFamily>(*m_poller);
    m_sinceNotify.start();
    if (m_store->spills())
        m_sealTimer.start();
}

SocketFamily& EngineWorker::sockets(const Address& address) {
    return usesQtSockets(address) ? static_cast<SocketFamily&>(m_qt) : *m_native;
}

/// When memory runs short, the segments of idle endpoints end, so that they can leave it.
void EngineWorker::sealIdle() {
    const bool isShort = m_store->memory() > m_store->budget() / 2;
    for (const auto& [id, endpoint] : m_endpoints) {
        if (!isShort)
            break;
        RecordIndex& seen = m_seen[id];
        const RecordIndex count = endpoint->transcript()->count();
        if (seen == count)
            endpoint->transcript()->seal();
        seen = count;
    }
}

bool EngineWorker::hasRoom(EndpointId id) {
    if (m_store->hasRoom())
        return true;
    m_waitForRoom.insert(id);
    return false;
}

void EngineWorker::tellRoom() {
    const QSet<EndpointId> waiting = std::exchange(m_waitForRoom, {});
    for (const EndpointId id : waiting)
        with(id, [](Endpoint& endpoint) { endpoint.roomAgain(); });
}

std::span<char> EngineWorker::datagramRoom(std::size_t size) {
    if (m_datagramRoom.size() < static_cast<qsizetype>(size))
        m_datagramRoom.resize(static_cast<qsizetype>(size));
    return {m_datagramRoom.data(), size};
}

void EngineWorker::logOwn(EventKind event, const Sentence& text, const Facts& facts) {
    Facts all;
    m_eventLog->appendEvent(event, all.add(Fact::Text, text).add(facts), Timestamp::now());
}

void EngineWorker::recordingStopped(const Error& error) {
    logOwn(
        EventKind::RecordingStopped,
        sentence(QT_TRANSLATE_NOOP("Core", "Recording stopped: %1 Traffic goes on and is not recorded."), error.detail),
        {{Fact::Error, error.toJson()}});
    tellRoom();
    emit stoppedRecording(error);
}

void EngineWorker::recordingResumed() {
    logOwn(EventKind::RecordingResumed,
           sentence(QT_TRANSLATE_NOOP("Core", "Recording goes on; %1 bytes were not recorded."), m_store->unrecorded()),
           {{Fact::Unrecorded, static_cast<qint64>(m_store->unrecorded())}});
    emit resumedRecording();
}

void EngineWorker::adoptRecovered(const std::vector<RecoveredTranscript>& recovered) {
    QHash<qint64, EndpointId> parents; // ids of that run to ours
    for (const RecoveredTranscript& one : recovered) {
        if (one.label.value(QStringLiteral("kind")) == QLatin1String("events"))
            continue;
        const EndpointId id = newId();
        parents.insert(one.label.value(QStringLiteral("id")).toInteger(), id);
        const EndpointId parent =
            parents.value(one.label.value(QStringLiteral("parent")).toInteger(-1), EndpointId::None);
        adopt(std::make_unique<RecoveredEndpoint>(*this, id, parent, one));
    }
}

void EngineWorker::open(EndpointRequest request, Role role) {
    std::unique_ptr<Endpoint> endpoint;
    if (sw::isDatagram(request.address.scheme))
        endpoint = std::make_unique<DatagramSocket>(*this, std::move(request), role);
    else if (role == Role::Listen)
        endpoint = std::make_unique<Listener>(*this, std::move(request));
    else
        endpoint = std::make_unique<Connection>(*this, std::move(request));
    Endpoint* observer = endpoint.get();
    adopt(std::move(endpoint));
    observer->start();
}

void EngineWorker::openAgain(EndpointRequest request, Role role) {
    Endpoint* old = find(request.id);
    if (old == nullptr || !old->hasEnded())
        return;
    if (old->hasMoreToTell()) { // a script that is bounded in time
        QTimer::singleShot(std::chrono::milliseconds(5), this, [=, this] { openAgain(request, role); });
        return;
    }
    const EndpointSnapshot& before = old->takeSnapshot();
    auto earlier = std::make_shared<EarlierLife>(EarlierLife{.transcript = old->transcript(),
                                                             .counters = before.counters,
                                                             .isNamed = before.isNamed,
                                                             .number = old->life()});
    earlier->counters.connections = 0;
    request.name = before.name;
    request.earlier = std::move(earlier);
    m_names.remove(before.name);
    m_paces.erase(static_cast<quint64>(request.id));
    m_endpoints.erase(static_cast<quint64>(request.id));
    open(std::move(request), role);
}

EndpointId EngineWorker::openConnection(EndpointRequest request) {
    request.id = newId();
    const EndpointId id = request.id;
    open(std::move(request), Role::Connect);
    return id;
}

void EngineWorker::openRelay(EndpointRequest request, const RelayPlan& plan) {
    const EndpointId id = request.id;
    auto relay = std::make_shared<Relay>(
        *this, id, plan,
        Relay::Hooks{.decided =
                         [this, id](const std::vector<FaultDecision>& decisions) {
                             emit decided(id, QVector<FaultDecision>(decisions.begin(), decisions.end()));
                         },
                     .heldChanged = [this, id] { tellHeld(id); },
                     .newNumber = [this] { return ++m_lastHeld; }});
    request.makeBehaviour = relay->factory();
    m_relays[static_cast<quint64>(id)] = std::move(relay);
    open(std::move(request), Role::Listen);
}

Relay* EngineWorker::relay(EndpointId id) const {
    const auto found = m_relays.find(static_cast<quint64>(id));
    return found == m_relays.end() ? nullptr : found->second.get();
}

void EngineWorker::releaseHeld(quint64 number, const Release& release) {
    const auto relays = m_relays;
    for (const auto& [id, relay] : relays) {
        if (relay->release(number, release))
            return;
    }
}

void EngineWorker::fetchHeld(quint64 number) {
    for (const auto& [id, relay] : m_relays) {
        for (const HeldMessage& message : relay->held()) {
            if (message.number == number)
                emit heldFetched(number, message.bytes);
        }
    }
}

/// Many changes in a row are told once.
void EngineWorker::tellHeld(EndpointId relay) {
    if (m_heldChanged.contains(relay))
        return;
    m_heldChanged.insert(relay);
    QTimer::singleShot(0, this, [this, relay] {
        m_heldChanged.remove(relay);
        if (const Relay* there = this->relay(relay)) {
            QVector<HeldMessage> messages;
            for (const HeldMessage& message : there->held())
                messages.append(message.forList());
            emit held(relay, messages);
        }
    });
}

void EngineWorker::adopt(std::unique_ptr<Endpoint> endpoint) {
    const EndpointId id = endpoint->id();
    {
        const std::lock_guard lock(m_transcriptsMutex);
        m_transcripts[static_cast<quint64>(id)] = endpoint->transcript();
    }
    m_endpoints[static_cast<quint64>(id)] = std::move(endpoint);
    m_untold.insert(id);
    changed(id);
}

Endpoint* EngineWorker::find(EndpointId id) {
    const auto found = m_endpoints.find(static_cast<quint64>(id));
    return found == m_endpoints.end() ? nullptr : found->second.get();
}

void EngineWorker::remove(EndpointId id) {
    const auto found = m_endpoints.find(static_cast<quint64>(id));
    if (found == m_endpoints.end() || !found->second->hasEnded())
        return;
    if (found->second->hasMoreToTell()) { // a script that is bounded in time
        QTimer::singleShot(std::chrono::milliseconds(5), this, [this, id] { remove(id); });
        return;
    }
    m_names.remove(found->second->snapshot().name);
    if (const Relay* relay = this->relay(id); relay != nullptr && !relay->hasPairs())
        m_relays.erase(static_cast<quint64>(id)); // otherwise its clients go on, and what it holds can be decided
    m_endpoints.erase(found);
    m_dirty.remove(id);
    m_untold.remove(id);
    m_seen.erase(static_cast<quint64>(id));
    m_paces.erase(static_cast<quint64>(id));
    {
        const std::lock_guard lock(m_transcriptsMutex);
        m_transcripts.erase(static_cast<quint64>(id));
    }
    emit removed(id);
}

void EngineWorker::forget(EndpointId id) {
    QTimer::singleShot(0, this, [this, id] { remove(id); });
}

void EngineWorker::reloadBehaviour(EndpointId owner) {
    const Endpoint* top = find(owner);
    if (top == nullptr)
        return;
    const QString behaviour = top->snapshot().behaviour;
    std::vector<EndpointId> concerned;
    for (const auto& [id, endpoint] : m_endpoints) {
        const EndpointSnapshot& one = endpoint->snapshot();
        if ((one.id == owner || one.parent == owner) && one.behaviour == behaviour && !endpoint->hasEnded())
            concerned.push_back(one.id);
    }
    for (const EndpointId id : concerned) // one's script may end another
        with(id, [](Endpoint& endpoint) { endpoint.reloadBehaviour(); });
}

std::shared_ptr<Transcript> EngineWorker::transcript(EndpointId id) const {
    const std::lock_guard lock(m_transcriptsMutex);
    const auto found = m_transcripts.find(static_cast<quint64>(id));
    return found == m_transcripts.end() ? nullptr : found->second;
}

std::shared_ptr<Transcript> EngineWorker::newTranscript() {
    return std::make_shared<Transcript>(m_store);
}

QString EngineWorker::uniqueName(const QString& wanted) {
    QString name = wanted;
    for (int suffix = 2; m_names.contains(name); ++suffix)
        name = wanted + QStringLiteral(" (") + QString::number(suffix) + QStringLiteral(")");
    m_names.insert(name);
    return name;
}

void EngineWorker::logEvent(const Endpoint& endpoint, EventKind event, const Facts& facts, Timestamp time) {
    Facts logged;
    logged.add(Fact::Endpoint, static_cast<qint64>(endpoint.id())).add(Fact::Name, endpoint.snapshot().name);
    if (endpoint.snapshot().parent != EndpointId::None)
        logged.add(Fact::Listener, static_cast<qint64>(endpoint.snapshot().parent));
    m_eventLog->appendEvent(event, logged.add(facts), time);
}

void EngineWorker::after(std::chrono::milliseconds delay, EndpointId id, std::function<void(Endpoint&)> call) {
    QTimer::singleShot(delay, this, [this, id, call = std::move(call)] { with(id, call); });
}

void EngineWorker::changed(EndpointId id) {
    m_dirty.insert(id);
    if (m_awaitsAcknowledge || m_notifyTimer.isActive())
        return;
    const auto elapsed = std::chrono::milliseconds(m_sinceNotify.elapsed());
    m_notifyTimer.start(std::max(m_options.notifyInterval - elapsed, std::chrono::milliseconds(0)));
}

/// Tells of at most so many endpoints: thousands at once would keep their sockets waiting.
void EngineWorker::notifyOf(std::size_t most) {
    std::vector<EndpointId> ids(m_dirty.cbegin(), m_dirty.cend());
    std::sort(ids.begin(), ids.end());
    // from where the last one stopped: those that change all the time must not keep the others from being told
    std::rotate(ids.begin(), std::upper_bound(ids.begin(), ids.end(), m_lastTold), ids.end());
    m_hasMore = ids.size() > most;
    ids.resize(std::min(ids.size(), most));
    QVector<EndpointSnapshot> snapshots;
    snapshots.reserve(static_cast<qsizetype>(ids.size()));
    for (const EndpointId id : ids) {
        m_dirty.remove(id);
        m_untold.remove(id);
        m_lastTold = id;
        if (Endpoint* endpoint = find(id)) {
            snapshots.append(endpoint->takeSnapshot());
            if (snapshots.constLast().behaviour != QLatin1String("manual"))
                watchPace(snapshots.constLast());
            if (m_store->spills())
                endpoint->transcript()->setLabel(labelOf(snapshots.constLast()));
        }
    }
    m_sinceNotify.restart();
    m_awaitsAcknowledge = true;
    emit changed(snapshots, completeUpTo());
    if (m_isShuttingDown)
        checkShutDown();
}

static constexpr quint64 loopsFrom = 1000; // messages a second, each way

/// Behaviours that answer what comes, and can so keep each other going.
static bool answers(const QString& behaviour) {
    return behaviour == QLatin1String("echo") || behaviour == QLatin1String("talk") ||
           behaviour.startsWith(QLatin1String("reply=")) || behaviour.startsWith(QLatin1String("rules=")) ||
           behaviour.startsWith(QLatin1String("script="));
}

/// Once a second for each endpoint: one that receives and sends a thousand messages, as the other end of it does, is in
/// a loop.
void EngineWorker::watchPace(const EndpointSnapshot& snapshot) {
    constexpr std::chrono::seconds window(1);
    if (!answers(snapshot.behaviour) || !isConnected(snapshot.state) || snapshot.kind == EndpointKind::Listener)
        return;
    Pace& pace = m_paces[static_cast<quint64>(snapshot.id)];
    const auto now = std::chrono::steady_clock::now();
    const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - pace.since);
    if (elapsed < window)
        return;
    const auto since = [](quint64 count, quint64 before) { return count - std::min(before, count); };
    const quint64 came = since(snapshot.counters.receivedRecords, pace.records);
    const quint64 went = since(snapshot.counters.sentRecords, pace.sent);
    const bool isFirst = pace.since.time_since_epoch().count() == 0;
    pace.perSecond = isFirst ? 0 : std::min(came, went) * 1000 / static_cast<quint64>(elapsed.count());
    pace.since = now;
    pace.records = snapshot.counters.receivedRecords;
    pace.sent = snapshot.counters.sentRecords;
    if (pace.perSecond < loopsFrom || pace.isLetBe)
        return;
    if (const Endpoint* other = otherEndOf(snapshot))
        pauseLoop(snapshot.id, other->id(), pace.perSecond);
}

/// Among those that receive as much; nullptr: the other end is not ours, or has no behaviour that answers.
const Endpoint* EngineWorker::otherEndOf(const EndpointSnapshot& snapshot) const {
    for (const auto& [id, pace] : m_paces) {
        const auto found = m_endpoints.find(id);
        if (found == m_endpoints.end() || pace.isLetBe || pace.perSecond < loopsFrom)
            continue;
        const EndpointSnapshot& other = found->second->snapshot();
        // the ends of local sockets have no names of their own
        const bool isOtherEnd = other.local == snapshot.peer && other.peer == snapshot.local &&
                                !other.local.isEmpty() && !other.peer.isEmpty();
        if (isOtherEnd && other.id != snapshot.id && answers(other.behaviour) && isConnected(other.state))
            return found->second.get();
    }
    return nullptr;
}

void EngineWorker::pauseLoop(EndpointId one, EndpointId other, quint64 perSecond) {
    AnsweringLoop loop{.one = one,
                       .other = other,
                       .behaviour = find(one)->snapshot().behaviour,
                       .otherBehaviour = find(other)->snapshot().behaviour,
                       .perSecond = perSecond};
    for (const auto& [id, behaviour, fromOther] : {std::tuple(one, loop.behaviour, loop.otherBehaviour),
                                                   std::tuple(other, loop.otherBehaviour, loop.behaviour)}) {
        Endpoint& endpoint = *find(id);
        endpoint.tellOf(EventKind::Warning,
                        sentence(QT_TRANSLATE_NOOP("Core", "paused: %1 here and %2 at the other end answered each "
                                                           "other, %3 times in a second; the behaviour is manual now"),
                                 behaviour, fromOther, perSecond),
                        {});
        endpoint.setBehaviour(QStringLiteral("manual"), {});
    }
    emit loopPaused(loop);
}

void EngineWorker::resumeLoop(const AnsweringLoop& loop, const BehaviourFactory& one, const BehaviourFactory& other) {
    for (const auto& [id, name, factory] :
         {std::tuple(loop.one, loop.behaviour, one), std::tuple(loop.other, loop.otherBehaviour, other)}) {
        m_paces[static_cast<quint64>(id)].isLetBe = true;
        with(id, [&, &called = name, &made = factory](Endpoint& endpoint) { endpoint.setBehaviour(called, made); });
    }
}

/// Everything up to the last record, unless an endpoint that nobody knows yet has older ones.
qint64 EngineWorker::completeUpTo() const {
    qint64 time = m_store->watermark();
    for (const EndpointId id : m_untold) {
        const auto found = m_endpoints.find(static_cast<quint64>(id));
        if (found == m_endpoints.end() || found->second->transcript()->store() != m_store)
            continue; // of another run, whose steady clock was another one
        const TranscriptReader reader(found->second->transcript());
        if (reader.count() > 0)
            time = std::min(time, reader.header(0).time.mono - 1);
    }
    return time;
}

void EngineWorker::settle() {
    m_notifyTimer.stop();
    notifyOf(m_endpoints.size() + 1);
    emit settled();
}

void EngineWorker::acknowledge() {
    m_awaitsAcknowledge = false;
    if (std::exchange(m_hasMore, false)) {
        m_notifyTimer.start(0);
        return;
    }
    if (!m_dirty.isEmpty())
        changed(*m_dirty.constBegin());
}

std::vector<EndpointId> EngineWorker::openOnes() const {
    std::vector<EndpointId> open;
    for (const auto& [id, endpoint] : m_endpoints) {
        if (!endpoint->hasEnded())
            open.push_back(endpoint->id());
    }
    std::sort(open.begin(), open.end());
    return open;
}

void EngineWorker::closeAll(std::chrono::milliseconds grace, bool withReset, const QString& reason) {
    const bool isFirst = !std::exchange(m_isClosingAll, true);
    m_sinceEnd.start();
    // twice: closing a listener can set up connections that it has taken and not told of yet
    for (int round = 0; round < 2; ++round) {
        for (const EndpointId id : openOnes()) {
            with(id, [&](Endpoint& endpoint) {
                endpoint.setEndReason(reason);
                withReset ? endpoint.abort() : endpoint.closeOrderly();
            });
        }
    }
    QTimer::singleShot(grace, this, [this] {
        for (const EndpointId id : openOnes())
            with(id, [](Endpoint& endpoint) { endpoint.endNow(); });
    });
    if (isFirst)
        checkClosed();
}

/// Everything has ended, and said what it has to say; who takes long for that is not waited for.
bool EngineWorker::isOver() {
    constexpr std::chrono::milliseconds lastWords(300);
    const auto isOpen = [](const auto& one) { return !one.second->hasEnded(); };
    if (std::any_of(m_endpoints.begin(), m_endpoints.end(), isOpen)) {
        m_sinceEnd.start();
        return false;
    }
    const auto hasMore = [](const auto& one) { return one.second->hasMoreToTell(); };
    return m_sinceEnd.elapsed() > lastWords.count() || std::none_of(m_endpoints.begin(), m_endpoints.end(), hasMore);
}

void EngineWorker::checkClosed() {
    if (isOver()) {
        m_isClosingAll = false;
        emit closed();
        return;
    }
    QTimer::singleShot(std::chrono::milliseconds(5), this, &EngineWorker::checkClosed);
}

void EngineWorker::shutDown(std::chrono::milliseconds grace) {
    m_isShuttingDown = true;
    m_sinceEnd.start();
    for (const EndpointId id : openOnes())
        with(id, [](Endpoint& endpoint) { endpoint.closeOrderly(); });
    QTimer::singleShot(grace, this, &EngineWorker::finish);
    checkShutDown();
}

void EngineWorker::checkShutDown() {
    if (isOver())
        finish();
    else
        QTimer::singleShot(std::chrono::milliseconds(5), this, &EngineWorker::checkShutDown);
}

void EngineWorker::finish() {
    if (!std::exchange(m_hasFinished, true))
        emit finished();
}

} // namespace sw
