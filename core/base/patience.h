// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

#include <atomic>
#include <chrono>
#include <functional>
#include <limits>

namespace sw {

/// How long whoever writes to a pipe or terminal waits for its reader: for ever, until a time, or until told to stop.
/// Any thread.
class Patience {
public:
    enum class Opening {
        Waits,   ///< a pipe that nobody reads yet is opened once somebody does
        Refuses, ///< it is an error: the thread that opens must go on
    };

    /// `waiting`: hears, once for each pipe, that its first reader is waited for, on the thread that waits.
    explicit Patience(Opening opening = Opening::Waits, std::function<void(const QString& path)> waiting = {})
        : m_opening(opening),
          m_waiting(std::move(waiting)) {}
    /// For ever, unless it becomes true; it must live as long.
    explicit Patience(const std::atomic<bool>& isCancelled) : m_isCancelled(&isCancelled) {}
    Patience(const Patience&) = delete;
    Patience& operator=(const Patience&) = delete;
    Patience(Patience&&) = delete;
    Patience& operator=(Patience&&) = delete;
    ~Patience() = default;

    /// A moment is left for all that is still to be written. Safe in a signal handler (clock_gettime(2)).
    void stop() { endAt(std::chrono::steady_clock::now() + grace); }
    void endAt(std::chrono::steady_clock::time_point time) {
        const std::chrono::nanoseconds wanted = time.time_since_epoch();
        for (qint64 end = m_end; wanted.count() < end && !m_end.compare_exchange_weak(end, wanted.count());)
            continue;
    }
    /// One wait lasts no longer than that. Call it before others know of this.
    void setLongest(std::chrono::milliseconds longest) { m_longest = longest; }
    std::chrono::milliseconds longest() const { return m_longest; }
    bool isOver() const {
        return std::chrono::steady_clock::now().time_since_epoch().count() >= m_end ||
               (m_isCancelled != nullptr && *m_isCancelled);
    }
    bool waitsToOpen() const { return m_opening == Opening::Waits && !isOver(); }
    void tellWaiting(const QString& path) const {
        if (m_waiting)
            m_waiting(path);
    }

private:
    static constexpr std::chrono::milliseconds grace{200};
    static_assert(std::atomic<qint64>::is_always_lock_free, "signal handlers call stop()");

    Opening m_opening = Opening::Waits;
    const std::atomic<bool>* m_isCancelled = nullptr;
    std::chrono::milliseconds m_longest = std::chrono::hours(24 * 365);
    std::function<void(const QString&)> m_waiting;
    std::atomic<qint64> m_end{std::numeric_limits<qint64>::max()}; // steady clock, nanoseconds
};

} // namespace sw
