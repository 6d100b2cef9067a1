// SPDX-License-Identifier: MIT
#pragma once

#include "core/transcript/record.h"

#include <QByteArrayView>

#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace sw {

/// A run of recorded bytes, filled from its start, never moved.
class Segment {
public:
    Segment(quint64 firstOffset, std::size_t capacity);

    quint64 firstOffset() const { return m_firstOffset; }
    std::size_t capacity() const { return m_capacity; }
    /// Whether the bytes [offset, offset + size) of the transcript are here.
    bool holds(quint64 offset, quint64 size) const {
        return offset >= m_firstOffset && offset + size <= m_endOffset.load(std::memory_order_acquire);
    }
    /// Nothing more comes here: the next byte goes to another segment, although room is left.
    void seal(quint64 endOffset) { m_endOffset.store(endOffset, std::memory_order_release); }
    char* data() { return m_data.get(); }
    const char* data() const { return m_data.get(); }

private:
    quint64 m_firstOffset;
    std::size_t m_capacity;
    std::atomic<quint64> m_endOffset;
    std::unique_ptr<char[]> m_data; // uninitialised on purpose
};

/// A run of record headers, filled from its start, never moved.
struct IndexChunk {
    IndexChunk(RecordIndex firstIndex, std::size_t size);

    RecordIndex first;
    std::size_t capacity;
    std::unique_ptr<RecordHeader[]> headers;
};

/// What all transcripts of an engine share: how much memory they hold, and up to when all of them are complete.
/// The memory budget and the spill file attach here. Any thread.
class TranscriptStore {
public:
    /// Bytes held by segments and indexes.
    qint64 memory() const { return m_memory.load(std::memory_order_relaxed); }
    /// Every record stamped up to this steady-clock time can be read. Lets a merge by time never look back.
    qint64 watermark() const { return m_watermark.load(std::memory_order_acquire); }

    void addMemory(qint64 bytes) { m_memory.fetch_add(bytes, std::memory_order_relaxed); }
    /// Only ever goes up. The one thread that writes.
    void raiseWatermark(qint64 mono) {
        if (mono > m_watermark.load(std::memory_order_relaxed))
            m_watermark.store(mono, std::memory_order_release);
    }

private:
    std::atomic<qint64> m_memory{0};
    std::atomic<qint64> m_watermark{0};
};

/// The append-only sequence of one endpoint's records. One thread writes; any number of threads read, each through a
/// TranscriptReader of its own, without ever stopping the writer: the lock is held only to add or look up a segment.
class Transcript {
public:
    explicit Transcript(std::shared_ptr<TranscriptStore> store);
    ~Transcript();
    Transcript(const Transcript&) = delete;
    Transcript& operator=(const Transcript&) = delete;
    Transcript(Transcript&&) = delete;
    Transcript& operator=(Transcript&&) = delete;

    // --- writer's thread ---

    /// Records a copy of the bytes.
    RecordIndex append(RecordKind kind, QByteArrayView bytes, Timestamp time, quint8 flags = NoFlag);
    /// Records an event; `facts` must hold `text`.
    RecordIndex appendEvent(EventKind event, const QJsonObject& facts, Timestamp time);
    /// Room of at least `atLeast` bytes to receive into, straight in the current segment. Valid until the next call.
    std::span<char> writeSpace(std::size_t atLeast);
    /// Records the first `size` bytes of what writeSpace() gave. The view is valid as long as the segment: at least
    /// until the next call of a writer's function.
    QByteArrayView commit(RecordKind kind, std::size_t size, Timestamp time, quint8 flags = NoFlag);

    // --- any thread ---

    /// Records that can be read, those already released included.
    RecordIndex count() const { return m_count.load(std::memory_order_acquire); }
    /// The first record that was not released.
    RecordIndex first() const { return m_first.load(std::memory_order_acquire); }
    /// Lets go of whole segments before a record; for programs that keep no history, such as a pipe.
    void releaseBefore(RecordIndex index);
    const std::shared_ptr<TranscriptStore>& store() const { return m_store; }

private:
    friend class TranscriptReader;

    std::shared_ptr<const IndexChunk> chunkOf(RecordIndex index) const;
    std::shared_ptr<const Segment> segmentOf(quint64 offset) const;
    Segment& roomFor(std::size_t size);
    void publish(RecordHeader header);

    std::shared_ptr<TranscriptStore> m_store;
    std::atomic<RecordIndex> m_count{0};
    std::atomic<RecordIndex> m_first{0};
    quint64 m_end = 0;             // offset after the last byte; writer only
    std::size_t m_used = 0;        // in the last segment; writer only
    Segment* m_segment = nullptr;  // the last one, which only the writer fills; writer only
    IndexChunk* m_chunk = nullptr; // likewise
    mutable std::mutex m_mutex;    // guards the two directories, not what they point to
    std::vector<std::shared_ptr<Segment>> m_segments;
    std::vector<std::shared_ptr<IndexChunk>> m_chunks;
};

/// Reads one transcript. Cheap to make; belongs to one thread at a time; remembers where it was, so that a walk over
/// the records takes no lock for each of them.
class TranscriptReader {
public:
    explicit TranscriptReader(std::shared_ptr<const Transcript> transcript);

    RecordIndex count() const { return m_transcript->count(); }
    RecordIndex first() const { return m_transcript->first(); }
    /// The header of a record below count(); a default one if it was released.
    RecordHeader header(RecordIndex index) const;
    /// The record below count(); not valid if it was released.
    RecordView at(RecordIndex index) const;
    const std::shared_ptr<const Transcript>& transcript() const { return m_transcript; }

private:
    std::shared_ptr<const Transcript> m_transcript;
    mutable std::shared_ptr<const IndexChunk> m_chunk;
    mutable std::shared_ptr<const Segment> m_segment;
};

} // namespace sw
