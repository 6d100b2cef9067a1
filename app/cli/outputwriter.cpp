// SPDX-License-Identifier: MIT
#include "app/cli/outputwriter.h"

#include "app/cli/stdio.h"

#include <thread>

namespace sw::cli {

OutputWriter::OutputWriter(QObject* parent) : QObject(parent), m_shared(std::make_shared<Shared>()) {
    qRegisterMetaType<EndpointId>();
    m_shared->writer = this;
    std::thread([shared = m_shared] { run(shared); }).detach(); // may be stuck in a write at the program's end
}

OutputWriter::~OutputWriter() {
    const std::lock_guard lock(m_shared->mutex);
    m_shared->writer = nullptr;
    m_shared->changed.notify_all();
}

void OutputWriter::run(const std::shared_ptr<Shared>& shared) {
    for (;;) {
        Piece piece;
        {
            std::unique_lock lock(shared->mutex);
            shared->changed.wait(lock, [&] { return !shared->pieces.empty() || shared->writer == nullptr; });
            if (shared->writer == nullptr)
                return;
            piece = std::move(shared->pieces.front());
            shared->pieces.pop_front();
        }
        if (!writePiece(*shared, piece))
            return;
    }
}

/// False: nothing more can be written.
bool OutputWriter::writePiece(Shared& shared, const Piece& piece) {
    if (piece.isEnd)
        closeOutput();
    const bool isWritten = piece.isEnd || writeOutput(StandardStream::Output, piece.bytes);
    const Error error = isWritten ? Error{} : outputError();
    const std::lock_guard lock(shared.mutex);
    OutputWriter* writer = shared.writer;
    if (writer == nullptr)
        return false;
    const auto tell = [writer](auto call) { QMetaObject::invokeMethod(writer, call, Qt::QueuedConnection); };
    if (isWritten) {
        shared.pending -= static_cast<quint64>(piece.bytes.size());
        tell([writer, source = piece.source, credit = piece.credit] { emit writer->written(source, credit); });
    } else {
        shared.error = error;
        shared.pieces.clear();
        shared.pending = 0;
        tell([writer, error] { emit writer->failed(error); });
    }
    if (shared.pieces.empty())
        tell([writer] { emit writer->idle(); });
    return isWritten && !piece.isEnd;
}

void OutputWriter::write(const QByteArray& bytes, EndpointId source, quint64 credit) {
    const std::lock_guard lock(m_shared->mutex);
    if (m_shared->error)
        return;
    m_shared->pieces.push_back({bytes, source, credit});
    m_shared->pending += static_cast<quint64>(bytes.size());
    m_shared->changed.notify_all();
}

void OutputWriter::close() {
    const std::lock_guard lock(m_shared->mutex);
    m_shared->pieces.push_back({.bytes = {}, .source = EndpointId::None, .credit = 0, .isEnd = true});
    m_shared->changed.notify_all();
}

quint64 OutputWriter::pending() const {
    const std::lock_guard lock(m_shared->mutex);
    return m_shared->pending;
}

std::optional<Error> OutputWriter::error() const {
    const std::lock_guard lock(m_shared->mutex);
    return m_shared->error;
}

} // namespace sw::cli
