// SPDX-License-Identifier: MIT
// Sources: poll(2), epoll(7) and kqueue(2) for the set's own descriptor, which is readable while the set has events.
#include "core/channel/readiness_fallback.h"

#include <algorithm>
#include <poll.h>
#include <vector>

namespace sw {

namespace {

class FallbackSet final : public ReadinessSet {
public:
    explicit FallbackSet(std::unique_ptr<ReadinessSet> set) : m_set(std::move(set)) {}

    int descriptor() const override { return m_set->descriptor(); }

    bool change(native::Descriptor descriptor, unsigned before, unsigned after, quint32 key) override {
        const auto polled = std::find_if(m_polled.begin(), m_polled.end(),
                                         [descriptor](const Polled& one) { return one.descriptor == descriptor; });
        if (polled != m_polled.end()) {
            if (after == NoInterest)
                m_polled.erase(polled);
            else
                *polled = {.descriptor = descriptor, .interest = after, .key = key};
            return true;
        }
        if (m_set->change(descriptor, before, after, key))
            return true;
        if (before != NoInterest)
            m_set->change(descriptor, before, NoInterest, key);
        if (after != NoInterest)
            m_polled.push_back({.descriptor = descriptor, .interest = after, .key = key});
        return true;
    }

    int wait(std::optional<std::chrono::nanoseconds> time, std::span<Event> events) override {
        if (m_polled.empty())
            return m_set->wait(time, events);
        std::vector<pollfd> watched{{.fd = m_set->descriptor(), .events = POLLIN, .revents = 0}};
        for (const Polled& one : m_polled) {
            const int asked =
                ((one.interest & ReadInterest) != 0 ? POLLIN : 0) | ((one.interest & WriteInterest) != 0 ? POLLOUT : 0);
            watched.push_back(
                {.fd = static_cast<int>(one.descriptor), .events = static_cast<short>(asked), .revents = 0});
        }
        int timeout = -1;
        if (time) // rounded up: a timer must not be asked for too early, again and again
            timeout = static_cast<int>(std::min<qint64>((time->count() + 999'999) / 1'000'000, 3'600'000));
        if (::poll(watched.data(), watched.size(), timeout) <= 0)
            return 0;
        // neither those of the set nor those that are polled keep the others waiting
        const std::size_t mostPolled = std::min(m_polled.size(), events.size() / 2);
        int filled = 0;
        if (watched.front().revents != 0)
            filled = m_set->wait(std::chrono::nanoseconds(0), events.first(events.size() - mostPolled));
        for (std::size_t i = 0; i < m_polled.size() && static_cast<std::size_t>(filled) < events.size(); ++i) {
            const std::size_t index = (m_next + i) % m_polled.size();
            const short told = watched[index + 1].revents;
            if (told != 0)
                events[static_cast<std::size_t>(filled++)] = {
                    .key = m_polled[index].key,
                    .events = {.readable = (told & POLLIN) != 0,
                               .writable = (told & POLLOUT) != 0,
                               .hungUp = (told & (POLLERR | POLLHUP | POLLNVAL)) != 0}};
        }
        ++m_next;
        return filled;
    }

    void wake() override { m_set->wake(); }

private:
    struct Polled {
        native::Descriptor descriptor = native::noDescriptor;
        unsigned interest = NoInterest;
        quint32 key = 0;
    };

    std::unique_ptr<ReadinessSet> m_set;
    std::vector<Polled> m_polled;
    std::size_t m_next = 0; // who is looked at first
};

} // namespace

std::unique_ptr<ReadinessSet> withPollFallback(std::unique_ptr<ReadinessSet> set) {
    return std::make_unique<FallbackSet>(std::move(set));
}

} // namespace sw
