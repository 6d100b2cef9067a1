// SPDX-License-Identifier: MIT
#include "core/behaviour/scriptwatchdog.h"

#include "core/base/processmemory.h"

#include <QJSEngine>

namespace sw {

namespace {
constexpr std::chrono::milliseconds look(5);
}

ScriptWatchdog::ScriptWatchdog(QJSEngine& engine) : m_engine(engine), m_thread([this] { run(); }) {}

ScriptWatchdog::~ScriptWatchdog() {
    {
        const std::lock_guard lock(m_mutex);
        m_isQuitting = true;
    }
    m_wake.notify_all();
    m_thread.join();
}

void ScriptWatchdog::begin() {
    {
        const std::lock_guard lock(m_mutex);
        m_isRunning = true;
        m_verdict = Verdict::Fine;
        m_deadline = std::chrono::steady_clock::now() + timeLimit;
        m_memoryAtStart = 0; // read by the thread, if the call lasts until it looks
    }
    m_wake.notify_all();
}

ScriptWatchdog::Verdict ScriptWatchdog::end() {
    const std::lock_guard lock(m_mutex);
    m_isRunning = false;
    if (m_verdict != Verdict::Fine)
        m_engine.setInterrupted(false);
    return m_verdict;
}

void ScriptWatchdog::run() {
    std::unique_lock lock(m_mutex);
    while (!m_isQuitting) {
        if (!m_isRunning) {
            m_wake.wait(lock);
            continue;
        }
        const quint64 now = residentMemory().value_or(0);
        if (m_memoryAtStart == 0)
            m_memoryAtStart = now;
        if (m_verdict == Verdict::Fine && now > m_memoryAtStart + memoryLimit)
            m_verdict = Verdict::TooMuchMemory;
        else if (m_verdict == Verdict::Fine && std::chrono::steady_clock::now() >= m_deadline)
            m_verdict = Verdict::TooLong;
        if (m_verdict != Verdict::Fine)
            m_engine.setInterrupted(true);
        m_wake.wait_for(lock, look);
    }
}

} // namespace sw
