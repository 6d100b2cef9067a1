// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/ids.h"

#include <QByteArray>
#include <QObject>

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>

namespace sw::cli {

/// Standard output, written on a thread of its own, so that a reader that stops does not stop signals and timers.
class OutputWriter final : public QObject {
    Q_OBJECT

public:
    explicit OutputWriter(QObject* parent = nullptr);
    ~OutputWriter() override;
    OutputWriter(const OutputWriter&) = delete;
    OutputWriter& operator=(const OutputWriter&) = delete;
    OutputWriter(OutputWriter&&) = delete;
    OutputWriter& operator=(OutputWriter&&) = delete;

    /// Queues bytes; `source` and `credit` come back with written().
    void write(const QByteArray& bytes, EndpointId source, quint64 credit);
    /// Waits until everything is written, at most so long.
    bool drain(std::chrono::milliseconds most);
    bool hasFailed() const { return m_hasFailed; }

signals:
    void written(sw::EndpointId source, quint64 credit);
    /// The reader of our output is gone.
    void failed(int native);

private:
    struct Piece {
        QByteArray bytes;
        EndpointId source;
        quint64 credit;
    };
    struct Shared {
        std::mutex mutex; // guards the rest
        std::condition_variable changed;
        std::deque<Piece> pieces;
        OutputWriter* writer = nullptr;
        bool isBusy = false;
    };

    static void run(const std::shared_ptr<Shared>& shared);

    std::shared_ptr<Shared> m_shared;
    bool m_hasFailed = false;
};

} // namespace sw::cli
