// SPDX-License-Identifier: MIT
#include "app/cli/stdio.h"

#include <cerrno>
#include <poll.h>
#include <unistd.h>

namespace sw::cli {

bool isTerminal(StandardStream stream) {
    return ::isatty(static_cast<int>(stream)) == 1;
}

void makeBinary() {}

QByteArray readInput(qsizetype most) {
    QByteArray bytes(most, Qt::Uninitialized);
    for (;;) {
        const ssize_t count = ::read(0, bytes.data(), static_cast<size_t>(most));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EAGAIN) { // somebody made our input non-blocking
            pollfd wait{.fd = 0, .events = POLLIN, .revents = 0};
            ::poll(&wait, 1, -1);
            continue;
        }
        bytes.truncate(count > 0 ? count : 0);
        return bytes;
    }
}

bool writeOutput(StandardStream stream, QByteArrayView bytes) {
    while (!bytes.isEmpty()) {
        const ssize_t count = ::write(static_cast<int>(stream), bytes.data(), static_cast<size_t>(bytes.size()));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EAGAIN) {
            pollfd wait{.fd = static_cast<int>(stream), .events = POLLOUT, .revents = 0};
            ::poll(&wait, 1, -1);
            continue;
        }
        if (count < 0)
            return false;
        bytes = bytes.sliced(count);
    }
    return true;
}

} // namespace sw::cli
