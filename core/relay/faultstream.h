// SPDX-License-Identifier: MIT
#pragma once

#include "core/relay/faultlog.h"

#include <deque>
#include <optional>
#include <queue>
#include <vector>

namespace sw {

/// Who decides: a seed and faults, or the log of a run before.
struct FaultPlan {
    QVector<Fault> faults{};
    quint64 seed = 1;
    std::shared_ptr<const FaultScript> script{}; ///< decides instead of the faults
};

/// What comes out of a direction with faults.
struct FaultStep {
    enum class Kind { Bytes, End, Close, Reset };

    Kind kind = Kind::Bytes;
    QByteArray bytes{};
};

/// One direction of one relayed stream with its faults: fed with what arrived and the time, asked for what goes on and
/// when. Everything that is decided depends on the byte's place, never on how the bytes arrived; time only says when
/// they leave. Pure: no socket, no clock. Times: microseconds of any steady clock.
class StreamFaults {
public:
    using Time = std::chrono::microseconds;

    StreamFaults(quint64 connection, RelayDirection direction, const FaultPlan& plan);

    /// Nothing disturbs, and nothing waits: bytes can go on as they are, and are only counted with passed().
    bool isTransparent() const {
        return m_sites.empty() && m_script.empty() && !m_isChanging && m_queue.empty() && !m_isDeaf && !m_isLimited &&
               m_delay.count() == 0 && m_rate == 0 && m_stall.count() == 0 && m_pause.count() == 0 &&
               m_corruptions.empty();
    }
    void passed(qsizetype size) { m_offset += static_cast<quint64>(size); }

    /// The direction is open: what is to happen before the first byte.
    void begin(Time now) { decide(now); }
    /// Bytes of the stream; what becomes of them comes out of next().
    void feed(QByteArrayView bytes, Time now);
    /// The end of the stream, behind all that was fed.
    void feedEnd(Time now);
    /// Other faults from the next byte on.
    void setPlan(const FaultPlan& plan);

    /// What is due by now.
    std::optional<FaultStep> next(Time now);
    /// When next() will have something.
    std::optional<Time> due() const;
    /// Of memory that waits, in bytes; whoever feeds stops above a bound.
    qsizetype waiting() const { return m_waiting; }
    std::vector<FaultDecision> takeDecisions() { return std::exchange(m_decisions, {}); }

private:
    struct Site { // something that decides at a place
        Fault fault;
        quint64 next;
    };
    struct Item {
        FaultStep step;
        Time time;
    };

    void decide(Time now);
    void endOthers(Time now);
    FaultDecision decisionOf(Site& site) const;
    void apply(const FaultDecision& decision, Time now);
    quint64 nextPlace() const;
    void push(FaultStep step, Time now);
    void change(QByteArray& piece);

    quint64 m_connection;
    RelayDirection m_direction;
    quint64 m_seed = 1;
    std::vector<Site> m_sites;
    std::deque<FaultDecision> m_script; // what is still to come of it, instead of sites
    quint64 m_offset = 0;
    std::deque<Item> m_queue;
    qsizetype m_waiting = 0;
    std::vector<FaultDecision> m_decisions;

    // what decisions have set
    Time m_delay{0};
    quint64 m_rate = 0;
    Time m_pause{0};
    Time m_stall{0}; // for the next piece
    Time m_last{0};  // when the last one leaves
    Time m_rateFree{0};
    std::deque<FaultDecision> m_corruptions; // that reach beyond the current byte
    bool m_isDeaf = false;                   // it is over: nothing is decided or passed on any more
    bool m_isLimited = false;                // what comes is swallowed
    bool m_hasEnded = false;
    bool m_isChanging = false; // setPlan() left something to be undone
};

/// The same for datagrams, by their number.
class MessageFaults {
public:
    using Time = std::chrono::microseconds;

    MessageFaults(quint64 connection, RelayDirection direction, const FaultPlan& plan);

    bool isTransparent() const {
        return m_faults.isEmpty() && m_script == nullptr && m_queue.empty() && m_held.empty();
    }
    void passed() { ++m_number; }
    /// One datagram; what becomes of it comes out of next().
    void feed(QByteArrayView message, Time now);
    void setPlan(const FaultPlan& plan);
    std::optional<QByteArray> next(Time now);
    std::optional<Time> due() const;
    qsizetype waiting() const { return m_waiting; }
    std::vector<FaultDecision> takeDecisions() { return std::exchange(m_decisions, {}); }

private:
    struct Item {
        Time time;
        quint64 order;
        QByteArray bytes;

        bool operator>(const Item& other) const { return std::tie(time, order) > std::tie(other.time, other.order); }
    };
    struct Held { // until others have passed, or it has been quiet
        Item item;
        quint64 left;
    };

    std::vector<FaultDecision> decide(qsizetype size);
    void releaseHeld(Time now, Time notBefore);

    quint64 m_connection;
    RelayDirection m_direction;
    QVector<Fault> m_faults;
    quint64 m_seed = 1;
    std::shared_ptr<const FaultScript> m_script;
    std::size_t m_scriptAt = 0;
    quint64 m_number = 0;
    quint64 m_order = 0;
    quint64 m_bytes = 0; // for limit
    bool m_saidRate = false;
    bool m_isRateOver = false; // by setPlan(), not yet decided
    std::priority_queue<Item, std::vector<Item>, std::greater<>> m_queue;
    std::vector<Held> m_held;
    qsizetype m_waiting = 0;
    std::vector<FaultDecision> m_decisions;
    quint64 m_rate = 0;
    Time m_rateFree{0};
    Time m_stalledUntil{0};
    Time m_lastFed{0};
};

} // namespace sw
