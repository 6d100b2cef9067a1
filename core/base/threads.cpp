// SPDX-License-Identifier: MIT
#include "core/base/threads.h"

#include <QThreadPool>

#include <thread>

namespace sw {

Error threadError(int native) {
    return {.id = ErrorId::NoThread,
            .native = native,
            .situation = QStringLiteral("thread"),
            .detail =
                QStringLiteral("The system starts no more threads for this user. End other programs, or raise the "
                               "limit (`ulimit -u`).")};
}

Result<void> tryThread() {
    try {
        std::thread([] {}).join();
    } catch (const std::system_error& error) {
        return tl::unexpected(threadError(error.code().value()));
    }
    return {};
}

void runOnPool(std::function<void()> work) {
    if (tryThread())
        QThreadPool::globalInstance()->start(std::move(work));
    else
        work();
}

} // namespace sw
