// SPDX-License-Identifier: MIT
#include "core/behaviour/talk.h"

namespace sw {

namespace {
constexpr qsizetype longestLine = 65536;
}

void TalkBehaviour::answer(Peer& peer, QByteArrayView line) {
    if (!peer.maySend())
        return;
    if (line.endsWith('\n'))
        line.chop(1);
    if (line.endsWith('\r'))
        line.chop(1);
    const QByteArray text = "You sent: '" + line.toByteArray() + "'\n";
    peer.send(text);
}

void TalkBehaviour::filter(Peer& peer, QByteArrayView bytes) {
    if (peer.isDatagram()) {
        answer(peer, bytes);
        return;
    }
    while (!bytes.isEmpty()) {
        const qsizetype end = bytes.indexOf('\n');
        const QByteArrayView piece = end < 0 ? bytes : bytes.first(end + 1);
        bytes = bytes.sliced(piece.size());
        m_pending.append(piece);
        if (end >= 0 || m_pending.size() >= longestLine) {
            answer(peer, m_pending);
            m_pending.clear();
        }
    }
}

void TalkBehaviour::endOfStream(Peer& peer) {
    if (!m_pending.isEmpty())
        answer(peer, m_pending);
    m_pending.clear();
    peer.closeAfterPeer();
}

} // namespace sw
