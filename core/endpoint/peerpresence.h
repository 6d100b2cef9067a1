// SPDX-License-Identifier: MIT
#pragma once

#include "core/endpoint/native.h"

namespace sw::native {

/// Whether the other end of a TCP connection was closed altogether, after its end of stream has come. TCP itself does
/// not tell: a FIN says only that the peer sends no more (RFC 9293 section 3.6), and one that has closed its socket
/// answers what we send with a reset. Where the peer is on this machine, its system does tell. False where it does not.
/// Some microseconds; any thread. One file per platform.
bool peerHasGone(Descriptor socket);

} // namespace sw::native
