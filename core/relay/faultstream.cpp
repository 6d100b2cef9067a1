// SPDX-License-Identifier: MIT
#include "core/relay/faultstream.h"

#include <algorithm>
#include <limits>

namespace sw {

namespace {

constexpr quint64 never = std::numeric_limits<quint64>::max();
/// A delay that varies is drawn anew for each of these.
constexpr quint64 delayBlock = 1024;
/// Memory of a piece that waits, besides its bytes.
constexpr qsizetype itemCost = 128;
constexpr std::chrono::microseconds second(1'000'000);

std::chrono::microseconds drawnDelay(const Fault& fault, quint64 draw) {
    const auto span = static_cast<quint64>(fault.jitter.count()) * 2 + 1;
    return fault.time - fault.jitter + std::chrono::microseconds(static_cast<qint64>(draw % span));
}

/// A number from 0 to 1.
double unit(quint64 draw) {
    constexpr double scale = 1.0 / 9007199254740992.0; // 2^53
    return static_cast<double>(draw >> 11U) * scale;
}

std::chrono::microseconds atRate(qsizetype size, quint64 rate) {
    return std::chrono::microseconds(
        static_cast<qint64>(static_cast<double>(size) * second.count() / static_cast<double>(rate)));
}

} // namespace

StreamFaults::StreamFaults(quint64 connection, RelayDirection direction, const FaultPlan& plan)
    : m_connection(connection),
      m_direction(direction) {
    setPlan(plan);
    m_isChanging = false;
}

void StreamFaults::setPlan(const FaultPlan& plan) {
    m_seed = plan.seed;
    m_sites.clear();
    m_script.clear();
    m_isChanging = m_delay.count() > 0 || m_rate > 0 || m_isLimited;
    if (plan.script != nullptr) {
        for (const FaultDecision& decision : plan.script->of(m_connection, m_direction)) {
            if (!decision.isMessage && decision.place >= m_offset)
                m_script.push_back(decision);
        }
        return;
    }
    for (const Fault& fault : plan.faults) {
        if (!fault.appliesTo(m_direction) || fault.isMessage || fault.kind == FaultKind::Refuse)
            continue;
        const bool isFrom = fault.kind == FaultKind::Delay || fault.kind == FaultKind::Rate ||
                            fault.kind == FaultKind::Chop || fault.kind == FaultKind::Limit;
        const quint64 place = fault.kind == FaultKind::Limit ? fault.amount : fault.place;
        if (isFrom)
            m_sites.push_back({.fault = fault, .next = std::max(place, m_offset)});
        else if (place >= m_offset)
            m_sites.push_back({.fault = fault, .next = place});
    }
}

quint64 StreamFaults::nextPlace() const {
    quint64 place = m_script.empty() ? never : m_script.front().place;
    for (const Site& site : m_sites)
        place = std::min(place, site.next);
    return place;
}

/// What this site decides at its place, and where it decides next.
FaultDecision StreamFaults::decisionOf(Site& site) const {
    const quint64 place = site.next;
    site.next = never;
    const Fault& fault = site.fault;
    const quint64 draw = faultDraw(m_seed, m_connection, m_direction, fault.kind, place);
    FaultDecision decision{.connection = m_connection,
                           .direction = m_direction,
                           .kind = fault.kind,
                           .place = place,
                           .time = fault.time,
                           .bytes = fault.bytes,
                           .isXor = fault.isXor};
    if (fault.kind == FaultKind::Delay && fault.jitter.count() > 0) {
        decision.time = drawnDelay(fault, draw);
        site.next = (place / delayBlock + 1) * delayBlock;
    } else if (fault.kind == FaultKind::Rate) {
        decision.amount = fault.amount;
    } else if (fault.kind == FaultKind::Limit) {
        decision.amount = 1; // on; 0 ends it
    } else if (fault.kind == FaultKind::Chop) {
        decision.amount = fault.amount + draw % (fault.most - fault.amount + 1);
        site.next = place + decision.amount;
    }
    return decision;
}

/// What other faults have put in force, and these do not, is over from here on.
void StreamFaults::endOthers(Time now) {
    const auto isDecidedNow = [this](FaultKind kind) {
        const auto here = [this, kind](const FaultDecision& one) { return one.place == m_offset && one.kind == kind; };
        return std::any_of(m_script.begin(), m_script.end(), here) ||
               std::any_of(m_sites.begin(), m_sites.end(),
                           [this, kind](const Site& site) { return site.fault.kind == kind && site.next == m_offset; });
    };
    const std::pair<FaultKind, bool> inForce[] = {
        {FaultKind::Delay, m_delay.count() > 0}, {FaultKind::Rate, m_rate > 0}, {FaultKind::Limit, m_isLimited}};
    for (const auto& [kind, isOn] : inForce) {
        if (isOn && !isDecidedNow(kind))
            apply({.connection = m_connection, .direction = m_direction, .kind = kind, .place = m_offset}, now);
    }
}

void StreamFaults::decide(Time now) {
    if (std::exchange(m_isChanging, false))
        endOthers(now);
    while (!m_script.empty() && m_script.front().place <= m_offset) {
        const FaultDecision decision = std::move(m_script.front());
        m_script.pop_front();
        apply(decision, now);
    }
    for (bool found = true; found && !m_isDeaf;) {
        found = false;
        for (Site& site : m_sites) {
            if (site.next != m_offset)
                continue;
            found = true;
            apply(decisionOf(site), now);
        }
    }
    std::erase_if(m_sites, [](const Site& site) { return site.next == never; });
}

void StreamFaults::apply(const FaultDecision& decision, Time now) {
    m_decisions.push_back(decision);
    switch (decision.kind) {
    case FaultKind::Delay:
        m_delay = decision.time;
        break;
    case FaultKind::Rate:
        m_rate = decision.amount;
        break;
    case FaultKind::Chop:
        m_pause = decision.place > 0 ? decision.time : Time(0);
        break;
    case FaultKind::Stall:
        m_stall += decision.time;
        break;
    case FaultKind::Corrupt:
        m_corruptions.push_back(decision);
        break;
    case FaultKind::Reset:
        push({.kind = FaultStep::Kind::Reset}, now);
        m_isDeaf = true;
        break;
    case FaultKind::Close:
        push({.kind = FaultStep::Kind::Close}, now);
        m_isDeaf = true;
        break;
    case FaultKind::HalfClose:
        push({.kind = FaultStep::Kind::End}, now);
        m_isDeaf = true;
        m_hasEnded = true;
        break;
    case FaultKind::Limit:
        m_isLimited = decision.amount > 0;
        break;
    default:
        break;
    }
}

void StreamFaults::push(FaultStep step, Time now) {
    Time time = std::max(now + m_delay, m_last);
    if (m_stall.count() > 0)
        time = std::max(time, std::max(now, m_last) + std::exchange(m_stall, Time(0)));
    if (m_pause.count() > 0)
        time = std::max(time, m_last + std::exchange(m_pause, Time(0)));
    if (m_rate > 0 && !step.bytes.isEmpty()) {
        m_rateFree = std::max(time, m_rateFree) + atRate(step.bytes.size(), m_rate);
        time = m_rateFree;
    }
    m_last = time;
    m_waiting += step.bytes.size() + itemCost;
    m_queue.push_back({.step = std::move(step), .time = time});
}

/// Corruptions that lie in this piece, which begins at m_offset.
void StreamFaults::change(QByteArray& piece) {
    const quint64 end = m_offset + static_cast<quint64>(piece.size());
    for (const FaultDecision& one : m_corruptions) {
        for (quint64 at = std::max(one.place, m_offset);
             at < end && at < one.place + static_cast<quint64>(one.bytes.size()); ++at) {
            const char byte = one.bytes.at(static_cast<qsizetype>(at - one.place));
            char& target = piece[static_cast<qsizetype>(at - m_offset)];
            target = one.isXor ? static_cast<char>(target ^ byte) : byte;
        }
    }
    std::erase_if(m_corruptions, [end](const FaultDecision& one) {
        return one.place + static_cast<quint64>(one.bytes.size()) <= end;
    });
}

void StreamFaults::feed(QByteArrayView bytes, Time now) {
    decide(now);
    while (!bytes.isEmpty() && !m_isDeaf) {
        quint64 size = std::min(static_cast<quint64>(bytes.size()), nextPlace() - m_offset);
        if (m_rate > 0) { // in portions of a fiftieth of a second: pacing, nothing that is decided
            constexpr quint64 portions = 50;
            size = std::min(size, std::max<quint64>(m_rate / portions, 1));
        }
        const QByteArrayView passing = bytes.first(static_cast<qsizetype>(size));
        bytes = bytes.sliced(static_cast<qsizetype>(size));
        QByteArray piece = m_isLimited ? QByteArray() : passing.toByteArray();
        if (!m_corruptions.empty() && !m_isLimited)
            change(piece);
        m_offset += size;
        if (!m_isLimited)
            push({.bytes = std::move(piece)}, now);
        decide(now);
    }
    m_offset += static_cast<quint64>(bytes.size());
}

void StreamFaults::feedEnd(Time now) {
    if (std::exchange(m_hasEnded, true))
        return;
    push({.kind = FaultStep::Kind::End}, now);
}

std::optional<FaultStep> StreamFaults::next(Time now) {
    if (m_queue.empty() || m_queue.front().time > now)
        return std::nullopt;
    FaultStep step = std::move(m_queue.front().step);
    m_queue.pop_front();
    m_waiting -= step.bytes.size() + itemCost;
    return step;
}

std::optional<StreamFaults::Time> StreamFaults::due() const {
    return m_queue.empty() ? std::nullopt : std::optional(m_queue.front().time);
}

MessageFaults::MessageFaults(quint64 connection, RelayDirection direction, const FaultPlan& plan)
    : m_connection(connection),
      m_direction(direction) {
    setPlan(plan);
}

void MessageFaults::setPlan(const FaultPlan& plan) {
    m_faults.clear();
    for (const Fault& fault : plan.faults) {
        if (fault.appliesTo(m_direction))
            m_faults.append(fault);
    }
    m_seed = plan.seed;
    m_script = plan.script;
    m_scriptAt = 0;
    m_isRateOver = m_rate > 0;
    m_saidRate = false;
}

/// What happens to message m_number.
std::vector<FaultDecision> MessageFaults::decide(qsizetype size) {
    std::vector<FaultDecision> decisions;
    if (m_script != nullptr) {
        const auto& all = m_script->of(m_connection, m_direction);
        while (m_scriptAt < all.size() && all[m_scriptAt].place <= m_number) {
            if (all[m_scriptAt].place == m_number && all[m_scriptAt].isMessage)
                decisions.push_back(all[m_scriptAt]);
            ++m_scriptAt;
        }
        return decisions;
    }
    m_bytes += static_cast<quint64>(size);
    const bool hasRate =
        std::any_of(m_faults.begin(), m_faults.end(), [](const Fault& fault) { return fault.kind == FaultKind::Rate; });
    if (std::exchange(m_isRateOver, false) && !hasRate)
        decisions.push_back({.connection = m_connection,
                             .direction = m_direction,
                             .kind = FaultKind::Rate,
                             .isMessage = true,
                             .place = m_number});
    for (const Fault& fault : std::as_const(m_faults)) {
        const quint64 draw = faultDraw(m_seed, m_connection, m_direction, fault.kind, m_number);
        FaultDecision decision{.connection = m_connection,
                               .direction = m_direction,
                               .kind = fault.kind,
                               .isMessage = true,
                               .place = m_number};
        bool happens = fault.isMessage ? fault.place == m_number : unit(draw) < fault.share;
        switch (fault.kind) {
        case FaultKind::Delay:
            happens = true;
            decision.time = drawnDelay(fault, draw);
            break;
        case FaultKind::Rate:
            happens = !std::exchange(m_saidRate, true);
            decision.amount = fault.amount;
            break;
        case FaultKind::Stall:
            decision.time = fault.time;
            break;
        case FaultKind::Corrupt: {
            if (fault.isMessage) {
                decision.bytes = fault.bytes;
                decision.isXor = fault.isXor;
                break;
            }
            happens = happens && size > 0;
            if (!happens)
                break;
            const quint64 place = faultDraw(m_seed + 1, m_connection, m_direction, fault.kind, m_number);
            decision.isXor = true; // one bit, zeros up to its byte
            decision.bytes = QByteArray(static_cast<qsizetype>(place % static_cast<quint64>(size)) + 1, '\0');
            decision.bytes.back() = static_cast<char>(1U << ((place >> 40U) % 8));
            break;
        }
        case FaultKind::Reorder:
            decision.amount = draw % (fault.amount + 1);
            happens = decision.amount > 0;
            break;
        case FaultKind::Limit:
            happens = m_bytes > fault.amount;
            break;
        default:
            break;
        }
        if (happens)
            decisions.push_back(std::move(decision));
    }
    return decisions;
}

void MessageFaults::feed(QByteArrayView message, Time now) {
    ++m_number;
    m_lastFed = now;
    Item item{.time = now, .order = 0, .bytes = message.toByteArray()};
    bool isLost = false;
    bool isTwice = false;
    quint64 overtaken = 0;
    const auto decisions = decide(message.size());
    for (const FaultDecision& decision : decisions) {
        m_decisions.push_back(decision);
        switch (decision.kind) {
        case FaultKind::Delay:
            item.time += decision.time;
            break;
        case FaultKind::Rate:
            m_rate = decision.amount;
            break;
        case FaultKind::Stall:
            m_stalledUntil = now + decision.time;
            break;
        case FaultKind::Corrupt:
            for (qsizetype i = 0; i < std::min(item.bytes.size(), decision.bytes.size()); ++i)
                item.bytes[i] =
                    decision.isXor ? static_cast<char>(item.bytes[i] ^ decision.bytes[i]) : decision.bytes[i];
            break;
        case FaultKind::Drop:
        case FaultKind::Limit:
            isLost = true;
            break;
        case FaultKind::Duplicate:
            isTwice = true;
            break;
        case FaultKind::Reorder:
            overtaken = decision.amount;
            break;
        default:
            break;
        }
    }
    if (isLost)
        return;
    item.time = std::max(item.time, m_stalledUntil);
    if (m_rate > 0) {
        m_rateFree = std::max(item.time, m_rateFree) + atRate(item.bytes.size(), m_rate);
        item.time = m_rateFree;
    }
    for (Held& held : m_held)
        --held.left;
    for (int copies = isTwice ? 2 : 1; copies > 0; --copies) {
        m_waiting += item.bytes.size() + itemCost;
        if (overtaken > 0) {
            m_held.push_back({.item = item, .left = overtaken});
        } else {
            item.order = ++m_order;
            m_queue.push(item);
        }
    }
    releaseHeld(now, item.time);
}

/// Those that enough others have overtaken; all of them once it has been quiet for a quarter of a second.
void MessageFaults::releaseHeld(Time now, Time notBefore) {
    const bool isQuiet = now >= m_lastFed + second / 4;
    for (Held& held : m_held) {
        if (held.left > 0 && !isQuiet)
            continue;
        held.left = 0;
        held.item.time = std::max(held.item.time, isQuiet ? now : notBefore);
        held.item.order = ++m_order;
        m_queue.push(held.item);
    }
    std::erase_if(m_held, [](const Held& held) { return held.left == 0; });
}

std::optional<QByteArray> MessageFaults::next(Time now) {
    releaseHeld(now, now);
    if (m_queue.empty() || m_queue.top().time > now)
        return std::nullopt;
    QByteArray bytes = m_queue.top().bytes;
    m_queue.pop();
    m_waiting -= bytes.size() + itemCost;
    return bytes;
}

std::optional<MessageFaults::Time> MessageFaults::due() const {
    std::optional<Time> time;
    if (!m_queue.empty())
        time = m_queue.top().time;
    if (!m_held.empty())
        time = std::min(time.value_or(Time::max()), m_lastFed + second / 4);
    return time;
}

} // namespace sw
