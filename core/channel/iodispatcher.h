// SPDX-License-Identifier: MIT
#pragma once

#include "core/channel/readiness.h"

#include <QAbstractEventDispatcher>

#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <set>
#include <unordered_map>
#include <vector>

namespace sw {

/// The event loop of the I/O thread on systems with a ReadinessSet: sockets are called straight from it, in bounded
/// rounds, and timers, posted events and QSocketNotifiers work as with Qt's own (QAbstractEventDispatcher). Belongs to
/// the thread it is set for, but for wakeUp() and interrupt().
class IoDispatcher final : public QAbstractEventDispatcher {
    Q_OBJECT

public:
    /// nullptr where Qt's own is to be used: systems without a ReadinessSet, or SOCKETWRIGHT_DISPATCHER=qt in the
    /// environment.
    static std::unique_ptr<IoDispatcher> create();
    ~IoDispatcher() override;
    IoDispatcher(const IoDispatcher&) = delete;
    IoDispatcher& operator=(const IoDispatcher&) = delete;
    IoDispatcher(IoDispatcher&&) = delete;
    IoDispatcher& operator=(IoDispatcher&&) = delete;

    // what a Poller needs; see there
    /// The target hears of the socket from now on.
    Poller::Ticket watch(native::Descriptor socket, unsigned interest, PollTarget* target);
    void setInterest(Poller::Ticket ticket, unsigned interest);
    /// The target hears no more, also not of what this round has found already.
    void unwatch(Poller::Ticket ticket);

    bool processEvents(QEventLoop::ProcessEventsFlags flags) override;
    void registerSocketNotifier(QSocketNotifier* notifier) override;
    void unregisterSocketNotifier(QSocketNotifier* notifier) override;
    void registerTimer(int timerId, qint64 interval, Qt::TimerType timerType, QObject* object) override;
    bool unregisterTimer(int timerId) override;
    bool unregisterTimers(QObject* object) override;
    QList<TimerInfo> registeredTimers(QObject* object) const override;
    int remainingTime(int timerId) override;
    void wakeUp() override;
    void interrupt() override;

private:
    using Clock = std::chrono::steady_clock;

    struct Slot {
        PollTarget* target = nullptr; // nullptr: free, or the notifiers of a descriptor
        native::Descriptor socket = native::noDescriptor;
        unsigned interest = NoInterest;
        std::array<QSocketNotifier*, 2> notifiers{}; // read, write
    };
    struct Timer {
        qint64 interval = 0; // milliseconds
        Qt::TimerType type = Qt::CoarseTimer;
        QObject* object = nullptr;
        Clock::time_point due;
    };

    explicit IoDispatcher(std::unique_ptr<ReadinessSet> set);

    Poller::Ticket takeSlot();
    void recycle();
    bool dispatchSockets(std::optional<std::chrono::nanoseconds> time);
    void dispatch(const ReadinessSet::Event& event);
    bool dispatchTimers();
    std::optional<std::chrono::nanoseconds> timeToNextTimer() const;

    std::unique_ptr<ReadinessSet> m_set;
    std::array<ReadinessSet::Event, 256> m_events{};
    std::vector<Slot> m_slots;
    std::vector<Poller::Ticket> m_free;
    std::vector<Poller::Ticket> m_retired;
    std::unordered_map<qintptr, Poller::Ticket> m_notified; // descriptors that have QSocketNotifiers
    std::map<int, Timer> m_timers;
    std::set<std::pair<Clock::time_point, int>> m_due; // of m_timers, soonest first
    std::atomic<bool> m_isWoken{false};
    std::atomic<bool> m_isInterrupted{false};
    int m_dispatching = 0; // depth
};

} // namespace sw
