// SPDX-License-Identifier: MIT
#include "core/endpoint/servedendpoint.h"

#include <utility>

namespace sw {

void ServedEndpoint::makeBehaviour() {
    m_behaviour = isServed() && request().makeBehaviour ? request().makeBehaviour() : nullptr;
}

void ServedEndpoint::askAcceptor() {
    m_isAsked = true;
    if (!m_behaviour) {
        decide(true);
        return;
    }
    Acceptance decision = m_behaviour->acceptor(*this);
    m_sentinel = std::move(decision.sentinel);
    if (decision.filter)
        m_behaviour = std::move(decision.filter);
    if (!decision.isPending)
        decide(decision.isTaken);
}

void ServedEndpoint::decide(bool isTaken) {
    if (!std::exchange(m_isAsked, false) || hasEnded())
        return; // the acceptor, or the user, closed it
    if (isTaken)
        taken();
    else
        refused();
}

void ServedEndpoint::tellReady() {
    if (!m_behaviour)
        return;
    if (std::exchange(m_isOpened, true))
        m_behaviour->secured(*this);
    else
        m_behaviour->opened(*this);
}

void ServedEndpoint::setBehaviour(const QString& name, BehaviourFactory factory) {
    if (m_isAsked) // whoever was asked is gone
        decide(true);
    if (hasEnded())
        return;
    if (m_behaviour)
        m_behaviour->takenOff(*this);
    setBehaviourFactory(name, std::move(factory));
    makeBehaviour();
    m_isOpened = false;
    ++m_behaviourNumber;
    recordTraffic(true);
    record(EventKind::BehaviourChanged, sentence(QT_TRANSLATE_NOOP("Core", "behaviour is now %1"), name));
    behaviourChanged();
}

void ServedEndpoint::reloadBehaviour() {
    if (!hasEnded() && m_behaviour && !m_behaviour->reload(*this))
        setBehaviour(request().behaviour, request().makeBehaviour);
}

bool ServedEndpoint::hasMoreToTell() const {
    return Endpoint::hasMoreToTell() || (m_isAsked && !hasEnded()) || (m_behaviour && m_behaviour->hasMoreToTell());
}

void ServedEndpoint::wake(std::chrono::milliseconds delay, quint64 token) {
    later(delay, &ServedEndpoint::wakeBehaviour, m_behaviourNumber, token);
}

void ServedEndpoint::wakeBehaviour(quint64 number, quint64 token) {
    if (m_behaviour && m_behaviourNumber == number && mayWake())
        m_behaviour->woken(*this, token);
}

bool ServedEndpoint::endWith(const ClosingRecord& closing) {
    if (!recordClosing(closing))
        return false;
    if (m_sentinel)
        std::exchange(m_sentinel, {})(closing);
    if (m_behaviour)
        m_behaviour->sentinel(closing);
    return true;
}

} // namespace sw
