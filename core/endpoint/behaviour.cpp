// SPDX-License-Identifier: MIT
#include "core/endpoint/behaviour.h"

namespace sw {

bool Behaviour::acceptor(const Peer&) {
    return true;
}

void Behaviour::sentinel(const ClosingRecord&) {}

void Behaviour::opened(Peer&) {}

void Behaviour::writable(Peer&) {}

void Behaviour::endOfStream(Peer& peer) {
    peer.close();
}

} // namespace sw
