// SPDX-License-Identifier: MIT
#pragma once

#include <QtGlobal>

namespace sw {

/// What a call on a channel came to. A plain value of two words; any thread.
struct IoResult {
    enum class Status : quint8 {
        Done,   ///< `bytes` were received or sent, at least one; 0 where the call moves none
        Again,  ///< nothing now: readiness tells when
        Ended,  ///< the peer's end of stream: it sends no more
        Failed, ///< `code`
    };

    qint64 bytes = 0;
    int code = 0; ///< the system's error; 0: one of the channel's own, see StreamChannel::error()
    Status status = Status::Again;
    bool isOfSending = false; ///< Failed in handing bytes to the system, also where the call was another one

    static constexpr IoResult done(qint64 bytes = 0) { return {.bytes = bytes, .status = Status::Done}; }
    static constexpr IoResult again() { return {}; }
    static constexpr IoResult ended() { return {.status = Status::Ended}; }
    static constexpr IoResult failed(int code, bool isOfSending = false) {
        return {.code = code, .status = Status::Failed, .isOfSending = isOfSending};
    }

    constexpr bool isDone() const { return status == Status::Done; }
    constexpr bool isAgain() const { return status == Status::Again; }
    constexpr bool hasEnded() const { return status == Status::Ended; }
    constexpr bool hasFailed() const { return status == Status::Failed; }
};

} // namespace sw
