// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"
#include "core/base/ids.h"

#include <QByteArray>
#include <QObject>

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>

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
    /// Lets the reader see the end once what was queued is written. Nothing can be written after that.
    void close();
    /// Bytes that are queued or being written.
    quint64 pending() const;
    /// The error that ended the writing; nothing: it goes on.
    std::optional<Error> error() const;

signals:
    void written(sw::EndpointId source, quint64 credit);
    /// Everything that was queued is written, or cannot be any more.
    void idle();
    /// Writing failed: the reader of our output is gone, or the disk is full.
    void failed(const sw::Error& error);

private:
    struct Piece {
        QByteArray bytes;
        EndpointId source;
        quint64 credit;
        bool isEnd = false;
    };
    struct Shared {
        std::mutex mutex; // guards the rest
        std::condition_variable changed;
        std::deque<Piece> pieces;
        OutputWriter* writer = nullptr;
        quint64 pending = 0;
        std::optional<Error> error;
    };

    static void run(const std::shared_ptr<Shared>& shared);
    static bool writePiece(Shared& shared, const Piece& piece);

    std::shared_ptr<Shared> m_shared;
};

} // namespace sw::cli
