// SPDX-License-Identifier: MIT
#include "core/transcript/throughput.h"

#include <algorithm>

namespace sw {

namespace {
constexpr qint64 mostBins = 1 << 20;
}

void ThroughputSeries::add(EndpointId id, std::shared_ptr<const Transcript> transcript) {
    m_ids.insert(id);
    m_parts.push_back({.reader = TranscriptReader(std::move(transcript))});
}

ThroughputSeries::Bin& ThroughputSeries::binAt(qint64 mono) {
    if (m_bins.empty())
        m_start = mono - mono % m_width;
    if (mono < m_start) { // a transcript that was added later began earlier
        while ((end() - mono) / m_width >= mostBins)
            widen();
        const qint64 missing = (m_start - mono + m_width - 1) / m_width;
        m_bins.insert(m_bins.begin(), static_cast<std::size_t>(missing), Bin{});
        m_start -= missing * m_width;
    }
    while ((mono - m_start) / m_width >= mostBins)
        widen();
    const auto place = static_cast<std::size_t>((mono - m_start) / m_width);
    if (place >= m_bins.size())
        m_bins.resize(place + 1);
    return m_bins[place];
}

void ThroughputSeries::widen() {
    std::vector<Bin> wider((m_bins.size() + 1) / 2);
    for (std::size_t i = 0; i < m_bins.size(); ++i) {
        wider[i / 2].received += m_bins[i].received;
        wider[i / 2].sent += m_bins[i].sent;
    }
    m_bins = std::move(wider);
    m_width *= 2;
}

bool ThroughputSeries::update(std::chrono::microseconds time) {
    constexpr int unwatched = 2048; // records between two looks at the clock
    const auto end = std::chrono::steady_clock::now() + time;
    for (Part& part : m_parts) {
        const RecordIndex count = part.reader.count();
        for (int done = 1; part.next < count; ++part.next, ++done) {
            if (done % unwatched == 0 && std::chrono::steady_clock::now() >= end)
                return false;
            const RecordHeader header = part.reader.header(part.next);
            if (header.kind == RecordKind::Received)
                binAt(header.time.mono).received += header.size;
            else if (header.kind == RecordKind::Sent)
                binAt(header.time.mono).sent += header.size;
        }
    }
    return true;
}

std::vector<ThroughputSeries::Bin> ThroughputSeries::sums(qint64 from, qint64 to, std::size_t count) const {
    std::vector<Bin> sums(count);
    if (m_bins.empty() || to <= from || count == 0)
        return sums;
    const auto first = static_cast<std::size_t>(std::max<qint64>((from - m_start) / m_width, 0));
    for (std::size_t i = first; i < m_bins.size(); ++i) {
        const qint64 at = m_start + static_cast<qint64>(i) * m_width;
        if (at >= to)
            break;
        if (at < from)
            continue;
        const auto place = static_cast<std::size_t>(static_cast<double>(at - from) / static_cast<double>(to - from) *
                                                    static_cast<double>(count));
        sums[std::min(place, count - 1)].received += m_bins[i].received;
        sums[std::min(place, count - 1)].sent += m_bins[i].sent;
    }
    return sums;
}

} // namespace sw
