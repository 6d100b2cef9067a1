// SPDX-License-Identifier: MIT
#include "core/transcript/transcript.h"

#include <QJsonDocument>

#include <algorithm>
#include <cstring>

namespace sw {

namespace {

// An idle connection has a few events: start small, and grow with what really comes.
constexpr std::size_t firstSegment = 1024;
constexpr std::size_t largestSegment = 4U << 20U;
constexpr std::size_t firstChunk = 8;
constexpr std::size_t largestChunk = 4096;

qint64 indexBytes(std::size_t headers) {
    return static_cast<qint64>(headers) * static_cast<qint64>(sizeof(RecordHeader));
}

} // namespace

Segment::Segment(quint64 firstOffset, std::size_t capacity)
    : m_firstOffset(firstOffset),
      m_capacity(capacity),
      m_endOffset(firstOffset + capacity),
      m_data(new char[capacity]) {}

IndexChunk::IndexChunk(RecordIndex firstIndex, std::size_t size)
    : first(firstIndex),
      capacity(size),
      headers(std::make_unique<RecordHeader[]>(size)) {}

Transcript::Transcript(std::shared_ptr<TranscriptStore> store) : m_store(std::move(store)) {}

Transcript::~Transcript() {
    qint64 held = 0;
    for (const auto& segment : m_segments)
        held += static_cast<qint64>(segment->capacity());
    for (const auto& chunk : m_chunks)
        held += indexBytes(chunk->capacity);
    m_store->addMemory(-held);
}

Segment& Transcript::roomFor(std::size_t size) {
    if (m_segment != nullptr && m_segment->capacity() - m_used >= size)
        return *m_segment;
    std::size_t capacity = m_segment == nullptr ? firstSegment : std::min(m_segment->capacity() * 4, largestSegment);
    capacity = std::max(capacity, size);
    auto segment = std::make_shared<Segment>(m_end, capacity);
    m_store->addMemory(static_cast<qint64>(capacity));
    if (m_segment != nullptr)
        m_segment->seal(m_end);
    m_used = 0;
    m_segment = segment.get();
    const std::lock_guard lock(m_mutex);
    m_segments.push_back(std::move(segment));
    return *m_segment;
}

void Transcript::publish(RecordHeader header) {
    const RecordIndex index = m_count.load(std::memory_order_relaxed);
    if (m_chunk == nullptr || index == m_chunk->first + m_chunk->capacity) {
        const std::size_t capacity = m_chunk == nullptr ? firstChunk : std::min(m_chunk->capacity * 4, largestChunk);
        auto chunk = std::make_shared<IndexChunk>(index, capacity);
        m_store->addMemory(indexBytes(capacity));
        m_chunk = chunk.get();
        const std::lock_guard lock(m_mutex);
        m_chunks.push_back(std::move(chunk));
    }
    header.offset = m_end;
    m_chunk->headers[index - m_chunk->first] = header;
    m_end += header.size;
    m_used += header.size;
    m_count.store(index + 1, std::memory_order_release);
    m_store->raiseWatermark(header.time.mono);
}

RecordIndex Transcript::append(RecordKind kind, QByteArrayView bytes, Timestamp time, quint8 flags) {
    const auto size = static_cast<std::size_t>(bytes.size());
    if (size > 0) {
        Segment& segment = roomFor(size);
        std::memcpy(segment.data() + m_used, bytes.data(), size);
    }
    publish({.time = time, .size = static_cast<quint32>(size), .kind = kind, .flags = flags});
    return m_count.load(std::memory_order_relaxed) - 1;
}

RecordIndex Transcript::appendEvent(EventKind event, const QJsonObject& facts, Timestamp time) {
    const QByteArray bytes = QJsonDocument(facts).toJson(QJsonDocument::Compact);
    const auto size = static_cast<std::size_t>(bytes.size());
    Segment& segment = roomFor(size);
    std::memcpy(segment.data() + m_used, bytes.constData(), size);
    publish({.time = time, .size = static_cast<quint32>(size), .kind = RecordKind::Event, .event = event});
    return m_count.load(std::memory_order_relaxed) - 1;
}

std::span<char> Transcript::writeSpace(std::size_t atLeast) {
    Segment& segment = roomFor(atLeast);
    return {segment.data() + m_used, segment.capacity() - m_used};
}

QByteArrayView Transcript::commit(RecordKind kind, std::size_t size, Timestamp time, quint8 flags) {
    const char* start = m_segment->data() + m_used;
    publish({.time = time, .size = static_cast<quint32>(size), .kind = kind, .flags = flags});
    return {start, static_cast<qsizetype>(size)};
}

void Transcript::releaseBefore(RecordIndex index) {
    const std::lock_guard lock(m_mutex);
    if (index <= m_first.load(std::memory_order_relaxed) || m_chunks.empty())
        return;
    quint64 offset = m_chunks.back()->headers[0].offset;
    qint64 released = 0;
    // the last chunk and segment belong to the writer; the ones before them are full
    while (m_chunks.size() > 1 && m_chunks.front()->first + m_chunks.front()->capacity <= index) {
        released += indexBytes(m_chunks.front()->capacity);
        m_chunks.erase(m_chunks.begin());
    }
    for (const auto& chunk : m_chunks) {
        if (index >= chunk->first && index < chunk->first + chunk->capacity &&
            index < m_count.load(std::memory_order_acquire))
            offset = chunk->headers[index - chunk->first].offset;
    }
    while (m_segments.size() > 1 && m_segments.at(1)->firstOffset() <= offset) {
        released += static_cast<qint64>(m_segments.front()->capacity());
        m_segments.erase(m_segments.begin());
    }
    m_first.store(index, std::memory_order_release);
    m_store->addMemory(-released);
}

std::shared_ptr<const IndexChunk> Transcript::chunkOf(RecordIndex index) const {
    const std::lock_guard lock(m_mutex);
    auto after = std::upper_bound(m_chunks.begin(), m_chunks.end(), index,
                                  [](RecordIndex i, const auto& chunk) { return i < chunk->first; });
    return after == m_chunks.begin() ? nullptr : *std::prev(after);
}

std::shared_ptr<const Segment> Transcript::segmentOf(quint64 offset) const {
    const std::lock_guard lock(m_mutex);
    auto after = std::upper_bound(m_segments.begin(), m_segments.end(), offset,
                                  [](quint64 o, const auto& segment) { return o < segment->firstOffset(); });
    return after == m_segments.begin() ? nullptr : *std::prev(after);
}

TranscriptReader::TranscriptReader(std::shared_ptr<const Transcript> transcript)
    : m_transcript(std::move(transcript)) {}

RecordHeader TranscriptReader::header(RecordIndex index) const {
    if (m_chunk == nullptr || index < m_chunk->first || index >= m_chunk->first + m_chunk->capacity)
        m_chunk = m_transcript->chunkOf(index);
    if (m_chunk == nullptr)
        return {};
    return m_chunk->headers[index - m_chunk->first];
}

RecordView TranscriptReader::at(RecordIndex index) const {
    RecordView record{.header = header(index), .bytes = {}, .pin = nullptr};
    record.isReleased = m_chunk == nullptr;
    if (record.header.size == 0)
        return record;
    const quint64 offset = record.header.offset;
    if (m_segment == nullptr || !m_segment->holds(offset, record.header.size))
        m_segment = m_transcript->segmentOf(offset);
    if (m_segment == nullptr || !m_segment->holds(offset, record.header.size)) {
        record.isReleased = true;
        return record;
    }
    const quint64 within = offset - m_segment->firstOffset();
    record.bytes = {m_segment->data() + within, static_cast<qsizetype>(record.header.size)};
    record.pin = m_segment;
    return record;
}

} // namespace sw
