// SPDX-License-Identifier: MIT
#pragma once

#include "core/transcript/journal.h"

#include <list>
#include <map>
#include <mutex>
#include <tuple>

namespace sw {

/// Reads pieces back from the journal and keeps the last ones. Headers and bytes come separately: to sort, to count and
/// to find a time needs headers only, and they are a small part of what is there. Any thread.
class PieceCache {
public:
    /// Keeps at most so many bytes.
    PieceCache(std::shared_ptr<SegmentMemory> memory, qint64 most) : m_memory(std::move(memory)), m_most(most) {}

    /// The record headers of a transcript's piece; nullptr when they cannot be read.
    std::shared_ptr<const IndexChunk> index(quint64 transcript, const Extent& extent);
    /// The bytes of a transcript's piece; nullptr when they cannot be read.
    std::shared_ptr<const Segment> bytes(quint64 transcript, const Extent& extent);

private:
    enum class Part { Index, Bytes };
    using Key = std::tuple<quint64, RecordIndex, Part>;
    struct Kept {
        Key key;
        std::shared_ptr<const void> what;
        qint64 size = 0;
    };

    std::shared_ptr<const void> find(const Key& key);
    void keep(const Key& key, std::shared_ptr<const void> what, qint64 size);
    bool isInOrder(quint64 transcript, const Extent& extent);

    std::shared_ptr<SegmentMemory> m_memory;
    qint64 m_most;

    std::mutex m_mutex; // guards what follows
    std::list<Kept> m_kept;
    std::map<Key, std::list<Kept>::iterator> m_places;
    qint64 m_size = 0;
    std::pair<quint64, RecordIndex> m_nextInOrder; // what a walk over bytes would ask for next
};

} // namespace sw
