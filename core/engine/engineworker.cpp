// SPDX-License-Identifier: MIT
#include "core/engine/engineworker.h"

#include "core/endpoint/connection.h"
#include "core/endpoint/datagramsocket.h"
#include "core/endpoint/listener.h"

namespace sw {

EngineWorker::EngineWorker(EngineOptions options, std::shared_ptr<TranscriptStore> store)
    : m_options(options),
      m_store(std::move(store)),
      m_eventLog(std::make_shared<Transcript>(m_store)),
      m_notifyTimer(this) {
    m_notifyTimer.setSingleShot(true);
    m_notifyTimer.setTimerType(Qt::PreciseTimer);
    QObject::connect(&m_notifyTimer, &QTimer::timeout, this, &EngineWorker::notify);
}

EngineWorker::~EngineWorker() {
    m_endpoints.clear(); // before the poller that they leave
}

void EngineWorker::start() {
    native::initialise();
    m_poller = Poller::create();
    m_sinceNotify.start();
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

void EngineWorker::adopt(std::unique_ptr<Endpoint> endpoint) {
    const EndpointId id = endpoint->id();
    {
        const std::lock_guard lock(m_transcriptsMutex);
        m_transcripts[static_cast<quint64>(id)] = endpoint->transcript();
    }
    m_endpoints[static_cast<quint64>(id)] = std::move(endpoint);
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
    m_names.remove(found->second->snapshot().name);
    m_endpoints.erase(found);
    m_dirty.remove(id);
    {
        const std::lock_guard lock(m_transcriptsMutex);
        m_transcripts.erase(static_cast<quint64>(id));
    }
    emit removed(id);
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

void EngineWorker::logEvent(const Endpoint& endpoint, EventKind event, const QJsonObject& facts, Timestamp time) {
    QJsonObject logged = facts;
    logged.insert(QStringLiteral("endpoint"), static_cast<qint64>(endpoint.id()));
    logged.insert(QStringLiteral("name"), endpoint.snapshot().name);
    if (endpoint.snapshot().parent != EndpointId::None)
        logged.insert(QStringLiteral("listener"), static_cast<qint64>(endpoint.snapshot().parent));
    m_eventLog->appendEvent(event, logged, time);
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

void EngineWorker::notify() {
    QVector<EndpointSnapshot> snapshots;
    snapshots.reserve(m_dirty.size());
    for (const EndpointId id : std::as_const(m_dirty)) {
        if (const Endpoint* endpoint = find(id))
            snapshots.append(endpoint->snapshot());
    }
    std::sort(snapshots.begin(), snapshots.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    m_dirty.clear();
    m_sinceNotify.restart();
    m_awaitsAcknowledge = true;
    emit changed(snapshots);
    if (m_isShuttingDown)
        checkShutDown();
}

void EngineWorker::settle() {
    m_notifyTimer.stop();
    notify();
    emit settled();
}

void EngineWorker::acknowledge() {
    m_awaitsAcknowledge = false;
    if (!m_dirty.isEmpty())
        changed(*m_dirty.constBegin());
}

void EngineWorker::shutDown(std::chrono::milliseconds grace) {
    m_isShuttingDown = true;
    std::vector<Endpoint*> all;
    all.reserve(m_endpoints.size());
    for (const auto& [id, endpoint] : m_endpoints)
        all.push_back(endpoint.get());
    for (Endpoint* endpoint : all)
        endpoint->closeOrderly();
    QTimer::singleShot(grace, this, &EngineWorker::finished);
    checkShutDown();
}

void EngineWorker::checkShutDown() {
    for (const auto& [id, endpoint] : m_endpoints) {
        if (!endpoint->hasEnded()) {
            QTimer::singleShot(std::chrono::milliseconds(5), this, &EngineWorker::checkShutDown);
            return;
        }
    }
    emit finished();
}

} // namespace sw
