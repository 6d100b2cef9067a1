// SPDX-License-Identifier: MIT
#include "core/behaviour/scriptwatchdog.h"

#include "core/behaviour/scriptlimits.h"
#include "core/behaviour/scriptpipe.h"

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

void ScriptWatchdog::begin(std::chrono::milliseconds limit) {
    bool isAsleep = false;
    {
        const std::lock_guard lock(m_mutex);
        m_isRunning = true;
        m_verdict = Verdict::Fine;
        m_deadline = std::chrono::steady_clock::now() + limit;
        m_memoryAtStart = 0; // read by the thread, if the call lasts until it looks
        isAsleep = m_isAsleep;
    }
    if (isAsleep)
        m_wake.notify_all();
}

ScriptWatchdog::Verdict ScriptWatchdog::end() {
    const std::lock_guard lock(m_mutex);
    m_isRunning = false;
    if (m_verdict != Verdict::Fine)
        m_engine.setInterrupted(false);
    return m_verdict;
}

void ScriptWatchdog::endProcess() const {
    const bool isTime = m_verdict == Verdict::TooLong;
    scriptpipe::lastWords(isTime ? "TIME" : "MEMORY", isTime ? ScriptTookTooLong : ScriptTookTooMuchMemory);
}

void ScriptWatchdog::run() {
    constexpr int idleLooks = 20; // calls follow each other: waking the thread for each would cost more than they do
    int idle = 0;
    std::unique_lock lock(m_mutex);
    while (!m_isQuitting) {
        if (!m_isRunning && ++idle > idleLooks) {
            m_isAsleep = true;
            m_wake.wait(lock, [this] { return m_isRunning || m_isQuitting; });
            m_isAsleep = false;
        }
        if (m_isRunning) {
            idle = 0;
            const auto now = std::chrono::steady_clock::now();
            const quint64 memory = scriptlimits::residentMemory().value_or(0);
            if (m_memoryAtStart == 0)
                m_memoryAtStart = memory;
            if (m_verdict == Verdict::Fine) {
                if (memory > m_memoryAtStart + memoryLimit)
                    m_verdict = Verdict::TooMuchMemory;
                else if (now >= m_deadline)
                    m_verdict = Verdict::TooLong;
                if (m_verdict != Verdict::Fine)
                    m_deadline = now + grace;
            } else if (now >= m_deadline) {
                endProcess();
            }
            if (m_verdict != Verdict::Fine)
                m_engine.setInterrupted(true);
        }
        m_wake.wait_for(lock, look);
    }
}

} // namespace sw
