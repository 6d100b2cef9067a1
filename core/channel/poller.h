// SPDX-License-Identifier: MIT
#pragma once

#include "core/channel/native.h"

#include <QObject>

#include <memory>

namespace sw {

/// HangUpInterest alone: only errors and hang-ups, where the system tells them (epoll does, notifiers do not).
enum PollInterest : unsigned { NoInterest = 0, ReadInterest = 1, WriteInterest = 2, HangUpInterest = 4 };

struct PollEvents {
    bool readable = false;
    bool writable = false;
    bool hungUp = false; ///< an error or hang-up that the system reports even to those who did not ask
};

/// What a Poller calls. It may remove itself, and others, from the poller meanwhile.
class PollTarget {
public:
    virtual ~PollTarget() = default;
    /// At least one of them is so. It may remove itself.
    virtual void socketReady(PollEvents events) = 0;

protected:
    PollTarget() = default;
    PollTarget(const PollTarget&) = default;
    PollTarget& operator=(const PollTarget&) = default;
    PollTarget(PollTarget&&) = default;
    PollTarget& operator=(PollTarget&&) = default;
};

/// Tells which sockets can be read or written, level-triggered: straight from the event loop on a thread that runs an
/// IoDispatcher, by one QSocketNotifier a socket and direction elsewhere. Belongs to the thread that made it.
class Poller {
public:
    using Ticket = quint32;

    static std::unique_ptr<Poller> create();
    virtual ~Poller() = default;
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;
    Poller(Poller&&) = delete;
    Poller& operator=(Poller&&) = delete;

    /// Watches a socket from now on.
    virtual Ticket add(native::Descriptor socket, unsigned interest, PollTarget* target) = 0;
    /// PollInterest, joined by |.
    virtual void setInterest(Ticket ticket, unsigned interest) = 0;
    /// Must come before the descriptor is closed. No call comes after it.
    virtual void remove(Ticket ticket) = 0;

protected:
    Poller() = default;
};

/// The portable one; see Poller::create().
std::unique_ptr<Poller> createNotifierPoller();

} // namespace sw
