// SPDX-License-Identifier: MIT
#pragma once

#include "core/channel/native.h"

namespace sw::native {

/// Whether the other end of a TCP connection was closed altogether, after its end of stream has come. TCP itself does
/// not tell: a FIN says only that the peer sends no more (RFC 9293 section 3.6), and one that has closed its socket
/// answers what we send with a reset. Where the peer is on this machine, its system does tell. False where it does not.
/// Some microseconds; any thread. One file per platform.
bool peerHasGone(Descriptor socket);

/// Whether a process has bound a socket to this path, also one that does not listen yet: connecting to that is refused,
/// as it is to one whose owner has ended. False where the system does not tell.
bool isBoundByAnybody(const QString& path);

} // namespace sw::native
