// SPDX-License-Identifier: MIT
#include "app/cli/stdio.h"

#include "app/signals.h"
#include "core/base/outputfile.h"

#include <QFile>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

namespace sw::cli {

bool isTerminal(StandardStream stream) {
    return ::isatty(static_cast<int>(stream)) == 1;
}

void makeBinary() {}

namespace {

/// `what`: as people call it. `isTerminal`: one that has gone is at its end.
InputPiece readFrom(int fd, qsizetype most, const QString& what, bool isTerminal) {
    QByteArray bytes(most, Qt::Uninitialized);
    for (;;) {
        const ssize_t count = ::read(fd, bytes.data(), static_cast<size_t>(most));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EAGAIN) { // somebody made our input non-blocking
            pollfd wait{.fd = fd, .events = POLLIN, .revents = 0};
            ::poll(&wait, 1, -1);
            continue;
        }
        if (count < 0 && !(isTerminal && errno == EIO))
            return {.error = Error{.id = ErrorId::ReadFailed,
                                   .native = errno,
                                   .situation = QStringLiteral("read"),
                                   .detail = QStringLiteral("%1 cannot be read: %2.")
                                                 .arg(what, QString::fromLocal8Bit(::strerror(errno)))}};
        bytes.truncate(count > 0 ? count : 0);
        return {.bytes = bytes};
    }
}

/// Standard error, so that writing to it does not block: a terminal that takes something lets one write wait for
/// another all the same.
int errorDescriptor() {
    static const int fd = [] {
        const auto own = openOutputFile(QStringLiteral("/dev/stderr"), Existing::Append);
        return own ? static_cast<int>(own->handle) : STDERR_FILENO;
    }();
    return fd;
}

/// Until it takes something, or the end was asked for: who ends us does not wait for the reader of what we say.
bool awaitReader(int fd) {
    constexpr int slice = 50; // ms
    pollfd wait{.fd = fd, .events = POLLOUT, .revents = 0};
    while (::poll(&wait, 1, isEndOver() ? 0 : slice) == 0) {
        if (isEndOver())
            return false;
    }
    return true;
}

} // namespace

InputPiece readInput(qsizetype most) {
    static const bool wasTerminal =
        isTerminal(StandardStream::Input); // of one that has gone the system no longer says it
    return readFrom(STDIN_FILENO, most, QStringLiteral("Standard input"), wasTerminal);
}

bool writeOutput(StandardStream stream, QByteArrayView bytes) {
    const bool isError = stream == StandardStream::Error;
    const int fd = isError ? errorDescriptor() : static_cast<int>(stream);
    while (!bytes.isEmpty()) {
        if (isError && !awaitReader(fd))
            return false;
        // a pipe that is ready takes so much without blocking, should it be one that blocks: pipe(7)
        const qsizetype most = isError ? std::min<qsizetype>(bytes.size(), PIPE_BUF) : bytes.size();
        const ssize_t count = ::write(fd, bytes.data(), static_cast<size_t>(most));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EAGAIN) {
            constexpr int moment = 5; // ms: another write may have the terminal, of which readiness does not tell
            pollfd wait{.fd = fd, .events = POLLOUT, .revents = 0};
            isError ? ::poll(nullptr, 0, moment) : ::poll(&wait, 1, -1);
            if (isError && isEndOver())
                return false;
            continue;
        }
        if (count < 0)
            return false;
        bytes = bytes.sliced(count);
    }
    return true;
}

std::function<InputPiece()> openControl(const QString& path) {
    return [path, name = QFile::encodeName(path), fd = -1, isRead = false]() mutable -> InputPiece {
        constexpr qsizetype most = 4096;
        if (!std::exchange(isRead, true)) {
            struct stat info {};
            const bool isFifo = ::stat(name.constData(), &info) == 0 && S_ISFIFO(info.st_mode);
            fd = ::open(name.constData(), (isFifo ? O_RDWR : O_RDONLY) | O_CLOEXEC); // as a writer we keep it open
        }
        if (fd < 0)
            return {.error = systemError(errno, QStringLiteral("open"), path)};
        return readFrom(fd, most, path, false);
    };
}

Error outputError() {
    return systemError(errno, QStringLiteral("write"), QStringLiteral("standard output"));
}

void closeOutput() {
    const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (null < 0)
        return;
    ::dup2(null, STDOUT_FILENO);
    ::close(null);
}

bool isInBackground() {
    const pid_t foreground = ::tcgetpgrp(STDIN_FILENO);
    return foreground >= 0 && foreground != ::getpgrp();
}

std::optional<QByteArray> askSecret(const QByteArray& question) {
    termios before{};
    if (!isTerminal(StandardStream::Input) || ::tcgetattr(0, &before) != 0)
        return std::nullopt;
    termios silent = before;
    // keys come one by one and end nothing by themselves: whatever happens, the terminal is left as it was
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG);
    silent.c_cc[VMIN] = 1;
    silent.c_cc[VTIME] = 0;
    if (::tcsetattr(0, TCSAFLUSH, &silent) != 0)
        return std::nullopt;
    writeOutput(StandardStream::Error, question);
    constexpr char interrupt = 3;
    constexpr char endOfInput = 4;
    constexpr char erase = 8;
    constexpr char backspace = 0x7f;
    QByteArray typed;
    bool isGiven = false;
    for (QByteArray key = readInput(1).bytes; !key.isEmpty() && key.at(0) != interrupt; key = readInput(1).bytes) {
        const char c = key.at(0);
        isGiven = c == '\n' || c == '\r';
        if (isGiven || c == endOfInput)
            break;
        if (c == erase || c == backspace)
            typed.chop(1);
        else
            typed.append(c);
    }
    ::tcsetattr(0, TCSAFLUSH, &before);
    writeOutput(StandardStream::Error, "\n");
    return isGiven ? std::optional(typed) : std::nullopt;
}

} // namespace sw::cli
