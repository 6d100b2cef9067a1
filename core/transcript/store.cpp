// SPDX-License-Identifier: MIT
#include "core/transcript/store.h"

#include <QDir>

#include <algorithm>

namespace sw {

namespace {
constexpr qint64 leastBudget = 16LL << 20U;
constexpr qint64 cachedShare = 16; // of the budget
constexpr std::size_t blocksKept = 4;
constexpr std::size_t scratchSize = 256U << 10U;

StoreOptions withLeastBudget(StoreOptions options) {
    options.budget = std::max(options.budget, leastBudget);
    return options;
}
} // namespace

TranscriptStore::TranscriptStore(StoreOptions options)
    : m_options(withLeastBudget(std::move(options))),
      m_memory(std::make_shared<SegmentMemory>(spills() ? blocksKept : 1)),
      m_pieces(m_memory, m_options.budget / cachedShare) {
    if (!spills())
        return;
    m_writer = std::make_unique<JournalWriter>(m_options.directory);
    m_thread = std::thread([this] { run(); });
}

TranscriptStore::~TranscriptStore() {
    close();
}

void TranscriptStore::close() {
    if (!m_thread.joinable())
        return;
    if (m_keepsFiles)
        flush();
    {
        const std::lock_guard lock(m_mutex);
        m_isEnding = true;
    }
    m_wake.notify_all();
    m_thread.join();
    if (m_keepsFiles)
        m_writer->keep(); // also where the thread had nothing left to do
    m_queue.clear();
    m_evictable.clear();
}

void TranscriptStore::setHandlers(Handlers handlers) {
    const std::lock_guard lock(m_mutex);
    m_handlers = std::move(handlers);
}

bool TranscriptStore::hasRoom() {
    if (!spills() || memory() < full() || !isRecording())
        return true;
    m_someoneWaits.store(true);
    hurry();
    return memory() < full(); // it may have changed before somebody waited
}

Error TranscriptStore::stopReason() const {
    const std::lock_guard lock(m_mutex);
    return m_stopReason;
}

void TranscriptStore::resume() {
    {
        const std::lock_guard lock(m_mutex);
        m_wantsResume = !isRecording();
        m_isUrgent = true;
    }
    m_wake.notify_one();
}

void TranscriptStore::flush() {
    if (!spills())
        return;
    std::unique_lock lock(m_mutex);
    m_roundWanted = m_rounds + 2; // one round may be under way
    m_wake.notify_one();
    m_written.wait(lock, [this, wanted = m_roundWanted] { return m_rounds >= wanted || !isRecording() || m_isEnding; });
}

void TranscriptStore::enqueue(std::weak_ptr<Journaled> transcript) {
    const std::lock_guard lock(m_mutex);
    m_queue.push_back(std::move(transcript));
}

void TranscriptStore::hurry() {
    {
        const std::lock_guard lock(m_mutex);
        m_isUrgent = true;
    }
    m_wake.notify_one();
}

std::span<char> TranscriptStore::scratch() {
    if (m_scratch == nullptr)
        m_scratch = std::make_unique<char[]>(scratchSize);
    return {m_scratch.get(), scratchSize};
}

void TranscriptStore::forget(quint64 id) {
    const std::lock_guard lock(m_mutex);
    if (!m_keepsFiles) // what goes with the program is to stay there
        m_forgotten.push_back(id);
}

void TranscriptStore::run() {
    std::unique_lock lock(m_mutex);
    while (!m_isEnding) {
        m_wake.wait_for(lock, m_options.interval,
                        [this] { return m_isEnding || m_isUrgent || m_roundWanted > m_rounds; });
        if (m_isEnding)
            break;
        m_isUrgent = false;
        if (m_keepsFiles)
            m_writer->keep();
        if (!isRecording() && m_wantsResume) {
            m_isRecording.store(true, std::memory_order_release);
            lock.unlock();
            if (m_handlers.resumed)
                m_handlers.resumed();
            lock.lock();
        }
        m_wantsResume = false;
        if (isRecording()) {
            std::vector<Weak> queue = std::move(m_queue);
            m_queue.clear();
            std::vector<quint64> forgotten = std::move(m_forgotten);
            m_forgotten.clear();
            lock.unlock();
            writeRound(std::move(queue), forgotten);
            evict();
            tellRoom();
            lock.lock();
        } else if (m_someoneWaits) { // stopped while somebody waited
            lock.unlock();
            tellRoom();
            lock.lock();
        }
        ++m_rounds;
        m_written.notify_all();
    }
}

void TranscriptStore::writeRound(std::vector<Weak> queue, const std::vector<quint64>& forgotten) {
    for (const quint64 id : forgotten)
        m_writer->stage({.transcript = id, .kind = JournalPiece::Removed});
    bool works = true;
    for (const Weak& weak : queue) {
        const auto transcript = weak.lock();
        if (transcript != nullptr)
            transcript->beginRound();
        while (works && transcript != nullptr) {
            auto extent = transcript->stageNext(*m_writer);
            if (!extent)
                break;
            m_staged.push_back({transcript, std::move(*extent)});
            if (m_writer->staged() >= JournalWriter::batchLimit)
                works = writeBatch();
        }
    }
    if (works && m_writer->staged() > 0)
        works = writeBatch();
    if (works)
        return;
    for (const Weak& weak : queue) { // a label may have been staged without a record
        if (const auto transcript = weak.lock())
            transcript->notWritten();
    }
    const std::lock_guard lock(m_mutex); // all of it again when recording resumes
    m_queue.insert(m_queue.end(), std::make_move_iterator(queue.begin()), std::make_move_iterator(queue.end()));
}

bool TranscriptStore::isOverQuota() const {
    return m_options.quota > 0 && m_writer->total() + m_writer->staged() > static_cast<quint64>(m_options.quota);
}

bool TranscriptStore::writeBatch() {
    const auto staged = std::move(m_staged);
    m_staged.clear();
    if (isOverQuota()) {
        m_writer->discard();
        for (const Staged& one : staged)
            one.transcript->notWritten();
        stop({.id = ErrorId::WriteFailed,
              .situation = QStringLiteral("record"),
              .detail = sentence(
                  QT_TRANSLATE_NOOP("Core", "the transcripts of this run have reached their quota of %1 MiB on disk."),
                  m_options.quota >> 20U)});
        return false;
    }
    const auto place = m_writer->write();
    if (!place) {
        for (const Staged& one : staged)
            one.transcript->notWritten();
        stop(place.error());
        return false;
    }
    for (const Staged& one : staged) {
        Extent extent = one.extent;
        extent.position += place->base;
        extent.file = place->file;
        if (extent.firstRecord == 0 && extent.records > 0)
            m_evictable.push_back(one.transcript);
        one.transcript->written(extent);
    }
    m_journaled.store(m_writer->total(), std::memory_order_relaxed);
    evict();
    tellRoom();
    return true;
}

void TranscriptStore::stop(const Error& error) {
    {
        const std::lock_guard lock(m_mutex);
        m_stopReason = error;
        m_isRecording.store(false, std::memory_order_release);
    }
    m_written.notify_all();
    if (m_handlers.stopped)
        m_handlers.stopped(error);
    tellRoom();
}

void TranscriptStore::evict() {
    while (memory() > evictAt()) {
        struct Candidate {
            qint64 time;
            std::shared_ptr<Journaled> transcript;
        };
        std::vector<Candidate> candidates;
        std::erase_if(m_evictable, [&](const Weak& weak) {
            auto transcript = weak.lock();
            if (transcript == nullptr)
                return true;
            if (const auto time = transcript->oldestEvictable())
                candidates.push_back({*time, std::move(transcript)});
            return false;
        });
        if (candidates.empty())
            return;
        std::sort(candidates.begin(), candidates.end(), [](const auto& a, const auto& b) { return a.time < b.time; });
        // the oldest of each, oldest first; what a transcript has next may be older than what another has first
        const std::size_t share = std::max<std::size_t>(candidates.size() / 4, 1);
        for (std::size_t i = 0; i < share && memory() > evictAt(); ++i)
            candidates[i].transcript->evictOldest();
    }
}

void TranscriptStore::tellRoom() {
    if (!m_someoneWaits || (memory() >= full() && isRecording()))
        return;
    m_someoneWaits = false;
    if (m_handlers.hasRoomAgain)
        m_handlers.hasRoomAgain();
}

} // namespace sw
