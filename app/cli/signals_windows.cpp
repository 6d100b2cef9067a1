// SPDX-License-Identifier: MIT
#include "app/cli/signals.h"

#include "core/base/outputfile.h"

#include <atomic>
#include <windows.h>

namespace sw::cli {

namespace {

std::function<void(const QString&)>* endCall = nullptr; // the console's handler thread can reach nothing else
QObject* endContext = nullptr;
std::atomic<int> requests{0};

BOOL WINAPI handleConsole(DWORD event) {
    stopWaitingForReaders();
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

void onEndRequested(QObject* context, std::function<void(const QString& signal)> call) {
    static std::function<void(const QString&)> kept;
    kept = std::move(call);
    endCall = &kept;
    endContext = context;
    ::SetConsoleCtrlHandler(handleConsole, TRUE);
}

} // namespace sw::cli
