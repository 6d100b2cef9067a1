// SPDX-License-Identifier: MIT
#include "core/channel/iodispatcher.h"

#include <QCoreApplication>
#include <QSocketNotifier>
#include <QTimerEvent>

#include <algorithm>

namespace sw {

namespace {

/// The sockets of a thread whose event loop is an IoDispatcher.
class DirectPoller final : public Poller {
public:
    explicit DirectPoller(IoDispatcher* dispatcher) : m_dispatcher(dispatcher) {}

    Ticket add(native::Descriptor socket, unsigned interest, PollTarget* target) override {
        return m_dispatcher->watch(socket, interest, target);
    }
    void setInterest(Ticket ticket, unsigned interest) override { m_dispatcher->setInterest(ticket, interest); }
    void remove(Ticket ticket) override { m_dispatcher->unwatch(ticket); }

private:
    IoDispatcher* m_dispatcher;
};

} // namespace

std::unique_ptr<Poller> Poller::create() {
    if (auto* dispatcher = qobject_cast<IoDispatcher*>(QAbstractEventDispatcher::instance()))
        return std::make_unique<DirectPoller>(dispatcher);
    return createNotifierPoller();
}

std::unique_ptr<IoDispatcher> IoDispatcher::create() {
    if (qEnvironmentVariable("SOCKETWRIGHT_DISPATCHER") == QLatin1String("qt"))
        return nullptr;
    auto set = ReadinessSet::create();
    return set == nullptr ? nullptr : std::unique_ptr<IoDispatcher>(new IoDispatcher(std::move(set)));
}

IoDispatcher::IoDispatcher(std::unique_ptr<ReadinessSet> set) : m_set(std::move(set)) {}

IoDispatcher::~IoDispatcher() = default;

Poller::Ticket IoDispatcher::takeSlot() {
    if (m_free.empty()) {
        m_slots.emplace_back();
        return static_cast<Poller::Ticket>(m_slots.size() - 1);
    }
    const Poller::Ticket ticket = m_free.back();
    m_free.pop_back();
    return ticket;
}

Poller::Ticket IoDispatcher::watch(native::Descriptor socket, unsigned interest, PollTarget* target) {
    const Poller::Ticket ticket = takeSlot();
    m_slots[ticket] = {.target = target, .socket = socket};
    setInterest(ticket, interest);
    return ticket;
}

void IoDispatcher::setInterest(Poller::Ticket ticket, unsigned interest) {
    Slot& slot = m_slots[ticket];
    if (slot.interest == interest)
        return;
    m_set->change(slot.socket, slot.interest, interest, ticket);
    slot.interest = interest;
}

void IoDispatcher::unwatch(Poller::Ticket ticket) {
    setInterest(ticket, NoInterest);
    m_slots[ticket].target = nullptr;
    m_slots[ticket].notifiers = {};
    m_retired.push_back(ticket); // not free before the running batch is over: it may still name this slot
    if (m_dispatching == 0)
        recycle();
}

void IoDispatcher::recycle() {
    m_free.insert(m_free.end(), m_retired.begin(), m_retired.end());
    m_retired.clear();
}

bool IoDispatcher::processEvents(QEventLoop::ProcessEventsFlags flags) {
    m_isInterrupted = false;
    emit awake();
    QCoreApplication::sendPostedEvents();
    if (m_isInterrupted)
        return false;
    // whoever posts an event or starts a timer from now on wakes the wait
    const bool mayWait = flags.testFlag(QEventLoop::WaitForMoreEvents) && !m_isWoken.exchange(false);
    std::optional<std::chrono::nanoseconds> time(std::chrono::nanoseconds(0));
    if (mayWait) {
        time = timeToNextTimer();
        emit aboutToBlock();
    }
    bool wasBusy = false;
    if (!flags.testFlag(QEventLoop::ExcludeSocketNotifiers))
        wasBusy = dispatchSockets(time);
    if (mayWait)
        emit awake();
    if (!flags.testFlag(QEventLoop::X11ExcludeTimers))
        wasBusy = dispatchTimers() || wasBusy;
    return wasBusy;
}

bool IoDispatcher::dispatchSockets(std::optional<std::chrono::nanoseconds> time) {
    std::array<ReadinessSet::Event, std::tuple_size_v<decltype(m_events)>> nested; // NOLINT: filled by wait()
    auto& events = m_dispatching == 0 ? m_events : nested;
    const int count = m_set->wait(time, events);
    ++m_dispatching;
    if (count > 0 && m_isWoken) // commands given before the bytes arrived come first
        QCoreApplication::sendPostedEvents();
    for (int i = 0; i < count; ++i)
        dispatch(events.at(static_cast<std::size_t>(i)));
    if (--m_dispatching == 0)
        recycle();
    return count > 0;
}

void IoDispatcher::dispatch(const ReadinessSet::Event& event) {
    const Slot slot = m_slots[event.key];
    const bool readable = (event.events.readable || event.events.hungUp) && (slot.interest & ReadInterest) != 0;
    const bool writable = (event.events.writable || event.events.hungUp) && (slot.interest & WriteInterest) != 0;
    if (slot.target != nullptr) {
        slot.target->socketReady({.readable = readable, .writable = writable, .hungUp = event.events.hungUp});
        return;
    }
    const std::array isActive{readable, writable};
    for (std::size_t i = 0; i < isActive.size(); ++i) {
        QSocketNotifier* notifier = m_slots[event.key].notifiers.at(i); // the first may have removed the second
        if (!isActive.at(i) || notifier == nullptr)
            continue;
        QEvent activated(QEvent::SockAct);
        QCoreApplication::sendEvent(notifier, &activated);
    }
}

void IoDispatcher::registerSocketNotifier(QSocketNotifier* notifier) {
    if (notifier->type() == QSocketNotifier::Exception)
        return; // out-of-band data: nothing here asks for it
    auto known = m_notified.find(notifier->socket());
    if (known == m_notified.end()) {
        known = m_notified.emplace(notifier->socket(), takeSlot()).first;
        m_slots[known->second] = {.socket = notifier->socket()};
    }
    const bool isWrite = notifier->type() == QSocketNotifier::Write;
    m_slots[known->second].notifiers.at(isWrite ? 1 : 0) = notifier;
    setInterest(known->second, m_slots[known->second].interest | (isWrite ? WriteInterest : ReadInterest));
}

void IoDispatcher::unregisterSocketNotifier(QSocketNotifier* notifier) {
    const auto known = m_notified.find(notifier->socket());
    if (notifier->type() == QSocketNotifier::Exception || known == m_notified.end())
        return;
    const bool isWrite = notifier->type() == QSocketNotifier::Write;
    Slot& slot = m_slots[known->second];
    slot.notifiers.at(isWrite ? 1 : 0) = nullptr;
    setInterest(known->second, slot.interest & ~static_cast<unsigned>(isWrite ? WriteInterest : ReadInterest));
    if (slot.interest == NoInterest) {
        unwatch(known->second);
        m_notified.erase(known);
    }
}

void IoDispatcher::registerTimer(int timerId, qint64 interval, Qt::TimerType timerType, QObject* object) {
    const Timer timer{.interval = interval,
                      .type = timerType,
                      .object = object,
                      .due = Clock::now() + std::chrono::milliseconds(interval)};
    m_timers[timerId] = timer;
    m_due.emplace(timer.due, timerId);
}

bool IoDispatcher::unregisterTimer(int timerId) {
    const auto found = m_timers.find(timerId);
    if (found == m_timers.end())
        return false;
    m_due.erase({found->second.due, timerId});
    m_timers.erase(found);
    return true;
}

bool IoDispatcher::unregisterTimers(QObject* object) {
    std::vector<int> ids;
    for (const auto& [id, timer] : m_timers) {
        if (timer.object == object)
            ids.push_back(id);
    }
    for (const int id : ids)
        unregisterTimer(id);
    return !ids.empty();
}

QList<QAbstractEventDispatcher::TimerInfo> IoDispatcher::registeredTimers(QObject* object) const {
    QList<TimerInfo> timers;
    for (const auto& [id, timer] : m_timers) {
        if (timer.object == object)
            timers.append(TimerInfo(id, static_cast<int>(timer.interval), timer.type));
    }
    return timers;
}

int IoDispatcher::remainingTime(int timerId) {
    const auto found = m_timers.find(timerId);
    if (found == m_timers.end())
        return -1;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(found->second.due - Clock::now());
    return static_cast<int>(std::max<qint64>(left.count(), 0));
}

std::optional<std::chrono::nanoseconds> IoDispatcher::timeToNextTimer() const {
    if (m_due.empty())
        return std::nullopt;
    return std::max(std::chrono::nanoseconds(m_due.begin()->first - Clock::now()), std::chrono::nanoseconds(0));
}

bool IoDispatcher::dispatchTimers() {
    if (m_timers.empty())
        return false;
    const Clock::time_point now = Clock::now();
    std::vector<int> due;
    for (auto next = m_due.begin(); next != m_due.end() && next->first <= now; ++next)
        due.push_back(next->second);
    for (const int id : due) {
        Timer& timer = m_timers[id];
        m_due.erase({timer.due, id});
        timer.due =
            std::max(timer.due + std::chrono::milliseconds(timer.interval), now); // what was missed is not made up
        m_due.emplace(timer.due, id);
    }
    for (const int id : due) {
        const auto timer = m_timers.find(id); // an earlier one may have stopped it
        if (timer == m_timers.end())
            continue;
        QTimerEvent event(id);
        QCoreApplication::sendEvent(timer->second.object, &event);
    }
    return !due.empty();
}

void IoDispatcher::wakeUp() {
    if (!m_isWoken.exchange(true))
        m_set->wake();
}

void IoDispatcher::interrupt() {
    m_isInterrupted = true;
    wakeUp();
}

} // namespace sw
