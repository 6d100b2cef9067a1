// SPDX-License-Identifier: MIT
// Sources: Linux epoll(7), eventfd(2).
#include "core/channel/readiness_fallback.h"

#include <algorithm>
#include <array>
#include <limits>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace sw {

namespace {

constexpr quint64 wakeKey = std::numeric_limits<quint64>::max();

class EpollSet final : public ReadinessSet {
public:
    EpollSet(int set, int waker) : m_set(set), m_waker(waker) {}
    ~EpollSet() override {
        ::close(m_set);
        ::close(m_waker);
    }
    EpollSet(const EpollSet&) = delete;
    EpollSet& operator=(const EpollSet&) = delete;
    EpollSet(EpollSet&&) = delete;
    EpollSet& operator=(EpollSet&&) = delete;

    /// False: nobody could wake it.
    bool watchWaker() const {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = wakeKey;
        return ::epoll_ctl(m_set, EPOLL_CTL_ADD, m_waker, &event) == 0;
    }

    int descriptor() const override { return m_set; }

    bool change(native::Descriptor descriptor, unsigned before, unsigned after, quint32 key) override {
        // without interest the descriptor leaves the set: epoll reports errors and hang-ups even to those who did not
        // ask
        if (before == after)
            return true;
        epoll_event event{};
        event.events = ((after & ReadInterest) != 0 ? EPOLLIN : 0U) | ((after & WriteInterest) != 0 ? EPOLLOUT : 0U);
        event.data.u64 = key;
        int operation = EPOLL_CTL_MOD;
        if (before == NoInterest)
            operation = EPOLL_CTL_ADD;
        else if (after == NoInterest)
            operation = EPOLL_CTL_DEL;
        return ::epoll_ctl(m_set, operation, static_cast<int>(descriptor), &event) == 0;
    }

    int wait(std::optional<std::chrono::nanoseconds> time, std::span<Event> events) override {
        int timeout = -1;
        if (time) // rounded up: a timer must not be asked for too early, again and again
            timeout = static_cast<int>(std::min<qint64>((time->count() + 999'999) / 1'000'000, 3'600'000));
        const int most = static_cast<int>(std::min(events.size(), m_events.size()));
        const int count = ::epoll_wait(m_set, m_events.data(), most, timeout);
        int filled = 0;
        for (int i = 0; i < count; ++i) {
            const epoll_event& event = m_events.at(static_cast<std::size_t>(i));
            if (event.data.u64 == wakeKey) {
                quint64 ignored = 0;
                [[maybe_unused]] const ssize_t size = ::read(m_waker, &ignored, sizeof ignored);
                continue;
            }
            events[static_cast<std::size_t>(filled++)] = {
                .key = static_cast<quint32>(event.data.u64),
                .events = {.readable = (event.events & EPOLLIN) != 0,
                           .writable = (event.events & EPOLLOUT) != 0,
                           .hungUp = (event.events & (EPOLLERR | EPOLLHUP)) != 0}};
        }
        return filled;
    }

    void wake() override {
        const quint64 one = 1;
        [[maybe_unused]] const ssize_t size = ::write(m_waker, &one, sizeof one);
    }

private:
    int m_set;
    int m_waker;
    std::array<epoll_event, 256> m_events{};
};

} // namespace

std::unique_ptr<ReadinessSet> ReadinessSet::create() {
    const int set = ::epoll_create1(EPOLL_CLOEXEC);
    const int waker = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (set >= 0 && waker >= 0) {
        auto made = std::make_unique<EpollSet>(set, waker);
        return made->watchWaker() ? withPollFallback(std::move(made)) : nullptr;
    }
    if (set >= 0)
        ::close(set);
    if (waker >= 0)
        ::close(waker);
    return nullptr;
}

} // namespace sw
