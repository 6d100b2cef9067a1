// SPDX-License-Identifier: MIT
#pragma once

#include "core/behaviour/scriptmessages.h"

#include <QtGlobal>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

class QJSEngine;

namespace sw {

/// Stops a script that runs too long or takes too much memory: a thread of its own looks every few milliseconds while a
/// call is going on. What cannot be interrupted (a function of the language, a getter that is called while an error is
/// described) takes the process with it. Made and used by one thread, in the script's own process.
class ScriptWatchdog {
public:
    static constexpr std::chrono::milliseconds timeLimit{scriptCallMilliseconds};
    /// After that long beyond its time, or its memory, a call that goes on ends the process.
    static constexpr std::chrono::milliseconds grace{250};
    /// By so much the process may grow during one call.
    static constexpr quint64 memoryLimit = 256ULL << 20U;

    enum class Verdict { Fine, TooLong, TooMuchMemory };

    explicit ScriptWatchdog(QJSEngine& engine);
    ~ScriptWatchdog();
    ScriptWatchdog(const ScriptWatchdog&) = delete;
    ScriptWatchdog& operator=(const ScriptWatchdog&) = delete;
    ScriptWatchdog(ScriptWatchdog&&) = delete;
    ScriptWatchdog& operator=(ScriptWatchdog&&) = delete;

    void begin(std::chrono::milliseconds limit = timeLimit);
    /// The engine can be used again afterwards.
    Verdict end();

private:
    void run();
    [[noreturn]] void endProcess() const;

    QJSEngine& m_engine;
    std::mutex m_mutex; // guards what follows
    std::condition_variable m_wake;
    bool m_isRunning = false;
    bool m_isQuitting = false;
    bool m_isAsleep = true; // the thread: it has to be woken
    Verdict m_verdict = Verdict::Fine;
    std::chrono::steady_clock::time_point m_deadline; // of the call, and once it is over, of the process
    quint64 m_memoryAtStart = 0;
    std::thread m_thread;
};

} // namespace sw
