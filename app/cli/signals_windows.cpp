// SPDX-License-Identifier: MIT
#include "app/cli/signals.h"

#include <atomic>
#include <windows.h>

namespace sw::cli {

namespace {

std::function<void()>* endCall = nullptr; // the console's handler thread can reach nothing else
QObject* endContext = nullptr;
std::atomic<int> requests{0};

BOOL WINAPI handleConsole(DWORD) {
    if (++requests > 1)
        ::ExitProcess(1);
    QMetaObject::invokeMethod(
        endContext, [] { (*endCall)(); }, Qt::QueuedConnection);
    return TRUE;
}

} // namespace

void onEndRequested(QObject* context, std::function<void()> call) {
    static std::function<void()> kept;
    kept = std::move(call);
    endCall = &kept;
    endContext = context;
    ::SetConsoleCtrlHandler(handleConsole, TRUE);
}

} // namespace sw::cli
