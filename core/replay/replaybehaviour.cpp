// SPDX-License-Identifier: MIT
#include "core/replay/replaybehaviour.h"

#include "core/base/units.h"
#include "core/payload/payload.h"

namespace sw {

namespace {

constexpr quint64 pauseToken = 1ULL << 62U;
constexpr quint64 settleToken = 1ULL << 61U; // with what the peer had done by then
constexpr quint64 endToken = 1ULL << 60U;
constexpr qsizetype slice = 1 << 20;

/// A few bytes around a place, as text with escapes.
QString around(QByteArrayView bytes, qsizetype place) {
    constexpr qsizetype before = 16;
    constexpr qsizetype after = 32;
    const qsizetype from = std::max<qsizetype>(place - before, 0);
    const qsizetype to = std::min(place + after, bytes.size());
    return (from > 0 ? QStringLiteral("…") : QString()) + toEscapedText(bytes.sliced(from, to - from).toByteArray()) +
           (to < bytes.size() ? QStringLiteral("…") : QString());
}

} // namespace

ReplayBehaviour::ReplayBehaviour(std::shared_ptr<ReplayTurn> turn, std::size_t conversation)
    : m_turn(std::move(turn)),
      m_number(conversation) {}

void ReplayBehaviour::opened(LocalEnd& local) {
    const ReplayOptions& options = m_turn->options;
    const bool isClient = options.side == ReplaySide::Client;
    local.tell(
        EventKind::ReplayStarted,
        sentence(QT_TRANSLATE_NOOP("Core", "replays “%1” of %2 as %3: %4 messages, %5 bytes"), conversation().name,
                 m_turn->script->name(), isClient ? QStringLiteral("client") : QStringLiteral("server"),
                 conversation().messages(options.side), conversation().bytes(options.side)),
        {{Fact::Side, isClient ? QStringLiteral("client") : QStringLiteral("server")}, {Fact::Speed, options.speed}});
    m_isRunning = true;
    goOn(local);
}

/// True: a pause of the recording, at its speed, comes first.
bool ReplayBehaviour::pausesBefore(LocalEnd& local, const ReplayStep& step) {
    if (m_turn->options.speed <= 0 || m_pausedFor == m_step)
        return m_isPausing;
    const std::chrono::nanoseconds last =
        m_step == 0 ? std::chrono::nanoseconds(0) : conversation().steps[m_step - 1].time;
    const auto pause =
        std::chrono::duration_cast<std::chrono::milliseconds>((step.time - last) / m_turn->options.speed);
    m_pausedFor = m_step;
    if (pause.count() <= 0)
        return false;
    m_isPausing = true;
    local.wake(pause, pauseToken);
    return true;
}

/// Bytes of the peer's turn that have not come.
qsizetype ReplayBehaviour::missing() const {
    const auto& steps = conversation().steps;
    qsizetype size = -m_comparedBytes;
    const bool isAtEnd = m_step == steps.size(); // then of all that is left
    for (std::size_t i = m_compared; i < steps.size() && (isAtEnd || !isOurs(steps[i])); ++i)
        size += isOurs(steps[i]) ? 0 : steps[i].bytes.size();
    return size;
}

/// What the peer says from now on belongs to its next turn.
void ReplayBehaviour::giveUpTurn() {
    const auto& steps = conversation().steps;
    for (m_compared = std::max(m_compared, m_step);
         m_compared < steps.size() && !isOurs(steps[m_compared]) && (!steps[m_compared].isEnd || m_compared == m_step);)
        ++m_compared;
    m_comparedBytes = 0;
    m_hasDiffered = false;
}

/// True: the peer has not done yet what it did then.
bool ReplayBehaviour::awaits(LocalEnd& local, const ReplayStep& step) {
    if (!m_turn->options.waitsForPeer || m_compared > m_step)
        return false;
    if (step.isEnd && m_peerEnded)
        return false;
    if (m_peerEnded) { // nothing more comes
        differ(local,
               sentence(QT_TRANSLATE_NOOP("Core", "the peer ended, and had %1 more bytes to say here"), missing()),
               {{Fact::Missing, missing()}});
        giveUpTurn();
        return false;
    }
    if (!std::exchange(m_isWatched, true))
        local.wake(m_turn->options.patience, m_progress);
    return true;
}

void ReplayBehaviour::goOn(LocalEnd& local) {
    if (!m_isRunning || m_isOver || m_isInside || m_isSettling)
        return;
    m_isInside = true;
    const auto& steps = conversation().steps;
    while (m_step < steps.size() && !m_isOver) {
        const ReplayStep& step = steps[m_step];
        if (isOurs(step)) {
            if (pausesBefore(local, step) || !local.wantsMore())
                break;
            if (step.isEnd && m_step + 1 == steps.size())
                m_isInside = false; // nothing follows: the end of the replay is ours, and may be the connection's
            else if (step.isEnd)
                sw::endSending(local);
            else if (conversation().isDatagram)
                local.send(step.bytes);
            else if (!sendSlice(local, step.bytes))
                continue;
        } else if (awaits(local, step) || (!m_turn->options.waitsForPeer && pausesBefore(local, step))) {
            break;
        }
        ++m_step;
    }
    m_isInside = false;
    if (m_step < steps.size() || m_isOver)
        return;
    if (!m_turn->options.waitsForPeer && !m_peerEnded && missing() > 0 && !std::exchange(m_hasWaited, true)) {
        local.wake(m_turn->options.patience, endToken); // for answers that are still under way
        return;
    }
    if (m_hasWaited && !m_peerEnded && !m_isPatienceOver && missing() > 0)
        return;
    finish(local);
}

/// A large message in portions that the queue takes; true: all of it is sent.
bool ReplayBehaviour::sendSlice(LocalEnd& local, const QByteArray& bytes) {
    const qsizetype size = std::min(slice, bytes.size() - m_sent);
    local.send(QByteArrayView(bytes).sliced(m_sent, size));
    m_sent += size;
    if (m_sent < bytes.size())
        return false;
    m_sent = 0;
    return true;
}

void ReplayBehaviour::filter(LocalEnd& local, QByteArrayView bytes) {
    if (!m_isRunning || m_isOver)
        return;
    ++m_progress;
    if (m_isSettling)
        return;
    if (conversation().isDatagram)
        compareDatagram(local, bytes);
    else
        compare(local, bytes);
    goOn(local);
}

void ReplayBehaviour::compare(LocalEnd& local, QByteArrayView bytes) {
    const auto& steps = conversation().steps;
    while (!bytes.isEmpty()) {
        while (m_compared < steps.size() &&
               (isOurs(steps[m_compared]) || steps[m_compared].bytes.size() == m_comparedBytes)) {
            ++m_compared;
            m_comparedBytes = 0;
            m_hasDiffered = false;
        }
        if (m_compared >= steps.size()) {
            m_surplus += static_cast<quint64>(bytes.size());
            return;
        }
        const QByteArrayView expected = QByteArrayView(steps[m_compared].bytes).sliced(m_comparedBytes);
        const qsizetype size = std::min(expected.size(), bytes.size());
        const auto [mine, theirs] = std::mismatch(expected.begin(), expected.begin() + size, bytes.begin());
        const qsizetype same = mine - expected.begin();
        if (same < size && !std::exchange(m_hasDiffered, true)) {
            const qsizetype place = m_comparedBytes + same;
            differ(local,
                   sentence(QT_TRANSLATE_NOOP("Core", "byte %1 of the peer's message %2 differs: expected %3, came %4"),
                            place, m_compared + 1, around(steps[m_compared].bytes, place), around(bytes, same)),
                   {{Fact::Step, static_cast<qint64>(m_compared)},
                    {Fact::Offset, place},
                    {Fact::Expected, around(steps[m_compared].bytes, place)},
                    {Fact::Received, around(bytes, same)}});
        }
        if (same == size)
            m_matched += static_cast<quint64>(size);
        m_comparedBytes += size;
        bytes = bytes.sliced(size);
        if (m_comparedBytes < steps[m_compared].bytes.size())
            continue;
        const bool isTurnOver = m_compared + 1 == steps.size() || isOurs(steps[m_compared + 1]);
        ++m_compared;
        m_comparedBytes = 0;
        if (std::exchange(m_hasDiffered, false) && isTurnOver) {
            settle(local);
            return;
        }
    }
}

/// An answer that differed may be longer too: what comes until the peer is quiet is the rest of it, and no part of the
/// next one.
void ReplayBehaviour::settle(LocalEnd& local) {
    constexpr std::chrono::milliseconds quiet(50);
    m_isSettling = true;
    local.wake(quiet, settleToken + m_progress);
}

void ReplayBehaviour::compareDatagram(LocalEnd& local, QByteArrayView bytes) {
    const auto& steps = conversation().steps;
    while (m_compared < steps.size() && (isOurs(steps[m_compared]) || steps[m_compared].isEnd))
        ++m_compared;
    if (m_compared == steps.size()) {
        m_surplus += static_cast<quint64>(bytes.size());
        differ(
            local,
            sentence(QT_TRANSLATE_NOOP("Core", "a datagram of %1 bytes that was not in the recording"), bytes.size()),
            {});
        return;
    }
    const QByteArray& expected = steps[m_compared].bytes;
    if (bytes == expected)
        m_matched += static_cast<quint64>(bytes.size());
    else
        differ(local,
               sentence(QT_TRANSLATE_NOOP("Core", "datagram %1 differs: expected %2 bytes %3, came %4 bytes %5"),
                        m_compared + 1, expected.size(), around(expected, 0), bytes.size(), around(bytes, 0)),
               {{Fact::Step, static_cast<qint64>(m_compared)},
                {Fact::Expected, around(expected, 0)},
                {Fact::Received, around(bytes, 0)}});
    ++m_compared;
}

void ReplayBehaviour::differ(LocalEnd& local, const Sentence& text, const Facts& facts) {
    constexpr quint64 mostTold = 1000;
    if (++m_differences <= mostTold)
        local.tell(EventKind::ReplayDifference, text, facts);
}

void ReplayBehaviour::woken(LocalEnd& local, quint64 token) {
    if (m_isOver)
        return;
    if (token == pauseToken) {
        m_isPausing = false;
        goOn(local);
        return;
    }
    if (token == endToken) {
        m_isPatienceOver = true;
        goOn(local);
        return;
    }
    if (token >= settleToken) {
        m_isSettling = false;
        if (token != settleToken + m_progress)
            settle(local); // it still says something
        goOn(local);
        return;
    }
    m_isWatched = false;
    const auto& steps = conversation().steps;
    if (m_step >= steps.size() || isOurs(steps[m_step]) || m_compared > m_step)
        return;
    if (token != m_progress) { // it still says something
        goOn(local);
        return;
    }
    const QString patience = formatDuration(m_turn->options.patience);
    if (steps[m_step].isEnd)
        differ(
            local,
            sentence(QT_TRANSLATE_NOOP("Core", "the peer did not end within %1, as it did in the recording"), patience),
            {});
    else
        differ(local,
               sentence(
                   QT_TRANSLATE_NOOP("Core", "after %1 without a byte, %2 bytes of the peer's message %3 are missing"),
                   patience, missing(), m_compared + 1),
               {{Fact::Step, static_cast<qint64>(m_compared)}, {Fact::Missing, missing()}});
    giveUpTurn();
    goOn(local);
}

void ReplayBehaviour::endOfStream(LocalEnd& local) {
    m_isSettling = false;
    m_peerEnded = true;
    ++m_progress;
    goOn(local);
    if (m_isOver)
        local.close();
}

void ReplayBehaviour::finish(LocalEnd& local) {
    m_isOver = true;
    if (missing() > 0)
        differ(
            local,
            sentence(QT_TRANSLATE_NOOP("Core", "%1 bytes that the peer said in the recording did not come"), missing()),
            {{Fact::Missing, missing()}});
    if (m_surplus > 0 && !conversation().isDatagram)
        differ(local,
               sentence(QT_TRANSLATE_NOOP("Core", "the peer said %1 bytes more than in the recording"), m_surplus),
               {{Fact::Surplus, static_cast<qint64>(m_surplus)}});
    local.tell(
        EventKind::ReplayEnded,
        m_differences == 0
            ? sentence(QT_TRANSLATE_NOOP("Core", "the replay is over: the peer said what it said then, %1 bytes"),
                       m_matched)
            : sentence(QT_TRANSLATE_NOOP("Core", "the replay is over: %1 differences"), m_differences),
        {{Fact::Differences, static_cast<qint64>(m_differences)},
         {Fact::Matched, static_cast<qint64>(m_matched)},
         {Fact::Complete, true}});
    if (local.isDatagram())
        return;
    local.close();
}

void ReplayBehaviour::sentinel(const ClosingRecord&) {
    m_isOver = true;
}

} // namespace sw
