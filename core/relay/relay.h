// SPDX-License-Identifier: MIT
#pragma once

#include "core/behaviour/condition.h"
#include "core/endpoint/endpoint.h"
#include "core/relay/faultstream.h"
#include "core/relay/intercept.h"

#include <chrono>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

namespace sw {

class RelayPair;

/// What a relay is to do. A plain value.
struct RelayPlan {
    Address target;
    FaultPlan faults{};
    Intercept intercept{};
    std::chrono::milliseconds idle{60'000}; ///< a flow of datagrams is forgotten after so long without one
    bool isRecorded = true;                 ///< false: what passes is counted only
};

/// What the pairs of one relay have in common: where to, the faults, the messages that are held. The I/O thread; shared
/// by the behaviours that serve its clients, which outlive the listener.
class Relay final : public std::enable_shared_from_this<Relay> {
public:
    struct Hooks {
        std::function<void(std::vector<FaultDecision>)> decided{}; ///< as they are made
        std::function<void()> heldChanged{};
        std::function<quint64()> newNumber{}; ///< for messages that are held
    };

    Relay(EndpointOpener& opener, EndpointId id, RelayPlan plan, Hooks hooks);
    ~Relay();
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;
    Relay(Relay&&) = delete;
    Relay& operator=(Relay&&) = delete;

    /// Serves a client: passes on between it and a connection to the target.
    BehaviourFactory factory();

    const RelayPlan& plan() const { return m_plan; }
    EndpointId id() const { return m_id; }
    bool hasPairs() const { return !m_pairs.empty(); }
    /// From the next byte on, also of what is open.
    void setFaults(const FaultPlan& faults);
    void setIntercept(const Intercept& intercept);
    std::vector<HeldMessage> held() const;
    /// False: there is no such message any more.
    bool release(quint64 number, const Release& release);

private:
    friend class RelayPair;
    friend class RelayWay;
    friend class RelaySide;

    quint64 nextConnection() { return ++m_connections; }
    bool refuses(quint64 connection) const;

    EndpointOpener& m_opener;
    EndpointId m_id;
    RelayPlan m_plan;
    Condition m_condition; // of the intercept
    Hooks m_hooks;
    quint64 m_connections = 0;
    std::unordered_map<quint64, std::weak_ptr<RelayPair>> m_pairs; // by connection
};

} // namespace sw
