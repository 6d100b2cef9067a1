// SPDX-License-Identifier: MIT
#pragma once

#include "core/endpoint/behaviour.h"
#include "core/replay/replayscript.h"

#include <atomic>

namespace sw {

/// Which conversation the next connection plays; shared by those of one endpoint.
struct ReplayTurn {
    std::shared_ptr<const ReplayScript> script;
    ReplayOptions options;
    std::atomic<std::size_t> next{0};
};

/// Plays one side of a recorded conversation, and compares what the peer says with what it said then. The I/O thread.
///
/// Streams are compared byte by byte at the same place, whatever the pieces; datagrams one by one. A difference is
/// recorded once for each message of the peer, with what was expected and what came; the play goes on.
class ReplayBehaviour final : public Behaviour {
public:
    ReplayBehaviour(std::shared_ptr<ReplayTurn> turn, std::size_t conversation);

    void opened(LocalEnd& local) override;
    void filter(LocalEnd& local, QByteArrayView bytes) override;
    void writable(LocalEnd& local) override { goOn(local); }
    void woken(LocalEnd& local, quint64 token) override;
    void endOfStream(LocalEnd& local) override;
    void sentinel(const ClosingRecord& closing) override;
    bool passesOn() const override { return true; } // it listens after it has ended, and while much waits to be sent

private:
    const ReplayConversation& conversation() const { return m_turn->script->conversations()[m_number]; }
    bool isOurs(const ReplayStep& step) const { return step.side == m_turn->options.side; }
    void goOn(LocalEnd& local);
    bool pausesBefore(LocalEnd& local, const ReplayStep& step);
    qsizetype missing() const;
    void giveUpTurn();
    bool awaits(LocalEnd& local, const ReplayStep& step);
    void compare(LocalEnd& local, QByteArrayView bytes);
    void compareDatagram(LocalEnd& local, QByteArrayView bytes);
    void differ(LocalEnd& local, const Sentence& text, const Facts& facts);
    void finish(LocalEnd& local);
    void settle(LocalEnd& local);
    bool sendSlice(LocalEnd& local, const QByteArray& bytes);

    std::shared_ptr<ReplayTurn> m_turn;
    std::size_t m_number;
    std::size_t m_step = 0;        // the next thing to do or wait for
    std::size_t m_compared = 0;    // the peer's step that is compared with
    qsizetype m_comparedBytes = 0; // of it
    quint64 m_differences = 0;
    quint64 m_matched = 0;                  // bytes
    quint64 m_surplus = 0;                  // bytes beyond the last
    bool m_hasDiffered = false;             // in this step
    std::optional<std::size_t> m_pausedFor; // a step whose pause is over, or runs
    bool m_isPausing = false;
    quint64 m_progress = 0; // what the peer has done, to know whether it still does something
    bool m_isWatched = false;
    bool m_peerEnded = false;
    bool m_isRunning = false;
    bool m_isOver = false;
    bool m_isInside = false;
    bool m_isSettling = false; // after an answer that differed
    bool m_hasWaited = false;  // at the end, for the rest
    bool m_isPatienceOver = false;
    qsizetype m_sent = 0; // of our step
};

} // namespace sw
