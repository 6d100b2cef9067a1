// SPDX-License-Identifier: MIT
#include "core/behaviour/misbehaving.h"

#include <algorithm>

namespace sw {

namespace {
constexpr qsizetype mostWaiting = 65536;
constexpr std::chrono::milliseconds untilClose(300);
} // namespace

void TrickleBehaviour::filter(Peer& peer, QByteArrayView bytes) {
    if (peer.isDatagram()) { // a datagram cannot come in pieces: one for each byte
        for (const char c : bytes)
            peer.send(QByteArrayView(&c, 1));
        return;
    }
    if (!peer.maySend())
        return;
    m_waiting.append(bytes);
    hold(peer);
    if (!m_isTrickling) {
        m_isTrickling = true;
        peer.wake(m_pause, 0);
    }
}

void TrickleBehaviour::hold(Peer& peer) {
    const bool isFull = m_waiting.size() - m_at > mostWaiting;
    if (isFull != m_isHolding) {
        m_isHolding = isFull;
        peer.holdReceiving(isFull);
    }
}

void TrickleBehaviour::woken(Peer& peer, quint64) {
    if (!peer.maySend())
        m_at = m_waiting.size(); // the rest has nobody to go to
    if (m_at < m_waiting.size() && peer.wantsMore())
        peer.send(QByteArrayView(m_waiting).sliced(m_at++, 1));
    if (m_at < m_waiting.size()) {
        if (m_at > mostWaiting) {
            m_waiting.remove(0, m_at);
            m_at = 0;
        }
        hold(peer);
        peer.wake(m_pause, 0);
        return;
    }
    m_isTrickling = false;
    m_waiting.clear();
    m_at = 0;
    hold(peer);
    if (m_hasEnded)
        peer.closeAfterPeer();
}

void TrickleBehaviour::endOfStream(Peer& peer) {
    m_hasEnded = true;
    if (!m_isTrickling)
        peer.closeAfterPeer();
}

void CloseUnreadBehaviour::opened(Peer& peer) {
    peer.holdReceiving(true);
    peer.wake(untilClose, 0);
}

void CloseUnreadBehaviour::woken(Peer& peer, quint64) {
    peer.close();
}

void ResetAfterBehaviour::opened(Peer& peer) {
    if (m_left == 0)
        peer.abort();
}

void ResetAfterBehaviour::filter(Peer& peer, QByteArrayView bytes) {
    const auto echoed = std::min(static_cast<quint64>(bytes.size()), m_left);
    m_left -= echoed;
    if (peer.maySend())
        peer.send(bytes.first(static_cast<qsizetype>(echoed)));
    if (m_left == 0)
        peer.abort();
}

QByteArray GarbageBehaviour::garbage() {
    constexpr quint64 longest = 256;
    QByteArray bytes(static_cast<qsizetype>(1 + m_random() % longest), Qt::Uninitialized);
    for (char& c : bytes)
        c = static_cast<char>(m_random());
    return bytes;
}

void GarbageBehaviour::opened(Peer& peer) {
    if (!peer.isDatagram())
        peer.send(garbage());
}

void GarbageBehaviour::filter(Peer& peer, QByteArrayView) {
    if (peer.wantsMore() && peer.maySend())
        peer.send(garbage());
}

} // namespace sw
