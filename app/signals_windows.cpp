// SPDX-License-Identifier: MIT
#include "app/signals.h"

#include <atomic>
#include <windows.h>

namespace sw {

namespace {

std::function<void(const QString&)>* endCall = nullptr; // the console's handler thread can reach nothing else
QObject* endContext = nullptr;
std::atomic<int> requests{0};
std::shared_ptr<Patience> toStop; // set before the handler is

BOOL WINAPI handleConsole(DWORD event) {
    if (toStop)
        toStop->stop();
    if (++requests > 1)
        ::ExitProcess(1);
    const QString name = event == CTRL_C_EVENT       ? QStringLiteral("Ctrl+C")
                         : event == CTRL_BREAK_EVENT ? QStringLiteral("Ctrl+Break")
                                                     : QStringLiteral("the system");
    QMetaObject::invokeMethod(
        endContext, [name] { (*endCall)(name); }, Qt::QueuedConnection);
    return TRUE;
}

} // namespace

bool isEndOver() {
    return toStop && toStop->isOver();
}

void onEndRequested(QObject* context, std::shared_ptr<Patience> patience,
                    std::function<void(const QString& signal)> call) {
    toStop = std::move(patience);
    static std::function<void(const QString&)> kept;
    kept = std::move(call);
    endCall = &kept;
    endContext = context;
    ::SetConsoleCtrlHandler(handleConsole, TRUE);
}

} // namespace sw
