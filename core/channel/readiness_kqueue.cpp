// SPDX-License-Identifier: MIT
// Source: kqueue(2) of macOS and the BSDs.
#include "core/channel/readiness_fallback.h"

#include <algorithm>
#include <array>
#include <sys/event.h>
#include <sys/time.h>
#include <sys/types.h>
#include <unistd.h>

namespace sw {

namespace {

class KqueueSet final : public ReadinessSet {
public:
    explicit KqueueSet(int queue) : m_queue(queue) {}
    ~KqueueSet() override { ::close(m_queue); }
    KqueueSet(const KqueueSet&) = delete;
    KqueueSet& operator=(const KqueueSet&) = delete;
    KqueueSet(KqueueSet&&) = delete;
    KqueueSet& operator=(KqueueSet&&) = delete;

    /// False: nobody could wake it.
    bool watchWaker() const { return control(0, EVFILT_USER, EV_ADD | EV_CLEAR, 0, 0); }

    int descriptor() const override { return m_queue; }

    bool change(native::Descriptor descriptor, unsigned before, unsigned after, quint32 key) override {
        // a hang-up alone is told once: after the end of stream the descriptor stays readable for ever
        constexpr unsigned reading = ReadInterest | HangUpInterest;
        bool ok = true;
        if ((before & reading) != (after & reading)) {
            changeFilter(descriptor, EVFILT_READ, (before & reading) != 0, false, key);
            if ((after & reading) != 0)
                ok = control(static_cast<uintptr_t>(descriptor), EVFILT_READ,
                             (after & ReadInterest) != 0 ? EV_ADD : EV_ADD | EV_CLEAR, 0, key);
        }
        return changeFilter(descriptor, EVFILT_WRITE, (before & WriteInterest) != 0, (after & WriteInterest) != 0,
                            key) &&
               ok;
    }

    int wait(std::optional<std::chrono::nanoseconds> time, std::span<Event> events) override {
        timespec limit{};
        if (time) {
            limit.tv_sec = static_cast<time_t>(time->count() / 1'000'000'000);
            limit.tv_nsec = static_cast<long>(time->count() % 1'000'000'000);
        }
        const int most = static_cast<int>(std::min(events.size(), m_events.size()));
        const int count = ::kevent(m_queue, nullptr, 0, m_events.data(), most, time ? &limit : nullptr);
        int filled = 0;
        for (int i = 0; i < count; ++i) {
            const struct kevent& event = m_events.at(static_cast<std::size_t>(i));
            if (event.filter == EVFILT_USER)
                continue;
            // EV_EOF with reading is the peer's end of stream, which is read as such; with an error it is a hang-up
            const bool isBroken = (event.flags & EV_EOF) != 0 && (event.filter == EVFILT_WRITE || event.fflags != 0);
            events[static_cast<std::size_t>(filled++)] = {
                .key = static_cast<quint32>(reinterpret_cast<quintptr>(event.udata)),
                .events = {.readable = event.filter == EVFILT_READ,
                           .writable = event.filter == EVFILT_WRITE,
                           .hungUp = isBroken}};
        }
        return filled;
    }

    void wake() override { control(0, EVFILT_USER, 0, NOTE_TRIGGER, 0); }

private:
    bool changeFilter(native::Descriptor descriptor, short filter, bool before, bool after, quint32 key) const {
        return before == after ||
               control(static_cast<uintptr_t>(descriptor), filter, after ? EV_ADD : EV_DELETE, 0, key);
    }

    bool control(uintptr_t identity, short filter, unsigned short flags, unsigned facts, quint32 key) const {
        struct kevent change {};
        EV_SET(&change, identity, filter, flags, facts, 0, reinterpret_cast<void*>(static_cast<quintptr>(key)));
        return ::kevent(m_queue, &change, 1, nullptr, 0, nullptr) == 0;
    }

    int m_queue;
    std::array<struct kevent, 256> m_events{};
};

} // namespace

std::unique_ptr<ReadinessSet> ReadinessSet::create() {
    const int queue = ::kqueue();
    if (queue < 0)
        return nullptr;
    auto made = std::make_unique<KqueueSet>(queue);
    return made->watchWaker() ? withPollFallback(std::move(made)) : nullptr;
}

} // namespace sw
