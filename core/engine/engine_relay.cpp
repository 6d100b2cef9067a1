// SPDX-License-Identifier: MIT
// What the engine does for relays.
#include "core/behaviour/condition.h"
#include "core/engine/engine.h"
#include "core/engine/engineworker.h"
#include "core/engine/relaybook.h"

namespace sw {

Result<void> RelayRequest::validate(const Address& listen) const {
    const auto refuse = [](const Sentence& detail) {
        return tl::unexpected(badInput(QStringLiteral("relay"), detail, 0));
    };
    const bool isDatagram = sw::isDatagram(listen.scheme);
    for (const Scheme scheme : {listen.scheme, target.scheme}) {
        if (isLocal(scheme) && sw::isDatagram(scheme))
            return refuse(sentence(
                QT_TRANSLATE_NOOP(
                    "Core",
                    "A relay of datagrams is between udp:// and dtls://: an answer on %1:// has nowhere to go."),
                schemeName(scheme)));
    }
    if (isDatagram != sw::isDatagram(target.scheme))
        return refuse(sentence(
            QT_TRANSLATE_NOOP("Core", "%1 and %2 cannot be relayed: one carries a stream, the other datagrams."),
            describeAddress(listen), describeAddress(target)));
    if (auto fits = checkFaults(faults, isDatagram); !fits)
        return fits;
    if (idle < std::chrono::milliseconds(100))
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "A flow of datagrams is forgotten after 100ms at least.")));
    if (const auto condition = Condition::parse(intercept.condition); !condition)
        return tl::unexpected(condition.error());
    return {};
}

void Engine::connectRelays() {
    m_relays = std::make_unique<RelayBook>();
    QObject::connect(
        m_worker, &EngineWorker::decided, m_worker,
        [slot = m_postbox.slot(), this](EndpointId relay, const QVector<FaultDecision>& decisions) {
            slot->post([this, relay, decisions] { emit faultsDecided(relay, decisions); }); // only while we are there
        },
        Qt::DirectConnection);
    QObject::connect(
        m_worker, &EngineWorker::held, m_worker,
        [slot = m_postbox.slot(), this](EndpointId relay, const QVector<HeldMessage>& messages) {
            slot->post([this, relay, messages] {
                if (messages.isEmpty())
                    m_relays->held.remove(relay);
                else
                    m_relays->held.insert(relay, messages);
                emit heldChanged(relay);
            });
        },
        Qt::DirectConnection);
    QObject::connect(
        m_worker, &EngineWorker::heldFetched, m_worker,
        [slot = m_postbox.slot(), this](quint64 number, const QByteArray& bytes) {
            slot->post([this, number, bytes] { emit heldFetched(number, bytes); });
        },
        Qt::DirectConnection);
}

Result<EndpointId> Engine::relay(const Address& address, const RelayRequest& request) {
    auto listen = checkedFor(address, Role::Listen);
    if (!listen)
        return tl::unexpected(listen.error());
    auto target = checkedFor(request.target, Role::Connect);
    if (!target)
        return tl::unexpected(target.error());
    if (auto valid = request.validate(*listen); !valid)
        return tl::unexpected(valid.error());
    const EndpointId id = m_worker->newId();
    EndpointRequest wanted{.id = id,
                           .parent = EndpointId::None,
                           .address = *listen,
                           .name = request.name,
                           .behaviour = QStringLiteral("relay=") + formatAddress(*target)};
    RelayPlan plan{.target = *target,
                   .faults = {.faults = request.faults, .seed = request.seed, .script = request.script},
                   .intercept = request.intercept,
                   .idle = request.idle,
                   .isRecorded = request.isRecorded};
    m_relays->requests.insert(id, request);
    post(
        [wanted = std::move(wanted), plan = std::move(plan)](EngineWorker& worker) { worker.openRelay(wanted, plan); });
    return id;
}

std::optional<RelayRequest> Engine::relayRequest(EndpointId id) const {
    const auto found = m_relays->requests.constFind(id);
    return found == m_relays->requests.constEnd() ? std::nullopt : std::optional(*found);
}

Result<void> Engine::setFaults(EndpointId relay, const QVector<Fault>& faults, quint64 seed) {
    const auto found = m_relays->requests.find(relay);
    if (found == m_relays->requests.end())
        return tl::unexpected(
            badInput(QStringLiteral("fault"), sentence(QT_TRANSLATE_NOOP("Core", "It is no relay."))));
    if (auto fits = checkFaults(faults, isDatagram(found->target.scheme)); !fits)
        return fits;
    found->faults = faults;
    found->seed = seed;
    found->script = nullptr;
    post([relay, plan = FaultPlan{.faults = faults, .seed = seed}](EngineWorker& worker) {
        if (Relay* there = worker.relay(relay))
            there->setFaults(plan);
    });
    return {};
}

Result<void> Engine::setIntercept(EndpointId relay, const Intercept& intercept) {
    const auto found = m_relays->requests.find(relay);
    if (found == m_relays->requests.end())
        return tl::unexpected(
            badInput(QStringLiteral("intercept"), sentence(QT_TRANSLATE_NOOP("Core", "It is no relay."))));
    if (const auto condition = Condition::parse(intercept.condition); !condition)
        return tl::unexpected(condition.error());
    found->intercept = intercept;
    post([relay, intercept](EngineWorker& worker) {
        if (Relay* there = worker.relay(relay))
            there->setIntercept(intercept);
    });
    return {};
}

QVector<HeldMessage> Engine::heldMessages() const {
    QVector<HeldMessage> all;
    for (const QVector<HeldMessage>& messages : m_relays->held)
        all += messages;
    return all;
}

void Engine::fetchHeld(quint64 number) {
    post([number](EngineWorker& worker) { worker.fetchHeld(number); });
}

void Engine::release(quint64 number, const Release& release) {
    post([number, release](EngineWorker& worker) { worker.releaseHeld(number, release); });
}

} // namespace sw
