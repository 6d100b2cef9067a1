// SPDX-License-Identifier: MIT
#include "app/cli/wire.h"

#include "app/cli/stdio.h"

namespace sw::cli {

namespace {
/// Beside a behaviour, sending ends when nothing has passed for so long after the end of input: it may still answer.
constexpr std::chrono::milliseconds behaviourQuiet(1000);
} // namespace

Wire::Wire(Session& session, const WireOptions& options, QObject* parent)
    : QObject(parent),
      m_session(session),
      m_options(options) {
    if (options.receiveOnly || !mayReadInput())
        return;
    m_feeder = std::make_unique<Feeder>(session, options.crlf);
    QObject::connect(m_feeder.get(), &Feeder::ended, this, &Wire::inputEnded);
}

void Wire::update(const EndpointSnapshot& snapshot) {
    const auto key = static_cast<quint64>(snapshot.id);
    if (isEnded(snapshot.state)) {
        m_states.erase(key);
        return;
    }
    if (!isConnected(snapshot.state))
        return;
    State& state = m_states[key];
    if (!std::exchange(state.isFed, true)) {
        if (m_feeder)
            m_feeder->addTarget(snapshot.id);
        if (m_options.shutsDownReceiving)
            m_session.engine().shutDownReceiving(snapshot.id);
    }
    if (snapshot.hasPeerEnded && !std::exchange(state.hasPeerEnded, true))
        peerEnded(snapshot.id);
    if (m_hasInputEnded)
        endSending(snapshot, state);
}

/// The peer sends no more; our input goes on to its own end.
void Wire::peerEnded(EndpointId id) {
    if (m_options.isSingle)
        m_session.endOutput();
    const bool isInputOver = m_feeder == nullptr || (m_options.hasBehaviour && m_hasInputEnded);
    const bool isKept = !isInputOver && m_options.keepsAfterPeersEnd;
    if (!isKept && (!m_options.hasBehaviour || m_options.closesForBehaviour)) {
        end(id);
        return;
    }
    if (isKept && m_options.isSingle && !m_hasInputEnded && isTerminal(StandardStream::Input))
        m_session.note(QStringLiteral("the peer sends no more. What you type still goes to it; Ctrl+D ends that."));
}

void Wire::inputEnded() {
    m_hasInputEnded = true;
    for (auto& [key, state] : m_states) {
        if (const auto snapshot = m_session.engine().snapshot(static_cast<EndpointId>(key)))
            endSending(*snapshot, state);
    }
}

void Wire::endSending(const EndpointSnapshot& snapshot, State& state) {
    if (state.isEnding || !m_options.endsWithInput)
        return;
    if (m_options.sendOnly || m_options.endsWithReset) {
        if (!m_feeder->isAllSent(snapshot.id) || snapshot.counters.queuedBytes > 0)
            return; // with the next snapshot
        state.isEnding = true;
        end(snapshot.id);
    } else if (m_options.hasBehaviour) {
        if (m_feeder->hadInput() || (state.hasPeerEnded && m_options.closesForBehaviour))
            endWhenQuiet(snapshot, state);
    } else if (!isDatagram(snapshot.address.scheme)) {
        state.isEnding = true;
        m_session.engine().shutDownSending(snapshot.id);
    }
}

void Wire::endWhenQuiet(const EndpointSnapshot& snapshot, State& state) {
    const quint64 moved = snapshot.counters.sentBytes + snapshot.counters.receivedBytes + snapshot.counters.queuedBytes;
    if (!state.quiet.isValid() || moved != state.moved) {
        state.quiet.start();
        state.moved = moved;
        QTimer::singleShot(behaviourQuiet, this, [this, id = snapshot.id] {
            if (const auto now = m_session.engine().snapshot(id); now && !isEnded(now->state))
                update(*now);
        });
    } else if (state.quiet.hasExpired(behaviourQuiet.count() - 1) && !isDatagram(snapshot.address.scheme)) {
        state.isEnding = true;
        m_session.engine().shutDownSending(snapshot.id);
    }
}

void Wire::end(EndpointId id) {
    m_options.endsWithReset ? m_session.engine().abort(id) : m_session.engine().close(id);
}

} // namespace sw::cli
