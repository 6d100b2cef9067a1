// SPDX-License-Identifier: MIT
#include "app/cli/stdio.h"

#include <QFile>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <io.h>
#include <memory>
#include <windows.h>

namespace sw::cli {

bool isTerminal(StandardStream stream) {
    return ::_isatty(static_cast<int>(stream)) != 0;
}

void makeBinary() {
    for (const int fd : {0, 1, 2})
        ::_setmode(fd, _O_BINARY);
}

InputPiece readInput(qsizetype most) {
    QByteArray bytes(most, Qt::Uninitialized);
    const int count = ::_read(0, bytes.data(), static_cast<unsigned>(most));
    if (count < 0 && errno != EPIPE && errno != EBADF) { // a pipe whose writer has gone, or no input at all: an end
        const int code = errno;
        return {.error = Error{.id = ErrorId::ReadFailed,
                               .native = code,
                               .situation = QStringLiteral("read"),
                               .detail = QStringLiteral("Standard input cannot be read: %1.")
                                             .arg(QString::fromLocal8Bit(strerror(code)))}};
    }
    bytes.truncate(count > 0 ? count : 0);
    return {.bytes = bytes};
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

std::function<InputPiece()> openControl(const QString& path) {
    return [file = std::make_shared<QFile>(path)]() -> InputPiece {
        constexpr qint64 most = 4096;
        const bool isOpen = file->isOpen() || file->open(QIODevice::ReadOnly | QIODevice::Unbuffered);
        const QByteArray bytes = isOpen ? file->read(most) : QByteArray();
        if (file->error() == QFileDevice::NoError)
            return {.bytes = bytes};
        return {.error = Error{
                    .id = ErrorId::ReadFailed,
                    .situation = QStringLiteral("read"),
                    .detail = QStringLiteral("%1 cannot be read: %2.").arg(file->fileName(), file->errorString())}};
    };
}

Error outputError() { // the C runtime's own error: _write() does not set the one of sockets
    const int code = errno;
    return {.id = code == EPIPE || code == EINVAL ? ErrorId::BrokenPipe
                  : code == ENOSPC                ? ErrorId::NoBufferSpace
                                                  : ErrorId::Unknown,
            .native = code,
            .situation = QStringLiteral("write"),
            .detail =
                QStringLiteral("Writing to standard output failed: %1.").arg(QString::fromLocal8Bit(strerror(code)))};
}

void closeOutput() {
    const int null = ::_open("NUL", _O_WRONLY | _O_BINARY);
    if (null < 0)
        return;
    ::_dup2(null, 1);
    ::_close(null);
}

bool isInBackground() {
    return false;
}

std::optional<QByteArray> askSecret(const QByteArray& question) {
    HANDLE input = ::GetStdHandle(STD_INPUT_HANDLE);
    DWORD before = 0;
    if (!isTerminal(StandardStream::Input) || ::GetConsoleMode(input, &before) == 0)
        return std::nullopt;
    ::SetConsoleMode(input, (before & ~static_cast<DWORD>(ENABLE_ECHO_INPUT)) | ENABLE_LINE_INPUT);
    writeOutput(StandardStream::Error, question);
    constexpr qsizetype longest = 4096;
    QByteArray typed = readInput(longest);
    ::SetConsoleMode(input, before);
    writeOutput(StandardStream::Error, "\n");
    if (!typed.endsWith('\n'))
        return std::nullopt;
    while (typed.endsWith('\n') || typed.endsWith('\r'))
        typed.chop(1);
    return typed;
}

} // namespace sw::cli
