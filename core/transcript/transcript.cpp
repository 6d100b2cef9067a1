// SPDX-License-Identifier: MIT
#include "core/transcript/transcript.h"

#include <algorithm>
#include <cstring>

namespace sw {

namespace {

// An idle connection has a few events: start small, and grow with what really comes.
constexpr std::size_t firstSegment = 1024;
constexpr std::size_t largestSegment = SegmentMemory::largestBlock;
constexpr std::size_t firstChunk = 8;
constexpr std::size_t largestChunk = 4096;
/// Segments of this size on make the journal hurry.
constexpr std::size_t hurryingSegment = 1U << 20U;

} // namespace

Transcript::Transcript(std::shared_ptr<TranscriptStore> store) : m_store(std::move(store)), m_id(m_store->newId()) {}

Transcript::Transcript(std::shared_ptr<TranscriptStore> store, std::vector<Extent> extents)
    : Transcript(std::move(store)) {
    m_extents = std::move(extents);
    if (m_extents.empty())
        return;
    m_journaledRecords = m_staged = m_extents.back().endRecord();
    m_journaledOffset = m_end = m_extents.back().endOffset();
    m_count.store(m_journaledRecords, std::memory_order_release);
}

Transcript::~Transcript() {
    if (m_store->spills())
        m_store->forget(m_id);
}

std::size_t Transcript::nextCapacity(std::size_t size) const {
    std::size_t capacity = m_segment == nullptr ? firstSegment : std::min(m_segment->capacity() * 4, largestSegment);
    if (m_store->spills()) { // many transcripts that fill must not take all memory with what they have not used yet
        constexpr qint64 least = 65536;
        const qint64 share = std::max((m_store->budget() - m_store->memory()) / 16, least);
        capacity = std::min(capacity, static_cast<std::size_t>(share));
    }
    return std::max(capacity, size);
}

Segment& Transcript::roomFor(std::size_t size) {
    if (m_segment != nullptr && m_segment->capacity() - m_used >= size)
        return *m_segment;
    const bool hurries = m_segment != nullptr && m_segment->capacity() >= hurryingSegment && m_store->spills();
    auto segment = std::make_shared<Segment>(m_store->segmentMemory(), m_end, nextCapacity(size));
    if (m_segment != nullptr)
        m_segment->seal(m_end);
    m_used = 0;
    m_segment = segment;
    {
        const std::lock_guard lock(m_mutex);
        m_segments.push_back(std::move(segment));
        m_isSegmentOpen = true;
    }
    if (hurries)
        m_store->hurry();
    return *m_segment;
}

void Transcript::seal() {
    if (m_segment != nullptr)
        m_segment->seal(m_end);
    if (m_chunk != nullptr)
        m_chunk->seal(count());
    m_segment.reset();
    m_chunk = nullptr;
    m_used = 0;
    const std::lock_guard lock(m_mutex);
    m_isSegmentOpen = false;
    m_isChunkOpen = false;
}

/// While the store does not record: counts what passes, and says so once where it begins and where it ends.
bool Transcript::mayRecord(std::size_t size, Timestamp time) {
    if (isRecording()) {
        if (!m_saidStopped)
            return true;
        m_saidStopped = false;
        appendEvent(
            EventKind::RecordingResumed,
            {{Fact::Text, QStringLiteral("recording goes on; %1 bytes before this were not recorded").arg(m_missed)},
             {Fact::Unrecorded, static_cast<qint64>(m_missed)}},
            time);
        m_missed = 0;
        return true;
    }
    if (!m_saidStopped) {
        m_saidStopped = true;
        const Error reason = m_isMuted ? Error{.id = ErrorId::None, .detail = m_muteReason} : m_store->stopReason();
        appendEvent(
            EventKind::RecordingStopped,
            {{Fact::Text, QString(QStringLiteral("recording stopped, what follows is not recorded: ") + reason.detail)},
             {Fact::Error, reason.toJson()}},
            time);
    }
    m_missed += size;
    m_unrecorded.fetch_add(size, std::memory_order_relaxed);
    if (!m_isMuted)
        m_store->addUnrecorded(size);
    return false;
}

void Transcript::setMuted(bool isMuted, Timestamp time, const QString& reason) {
    m_muteReason = reason;
    if (std::exchange(m_isMuted, isMuted) != isMuted)
        mayRecord(0, time); // marks where it begins and ends
}

void Transcript::publish(RecordHeader header) {
    const RecordIndex index = m_count.load(std::memory_order_relaxed);
    if (m_chunk == nullptr || index == m_chunk->end()) {
        const std::size_t capacity = m_chunk == nullptr ? firstChunk : std::min(m_chunk->capacity() * 4, largestChunk);
        auto chunk = std::make_shared<IndexChunk>(m_store->segmentMemory(), index, capacity);
        m_chunk = chunk.get();
        const std::lock_guard lock(m_mutex);
        m_chunks.push_back(std::move(chunk));
        m_isChunkOpen = true;
    }
    header.offset = m_end;
    if (header.time.mono == m_store->watermark()) // a coarse clock: merges need an order that is the same for all
        ++header.time.mono;
    m_chunk->headers()[index - m_chunk->first()] = header;
    m_end += header.size;
    m_used += header.size;
    m_count.store(index + 1, std::memory_order_release);
    m_store->raiseWatermark(header.time.mono);
    if (!m_store->spills())
        return;
    // whoever takes the flag back sees this record, or it is raised anew; see beginRound()
    if (!m_isQueued.exchange(true, std::memory_order_acq_rel))
        m_store->enqueue(weak_from_this());
}

void Transcript::append(RecordKind kind, QByteArrayView bytes, Timestamp time, quint8 flags) {
    const auto size = static_cast<std::size_t>(bytes.size());
    if (!mayRecord(size, time))
        return;
    if (size > 0) {
        Segment& segment = roomFor(size);
        std::memcpy(segment.data() + m_used, bytes.data(), size);
    }
    publish({.time = time, .size = static_cast<quint32>(size), .kind = kind, .flags = flags});
}

void Transcript::appendEvent(EventKind event, const Facts& facts, Timestamp time) {
    if (!m_store->isRecording() && !m_store->hasRoomForEvents())
        return;
    const auto size = static_cast<std::size_t>(facts.bytes().size());
    Segment& segment = roomFor(size);
    std::memcpy(segment.data() + m_used, facts.bytes().data(), size);
    publish({.time = time, .size = static_cast<quint32>(size), .kind = RecordKind::Event, .event = event});
}

std::span<char> Transcript::writeSpace(std::size_t atLeast) {
    m_isScratch = !isRecording();
    if (m_isScratch)
        return m_store->scratch();
    Segment& segment = roomFor(atLeast);
    return {segment.data() + m_used, segment.capacity() - m_used};
}

QByteArrayView Transcript::commit(RecordKind kind, std::size_t size, Timestamp time, quint8 flags) {
    const auto viewSize = static_cast<qsizetype>(size);
    if (m_isScratch) {
        const QByteArrayView passed(m_store->scratch().data(), viewSize);
        append(kind, passed, time, flags); // recording may have resumed meanwhile
        return passed;
    }
    if (!isRecording() || m_saidStopped) {
        // it stopped or resumed since writeSpace(): the bytes are in the segment, where nothing may come before them
        const std::span<char> scratch = m_store->scratch();
        const std::size_t kept = std::min(size, scratch.size());
        std::memcpy(scratch.data(), m_segment->data() + m_used, kept);
        append(kind, {scratch.data(), static_cast<qsizetype>(kept)}, time, flags);
        return {scratch.data(), static_cast<qsizetype>(kept)};
    }
    const char* start = m_segment->data() + m_used;
    publish({.time = time, .size = static_cast<quint32>(size), .kind = kind, .flags = flags});
    return {start, viewSize};
}

void Transcript::setLabel(const Facts& facts) {
    if (!m_store->spills())
        return;
    {
        const std::lock_guard lock(m_mutex);
        if (facts.bytes() == m_label)
            return;
        m_label = facts.bytes().toByteArray();
        m_hasNewLabel = true;
    }
    if (!m_isQueued.exchange(true))
        m_store->enqueue(weak_from_this());
}

void Transcript::beginRound() {
    m_isQueued.exchange(false, std::memory_order_acq_rel); // before the count is read; see publish()
    m_roundEnd = count();
}

std::optional<Extent> Transcript::stageNext(JournalWriter& writer) {
    {
        const std::lock_guard lock(m_mutex);
        if (m_hasNewLabel) {
            m_hasNewLabel = false;
            const auto size = static_cast<quint32>(m_label.size());
            const auto room = writer.stage({.transcript = m_id, .bytes = size, .kind = JournalPiece::Label});
            std::memcpy(room.bytes, m_label.constData(), size);
        }
    }
    const RecordIndex end = m_roundEnd;
    if (m_staged >= end)
        return std::nullopt;
    const TranscriptReader reader(std::shared_ptr<const Transcript>(std::shared_ptr<void>(), this));
    PieceHeader piece{.transcript = m_id, .firstRecord = m_staged, .firstOffset = reader.header(m_staged).offset};
    const std::shared_ptr<const Segment> segment = segmentOf(piece.firstOffset);
    RecordIndex next = m_staged;
    for (; next < end && piece.size() < JournalWriter::pieceLimit; ++next) {
        const RecordHeader header = reader.header(next);
        const bool isHere = header.size == 0 || (segment != nullptr && segment->holds(header.offset, header.size));
        if (!isHere || (piece.records > 0 && piece.bytes + header.size > JournalWriter::pieceLimit))
            break;
        ++piece.records;
        piece.bytes += header.size;
    }
    if (piece.records == 0) // an event of no bytes at the very end of a segment; cannot happen with what we record
        return std::nullopt;
    const auto room = writer.stage(piece);
    for (RecordIndex index = m_staged; index < next; ++index)
        room.headers[index - m_staged] = reader.header(index);
    if (piece.bytes > 0)
        std::memcpy(room.bytes, segment->data() + (piece.firstOffset - segment->firstOffset()), piece.bytes);
    m_staged = next;
    return Extent{.firstRecord = piece.firstRecord,
                  .firstOffset = piece.firstOffset,
                  .records = piece.records,
                  .bytes = piece.bytes,
                  .position = room.position,
                  .file = nullptr};
}

void Transcript::written(const Extent& extent) {
    const std::lock_guard lock(m_mutex);
    m_extents.push_back(extent);
    m_journaledRecords = extent.endRecord();
    m_journaledOffset = extent.endOffset();
}

void Transcript::notWritten() {
    const std::lock_guard lock(m_mutex);
    m_staged = m_journaledRecords;
    m_hasNewLabel = !m_label.isEmpty();
}

std::size_t Transcript::evictableSegments() const {
    if (m_segments.empty() || m_segments.front()->endOffset() > m_journaledOffset)
        return 0;
    return m_segments.size() > 1 || !m_isSegmentOpen ? 1 : 0;
}

std::size_t Transcript::evictableChunks() const {
    if (m_chunks.empty() || m_chunks.front()->end() > m_journaledRecords)
        return 0;
    return m_chunks.size() > 1 || !m_isChunkOpen ? 1 : 0;
}

std::optional<qint64> Transcript::oldestEvictable() const {
    const std::lock_guard lock(m_mutex);
    if (evictableSegments() == 0 && evictableChunks() == 0)
        return std::nullopt;
    return m_chunks.empty() ? 0 : m_chunks.front()->at(m_chunks.front()->first()).time.mono;
}

void Transcript::evictOldest() {
    // dropped outside the lock: giving memory back can take a while
    std::shared_ptr<Segment> segment;
    std::shared_ptr<IndexChunk> chunk;
    const std::lock_guard lock(m_mutex);
    if (evictableSegments() > 0) {
        segment = std::move(m_segments.front());
        m_segments.pop_front();
    }
    if (evictableChunks() > 0) {
        chunk = std::move(m_chunks.front());
        m_chunks.pop_front();
    }
}

void Transcript::releaseBefore(RecordIndex index) {
    const std::lock_guard lock(m_mutex);
    index = std::min(index, m_count.load(std::memory_order_acquire));
    if (index <= m_first.load(std::memory_order_relaxed))
        return;
    quint64 offset = 0; // up to here nothing is needed
    for (const auto& chunk : m_chunks) {
        if (chunk->holds(index - 1))
            offset = chunk->at(index - 1).offset + chunk->at(index - 1).size;
    }
    // the last chunk and segment belong to the writer; the ones before them are full
    while (m_chunks.size() > 1 && m_chunks.front()->end() <= index)
        m_chunks.pop_front();
    while (m_segments.size() > 1 && m_segments.at(1)->firstOffset() <= offset)
        m_segments.pop_front();
    m_first.store(index, std::memory_order_release);
}

std::shared_ptr<const IndexChunk> Transcript::chunkOf(RecordIndex index) const {
    const std::lock_guard lock(m_mutex);
    auto after = std::upper_bound(m_chunks.begin(), m_chunks.end(), index,
                                  [](RecordIndex i, const auto& chunk) { return i < chunk->first(); });
    return after == m_chunks.begin() ? nullptr : *std::prev(after);
}

std::shared_ptr<const Segment> Transcript::segmentOf(quint64 offset) const {
    const std::lock_guard lock(m_mutex);
    auto after = std::upper_bound(m_segments.begin(), m_segments.end(), offset,
                                  [](quint64 o, const auto& segment) { return o < segment->firstOffset(); });
    return after == m_segments.begin() ? nullptr : *std::prev(after);
}

std::optional<Extent> Transcript::extentOf(RecordIndex index) const {
    const std::lock_guard lock(m_mutex);
    auto after = std::upper_bound(m_extents.begin(), m_extents.end(), index,
                                  [](RecordIndex i, const Extent& e) { return i < e.firstRecord; });
    if (after == m_extents.begin() || index >= std::prev(after)->endRecord())
        return std::nullopt;
    return *std::prev(after);
}

std::shared_ptr<const IndexChunk> Transcript::journaledChunkOf(RecordIndex index) const {
    const auto extent = extentOf(index);
    return extent ? m_store->pieces().index(m_id, *extent) : nullptr;
}

std::shared_ptr<const Segment> Transcript::journaledSegmentOf(RecordIndex index) const {
    const auto extent = extentOf(index);
    return extent ? m_store->pieces().bytes(m_id, *extent) : nullptr;
}

TranscriptReader::TranscriptReader(std::shared_ptr<const Transcript> transcript)
    : m_transcript(std::move(transcript)) {}

bool TranscriptReader::holdsChunk(RecordIndex index) const {
    return m_chunk != nullptr && m_chunk->holds(index);
}

RecordHeader TranscriptReader::header(RecordIndex index) const {
    if (!holdsChunk(index))
        m_chunk = m_transcript->chunkOf(index);
    if (!holdsChunk(index))
        m_chunk = m_transcript->journaledChunkOf(index);
    return m_chunk == nullptr ? RecordHeader{} : m_chunk->at(index);
}

RecordView TranscriptReader::at(RecordIndex index) const {
    RecordView record{.header = header(index), .bytes = {}, .pin = nullptr};
    record.isReleased = m_chunk == nullptr;
    if (record.header.size == 0)
        return record;
    const quint64 offset = record.header.offset;
    const auto isHere = [&] { return m_segment != nullptr && m_segment->holds(offset, record.header.size); };
    if (!isHere())
        m_segment = m_transcript->segmentOf(offset);
    if (!isHere())
        m_segment = m_transcript->journaledSegmentOf(index);
    if (!isHere()) {
        record.isReleased = true;
        return record;
    }
    const quint64 within = offset - m_segment->firstOffset();
    record.bytes = {m_segment->data() + within, static_cast<qsizetype>(record.header.size)};
    record.pin = m_segment;
    return record;
}

} // namespace sw
