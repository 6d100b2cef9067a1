// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/postbox.h"
#include "core/capture/recorder.h"
#include "core/engine/engine.h"

#include <QTimer>

namespace sw {

/// Streams what an endpoint and those below it have recorded, and record from now on, to a file: within a second, on a
/// pool thread. Ends when it is destroyed. The engine's thread.
class FileRecording final : public QObject {
    Q_OBJECT

public:
    /// Records each of `roots` and those below it. Errors: see Recorder::open().
    static Result<std::unique_ptr<FileRecording>> start(Engine& engine, const QVector<EndpointId>& roots,
                                                        const QString& path, Existing existing = Existing::Refuse);
    /// Writes what is left, and waits for it.
    ~FileRecording() override;
    FileRecording(const FileRecording&) = delete;
    FileRecording& operator=(const FileRecording&) = delete;
    FileRecording(FileRecording&&) = delete;
    FileRecording& operator=(FileRecording&&) = delete;

    const QString& path() const { return m_path; }

signals:
    /// The file could not be written; nothing more is.
    void failed(const sw::Error& error);

private:
    struct State;

    FileRecording(Engine& engine, QVector<EndpointId> roots, QString path);
    void takeParts();
    void goOn();

    Postbox m_postbox{this};
    Engine& m_engine;
    QVector<EndpointId> m_roots;
    QString m_path;
    std::shared_ptr<State> m_state;
    QTimer m_timer;
    bool m_isRunning = false;
    bool m_hasFailed = false;
};

} // namespace sw
