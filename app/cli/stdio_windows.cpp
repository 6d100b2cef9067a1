// SPDX-License-Identifier: MIT
#include "app/cli/stdio.h"

#include <fcntl.h>
#include <io.h>

namespace sw::cli {

bool isTerminal(StandardStream stream) {
    return ::_isatty(static_cast<int>(stream)) != 0;
}

void makeBinary() {
    for (const int fd : {0, 1, 2})
        ::_setmode(fd, _O_BINARY);
}

QByteArray readInput(qsizetype most) {
    QByteArray bytes(most, Qt::Uninitialized);
    const int count = ::_read(0, bytes.data(), static_cast<unsigned>(most));
    bytes.truncate(count > 0 ? count : 0);
    return bytes;
}

bool writeOutput(StandardStream stream, QByteArrayView bytes) {
    while (!bytes.isEmpty()) {
        const int count = ::_write(static_cast<int>(stream), bytes.data(), static_cast<unsigned>(bytes.size()));
        if (count < 0)
            return false;
        bytes = bytes.sliced(count);
    }
    return true;
}

} // namespace sw::cli
