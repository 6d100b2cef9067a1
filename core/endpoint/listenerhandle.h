// SPDX-License-Identifier: MIT
#pragma once

#include "core/endpoint/endpoint.h"

#include <memory>
#include <optional>

namespace sw {

/// What a behaviour may do with the listener (or bound datagram socket) whose connections it serves. What it asks for
/// is done once the call that asks has returned, so that nothing is closed or accepted in the middle of one. The I/O
/// thread.
class ListenerHandle final : public EventTeller {
public:
    ListenerHandle(EndpointHost& host, EndpointId id) : m_host(host), m_id(id) {}

    /// Closes it, if it is there; its connections go on.
    void close();
    /// At once: nothing is taken from the system's queue while it is held.
    void setHeld(bool isHeld);
    /// New connections wait in the system's queue, or are taken again.
    void setPaused(bool isPaused);
    /// Takes one connection where they are not taken by themselves (paused, or accept=manual): one that waits, or else
    /// the next that comes.
    void acceptOne();
    /// It is there and has not ended.
    bool isOpen() const;
    QString name() const;
    /// As text, with the port that it got.
    QString address() const;
    void tell(EventKind kind, const Sentence& text, const Facts& facts) override;

private:
    struct Wishes { // of one call
        bool isPosted = false;
        bool isToClose = false;
        std::optional<bool> isToPause;
        quint64 toAccept = 0;
    };

    void post();

    EndpointHost& m_host;
    EndpointId m_id;
    std::shared_ptr<Wishes> m_wishes = std::make_shared<Wishes>();
};

} // namespace sw
