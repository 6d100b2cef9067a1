// SPDX-License-Identifier: MIT
// Source: Linux epoll(7).
#include "core/endpoint/poller.h"

#include <QSocketNotifier>

#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <unistd.h>
#include <vector>

namespace sw {

namespace {

/// All sockets in one epoll set; Qt's event loop watches only the set.
class EpollPoller final : public Poller {
public:
    explicit EpollPoller(int set) : m_set(set), m_notifier(set, QSocketNotifier::Read) {
        QObject::connect(&m_notifier, &QSocketNotifier::activated, &m_notifier, [this] { dispatch(); });
    }
    ~EpollPoller() override {
        m_notifier.setEnabled(false);
        ::close(m_set);
    }
    EpollPoller(const EpollPoller&) = delete;
    EpollPoller& operator=(const EpollPoller&) = delete;
    EpollPoller(EpollPoller&&) = delete;
    EpollPoller& operator=(EpollPoller&&) = delete;

    Ticket add(native::Descriptor socket, unsigned interest, PollTarget* target) override {
        Ticket ticket = 0;
        if (m_free.empty()) {
            ticket = static_cast<Ticket>(m_slots.size());
            m_slots.emplace_back();
        } else {
            ticket = m_free.back();
            m_free.pop_back();
        }
        m_slots[ticket] = {target, static_cast<int>(socket), interest};
        if (interest != NoInterest)
            control(EPOLL_CTL_ADD, ticket);
        return ticket;
    }

    void setInterest(Ticket ticket, unsigned interest) override {
        Slot& slot = m_slots[ticket];
        if (slot.interest == interest)
            return;
        const unsigned before = slot.interest;
        slot.interest = interest;
        // without interest the socket leaves the set: epoll reports errors and hang-ups even to those who did not ask
        if (before == NoInterest)
            control(EPOLL_CTL_ADD, ticket);
        else
            control(interest == NoInterest ? EPOLL_CTL_DEL : EPOLL_CTL_MOD, ticket);
    }

    void remove(Ticket ticket) override {
        setInterest(ticket, NoInterest);
        m_slots[ticket].target = nullptr;
        m_retired.push_back(ticket); // not free before the running batch is over: it may still name this slot
        if (!m_isDispatching)
            recycle();
    }

private:
    struct Slot {
        PollTarget* target = nullptr;
        int socket = -1;
        unsigned interest = NoInterest;
    };

    void control(int operation, Ticket ticket) {
        const Slot& slot = m_slots[ticket];
        epoll_event event{};
        event.events = ((slot.interest & ReadInterest) != 0 ? EPOLLIN : 0U) |
                       ((slot.interest & WriteInterest) != 0 ? EPOLLOUT : 0U);
        event.data.u32 = ticket;
        ::epoll_ctl(m_set, operation, slot.socket, &event);
    }

    void recycle() {
        m_free.insert(m_free.end(), m_retired.begin(), m_retired.end());
        m_retired.clear();
    }

    void dispatch() {
        std::array<epoll_event, 256> events{};
        const int count = ::epoll_wait(m_set, events.data(), static_cast<int>(events.size()), 0);
        m_isDispatching = true;
        for (int i = 0; i < count; ++i) {
            const epoll_event& event = events.at(static_cast<std::size_t>(i));
            PollTarget* target = m_slots[event.data.u32].target;
            if (target == nullptr)
                continue;
            const unsigned interest = m_slots[event.data.u32].interest;
            const bool hungUp = (event.events & (EPOLLERR | EPOLLHUP)) != 0;
            target->socketReady({
                .readable = ((event.events & EPOLLIN) != 0 || hungUp) && (interest & ReadInterest) != 0,
                .writable = ((event.events & EPOLLOUT) != 0 || hungUp) && (interest & WriteInterest) != 0,
                .hungUp = hungUp,
            });
        }
        m_isDispatching = false;
        recycle();
    }

    int m_set;
    QSocketNotifier m_notifier;
    std::vector<Slot> m_slots;
    std::vector<Ticket> m_free;
    std::vector<Ticket> m_retired;
    bool m_isDispatching = false;
};

} // namespace

std::unique_ptr<Poller> Poller::create() {
    if (qEnvironmentVariable("SOCKETWRIGHT_POLLER") != QLatin1String("qt")) {
        const int set = ::epoll_create1(EPOLL_CLOEXEC);
        if (set >= 0)
            return std::make_unique<EpollPoller>(set);
    }
    return createNotifierPoller();
}

} // namespace sw
