// SPDX-License-Identifier: MIT
#pragma once

#include "core/transcript/record.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

namespace sw {

/// The memory of recorded bytes and indexes: counts it, and keeps a few of the largest blocks for the next segment,
/// because pages that were touched before cost nothing. Any thread.
class SegmentMemory {
public:
    /// The block size of the largest segments, which come in huge pages.
    static constexpr std::size_t largestBlock = 4U << 20U;

    /// Keeps so many of the largest blocks.
    explicit SegmentMemory(std::size_t mostKept = 1) : m_mostKept(mostKept) {}
    ~SegmentMemory();
    SegmentMemory(const SegmentMemory&) = delete;
    SegmentMemory& operator=(const SegmentMemory&) = delete;
    SegmentMemory(SegmentMemory&&) = delete;
    SegmentMemory& operator=(SegmentMemory&&) = delete;

    /// A block of that size, from those that were given back where there is one.
    char* take(std::size_t size);
    /// Gives a block back, or frees it.
    void give(char* block, std::size_t size);
    /// Bytes held, the blocks kept for later included.
    qint64 held() const { return m_held.load(std::memory_order_relaxed); }

private:
    std::size_t m_mostKept;
    std::atomic<qint64> m_held{0};
    std::mutex m_mutex; // guards m_kept
    std::vector<char*> m_kept;
};

/// A run of recorded bytes, filled from its start, never moved.
class Segment {
public:
    Segment(std::shared_ptr<SegmentMemory> memory, quint64 firstOffset, std::size_t capacity);
    ~Segment();
    Segment(const Segment&) = delete;
    Segment& operator=(const Segment&) = delete;
    Segment(Segment&&) = delete;
    Segment& operator=(Segment&&) = delete;

    quint64 firstOffset() const { return m_firstOffset; }
    std::size_t capacity() const { return m_capacity; }
    quint64 endOffset() const { return m_endOffset.load(std::memory_order_acquire); }
    /// Whether the bytes [offset, offset + size) of the transcript are here.
    bool holds(quint64 offset, quint64 size) const { return offset >= m_firstOffset && offset + size <= endOffset(); }
    /// Nothing more comes here: the next byte goes to another segment, although room is left.
    void seal(quint64 endOffset) { m_endOffset.store(endOffset, std::memory_order_release); }
    char* data() { return m_data; }
    const char* data() const { return m_data; }

private:
    std::shared_ptr<SegmentMemory> m_memory;
    quint64 m_firstOffset;
    std::size_t m_capacity;
    std::atomic<quint64> m_endOffset;
    char* m_data; // uninitialised on purpose
};

/// A run of record headers, filled from its start, never moved.
class IndexChunk {
public:
    IndexChunk(std::shared_ptr<SegmentMemory> memory, RecordIndex first, std::size_t capacity);
    ~IndexChunk();
    IndexChunk(const IndexChunk&) = delete;
    IndexChunk& operator=(const IndexChunk&) = delete;
    IndexChunk(IndexChunk&&) = delete;
    IndexChunk& operator=(IndexChunk&&) = delete;

    RecordIndex first() const { return m_first; }
    std::size_t capacity() const { return m_capacity; }
    RecordIndex end() const { return m_end.load(std::memory_order_acquire); }
    /// Nothing more comes here, although room is left.
    void seal(RecordIndex end) { m_end.store(end, std::memory_order_release); }
    bool holds(RecordIndex index) const { return index >= m_first && index < end(); }
    RecordHeader* headers() { return m_headers; }
    const RecordHeader& at(RecordIndex index) const { return m_headers[index - m_first]; }

private:
    std::shared_ptr<SegmentMemory> m_memory;
    RecordIndex m_first;
    std::size_t m_capacity;
    std::atomic<RecordIndex> m_end;
    RecordHeader* m_headers;
};

} // namespace sw
