// SPDX-License-Identifier: MIT
#pragma once

#include "core/channel/poller.h"

#include <chrono>
#include <memory>
#include <optional>
#include <span>

namespace sw {

/// The system's own set of watched descriptors, at a cost of an event that does not grow with their number: epoll(7) on
/// Linux, kqueue(2) on macOS and the BSDs, nothing elsewhere. Level-triggered. One thread, but for wake().
class ReadinessSet {
public:
    struct Event {
        quint32 key = 0;
        PollEvents events;
    };

    /// nullptr where the system has no such thing, or not for us now.
    static std::unique_ptr<ReadinessSet> create();
    virtual ~ReadinessSet() = default;
    ReadinessSet(const ReadinessSet&) = delete;
    ReadinessSet& operator=(const ReadinessSet&) = delete;
    ReadinessSet(ReadinessSet&&) = delete;
    ReadinessSet& operator=(ReadinessSet&&) = delete;

    /// The set's own descriptor: readable while wait() has something to tell.
    virtual int descriptor() const = 0;
    /// Changes what is watched for; from or to NoInterest adds or removes the descriptor. False: the system refuses,
    /// and it is watched as before.
    virtual bool change(native::Descriptor descriptor, unsigned before, unsigned after, quint32 key) = 0;
    /// Waits for events, or until wake() or the time is over; nothing: for ever. The number of events; 0 after wake().
    virtual int wait(std::optional<std::chrono::nanoseconds> time, std::span<Event> events) = 0;
    /// Any thread. Makes the current or next wait() return.
    virtual void wake() = 0;

protected:
    ReadinessSet() = default;
};

} // namespace sw
