// SPDX-License-Identifier: MIT
#include "core/transcript/segment.h"

#include "core/transcript/pages.h"

#include <new>

namespace sw {

namespace {

constexpr std::align_val_t blockAlignment{64};
constexpr std::align_val_t largeAlignment{hugePageSize};

void release(char* block, std::size_t size) {
    ::operator delete(block, size == SegmentMemory::largestBlock ? largeAlignment : blockAlignment);
}

} // namespace

SegmentMemory::~SegmentMemory() {
    for (char* block : m_kept)
        release(block, largestBlock);
}

char* SegmentMemory::take(std::size_t size) {
    if (size == largestBlock) {
        const std::lock_guard lock(m_mutex);
        if (!m_kept.empty()) {
            char* block = m_kept.back();
            m_kept.pop_back();
            return block;
        }
    }
    m_held.fetch_add(static_cast<qint64>(size), std::memory_order_relaxed);
    if (size != largestBlock)
        return static_cast<char*>(::operator new(size, blockAlignment));
    auto* block = static_cast<char*>(::operator new(size, largeAlignment));
    adviseHugePages(block, size);
    return block;
}

void SegmentMemory::give(char* block, std::size_t size) {
    if (size == largestBlock) {
        const std::lock_guard lock(m_mutex);
        if (m_kept.size() < m_mostKept) {
            m_kept.push_back(block);
            return;
        }
    }
    m_held.fetch_sub(static_cast<qint64>(size), std::memory_order_relaxed);
    release(block, size);
}

Segment::Segment(std::shared_ptr<SegmentMemory> memory, quint64 firstOffset, std::size_t capacity)
    : m_memory(std::move(memory)),
      m_firstOffset(firstOffset),
      m_capacity(capacity),
      m_endOffset(firstOffset + capacity),
      m_data(m_memory->take(capacity)) {}

Segment::~Segment() {
    m_memory->give(m_data, m_capacity);
}

IndexChunk::IndexChunk(std::shared_ptr<SegmentMemory> memory, RecordIndex first, std::size_t capacity)
    : m_memory(std::move(memory)),
      m_first(first),
      m_capacity(capacity),
      m_end(first + capacity),
      m_headers(new (m_memory->take(capacity * sizeof(RecordHeader))) RecordHeader[capacity]) {}

IndexChunk::~IndexChunk() {
    static_assert(std::is_trivially_destructible_v<RecordHeader>);
    m_memory->give(reinterpret_cast<char*>(m_headers), m_capacity * sizeof(RecordHeader));
}

} // namespace sw
