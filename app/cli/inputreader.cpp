// SPDX-License-Identifier: MIT
#include "app/cli/inputreader.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace sw::cli {

namespace {
constexpr qsizetype pieceSize = 65507; // also the largest datagram over IPv4
}

struct InputReader::Shared {
    std::mutex mutex; // guards the rest
    std::condition_variable asked;
    bool isAsked = false;
    InputReader* reader = nullptr;
};

InputReader::InputReader(Source source, QObject* parent) : QObject(parent), m_shared(std::make_shared<Shared>()) {
    m_shared->reader = this;
    if (!source)
        source = [] { return readInput(pieceSize); };
    std::thread([shared = m_shared, source = std::move(source)] {
        for (;;) {
            {
                std::unique_lock lock(shared->mutex);
                shared->asked.wait(lock, [&] { return shared->isAsked || shared->reader == nullptr; });
                if (shared->reader == nullptr)
                    return;
                shared->isAsked = false;
            }
            const InputPiece piece = source();
            const std::lock_guard lock(shared->mutex);
            if (shared->reader == nullptr)
                return;
            QMetaObject::invokeMethod(
                shared->reader, [reader = shared->reader, piece] { reader->receive(piece); }, Qt::QueuedConnection);
            if (piece.bytes.isEmpty())
                return;
        }
    }).detach(); // a blocked read cannot be ended; the process does not wait for it
}

InputReader::~InputReader() {
    const std::lock_guard lock(m_shared->mutex);
    m_shared->reader = nullptr;
    m_shared->asked.notify_one();
}

void InputReader::request() {
    if (m_isAsked || m_atEnd)
        return;
    m_isAsked = true;
    const std::lock_guard lock(m_shared->mutex);
    m_shared->isAsked = true;
    m_shared->asked.notify_one();
}

void InputReader::receive(const InputPiece& piece) {
    m_isAsked = false;
    if (!piece.bytes.isEmpty()) {
        emit arrived(piece.bytes);
        return;
    }
    m_atEnd = true;
    if (piece.error)
        emit failed(*piece.error);
    emit ended();
}

} // namespace sw::cli
