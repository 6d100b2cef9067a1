// SPDX-License-Identifier: MIT
#include "core/behaviour/scriptpipe.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <poll.h>
#include <sys/stat.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif
#include <unistd.h>

namespace sw::scriptpipe {

namespace {

constexpr std::size_t pieceSize = 65536;

/// What a handler of signals can reach: of the whole process, which runs one script.
struct Running {
    volatile std::sig_atomic_t id = 0;
    volatile std::sig_atomic_t hook = 0;
    volatile std::sig_atomic_t place = 0;
};
Running running; // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): a signal has no other way

/// Nothing but what signal-safety(7) allows.
void writeWords(const char* why) {
    std::array<char, 96> line{};
    std::size_t size = 0;
    for (; *why != '\0' && size < 16; ++why)
        line.at(size++) = *why;
    for (const int number :
         {static_cast<int>(running.id), static_cast<int>(running.hook), static_cast<int>(running.place)}) {
        line.at(size++) = ' ';
        std::array<char, 12> digits{};
        std::size_t count = 0;
        int left = number < 0 ? 0 : number;
        do {
            digits.at(count++) = static_cast<char>('0' + left % 10);
            left /= 10;
        } while (left > 0);
        while (count > 0)
            line.at(size++) = digits.at(--count);
    }
    line.at(size++) = '\n';
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), size);
}

void crashed(int signal) {
    writeWords("CRASH");
    ::raise(signal); // by its default now: SA_RESETHAND
}

/// On a stack of its own: what crashes is often the stack.
void hearCrashes() {
    constexpr std::size_t stackSize = 65536;
    static std::array<char, stackSize> stack; // for as long as the process lives
    stack_t own{};
    own.ss_sp = stack.data();
    own.ss_size = stack.size();
    ::sigaltstack(&own, nullptr);
    struct sigaction action {};
    action.sa_handler = crashed;
    action.sa_flags = SA_ONSTACK | SA_RESETHAND | SA_NODEFER;
    for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGXCPU})
        ::sigaction(signal, &action, nullptr);
}

bool isPipe(int descriptor) {
    struct stat about {};
    return ::fstat(descriptor, &about) == 0 && (S_ISFIFO(about.st_mode) || S_ISSOCK(about.st_mode));
}

} // namespace

bool prepare() {
    // what the program had open without close-on-exec is none of a script's business
    constexpr int firstOther = 3;
    bool isClosed = false;
#ifdef SYS_close_range
    isClosed = ::syscall(SYS_close_range, firstOther, ~0U, 0) == 0; // Linux 5.9
#endif
    constexpr int most = 65536;
    const long limit = ::sysconf(_SC_OPEN_MAX);
    for (int other = firstOther; !isClosed && other < (limit > 0 && limit < most ? static_cast<int>(limit) : most);
         ++other)
        ::close(other);
    hearCrashes();
    return isPipe(STDIN_FILENO) && isPipe(STDOUT_FILENO);
}

std::optional<QByteArray> read(std::chrono::milliseconds wait) {
    pollfd poll{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&poll, 1, static_cast<int>(wait.count()));
    if (ready == 0 || (ready < 0 && errno == EINTR))
        return QByteArray();
    QByteArray bytes(pieceSize, Qt::Uninitialized);
    const ssize_t count = ::read(STDIN_FILENO, bytes.data(), pieceSize);
    if (count < 0 && (errno == EINTR || errno == EAGAIN))
        return QByteArray();
    if (count <= 0)
        return std::nullopt;
    bytes.resize(count);
    return bytes;
}

bool write(QByteArrayView bytes) {
    while (!bytes.isEmpty()) {
        const ssize_t count = ::write(STDOUT_FILENO, bytes.data(), static_cast<std::size_t>(bytes.size()));
        if (count < 0 && errno == EAGAIN) {
            pollfd poll{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
            ::poll(&poll, 1, -1);
        } else if (count < 0 && errno != EINTR) {
            return false;
        } else if (count > 0) {
            bytes = bytes.sliced(count);
        }
    }
    return true;
}

void calls(int id, int hook, unsigned place) {
    running.id = id;
    running.hook = hook;
    running.place = static_cast<int>(place);
}

void told() {
    running.place = 0;
}

void lastWords(const char* why, int status) {
    writeWords(why);
    ::_exit(status);
}

} // namespace sw::scriptpipe
