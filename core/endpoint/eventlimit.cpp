// SPDX-License-Identifier: MIT
#include "core/endpoint/eventlimit.h"

#include <algorithm>

namespace sw {

bool EventLimit::concerns(EventKind kind) {
    return kind == EventKind::DatagramError || kind == EventKind::Dropped || kind == EventKind::NotSent ||
           kind == EventKind::Warning || kind == EventKind::FaultApplied;
}

bool EventLimit::admits(EventKind kind, std::chrono::nanoseconds now, quint64 count) {
    auto found = std::find_if(m_kinds.begin(), m_kinds.end(), [kind](const Kind& one) { return one.kind == kind; });
    if (found == m_kinds.end())
        found = m_kinds.insert(m_kinds.end(), {.kind = kind, .since = now});
    if (found->events == 0 && now - found->since >= window) {
        found->since = now;
        found->recorded = 0;
    }
    if (found->events == 0 && found->recorded < most) {
        ++found->recorded;
        return true;
    }
    ++found->events; // until takeRest(), so that the order stays
    found->count += count;
    return false;
}

bool EventLimit::hasRest() const {
    return std::any_of(m_kinds.begin(), m_kinds.end(), [](const Kind& one) { return one.events > 0; });
}

std::vector<EventLimit::Rest> EventLimit::takeRest() {
    std::vector<Rest> rest;
    for (const Kind& one : m_kinds) {
        if (one.events > 0)
            rest.push_back({.kind = one.kind, .events = one.events, .count = one.count});
    }
    m_kinds.clear();
    return rest;
}

} // namespace sw
