// SPDX-License-Identifier: MIT
#include "core/engine/filerecording.h"

#include <QThreadPool>

#include <algorithm>
#include <mutex>

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

    std::mutex mutex;
    std::unique_ptr<Recorder> recorder;
    std::vector<Part> parts;

    bool has(EndpointId id) const {
        return std::any_of(parts.begin(), parts.end(), [id](const Part& part) { return part.part.id == id; });
    }

    /// Writes what there is, by time.
    Result<quint64> write() {
        quint64 written = 0;
        std::vector<RecordIndex> ends;
        for (const Part& part : parts)
            ends.push_back(part.reader.count());
        for (;;) {
            Part* first = nullptr;
            qint64 earliest = 0;
            for (std::size_t i = 0; i < parts.size(); ++i) {
                if (parts[i].next >= ends[i])
                    continue;
                const qint64 mono = parts[i].reader.header(parts[i].next).time.mono;
                if (first == nullptr || mono < earliest) {
                    first = &parts[i];
                    earliest = mono;
                }
            }
            if (first == nullptr)
                break;
            if (auto result = recorder->write(first->part, first->reader.at(first->next)); !result)
                return tl::unexpected(result.error());
            ++first->next;
            ++written;
        }
        if (auto result = recorder->flush(); !result)
            return tl::unexpected(result.error());
        return written;
    }
};

FileRecording::FileRecording(Engine& engine, EndpointId root, QString path)
    : m_engine(engine),
      m_root(root),
      m_path(std::move(path)),
      m_state(std::make_shared<State>()) {
    m_timer.setInterval(interval);
    QObject::connect(&m_timer, &QTimer::timeout, this, &FileRecording::goOn);
}

Result<std::unique_ptr<FileRecording>> FileRecording::start(Engine& engine, EndpointId root, const QString& path) {
    auto recorder = Recorder::open(path);
    if (!recorder)
        return tl::unexpected(recorder.error());
    std::unique_ptr<FileRecording> recording(new FileRecording(engine, root, path));
    recording->m_state->recorder = std::move(*recorder);
    recording->m_timer.start();
    recording->goOn();
    return recording;
}

FileRecording::~FileRecording() {
    if (m_hasFailed)
        return;
    const std::lock_guard lock(m_state->mutex);
    takeParts();
    (void)m_state->write();
}

void FileRecording::takeParts() {
    for (const EndpointSnapshot& snapshot : m_engine.snapshots()) {
        const bool isMeant = m_root == EndpointId::None || snapshot.id == m_root || snapshot.parent == m_root;
        if (!isMeant || m_state->has(snapshot.id))
            continue;
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
    QThreadPool::globalInstance()->start([state = m_state, self = this, slot = m_postbox.slot()] {
        const std::lock_guard lock(state->mutex);
        const auto written = state->write();
        slot->post([self, written] { // runs only while self is there
            self->m_isRunning = false;
            if (written) {
                self->m_written += *written;
                emit self->progressed();
                return;
            }
            self->m_hasFailed = true;
            self->m_timer.stop();
            emit self->failed(written.error());
        });
    });
}

} // namespace sw
