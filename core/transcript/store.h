// SPDX-License-Identifier: MIT
#pragma once

#include "core/transcript/piececache.h"
#include "core/transcript/storeoptions.h"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace sw {

/// Something whose records the store writes to its journal: a transcript. Called on the store's thread only.
class Journaled {
public:
    virtual ~Journaled() = default;

    /// What is there now is to be staged; what comes meanwhile is for the next round: whoever runs after the writer
    /// would make a piece of every record.
    virtual void beginRound() = 0;
    /// Stages the next piece; nothing when all of the round is staged.
    virtual std::optional<Extent> stageNext(JournalWriter& writer) = 0;
    /// The piece staged before is in the journal.
    virtual void written(const Extent& extent) = 0;
    /// The pieces staged and not yet written are not in the journal; they are staged again later.
    virtual void notWritten() = 0;
    /// When the oldest memory that could be let go was recorded (steady clock); nothing if there is none.
    virtual std::optional<qint64> oldestEvictable() const = 0;
    /// Lets that go.
    virtual void evictOldest() = 0;

protected:
    Journaled() = default;
    Journaled(const Journaled&) = default;
    Journaled& operator=(const Journaled&) = default;
    Journaled(Journaled&&) = default;
    Journaled& operator=(Journaled&&) = default;
};

/// What all transcripts of an engine share: the memory budget, the journal beyond it, and up to when all of them are
/// complete. A thread of its own writes the journal; neither writers nor readers of transcripts wait for it. When the
/// journal cannot be written, recording stops, visibly, until resume(). Any thread.
class TranscriptStore {
public:
    explicit TranscriptStore(StoreOptions options = {});
    ~TranscriptStore();
    TranscriptStore(const TranscriptStore&) = delete;
    TranscriptStore& operator=(const TranscriptStore&) = delete;
    TranscriptStore(TranscriptStore&&) = delete;
    TranscriptStore& operator=(TranscriptStore&&) = delete;

    /// Writes what is left if the files are kept, and ends the journal's thread. The owner calls it before it lets go:
    /// the thread may hold the last reference to a transcript.
    void close();

    /// What the owner hears, each on the journal's thread. Set before the first record.
    struct Handlers {
        std::function<void()> hasRoomAgain;          ///< after hasRoom() was false
        std::function<void(const Error&)> stopped{}; ///< recording stopped
        std::function<void()> resumed{};
    };
    void setHandlers(Handlers handlers);

    /// Bytes held by segments and indexes.
    qint64 memory() const { return m_memory->held(); }
    const std::shared_ptr<SegmentMemory>& segmentMemory() const { return m_memory; }
    qint64 budget() const { return m_options.budget; }
    const QString& directory() const { return m_options.directory; }
    bool spills() const { return !m_options.directory.isEmpty(); }
    /// Bytes in the journal.
    quint64 journaled() const { return m_journaled.load(std::memory_order_relaxed); }
    /// False: the journal does not keep up, and whoever receives waits until hasRoomAgain, so that memory stays
    /// bounded.
    bool hasRoom();
    /// False: what comes is not recorded, except events while they fit.
    bool isRecording() const { return m_isRecording.load(std::memory_order_acquire); }
    /// Whether a stopped recording has memory left for an event.
    bool hasRoomForEvents() const { return memory() < m_options.budget * 17 / 16; }
    Error stopReason() const;
    /// Tries again after recording stopped.
    void resume();
    /// Bytes that were not recorded.
    quint64 unrecorded() const { return m_unrecorded.load(std::memory_order_relaxed); }
    void addUnrecorded(quint64 bytes) { m_unrecorded.fetch_add(bytes, std::memory_order_relaxed); }
    /// Waits until everything recorded before the call is in the journal, or recording has stopped. For tests, and the
    /// end of a run that keeps its directory.
    void flush();
    /// The journal stays on disk when the store goes.
    void keepFiles() { m_keepsFiles = true; }

    /// Every record stamped up to this steady-clock time can be read. Lets a merge by time never look back.
    qint64 watermark() const { return m_watermark.load(std::memory_order_acquire); }
    /// Only ever goes up. The one thread that writes.
    void raiseWatermark(qint64 mono) {
        if (mono > m_watermark.load(std::memory_order_relaxed))
            m_watermark.store(mono, std::memory_order_release);
    }

    // --- for transcripts ---

    quint64 newId() { return m_lastId.fetch_add(1, std::memory_order_relaxed) + 1; }
    /// Something is to be written, at the end of the interval.
    void enqueue(std::weak_ptr<Journaled> transcript);
    /// A lot is to be written: now.
    void hurry();
    /// Where the writers' thread receives what is not recorded.
    std::span<char> scratch();
    /// A transcript is no more: what the journal has of it is not offered after a crash.
    void forget(quint64 id);
    /// What is in the journal only.
    PieceCache& pieces() { return m_pieces; }

private:
    using Weak = std::weak_ptr<Journaled>;
    struct Staged {
        std::shared_ptr<Journaled> transcript;
        Extent extent;
    };

    void run();
    void writeRound(std::vector<Weak> queue, const std::vector<quint64>& forgotten);
    bool writeBatch();
    void stop(const Error& error);
    void evict();
    void tellRoom();
    bool isOverQuota() const;
    qint64 evictAt() const { return m_options.budget * 5 / 8; }
    qint64 full() const { return m_options.budget * 3 / 4; }

    StoreOptions m_options;
    std::shared_ptr<SegmentMemory> m_memory;
    PieceCache m_pieces;
    std::atomic<qint64> m_watermark{0};
    std::atomic<quint64> m_lastId{0};
    std::atomic<quint64> m_journaled{0};
    std::atomic<quint64> m_unrecorded{0};
    std::atomic<bool> m_isRecording{true};
    std::atomic<bool> m_someoneWaits{false};
    std::atomic<bool> m_keepsFiles{false};
    Handlers m_handlers;

    mutable std::mutex m_mutex; // guards what follows
    std::condition_variable m_wake;
    std::condition_variable m_written;
    std::vector<Weak> m_queue;
    std::vector<quint64> m_forgotten;
    Error m_stopReason;
    quint64 m_rounds = 0;      // finished
    quint64 m_roundWanted = 0; // by flush()
    bool m_isUrgent = false;
    bool m_isEnding = false;
    bool m_wantsResume = false;

    std::unique_ptr<char[]> m_scratch; // the writers' thread only

    // the journal's thread only
    std::unique_ptr<JournalWriter> m_writer;
    std::vector<Staged> m_staged;
    std::vector<Weak> m_evictable; // have something in the journal

    std::thread m_thread; // last: starts when all else is there
};

} // namespace sw
