// SPDX-License-Identifier: MIT
#pragma once

#include <QtGlobal>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

class QJSEngine;

namespace sw {

/// Stops a script that runs too long or takes too much memory: a thread of its own looks every few milliseconds while a
/// call is going on. Made and used by one thread.
class ScriptWatchdog {
public:
    static constexpr std::chrono::milliseconds timeLimit{1000};
    /// By so much the process may grow during one call.
    static constexpr quint64 memoryLimit = 256ULL << 20U;

    enum class Verdict { Fine, TooLong, TooMuchMemory };

    explicit ScriptWatchdog(QJSEngine& engine);
    ~ScriptWatchdog();
    ScriptWatchdog(const ScriptWatchdog&) = delete;
    ScriptWatchdog& operator=(const ScriptWatchdog&) = delete;
    ScriptWatchdog(ScriptWatchdog&&) = delete;
    ScriptWatchdog& operator=(ScriptWatchdog&&) = delete;

    void begin();
    /// The engine can be used again afterwards.
    Verdict end();

private:
    void run();

    QJSEngine& m_engine;
    std::mutex m_mutex; // guards what follows
    std::condition_variable m_wake;
    bool m_isRunning = false;
    bool m_isQuitting = false;
    Verdict m_verdict = Verdict::Fine;
    std::chrono::steady_clock::time_point m_deadline;
    quint64 m_memoryAtStart = 0;
    std::thread m_thread;
};

} // namespace sw
