// SPDX-License-Identifier: MIT
#pragma once

#include "core/channel/streamchannel.h"

namespace sw {

/// One stream on its way to one place. Never blocks. The I/O thread.
class StreamAttempt {
public:
    virtual ~StreamAttempt() = default;
    StreamAttempt(const StreamAttempt&) = delete;
    StreamAttempt& operator=(const StreamAttempt&) = delete;
    StreamAttempt(StreamAttempt&&) = delete;
    StreamAttempt& operator=(StreamAttempt&&) = delete;

    /// Done: it is under way, and the target's socketReady() comes, never in this call, once there is an outcome.
    /// Again: the listener's queue is full (unix(7)); begin() later once more. Failed: see error().
    virtual IoResult begin(PollTarget* target) = 0;
    /// After socketReady(): the stream, or nullptr with an error().
    virtual std::unique_ptr<StreamChannel> take() = 0;
    virtual Error error() const = 0;
    /// Options of the address that could not be set, each naming its option.
    virtual std::vector<Error> takeWarnings() = 0;

    /// Where from, as routing chose; empty: it is not known, or not on IP.
    virtual QString localName() const = 0;
    /// How often the system has sent its SYN again; nothing where it does not tell.
    virtual std::optional<int> retransmits() const = 0;

protected:
    StreamAttempt() = default;
};

} // namespace sw
