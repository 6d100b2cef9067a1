// SPDX-License-Identifier: MIT
#include "core/engine/engine.h"

#include "core/base/lastwords.h"
#include "core/base/threads.h"
#include "core/behaviour/catalogue.h"
#include "core/channel/iodispatcher.h"
#include "core/endpoint/reopening.h"
#include "core/engine/engineworker.h"
#include "core/engine/kernelsample.h"
#include "core/engine/relaybook.h"
#include "core/replay/replayplan.h"
#include "core/transcript/recovery.h"

#include <QLoggingCategory>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace sw {

namespace {
constexpr std::chrono::milliseconds closingGrace(700);
}

void Engine::prepareProcess() {
    endWithASentence();
    native::keepStandardDescriptors(); // before anything opens a file or a socket
    native::initialise();              // commands without an engine write files too
    // what the script engine thinks of a script's style is nothing for standard error; QT_LOGGING_RULES still decides
    QLoggingCategory::setFilterRules(QStringLiteral("qt.qml.compiler.warning=false"));
    native::reserveDescriptors();
}

Result<void> Engine::checkDescriptors() {
    constexpr int least = 8; // of the event loops of two threads
    if (native::canOpenDescriptors(least))
        return {};
    return tl::unexpected(systemError(EMFILE, QStringLiteral("start")));
}

Engine::Engine(const EngineOptions& options, QObject* parent)
    : QObject(parent),
      m_store(std::make_shared<TranscriptStore>(options.store)),
      m_worker(new EngineWorker(options, m_store)) {
    qRegisterMetaType<Error>();
    qRegisterMetaType<EndpointId>();
    qRegisterMetaType<EndpointSnapshot>();
    qRegisterMetaType<QVector<sw::EndpointSnapshot>>();
    m_thread.setObjectName(QStringLiteral("I/O"));
    m_worker->moveToThread(&m_thread);
    QObject::connect(&m_thread, &QThread::started, m_worker, &EngineWorker::start);
    QObject::connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
    connectWorker();
    connectRelays();
    if (auto dispatcher = IoDispatcher::create())
        m_thread.setEventDispatcher(dispatcher.release()); // which the thread deletes at its end
    if (const auto mayStart = tryThread(); mayStart)       // Qt writes a line of its own when it fails
        m_thread.start();
    if (!m_thread.isRunning())
        throw std::system_error(EAGAIN, std::generic_category(), "thread"); // as std::thread says it
}

/// What the worker tells comes through our own queue, never straight from the I/O thread.
void Engine::connectWorker() {
    const auto here = [this](auto call) {
        return [slot = m_postbox.slot(), call](const auto&... values) {
            slot->post([call, values...] { call(values...); }); // runs only while we are there
        };
    };
    constexpr auto direct = Qt::DirectConnection;
    QObject::connect(
        m_worker, &EngineWorker::finished, m_worker, [this] { m_finished.release(); }, direct);
    QObject::connect(m_worker, qOverload<const QVector<EndpointSnapshot>&, qint64>(&EngineWorker::changed), m_worker,
                     here([this](const QVector<EndpointSnapshot>& snapshots, qint64 completeUpTo) {
                         m_completeUpTo = std::max(m_completeUpTo, completeUpTo);
                         for (const EndpointSnapshot& snapshot : snapshots) {
                             m_snapshots.insert(snapshot.id, snapshot);
                             if (snapshot.error && snapshot.error->id == ErrorId::ProxyAuthentication)
                                 m_keptFor.remove(snapshot.address.value("proxy")); // it was not right
                         }
                         post([](EngineWorker& worker) { worker.acknowledge(); });
                         emit endpointsChanged(snapshots);
                     }),
                     direct);
    QObject::connect(m_worker, &EngineWorker::removed, m_worker, here([this](EndpointId id) {
                         m_snapshots.remove(id);
                         m_sources.remove(id);
                         emit endpointRemoved(id);
                     }),
                     direct);
    QObject::connect(m_worker, &EngineWorker::settled, m_worker, here([this] { emit settled(); }), direct);
    QObject::connect(m_worker, &EngineWorker::closed, m_worker, here([this] { emit allClosed(); }), direct);
    QObject::connect(m_worker, &EngineWorker::stoppedRecording, m_worker,
                     here([this](const Error& error) { emit recordingStopped(error); }), direct);
    QObject::connect(m_worker, &EngineWorker::loopPaused, m_worker,
                     here([this](const AnsweringLoop& loop) { emit loopPaused(loop); }), direct);
    QObject::connect(m_worker, &EngineWorker::resumedRecording, m_worker, here([this] { emit recordingResumed(); }),
                     direct);
    store()->setHandlers(
        {.hasRoomAgain = [slot = m_worker->slot(), worker = m_worker] { slot->post([worker] { worker->tellRoom(); }); },
         .stopped = [slot = m_worker->slot(),
                     worker = m_worker](const Error& error) { slot->post([=] { worker->recordingStopped(error); }); },
         .resumed = [slot = m_worker->slot(),
                     worker = m_worker] { slot->post([worker] { worker->recordingResumed(); }); }});
}

Engine::~Engine() {
    post([](EngineWorker& worker) { worker.shutDown(closingGrace); });
    m_finished.acquire(); // only now: the thread deletes its dispatcher at its end, and a post still wakes it
    m_thread.quit();
    m_thread.wait();
    m_store->close();
}

void Engine::post(std::function<void(EngineWorker&)> call) {
    m_worker->slot()->post([worker = m_worker, call = std::move(call)] { call(*worker); });
}

namespace {

/// A behaviour for an endpoint, if it makes sense there.
Result<BehaviourPlan> planFor(const QString& behaviour, const Address& address, Role role, BehaviourChoice choice) {
    choice.planReplay = [role](const QString& file) -> Result<BehaviourPlan> {
        auto script = ReplayScript::read(file);
        if (!script)
            return tl::unexpected(script.error());
        return planReplay(*script, {.side = role == Role::Listen ? ReplaySide::Server : ReplaySide::Client});
    };
    auto plan = planBehaviour(behaviour, choice);
    if (!plan)
        return plan;
    const auto refuse = [](const Sentence& detail) {
        return tl::unexpected(badInput(QStringLiteral("behaviour"), detail, 0));
    };
    if (plan->certificate != TestCertificate::None && (role == Role::Connect || !isSecure(address.scheme)))
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "%1 is for listeners on tls:// and dtls://."), behaviour));
    if (plan->certificate != TestCertificate::None && address.given("cert"))
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "%1 makes its own certificate: leave out cert."), behaviour));
    if (plan->neverAccepts && (role == Role::Connect || isDatagram(address.scheme)))
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "%1 is for listeners of streams."), behaviour));
    if (plan->isConsole && role == Role::Listen && isReachableFromNetwork(address) && !choice.allowsRemoteConsole)
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "A console on %1 can be reached from the network, and whoever "
                                                         "reaches it can run scripts. It has to be allowed each time."),
                               describeAddress(address)));
    return plan;
}

} // namespace

Result<EndpointId> Engine::open(const Address& address, const OpenRequest& request, Role role) {
    auto checked = checkedFor(address, role);
    if (!checked)
        return tl::unexpected(checked.error());
    auto plan = request.replay != nullptr
                    ? Result<BehaviourPlan>(planReplay(request.replay, request.replayOptions))
                    : planFor(request.behaviour, *checked, role, {.allowsRemoteConsole = request.allowsRemoteConsole});
    if (!plan)
        return tl::unexpected(plan.error());
    if (plan->neverAccepts)
        checked->setOption(QStringLiteral("accept"), QStringLiteral("manual"));
    const EndpointId id = m_worker->newId();
    if (plan->source != nullptr)
        m_sources.insert(id, plan->source);
    EndpointRequest wanted{.id = id,
                           .parent = EndpointId::None,
                           .address = *checked,
                           .name = request.name,
                           .behaviour = request.behaviour,
                           .makeBehaviour = std::move(plan->factory),
                           .acceptLimit = request.acceptLimit,
                           .certificate = plan->certificate};
    post([wanted = std::move(wanted), role](EngineWorker& worker) { worker.open(wanted, role); });
    return id;
}

Result<void> Engine::openAgain(EndpointId id, const std::optional<Address>& address, bool allowsRemoteConsole) {
    const auto refuse = [](const Sentence& detail) {
        return tl::unexpected(badInput(QStringLiteral("open again"), detail));
    };
    const auto known = snapshot(id);
    if (!known || !isEnded(known->state))
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "It is still open.")));
    if (Sentence why = relayRequest(id)
                           ? sentence(QT_TRANSLATE_NOOP("Core", "%1 relays or replays: open a new one."), known->name)
                           : whyNotOpenAgain(*known);
        !why.isEmpty())
        return refuse(why);
    const bool isBound = known->kind == EndpointKind::DatagramSocket && known->isPassive;
    const Role role = known->kind == EndpointKind::Listener || isBound ? Role::Listen : Role::Connect;
    const Address wanted = address.value_or(known->address);
    if (wanted.scheme != known->address.scheme)
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "%1 keeps its scheme, %2."), known->name,
                               schemeName(known->address.scheme)));
    auto checked = checkedFor(wanted, role);
    if (!checked)
        return tl::unexpected(checked.error());
    auto plan = planFor(known->behaviour, *checked, role, {.allowsRemoteConsole = allowsRemoteConsole});
    if (!plan)
        return tl::unexpected(plan.error());
    if (plan->neverAccepts)
        checked->setOption(QStringLiteral("accept"), QStringLiteral("manual"));
    m_sources.insert(id, plan->source);
    EndpointRequest request{.id = id,
                            .parent = EndpointId::None,
                            .address = *checked,
                            .name = {},
                            .behaviour = known->behaviour,
                            .makeBehaviour = std::move(plan->factory),
                            .certificate = plan->certificate};
    post([request = std::move(request), role](EngineWorker& worker) { worker.openAgain(request, role); });
    return {};
}

void Engine::keepPassphrase(const QString& file, const QByteArray& passphrase) {
    m_keptFor.insert(file);
    post([file, passphrase](EngineWorker& worker) { worker.keepPassphrase(file, passphrase); });
}

Result<EndpointId> Engine::listen(const Address& address, const OpenRequest& request) {
    return open(address, request, Role::Listen);
}

Result<EndpointId> Engine::connectTo(const Address& address, const OpenRequest& request) {
    return open(address, request, Role::Connect);
}

void Engine::send(EndpointId id, const QByteArray& bytes, const QString& destination) {
    post([id, bytes, destination](EngineWorker& worker) {
        worker.with(id, [&](Endpoint& endpoint) { endpoint.offer(bytes, destination); });
    });
}

void Engine::sendFile(EndpointId id, const QString& path) {
    post([id, path](EngineWorker& worker) { worker.with(id, [&](Endpoint& endpoint) { endpoint.offerFile(path); }); });
}

void Engine::shutDownSending(EndpointId id) {
    post([id](EngineWorker& worker) { worker.with(id, [](Endpoint& endpoint) { endpoint.shutDownSending(); }); });
}

void Engine::shutDownReceiving(EndpointId id) {
    post([id](EngineWorker& worker) { worker.with(id, [](Endpoint& endpoint) { endpoint.shutDownReceiving(); }); });
}

void Engine::close(EndpointId id) {
    post([id](EngineWorker& worker) { worker.with(id, [](Endpoint& endpoint) { endpoint.closeOrderly(); }); });
}

void Engine::abort(EndpointId id) {
    post([id](EngineWorker& worker) { worker.with(id, [](Endpoint& endpoint) { endpoint.abort(); }); });
}

void Engine::closeAll(std::chrono::milliseconds grace, bool withReset, const QString& reason) {
    post([=](EngineWorker& worker) { worker.closeAll(grace, withReset, reason); });
}

void Engine::rename(EndpointId id, const QString& name) {
    post([id, name](EngineWorker& worker) { worker.with(id, [&](Endpoint& endpoint) { endpoint.rename(name); }); });
}

void Engine::startTls(EndpointId id, const QString& options) {
    post([id, options](EngineWorker& worker) {
        worker.with(id, [&](Endpoint& endpoint) { endpoint.startTls(options); });
    });
}

void Engine::setPaused(EndpointId id, bool paused) {
    post([id, paused](EngineWorker& worker) {
        worker.with(id, [paused](Endpoint& endpoint) { endpoint.setPaused(paused); });
    });
}

void Engine::acceptOne(EndpointId id) {
    post([id](EngineWorker& worker) { worker.with(id, [](Endpoint& endpoint) { endpoint.acceptOne(); }); });
}

void Engine::acceptNext(EndpointId id, quint64 count) {
    post([id, count](EngineWorker& worker) {
        worker.with(id, [count](Endpoint& endpoint) { endpoint.acceptNext(count); });
    });
}

void Engine::changeOption(EndpointId id, const QString& name, const QString& value) {
    post([id, name, value](EngineWorker& worker) {
        worker.with(id, [&](Endpoint& endpoint) { endpoint.changeOption(name, value); });
    });
}

void Engine::sampleKernel(EndpointId id) {
    const auto known = snapshot(id);
    if (!known)
        return;
    if (!isEnded(known->state)) {
        post([id, slot = m_postbox.slot(), this](EngineWorker& worker) {
            KernelSample sample{.id = id, .time = Timestamp::now()};
            worker.with(id, [&](Endpoint& endpoint) { sample.tcp = endpoint.tcpInfo(); });
            slot->post([this, sample] { emit kernelSampled(sample); }); // runs only while we are there
        });
        return;
    }
    // ended: the socket is gone, and the system's table has to be read through
    runOnPool([slot = m_postbox.slot(), known = *known, this] {
        KernelSample sample{.id = known.id, .time = Timestamp::now(), .hasEnded = true};
        const auto local = parseHostPort(known.local, false);
        const auto peer = parseHostPort(known.peer, false);
        if (isTcp(known.address.scheme) && local && peer && !known.local.isEmpty() && !known.peer.isEmpty())
            sample.leftover =
                tableEntry(QHostAddress(local->host), local->portFirst, QHostAddress(peer->host), peer->portFirst);
        slot->post([this, sample] { emit kernelSampled(sample); });
    });
}

Result<void> Engine::setBehaviour(EndpointId id, const QString& behaviour) {
    const auto known = snapshot(id);
    const bool isListener = known && (known->kind == EndpointKind::Listener ||
                                      (known->kind == EndpointKind::DatagramSocket && known->peer.isEmpty()));
    auto plan = planFor(behaviour, known ? known->address : Address{}, isListener ? Role::Listen : Role::Connect, {});
    if (!plan)
        return tl::unexpected(plan.error());
    if (plan->neverAccepts || plan->certificate != TestCertificate::None)
        return tl::unexpected(badInput(
            QStringLiteral("behaviour"),
            sentence(QT_TRANSLATE_NOOP("Core", "%1 begins with its listener: open a new one."), behaviour), 0));
    m_sources.insert(id, plan->source);
    post([id, behaviour, factory = std::move(plan->factory)](EngineWorker& worker) {
        worker.with(id, [&](Endpoint& endpoint) { endpoint.setBehaviour(behaviour, factory); });
    });
    return {};
}

Result<void> Engine::resumeLoop(const AnsweringLoop& loop) {
    const auto one = planBehaviour(loop.behaviour, {});
    const auto other = planBehaviour(loop.otherBehaviour, {});
    if (!one || !other)
        return tl::unexpected(one ? other.error() : one.error());
    m_sources.insert(loop.one, one->source);
    m_sources.insert(loop.other, other->source);
    post([loop, first = one->factory, second = other->factory](EngineWorker& worker) {
        worker.resumeLoop(loop, first, second);
    });
    return {};
}

std::shared_ptr<BehaviourSource> Engine::sourceOf(EndpointId id) const {
    if (const auto found = m_sources.constFind(id); found != m_sources.constEnd())
        return *found;
    const auto known = snapshot(id);
    return known ? m_sources.value(known->parent) : nullptr;
}

Result<void> Engine::reloadBehaviour(EndpointId id) {
    const auto source = sourceOf(id);
    if (source == nullptr)
        return tl::unexpected(
            badInput(QStringLiteral("behaviour"), sentence(QT_TRANSLATE_NOOP("Core", "Its behaviour has no file."))));
    if (auto done = source->reload(); !done)
        return done;
    const auto known = snapshot(id);
    const EndpointId owner = m_sources.value(id) != nullptr || !known ? id : known->parent;
    post([owner](EngineWorker& worker) { worker.reloadBehaviour(owner); });
    return {};
}

QVector<BehaviourCounter> Engine::behaviourCounters(EndpointId id) const {
    const auto source = sourceOf(id);
    return source == nullptr ? QVector<BehaviourCounter>() : source->counters();
}

QString Engine::behaviourFile(EndpointId id) const {
    const auto source = sourceOf(id);
    return source == nullptr ? QString() : source->file();
}

void Engine::describe(EndpointId id) {
    post([id](EngineWorker& worker) { worker.with(id, [](Endpoint& endpoint) { endpoint.describe(); }); });
}

void Engine::consumed(EndpointId id, quint64 bytes) {
    post([id, bytes](EngineWorker& worker) {
        worker.with(id, [bytes](Endpoint& endpoint) { endpoint.consumed(bytes); });
    });
}

void Engine::settle() {
    post([](EngineWorker& worker) { worker.settle(); });
}

void Engine::resumeRecording() {
    m_store->resume();
}

void Engine::adopt(const std::vector<RecoveredTranscript>& recovered) {
    post([recovered](EngineWorker& worker) { worker.adoptRecovered(recovered); });
}

void Engine::remove(EndpointId id) {
    post([id](EngineWorker& worker) { worker.remove(id); });
}

std::optional<EndpointSnapshot> Engine::snapshot(EndpointId id) const {
    const auto found = m_snapshots.constFind(id);
    return found == m_snapshots.constEnd() ? std::nullopt : std::optional<EndpointSnapshot>(*found);
}

QVector<EndpointSnapshot> Engine::snapshots() const {
    QList<EndpointId> ids = m_snapshots.keys(); // sorted before the large values are touched
    std::sort(ids.begin(), ids.end());
    QVector<EndpointSnapshot> all;
    all.reserve(ids.size());
    for (const EndpointId id : ids)
        all.append(m_snapshots.value(id));
    return all;
}

std::shared_ptr<const Transcript> Engine::transcript(EndpointId id) const {
    return m_worker->transcript(id);
}

void Engine::forget(EndpointId id, RecordIndex before) {
    if (const auto transcript = m_worker->transcript(id))
        transcript->releaseBefore(before);
}

std::shared_ptr<const Transcript> Engine::eventLog() const {
    return m_worker->eventLog();
}

void Engine::forgetEvents(RecordIndex before) {
    m_worker->eventLog()->releaseBefore(before);
}

std::shared_ptr<TranscriptStore> Engine::store() const {
    return m_store;
}

} // namespace sw
