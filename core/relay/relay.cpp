// SPDX-License-Identifier: MIT
#include "core/relay/relay.h"

#include "core/relay/relaypair.h"

#include <algorithm>

namespace sw {

Relay::Relay(EndpointOpener& opener, EndpointId id, RelayPlan plan, Hooks hooks)
    : m_opener(opener),
      m_id(id),
      m_plan(std::move(plan)),
      m_hooks(std::move(hooks)) {
    setIntercept(m_plan.intercept);
}

Relay::~Relay() = default;

BehaviourFactory Relay::factory() {
    return [self = shared_from_this()] { return std::make_unique<RelaySide>(self); };
}

bool Relay::refuses(quint64 connection) const {
    if (m_plan.faults.script != nullptr)
        return m_plan.faults.script->refuses(connection);
    return std::any_of(m_plan.faults.faults.begin(), m_plan.faults.faults.end(), [connection](const Fault& fault) {
        return fault.kind == FaultKind::Refuse && fault.isEnabled && connection <= fault.amount;
    });
}

void Relay::setFaults(const FaultPlan& faults) {
    m_plan.faults = faults;
    const auto pairs = m_pairs;
    for (const auto& [connection, weak] : pairs) {
        if (const auto pair = weak.lock()) {
            pair->up().setFaults(faults);
            pair->down().setFaults(faults);
            pair->check();
        }
    }
}

void Relay::setIntercept(const Intercept& intercept) {
    m_plan.intercept = intercept;
    m_condition = Condition::parse(intercept.condition).value_or(Condition{});
    const auto pairs = m_pairs;
    for (const auto& [connection, weak] : pairs) {
        if (const auto pair = weak.lock()) {
            pair->up().setIntercept(intercept);
            pair->down().setIntercept(intercept);
            pair->check();
        }
    }
}

HeldMessage HeldMessage::forList() const {
    HeldMessage message = *this;
    if (bytes.size() > listed)
        message.bytes = bytes.left(listed); // a copy of its own, not one that keeps all
    return message;
}

std::vector<HeldMessage> Relay::held() const {
    std::vector<HeldMessage> all;
    for (const auto& [connection, weak] : m_pairs) {
        if (const auto pair = weak.lock()) {
            for (RelayWay* way : {&pair->up(), &pair->down()})
                all.insert(all.end(), way->held().begin(), way->held().end());
        }
    }
    return all;
}

bool Relay::release(quint64 number, const Release& release) {
    const auto pairs = m_pairs;
    return std::any_of(pairs.begin(), pairs.end(), [&](const auto& one) {
        const auto pair = one.second.lock();
        if (!pair || (!pair->up().release(number, release) && !pair->down().release(number, release)))
            return false;
        pair->check();
        return true;
    });
}

} // namespace sw
