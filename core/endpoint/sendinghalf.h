// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"
#include "core/endpoint/writequeue.h"

#include <vector>

namespace sw {

/// What a stream sends: what waits for the channel, what waits for TLS, what the behaviour keeps, and how far its end
/// has come. Whoever owns it has the channel. The I/O thread.
class SendingHalf {
public:
    bool isOpen() const { return m_state == State::Open; }
    bool takesMore() const { return m_state == State::Open || m_state == State::LastWords; }
    bool isToEnd() const { return m_state == State::EndAsked || m_state == State::Ending; }
    bool hasEnded() const { return m_state == State::Ended; }
    /// The behaviour knows that sending ends.
    bool wasTold() const { return m_state >= State::LastWords; }
    /// Its end was asked for before the behaviour could hear of it.
    void askEnd() { m_state = State::EndAsked; }
    /// The behaviour is told that sending ends, and may still answer.
    void beginLastWords() { m_state = State::LastWords; }
    /// It ends once what waits is out.
    void beginEnd() { m_state = State::Ending; }
    void end() { m_state = State::Ended; }

    WriteQueue& queue() { return m_queue; }
    bool isComfortable() const { return m_queue.memory() < WriteQueue::comfortable; }
    bool hasMuchRoom() const { return m_queue.memory() < WriteQueue::comfortable / 2; }
    /// Nothing waits for the channel, and the behaviour keeps nothing.
    bool isOut() const { return m_queue.isEmpty() && m_kept == 0; }
    bool isQueueEmpty() const { return m_queue.isEmpty(); }
    /// All that waits, for TLS and with the behaviour too, in bytes.
    quint64 size() const;

    /// Of the bytes those from `from` on, without a copy. The error says why they were not taken.
    Result<void> append(const QByteArray& bytes, qsizetype from = 0);
    Result<void> appendFile(const QString& path);
    /// The same for what may go out only by TLS, see releaseForTls().
    Result<void> appendForTls(const QByteArray& bytes, qsizetype from = 0);
    /// The same for what the behaviour kept, which was counted then.
    void keepForTls(const QByteArray& bytes, qsizetype from = 0);
    /// What waited for TLS waits for the channel now.
    void releaseForTls();

    /// The behaviour keeps so many bytes; an error where they would be too many.
    Result<void> keep(qsizetype size);
    /// It has given so many of them back.
    void giveBack(qsizetype size);
    bool keepsAny() const { return m_kept > 0; }

    void clear();

private:
    /// Each follows the one before; some are left out.
    enum class State : quint8 { Open, EndAsked, LastWords, Ending, Ended };

    State m_state = State::Open;
    WriteQueue m_queue;
    std::vector<QByteArray> m_forTls;
    quint64 m_forTlsSize = 0; // with what each piece costs
    quint64 m_kept = 0;
};

/// Why something was not sent.
Error notSent(ErrorId id, const Sentence& detail, const QString& situation = QStringLiteral("send"));

} // namespace sw
