// SPDX-License-Identifier: MIT
#include "app/cli/outputwriter.h"

#include "app/cli/stdio.h"
#include "core/base/error.h"

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
            shared->isBusy = false;
            shared->changed.notify_all();
            shared->changed.wait(lock, [&] { return !shared->pieces.empty() || shared->writer == nullptr; });
            if (shared->writer == nullptr)
                return;
            piece = std::move(shared->pieces.front());
            shared->pieces.pop_front();
            shared->isBusy = true;
        }
        const bool ok = writeOutput(StandardStream::Output, piece.bytes);
        const int code = ok ? 0 : lastNativeError();
        const std::lock_guard lock(shared->mutex);
        OutputWriter* writer = shared->writer;
        if (writer == nullptr)
            return;
        if (ok) {
            QMetaObject::invokeMethod(
                writer, [writer, piece] { emit writer->written(piece.source, piece.credit); }, Qt::QueuedConnection);
            continue;
        }
        shared->isBusy = false;
        shared->pieces.clear();
        QMetaObject::invokeMethod(
            writer,
            [writer, code] {
                writer->m_hasFailed = true;
                emit writer->failed(code);
            },
            Qt::QueuedConnection);
        return;
    }
}

void OutputWriter::write(const QByteArray& bytes, EndpointId source, quint64 credit) {
    const std::lock_guard lock(m_shared->mutex);
    m_shared->pieces.push_back({bytes, source, credit});
    m_shared->changed.notify_all();
}

bool OutputWriter::drain(std::chrono::milliseconds most) {
    std::unique_lock lock(m_shared->mutex);
    return m_shared->changed.wait_for(lock, most, [this] { return m_shared->pieces.empty() && !m_shared->isBusy; });
}

} // namespace sw::cli
