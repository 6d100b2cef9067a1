// SPDX-License-Identifier: MIT
#include "core/endpoint/behaviour.h"

namespace sw {

Acceptance Behaviour::acceptor(Peer&) {
    return {};
}

void Behaviour::sentinel(const ClosingRecord&) {}

void Behaviour::opened(Peer&) {}

void Behaviour::secured(Peer&) {}

void Behaviour::writable(Peer&) {}

bool Behaviour::offered(Peer&, QByteArrayView) {
    return false;
}

void Behaviour::sendingEnds(Peer&) {}

void Behaviour::woken(Peer&, quint64) {}

bool Behaviour::hello(Peer&, const ClientHello&) {
    return false;
}

bool Behaviour::reload(Peer&) {
    return false;
}

void Behaviour::endOfStream(Peer& peer) {
    peer.closeAfterPeer();
}

} // namespace sw
