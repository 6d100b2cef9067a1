// SPDX-License-Identifier: MIT
#pragma once

#include "core/transcript/store.h"

#include <QByteArrayView>

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace sw {

/// The append-only sequence of one endpoint's records. One thread writes; any number of threads read, each through a
/// TranscriptReader of its own, without ever stopping the writer: the lock is held only to add or look up a segment.
/// The oldest segments may live in the store's journal; readers do not notice. Made by std::make_shared.
class Transcript final : public Journaled, public std::enable_shared_from_this<Transcript> {
public:
    explicit Transcript(std::shared_ptr<TranscriptStore> store);
    /// What a journal has of a run before; nothing is appended to it.
    Transcript(std::shared_ptr<TranscriptStore> store, std::vector<Extent> extents);
    ~Transcript() override;
    Transcript(const Transcript&) = delete;
    Transcript& operator=(const Transcript&) = delete;
    Transcript(Transcript&&) = delete;
    Transcript& operator=(Transcript&&) = delete;

    // --- writer's thread ---

    /// Records a copy of the bytes; counts them as unrecorded while the store does not record.
    void append(RecordKind kind, QByteArrayView bytes, Timestamp time, quint8 flags = NoFlag);
    /// Records an event; one of its facts is Fact::Text.
    void appendEvent(EventKind event, const Facts& facts, Timestamp time);
    /// Room of at least `atLeast` bytes to receive into, straight in the current segment. Valid until the next call.
    std::span<char> writeSpace(std::size_t atLeast);
    /// Records the first `size` bytes of what writeSpace() gave. The view is valid until the next call of a writer's
    /// function, and further while currentSegment(), asked for at once, is held.
    QByteArrayView commit(RecordKind kind, std::size_t size, Timestamp time, quint8 flags = NoFlag);
    std::shared_ptr<const Segment> currentSegment() const { return m_segment; }
    /// Ends the current segment and index chunk, so that they can leave memory; the next ones start small again.
    void seal();
    /// What the journal tells of this transcript after a crash, see EngineWorker.
    void setLabel(const Facts& facts);

    // --- any thread ---

    /// Records that can be read, those already released included.
    RecordIndex count() const { return m_count.load(std::memory_order_acquire); }
    /// The first record that was not released.
    RecordIndex first() const { return m_first.load(std::memory_order_acquire); }
    /// Bytes that passed while the store did not record.
    /// Muted: what passes is counted as unrecorded, and both ends of the gap are marked. The writer's thread.
    void setMuted(bool isMuted, Timestamp time, const QString& reason);
    bool isMuted() const { return m_isMuted; }
    quint64 unrecorded() const { return m_unrecorded.load(std::memory_order_relaxed); }
    /// Lets go of whole segments before a record; for programs that keep no history, such as a pipe.
    void releaseBefore(RecordIndex index);
    const std::shared_ptr<TranscriptStore>& store() const { return m_store; }

private:
    friend class TranscriptReader;

    void beginRound() override;
    std::optional<Extent> stageNext(JournalWriter& writer) override;
    void written(const Extent& extent) override;
    void notWritten() override;
    std::optional<qint64> oldestEvictable() const override;
    void evictOldest() override;

    std::shared_ptr<const IndexChunk> chunkOf(RecordIndex index) const;
    std::shared_ptr<const Segment> segmentOf(quint64 offset) const;
    std::optional<Extent> extentOf(RecordIndex index) const;
    std::shared_ptr<const IndexChunk> journaledChunkOf(RecordIndex index) const;
    std::shared_ptr<const Segment> journaledSegmentOf(RecordIndex index) const;
    Segment& roomFor(std::size_t size);
    std::size_t nextCapacity(std::size_t size) const;
    bool isRecording() const { return !m_isMuted && m_store->isRecording(); }
    bool mayRecord(std::size_t size, Timestamp time);
    void publish(RecordHeader header);
    std::size_t evictableSegments() const;
    std::size_t evictableChunks() const;

    std::shared_ptr<TranscriptStore> m_store;
    quint64 m_id;
    std::atomic<RecordIndex> m_count{0};
    std::atomic<RecordIndex> m_first{0};
    std::atomic<quint64> m_unrecorded{0};
    std::atomic<bool> m_isQueued{false}; // for the journal
    quint64 m_end = 0;                   // offset after the last byte; writer only
    std::size_t m_used = 0;              // in the last segment; writer only
    std::shared_ptr<Segment> m_segment;  // the one that the writer fills; writer only
    IndexChunk* m_chunk = nullptr;       // likewise
    quint64 m_missed = 0;                // bytes since recording stopped; writer only
    bool m_saidStopped = false;          // writer only
    bool m_isMuted = false;              // writer only
    QString m_muteReason;                // a sentence, for the record that says so
    bool m_isScratch = false;            // writeSpace() gave room that is not kept; writer only

    RecordIndex m_staged = 0;   // up to where records are on their way to the journal; the journal's thread only
    RecordIndex m_roundEnd = 0; // likewise

    mutable std::mutex m_mutex; // guards what follows, not what it points to
    std::deque<std::shared_ptr<Segment>> m_segments;
    std::deque<std::shared_ptr<IndexChunk>> m_chunks;
    std::vector<Extent> m_extents;
    RecordIndex m_journaledRecords = 0;
    quint64 m_journaledOffset = 0;
    bool m_isSegmentOpen = false; // the last segment is still being filled
    bool m_isChunkOpen = false;   // likewise
    bool m_hasNewLabel = false;
    QByteArray m_label;
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
    bool holdsChunk(RecordIndex index) const;

    std::shared_ptr<const Transcript> m_transcript;
    mutable std::shared_ptr<const IndexChunk> m_chunk;
    mutable std::shared_ptr<const Segment> m_segment;
};

} // namespace sw
