// SPDX-License-Identifier: MIT
#include "core/transcript/piececache.h"

namespace sw {

std::shared_ptr<const IndexChunk> PieceCache::index(quint64 transcript, const Extent& extent) {
    const Key key{transcript, extent.firstRecord, Part::Index};
    if (auto found = find(key))
        return std::static_pointer_cast<const IndexChunk>(found);
    auto chunk = loadIndex(extent, m_memory);
    keep(key, chunk, static_cast<qint64>(extent.indexSize()));
    return chunk;
}

std::shared_ptr<const Segment> PieceCache::bytes(quint64 transcript, const Extent& extent) {
    const Key key{transcript, extent.firstRecord, Part::Bytes};
    if (auto found = find(key))
        return std::static_pointer_cast<const Segment>(found);
    if (isInOrder(transcript, extent))
        extent.file->prefetch(extent.position);
    auto segment = loadBytes(extent, m_memory);
    keep(key, segment, static_cast<qint64>(extent.bytes));
    return segment;
}

bool PieceCache::isInOrder(quint64 transcript, const Extent& extent) {
    const std::lock_guard lock(m_mutex);
    const bool isNext = m_nextInOrder == std::pair{transcript, extent.firstRecord};
    m_nextInOrder = {transcript, extent.endRecord()};
    return isNext;
}

std::shared_ptr<const void> PieceCache::find(const Key& key) {
    const std::lock_guard lock(m_mutex);
    const auto found = m_places.find(key);
    if (found == m_places.end())
        return nullptr;
    m_kept.splice(m_kept.begin(), m_kept, found->second);
    return m_kept.front().what;
}

void PieceCache::keep(const Key& key, std::shared_ptr<const void> what, qint64 size) {
    if (what == nullptr || size > m_most)
        return;
    const std::lock_guard lock(m_mutex);
    if (m_places.contains(key))
        return; // another thread was faster
    m_kept.push_front({key, std::move(what), size});
    m_places[key] = m_kept.begin();
    m_size += size;
    while (m_size > m_most) {
        m_size -= m_kept.back().size;
        m_places.erase(m_kept.back().key);
        m_kept.pop_back();
    }
}

} // namespace sw
