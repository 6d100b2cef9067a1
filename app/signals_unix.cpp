// SPDX-License-Identifier: MIT
#include "app/signals.h"

#include <QSocketNotifier>

#include <array>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace sw {

namespace {

// a signal handler can reach nothing else: signal-safety(7)
std::array<int, 2> wakePipe{-1, -1};
volatile std::sig_atomic_t requests = 0;
Patience* toStop = nullptr; // set before the handler is

extern "C" void handleSignal(int number) {
    requests = requests + 1;
    if (toStop != nullptr)
        toStop->stop();
    if (requests > 1)
        ::_exit(128 + number);
    const char byte = static_cast<char>(number);
    [[maybe_unused]] const ssize_t written = ::write(wakePipe[1], &byte, 1);
}

} // namespace

bool isEndOver() {
    return toStop != nullptr && toStop->isOver();
}

void onEndRequested(QObject* context, std::shared_ptr<Patience> patience,
                    std::function<void(const QString& signal)> call) {
    static std::shared_ptr<Patience> kept; // as long as the handler
    kept = std::move(patience);
    toStop = kept.get();
    if (::pipe(wakePipe.data()) != 0)
        return;
    for (const int fd : wakePipe)
        ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    auto* notifier = new QSocketNotifier(wakePipe[0], QSocketNotifier::Read, context);
    QObject::connect(notifier, &QSocketNotifier::activated, context, [notifier, call = std::move(call)] {
        notifier->setEnabled(false);
        char number = 0;
        [[maybe_unused]] const ssize_t count = ::read(wakePipe[0], &number, 1);
        call(number == SIGINT   ? QStringLiteral("SIGINT")
             : number == SIGHUP ? QStringLiteral("SIGHUP")
                                : QStringLiteral("SIGTERM"));
    });
    struct sigaction action {};
    action.sa_handler = handleSignal;
    action.sa_flags = SA_RESTART;
    for (const int number : {SIGINT, SIGTERM, SIGHUP})
        ::sigaction(number, &action, nullptr);
}

} // namespace sw
