// SPDX-License-Identifier: MIT
#pragma once

#include "core/transcript/record.h"

#include <QtGlobal>

#include <chrono>
#include <vector>

namespace sw {

/// How many events of a kind that others can cause at will (ICMP errors, drops, what is not sent) are recorded one by
/// one; the rest is counted, and summed up in one event. One thread.
class EventLimit {
public:
    static constexpr int most = 50; ///< of a kind in each `window`
    static constexpr std::chrono::seconds window{5};

    /// What was left out.
    struct Rest {
        EventKind kind;
        quint64 events = 0;
        quint64 count = 0; ///< the sum of their counts
    };

    /// Whether events of a kind are limited at all.
    static bool concerns(EventKind kind);
    /// Whether one is recorded now. `count`: what it counts itself, such as datagrams.
    bool admits(EventKind kind, std::chrono::nanoseconds now, quint64 count);
    bool hasRest() const;
    /// All that was left out by now; it begins anew then.
    std::vector<Rest> takeRest();

private:
    struct Kind {
        EventKind kind;
        std::chrono::nanoseconds since{0};
        int recorded = 0;
        quint64 events = 0;
        quint64 count = 0;
    };

    std::vector<Kind> m_kinds; // few
};

} // namespace sw
