// SPDX-License-Identifier: MIT
#include "core/behaviour/talk.h"

namespace sw {

namespace {
constexpr qsizetype longestLine = 65536;
}

void TalkBehaviour::answer(QByteArrayView line, QByteArray& answers) {
    if (line.endsWith('\n'))
        line.chop(1);
    if (line.endsWith('\r'))
        line.chop(1);
    answers.append("You sent: '").append(line).append("'\n");
}

void TalkBehaviour::filter(LocalEnd& local, QByteArrayView bytes) {
    QByteArray answers; // of all lines that came together: a write for each would keep others waiting
    if (local.isDatagram()) {
        answer(bytes, answers);
        bytes = {};
    }
    while (!bytes.isEmpty()) {
        const qsizetype end = bytes.indexOf('\n');
        const QByteArrayView piece = end < 0 ? bytes : bytes.first(end + 1);
        bytes = bytes.sliced(piece.size());
        m_pending.append(piece);
        if (end >= 0 || m_pending.size() >= longestLine) {
            answer(m_pending, answers);
            m_pending.clear();
        }
    }
    if (!answers.isEmpty() && local.maySend())
        local.send(answers);
}

void TalkBehaviour::endOfStream(LocalEnd& local) {
    QByteArray answers;
    if (!m_pending.isEmpty())
        answer(m_pending, answers);
    m_pending.clear();
    if (!answers.isEmpty() && local.maySend())
        local.send(answers);
    local.closeAfterPeer();
}

} // namespace sw
