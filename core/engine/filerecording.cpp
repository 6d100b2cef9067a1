// SPDX-License-Identifier: MIT
#include "core/engine/filerecording.h"

#include "core/base/threads.h"

#include <QSet>

#include <limits>
#include <mutex>
#include <queue>

namespace sw {

namespace {
constexpr std::chrono::milliseconds interval(300);
}

/// Used by one job at a time, and at the end by the destructor; the lock makes the one wait for the other.
struct FileRecording::State {
    struct Part {
        SourcePart part;
        TranscriptReader reader;
        RecordIndex next = 0;
    };

    std::shared_ptr<Patience> patience =
        std::make_shared<Patience>(Patience::Opening::Refuses); // of the pool's threads
    std::mutex mutex;
    std::unique_ptr<Recorder> recorder;
    std::vector<Part> parts;

    QSet<EndpointId> ids;

    /// Writes what there is up to a time, in its order; see Engine::completeUpTo().
    Result<void> write(const TranscriptStore* store, qint64 upTo) {
        if (recorder == nullptr)
            return {};
        using Next = std::pair<qint64, std::size_t>; // the time of a part's next record
        std::priority_queue<Next, std::vector<Next>, std::greater<>> queue;
        std::vector<RecordIndex> ends;
        const auto enqueue = [&](std::size_t part) {
            if (parts[part].next < ends[part])
                queue.push({parts[part].reader.header(parts[part].next).time.mono, part});
        };
        for (std::size_t part = 0; part < parts.size(); ++part) {
            const TranscriptReader& reader = parts[part].reader;
            RecordIndex end = reader.count();
            const bool isOurs = parts[part].part.transcript->store().get() == store; // not of another run's clock
            while (isOurs && end > parts[part].next && reader.header(end - 1).time.mono > upTo)
                --end;
            ends.push_back(end);
            enqueue(part);
        }
        while (!queue.empty()) {
            Part& first = parts[queue.top().second];
            if (auto result = recorder->write(first.part, first.reader.at(first.next)); !result)
                return tl::unexpected(result.error());
            ++first.next;
            const std::size_t part = queue.top().second;
            queue.pop();
            enqueue(part);
        }
        return recorder->flush();
    }
};

FileRecording::FileRecording(Engine& engine, QVector<EndpointId> roots, QString path)
    : m_engine(engine),
      m_roots(std::move(roots)),
      m_path(std::move(path)),
      m_state(std::make_shared<State>()) {
    m_timer.setInterval(interval);
    QObject::connect(&m_timer, &QTimer::timeout, this, &FileRecording::goOn);
}

Result<std::unique_ptr<FileRecording>> FileRecording::start(Engine& engine, const QVector<EndpointId>& roots,
                                                            const QString& path, Existing existing) {
    std::unique_ptr<FileRecording> recording(new FileRecording(engine, roots, path));
    auto recorder = Recorder::open(path, {existing, recording->m_state->patience});
    if (!recorder)
        return tl::unexpected(recorder.error());
    recording->m_state->recorder = std::move(*recorder);
    recording->m_timer.start();
    recording->goOn();
    return recording;
}

FileRecording::~FileRecording() {
    if (m_hasFailed || m_state->recorder == nullptr)
        return;
    m_state->patience->stop(); // whoever ends it does not wait for the reader of a pipe
    const std::lock_guard lock(m_state->mutex);
    takeParts();
    (void)m_state->write(m_engine.store().get(), std::numeric_limits<qint64>::max());
    (void)m_state->recorder->finish();
    m_state->recorder.reset(); // a job that is still queued finds nothing to do
}

void FileRecording::takeParts() {
    for (const EndpointSnapshot& snapshot : m_engine.snapshots()) { // parents come before those below them
        const bool isMeant = m_roots.contains(snapshot.id) || m_state->ids.contains(snapshot.parent);
        if (!isMeant || m_state->ids.contains(snapshot.id))
            continue;
        m_state->ids.insert(snapshot.id);
        if (auto transcript = m_engine.transcript(snapshot.id))
            m_state->parts.push_back({.part = {.id = snapshot.id, .name = snapshot.name, .transcript = transcript},
                                      .reader = TranscriptReader(transcript)});
    }
}

void FileRecording::goOn() {
    if (m_isRunning || m_hasFailed)
        return;
    takeParts();
    m_isRunning = true;
    runOnPool([state = m_state, self = this, slot = m_postbox.slot(), store = m_engine.store(),
               upTo = m_engine.completeUpTo()] {
        const std::lock_guard lock(state->mutex);
        const auto written = state->write(store.get(), upTo);
        slot->post([self, written] { // runs only while self is there
            self->m_isRunning = false;
            if (written)
                return;
            self->m_hasFailed = true;
            self->m_timer.stop();
            emit self->failed(written.error());
        });
    });
}

} // namespace sw
