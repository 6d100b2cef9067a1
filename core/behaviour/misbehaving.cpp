// SPDX-License-Identifier: MIT
#include "core/behaviour/misbehaving.h"

#include <algorithm>

namespace sw {

namespace {
constexpr qsizetype mostWaiting = 65536;
constexpr std::chrono::milliseconds untilClose(300);
} // namespace

void TrickleBehaviour::filter(LocalEnd& local, QByteArrayView bytes) {
    if (local.isDatagram()) { // a datagram cannot come in pieces: one for each byte
        for (const char c : bytes)
            local.send(QByteArrayView(&c, 1));
        return;
    }
    if (!local.maySend())
        return;
    m_waiting.append(bytes);
    hold(local);
    if (!m_isTrickling) {
        m_isTrickling = true;
        local.wake(m_pause, 0);
    }
}

void TrickleBehaviour::hold(LocalEnd& local) {
    const bool isFull = m_waiting.size() - m_at > mostWaiting;
    if (isFull != m_isHolding) {
        m_isHolding = isFull;
        sw::holdReceiving(local, isFull);
    }
}

void TrickleBehaviour::woken(LocalEnd& local, quint64) {
    if (!local.maySend())
        m_at = m_waiting.size(); // the rest has nobody to go to
    if (m_at < m_waiting.size() && local.wantsMore())
        local.send(QByteArrayView(m_waiting).sliced(m_at++, 1));
    if (m_at < m_waiting.size()) {
        if (m_at > mostWaiting) {
            m_waiting.remove(0, m_at);
            m_at = 0;
        }
        hold(local);
        local.wake(m_pause, 0);
        return;
    }
    m_isTrickling = false;
    m_waiting.clear();
    m_at = 0;
    hold(local);
    if (m_hasEnded)
        local.closeAfterPeer();
}

void TrickleBehaviour::endOfStream(LocalEnd& local) {
    m_hasEnded = true;
    if (!m_isTrickling)
        local.closeAfterPeer();
}

void CloseUnreadBehaviour::opened(LocalEnd& local) {
    sw::holdReceiving(local, true);
    local.wake(untilClose, 0);
}

void CloseUnreadBehaviour::woken(LocalEnd& local, quint64) {
    local.close();
}

void ResetAfterBehaviour::opened(LocalEnd& local) {
    if (m_left == 0)
        local.abort();
}

void ResetAfterBehaviour::filter(LocalEnd& local, QByteArrayView bytes) {
    const auto echoed = std::min(static_cast<quint64>(bytes.size()), m_left);
    m_left -= echoed;
    if (local.maySend())
        local.send(bytes.first(static_cast<qsizetype>(echoed)));
    if (m_left == 0)
        local.abort();
}

QByteArray GarbageBehaviour::garbage() {
    constexpr quint64 longest = 256;
    QByteArray bytes(static_cast<qsizetype>(1 + m_random() % longest), Qt::Uninitialized);
    for (char& c : bytes)
        c = static_cast<char>(m_random());
    return bytes;
}

void GarbageBehaviour::opened(LocalEnd& local) {
    if (!local.isDatagram())
        local.send(garbage());
}

void GarbageBehaviour::filter(LocalEnd& local, QByteArrayView) {
    if (local.wantsMore() && local.maySend())
        local.send(garbage());
}

} // namespace sw
