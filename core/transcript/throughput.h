// SPDX-License-Identifier: MIT
#pragma once

#include "core/transcript/transcript.h"

#include <QSet>

#include <chrono>
#include <vector>

namespace sw {

/// How many bytes went each way, and when: counted from the records of some transcripts, as exactly as its bins are
/// narrow. Starts with bins of 10 ms and doubles them when there would be more than a million. One thread.
class ThroughputSeries {
public:
    struct Bin {
        quint64 received = 0;
        quint64 sent = 0;
    };

    void add(EndpointId id, std::shared_ptr<const Transcript> transcript);
    bool has(EndpointId id) const { return m_ids.contains(id); }
    /// Counts what was recorded since, for about this time. True when nothing is left.
    bool update(std::chrono::microseconds time);

    bool isEmpty() const { return m_bins.empty(); }
    /// Steady-clock times of the first and after the last bin.
    qint64 start() const { return m_start; }
    qint64 end() const { return m_start + static_cast<qint64>(m_bins.size()) * m_width; }
    qint64 width() const { return m_width; }
    /// `count` sums over equal parts of [from, to); what lies in two parts counts for the one in which its bin begins.
    std::vector<Bin> sums(qint64 from, qint64 to, std::size_t count) const;

private:
    struct Part {
        TranscriptReader reader;
        RecordIndex next = 0;
    };

    Bin& binAt(qint64 mono);
    void widen();

    QSet<EndpointId> m_ids;
    std::vector<Part> m_parts;
    std::vector<Bin> m_bins;
    qint64 m_start = 0;
    qint64 m_width = 10'000'000; // nanoseconds
};

} // namespace sw
