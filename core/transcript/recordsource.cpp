// SPDX-License-Identifier: MIT
#include "core/transcript/recordsource.h"

#include <algorithm>
#include <queue>

namespace sw {

void RecordRuns::clear() {
    m_runs.clear();
    m_count = 0;
    m_last = 0;
}

void RecordRuns::append(quint32 part, RecordIndex first, RecordIndex count) {
    if (count == 0)
        return;
    const bool goesOn = !m_runs.empty() && m_runs.back().part == part &&
                        m_runs.back().first + (m_count - m_runs.back().position) == first;
    if (!goesOn)
        m_runs.push_back({.position = m_count, .first = first, .part = part});
    m_count += count;
}

RecordRuns::Place RecordRuns::at(RecordIndex position) const {
    const auto holds = [&](std::size_t run) {
        return m_runs[run].position <= position && (run + 1 == m_runs.size() || position < m_runs[run + 1].position);
    };
    if (m_runs.empty())
        return {};
    if (m_last >= m_runs.size())
        m_last = 0;
    if (!holds(m_last)) {
        if (m_last + 1 < m_runs.size() && holds(m_last + 1)) {
            ++m_last;
        } else {
            const auto after = std::upper_bound(m_runs.begin(), m_runs.end(), position,
                                                [](RecordIndex p, const Run& run) { return p < run.position; });
            m_last = static_cast<std::size_t>(after - m_runs.begin()) - (after == m_runs.begin() ? 0 : 1);
        }
    }
    const Run& run = m_runs[m_last];
    return {.part = run.part, .record = run.first + (position - run.position)};
}

RecordIndex RecordRuns::positionOf(RecordIndex record) const {
    const auto after = std::upper_bound(m_runs.begin(), m_runs.end(), record,
                                        [](RecordIndex r, const Run& run) { return r < run.first; });
    if (after == m_runs.begin())
        return 0;
    const Run& run = *std::prev(after);
    const RecordIndex end = after == m_runs.end() ? m_count : after->position;
    return std::min(run.position + (record - run.first), end);
}

RecordSource::RecordSource(std::vector<SourcePart> parts) {
    for (SourcePart& part : parts)
        addPart(std::move(part));
}

void RecordSource::addPart(SourcePart part) {
    m_readers.emplace_back(part.transcript);
    m_taken.push_back(0);
    m_ids.insert(part.id);
    m_parts.push_back(std::move(part));
}

bool RecordSource::renamePart(EndpointId id, const QString& name) {
    const auto part =
        std::find_if(m_parts.begin(), m_parts.end(), [id](const SourcePart& one) { return one.id == id; });
    if (part == m_parts.end() || part->name == name)
        return false;
    part->name = name;
    return true;
}

/// The end of a part's records up to the watermark: they ascend in time, and few are above it.
RecordIndex RecordSource::readableEnd(std::size_t part, qint64 watermark) const {
    RecordIndex end = m_readers[part].count();
    while (end > m_taken[part] && m_readers[part].header(end - 1).time.mono > watermark)
        --end;
    return end;
}

/// Appends what is new up to the watermark, by time. False: something new is older than what is there already.
bool RecordSource::merge(qint64 watermark, RecordIndex most) {
    struct Next {
        qint64 mono;
        quint32 part;
        bool operator>(const Next& other) const { return mono != other.mono ? mono > other.mono : part > other.part; }
    };
    m_isBehind = false;
    std::vector<RecordIndex> ends(m_parts.size());
    std::priority_queue<Next, std::vector<Next>, std::greater<>> queue;
    for (std::size_t part = 0; part < m_parts.size(); ++part) {
        ends[part] = readableEnd(part, watermark);
        if (m_taken[part] < ends[part])
            queue.push({m_readers[part].header(m_taken[part]).time.mono, static_cast<quint32>(part)});
    }
    if (!queue.empty() && queue.top().mono < m_lastMono)
        return false;
    for (RecordIndex done = 0; !queue.empty(); ++done) {
        const Next next = queue.top();
        queue.pop();
        if (queue.empty()) { // nobody else has anything: the rest of this part at once
            const RecordIndex count = ends[next.part] - m_taken[next.part];
            m_order.append(next.part, m_taken[next.part], count);
            m_taken[next.part] += count;
            m_lastMono = m_readers[next.part].header(m_taken[next.part] - 1).time.mono;
            break;
        }
        if (done >= most) {
            m_isBehind = true;
            break;
        }
        m_order.append(next.part, m_taken[next.part]);
        m_lastMono = next.mono;
        if (++m_taken[next.part] < ends[next.part])
            queue.push({m_readers[next.part].header(m_taken[next.part]).time.mono, next.part});
    }
    return true;
}

RecordSource::Update RecordSource::update(RecordIndex most) {
    if (m_parts.empty())
        return Update::None;
    const RecordIndex before = m_total;
    if (m_parts.size() == 1) {
        m_total = m_readers.front().count();
        return m_total == before ? Update::None : Update::Appended;
    }
    const qint64 watermark = m_parts.front().transcript->store()->watermark();
    const bool wasSingle = m_order.isEmpty() && before > 0;
    bool isRebuilt = wasSingle;
    if (!merge(watermark, most)) { // a part that joined late has older records: sort everything again
        m_order.clear();
        m_lastMono = std::numeric_limits<qint64>::min();
        std::fill(m_taken.begin(), m_taken.end(), 0);
        merge(watermark, most);
        isRebuilt = true;
    }
    m_total = m_order.count();
    if (isRebuilt && m_shown)
        m_shown->clear();
    if (isRebuilt)
        return Update::Rebuilt;
    return m_total == before ? Update::None : Update::Appended;
}

void RecordSource::setFiltered(bool filtered) {
    m_shown.reset();
    if (filtered)
        m_shown.emplace();
}

void RecordSource::show(const std::vector<RecordIndex>& positions) {
    for (const RecordIndex position : positions)
        m_shown->append(0, position);
}

RecordRuns::Place RecordSource::placeOf(RecordIndex index) const {
    const RecordIndex position = unfiltered(index);
    return m_order.isEmpty() ? RecordRuns::Place{.part = 0, .record = position} : m_order.at(position);
}

RecordHeader RecordSource::header(RecordIndex index) const {
    const RecordRuns::Place place = placeOf(index);
    return m_readers[place.part].header(place.record);
}

RecordView RecordSource::at(RecordIndex index) const {
    const RecordRuns::Place place = placeOf(index);
    return m_readers[place.part].at(place.record);
}

RecordIndex RecordSource::firstSince(qint64 wall) const {
    RecordIndex low = 0;
    RecordIndex high = count();
    while (low < high) {
        const RecordIndex middle = low + (high - low) / 2;
        if (header(middle).time.wall < wall)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

std::optional<RecordIndex> RecordSource::find(EndpointId part, RecordIndex record) const {
    const auto found = std::find_if(m_parts.begin(), m_parts.end(), [&](const SourcePart& p) { return p.id == part; });
    if (found == m_parts.end())
        return std::nullopt;
    const auto number = static_cast<std::size_t>(found - m_parts.begin());
    if (record >= m_readers[number].count())
        return std::nullopt;
    const qint64 mono = m_readers[number].header(record).time.mono;
    RecordIndex low = 0;
    RecordIndex high = count();
    while (low < high) { // records ascend by the steady clock
        const RecordIndex middle = low + (high - low) / 2;
        if (header(middle).time.mono < mono)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < count() && header(low).time.mono == mono; ++low) {
        const RecordRuns::Place place = placeOf(low);
        if (place.part == number && place.record == record)
            return low;
    }
    return std::nullopt;
}

} // namespace sw
