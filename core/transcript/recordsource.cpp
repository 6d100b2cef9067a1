// SPDX-License-Identifier: MIT
#include "core/transcript/recordsource.h"

#include <algorithm>

namespace sw {

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

/// Appends what is new up to the watermark, by time. False: something new is older than what is there already.
bool RecordSource::takeFresh(qint64 watermark) {
    std::vector<Fresh> fresh;
    for (std::size_t part = 0; part < m_parts.size(); ++part) {
        const RecordIndex end = m_readers[part].count();
        RecordIndex index = m_taken[part];
        for (; index < end; ++index) {
            const qint64 mono = m_readers[part].header(index).time.mono;
            if (mono > watermark)
                break;
            fresh.push_back({mono, static_cast<quint32>(part), index});
        }
        m_taken[part] = index;
    }
    std::stable_sort(fresh.begin(), fresh.end(), [](const Fresh& a, const Fresh& b) { return a.mono < b.mono; });
    if (!fresh.empty() && fresh.front().mono < m_lastMono)
        return false;
    m_order.reserve(m_order.size() + fresh.size());
    for (const Fresh& one : fresh)
        m_order.push_back({one.part, static_cast<quint32>(one.index), static_cast<quint32>(one.index >> 32U)});
    if (!fresh.empty())
        m_lastMono = fresh.back().mono;
    return true;
}

RecordSource::Update RecordSource::update() {
    if (m_parts.empty())
        return Update::None;
    const RecordIndex before = m_count;
    if (m_parts.size() == 1) {
        m_count = m_readers.front().count();
        return m_count == before ? Update::None : Update::Appended;
    }
    const qint64 watermark = m_parts.front().transcript->store()->watermark();
    const bool wasSingle = m_order.empty() && before > 0;
    if (!takeFresh(watermark)) { // a part that joined late has older records: sort everything again
        m_order.clear();
        m_lastMono = 0;
        std::fill(m_taken.begin(), m_taken.end(), 0);
        takeFresh(watermark);
        m_count = m_order.size();
        return Update::Rebuilt;
    }
    m_count = m_order.size();
    if (wasSingle)
        return Update::Rebuilt;
    return m_count == before ? Update::None : Update::Appended;
}

std::size_t RecordSource::partOf(RecordIndex index) const {
    return m_order.empty() ? 0 : m_order[index].part;
}

RecordHeader RecordSource::header(RecordIndex index) const {
    if (m_order.empty())
        return m_readers.front().header(index);
    return m_readers[m_order[index].part].header(m_order[index].index());
}

RecordView RecordSource::at(RecordIndex index) const {
    if (m_order.empty())
        return m_readers.front().at(index);
    return m_readers[m_order[index].part].at(m_order[index].index());
}

} // namespace sw
