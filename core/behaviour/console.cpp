// SPDX-License-Identifier: MIT
#include "core/behaviour/console.h"

#include "core/address/hosts.h"

#include <QElapsedTimer>
#include <QHostAddress>
#include <QRegularExpression>

namespace sw {

namespace {

constexpr qsizetype longestLine = 65536;
constexpr std::size_t mostSessions = 100;
constexpr qsizetype longestAnswer = 1 << 20;
constexpr qint64 roundTime = 100; // milliseconds

bool isOfThisMachine(const Peer& peer) {
    const auto place = parseHostPort(peer.peerName(), false);
    return !place || place->host.isEmpty() || QHostAddress(place->host).isNull() ||
           QHostAddress(place->host).isLoopback();
}

} // namespace

Acceptance ConsoleBehaviour::acceptor(Peer& peer) {
    Acceptance decision;
    decision.isTaken = m_sessions->allowsRemote || isOfThisMachine(peer);
    return decision;
}

void ConsoleBehaviour::opened(Peer& peer) {
    if (peer.isDatagram())
        return;
    // also for a connection that was there before it got its console, or that we opened
    m_isRefused = !m_sessions->allowsRemote && !isOfThisMachine(peer);
    if (m_isRefused) {
        peer.tell(EventKind::Warning, QStringLiteral("no console for a peer that is not of this machine"), {});
        peer.close();
        return;
    }
    peer.send("session: ");
}

void ConsoleBehaviour::filter(Peer& peer, QByteArrayView bytes) {
    if (peer.isDatagram() || m_isRefused)
        return; // a prompt needs a stream
    m_pending.append(bytes);
    if (!m_isWorking)
        work(peer);
}

void ConsoleBehaviour::woken(Peer& peer, quint64 token) {
    if (token < ScriptHost::alarmTokens) {
        work(peer);
        return;
    }
    if (!m_runtime)
        return;
    const auto runtime = m_runtime; // the call may end the connection
    runtime->alarmOver(m_id);
    if (const auto done = runtime->fire(m_id, token); !done)
        say(peer, QStringLiteral("error: %1\n").arg(done.error().detail).toUtf8());
}

/// Nothing where nobody can read it any more.
void ConsoleBehaviour::say(Peer& peer, QByteArrayView text) const {
    if (!m_hasEnded && peer.maySend())
        peer.send(text);
}

void ConsoleBehaviour::endOfStream(Peer& peer) {
    m_hasPeerEnded = true;
    if (!m_isWorking)
        peer.closeAfterPeer();
}

/// Evaluates the lines that wait, for a while; the rest later, so that one prompt does not keep the others waiting.
void ConsoleBehaviour::work(Peer& peer) {
    QElapsedTimer round;
    round.start();
    const bool wasWorking = std::exchange(m_isWorking, false);
    for (qsizetype end = m_pending.indexOf('\n'); end >= 0 && !m_hasEnded; end = m_pending.indexOf('\n')) {
        if (round.elapsed() >= roundTime) {
            m_isWorking = true;
            if (!wasWorking)
                peer.holdReceiving(true);
            peer.wake(std::chrono::milliseconds(1), 0);
            return;
        }
        const QString text = QString::fromUtf8(m_pending.first(end)).trimmed();
        m_pending.remove(0, end + 1);
        line(peer, text);
    }
    if (m_hasEnded)
        return;
    if (wasWorking)
        peer.holdReceiving(false);
    if (m_hasPeerEnded) {
        peer.close();
        return;
    }
    if (m_pending.size() > longestLine) {
        m_pending.clear();
        say(peer, "a line has at most 65536 bytes\n> ");
    }
}

void ConsoleBehaviour::line(Peer& peer, const QString& text) {
    if (!m_runtime) {
        const QString name = text.isEmpty() ? QStringLiteral("default") : text.left(100);
        auto& session = m_sessions->byName[name];
        if (!session && m_sessions->byName.size() > mostSessions) {
            m_sessions->byName.erase(name);
            say(peer, "there are 100 sessions already\n");
            peer.close();
            return;
        }
        const bool isNew = !session;
        if (isNew)
            session = std::make_shared<ScriptRuntime>(name);
        m_runtime = session;
        m_id = m_runtime->add(peer);
        say(peer, (isNew ? QStringLiteral("session “%1” begins\n> ") : QStringLiteral("session “%1” goes on\n> "))
                      .arg(name)
                      .toUtf8());
        return;
    }
    if (!text.isEmpty()) {
        const auto runtime = m_runtime; // the line may end the connection
        // `let` and `const` of one line would be gone in the next: at a prompt they are meant to stay
        static const QRegularExpression declaration(QStringLiteral("^(let|const)\\s+(?=[A-Za-z_$])"));
        const auto value = runtime->evaluate(m_id, QString(text).replace(declaration, QStringLiteral("var ")));
        QByteArray answer = (value ? *value : QStringLiteral("error: ") + value.error().detail).toUtf8();
        answer.truncate(longestAnswer);
        answer.append('\n');
        say(peer, answer);
    }
    say(peer, "> ");
}

void ConsoleBehaviour::sentinel(const ClosingRecord&) {
    m_hasEnded = true;
    if (m_runtime)
        m_runtime->remove(m_id);
}

} // namespace sw
