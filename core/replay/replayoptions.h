// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>

namespace sw {

/// Which side of a recorded conversation is played.
enum class ReplaySide { Client, Server };

/// How it is played.
struct ReplayOptions {
    ReplaySide side = ReplaySide::Client;
    double speed = 0;                         ///< of the recorded pauses: 1, 10, …; 0: none
    bool waitsForPeer = true;                 ///< until the peer has said what it said before; false: only for the time
    std::chrono::milliseconds patience{5000}; ///< with the peer: then that is a difference, and it goes on
    std::size_t conversation = 0; ///< of the script's, for the first connection; each further one has the next
};

} // namespace sw
