// SPDX-License-Identifier: MIT
#include "core/behaviour/scriptpipe.h"

#include <qt_windows.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace sw::scriptpipe {

namespace {

constexpr DWORD pieceSize = 65536;

/// What a handler of exceptions can reach: of the whole process, which runs one script.
struct Running {
    int id = 0;
    int hook = 0;
    unsigned place = 0;
};
Running running;

void writeWords(const char* why) {
    std::array<char, 96> line{};
    const int size =
        std::snprintf(line.data(), line.size(), "%s %d %d %u\n", why, running.id, running.hook, running.place);
    DWORD count = 0;
    WriteFile(GetStdHandle(STD_ERROR_HANDLE), line.data(), static_cast<DWORD>(size), &count, nullptr);
}

LONG WINAPI crashed(EXCEPTION_POINTERS*) {
    writeWords("CRASH");
    return EXCEPTION_EXECUTE_HANDLER;
}

HANDLE input() {
    return GetStdHandle(STD_INPUT_HANDLE);
}

} // namespace

bool prepare() {
    SetUnhandledExceptionFilter(crashed);
    return GetFileType(input()) == FILE_TYPE_PIPE && GetFileType(GetStdHandle(STD_OUTPUT_HANDLE)) == FILE_TYPE_PIPE;
}

/// An anonymous pipe cannot be waited for: where there is a limit, it is looked at every millisecond.
std::optional<QByteArray> read(std::chrono::milliseconds wait) {
    const auto end = std::chrono::steady_clock::now() + wait;
    while (wait.count() >= 0) {
        DWORD available = 0;
        if (PeekNamedPipe(input(), nullptr, 0, nullptr, &available, nullptr) == 0)
            return std::nullopt;
        if (available > 0)
            break;
        if (std::chrono::steady_clock::now() >= end)
            return QByteArray();
        Sleep(1);
    }
    QByteArray bytes(pieceSize, Qt::Uninitialized);
    DWORD count = 0;
    if (ReadFile(input(), bytes.data(), pieceSize, &count, nullptr) == 0 || count == 0)
        return std::nullopt;
    bytes.resize(static_cast<qsizetype>(count));
    return bytes;
}

bool write(QByteArrayView bytes) {
    while (!bytes.isEmpty()) {
        DWORD count = 0;
        const auto size = static_cast<DWORD>(std::min<qsizetype>(bytes.size(), pieceSize));
        if (WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), bytes.data(), size, &count, nullptr) == 0)
            return false;
        bytes = bytes.sliced(count);
    }
    return true;
}

void calls(int id, int hook, unsigned place) {
    running = {.id = id, .hook = hook, .place = place};
}

void told() {
    running.place = 0;
}

void lastWords(const char* why, int status) {
    writeWords(why);
    TerminateProcess(GetCurrentProcess(), static_cast<UINT>(status));
    for (;;)
        Sleep(INFINITE);
}

} // namespace sw::scriptpipe
