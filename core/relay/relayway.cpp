// SPDX-License-Identifier: MIT
#include "core/relay/relayway.h"

#include "core/payload/payload.h"

namespace sw {

namespace {

/// More than this is not taken from a side whose bytes wait for a decision or for a fault's time.
constexpr qsizetype mostWaiting = 4 << 20;
/// So long one pair may have its turn; others wait for this thread.
constexpr std::chrono::milliseconds roundTime(5);
constexpr qsizetype mostPeeked = 16384;
constexpr std::size_t mostHeld = 4096;
/// Memory of a message that waits, besides its bytes.
constexpr qsizetype itemCost = 128;

// what a wake-up is for: the low bits of its token; bit 0 is the direction
constexpr quint64 kindMask = 6;
constexpr quint64 gapToken = 4;
constexpr quint64 endToken = 6;
constexpr unsigned numberShift = 3;

QString shown(const QByteArray& bytes) {
    constexpr qsizetype most = 60;
    return toEscapedText(bytes.left(most)) + (bytes.size() > most ? QStringLiteral("…") : QString());
}

} // namespace

RelayWay::RelayWay(Relay& relay, quint64 connection, RelayDirection direction, bool isDatagram)
    : m_relay(relay),
      m_connection(connection),
      m_direction(direction),
      m_isDatagram(isDatagram),
      m_stream(connection, direction, isDatagram ? FaultPlan{} : relay.plan().faults),
      m_messages(connection, direction, isDatagram ? relay.plan().faults : FaultPlan{}),
      m_isPeeking(direction == RelayDirection::Up && !isDatagram && !isSecure(relay.plan().target.scheme)) {
    setIntercept(relay.plan().intercept);
}

std::chrono::microseconds RelayWay::now() {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch());
}

void RelayWay::begin() {
    isOpen = true;
    if (!m_isDatagram && !m_stream.isTransparent())
        m_stream.begin(now());
    goOn();
}

void RelayWay::setFaults(const FaultPlan& plan) {
    if (m_isDatagram)
        m_messages.setPlan(plan);
    else
        m_stream.setPlan(plan);
    goOn();
}

void RelayWay::setIntercept(const Intercept& intercept) {
    const bool isMeant = intercept.appliesTo(m_direction);
    if (m_framer && (!isMeant || m_framer->spec() != intercept.framer)) { // what it has begun goes on as it is
        if (auto rest = m_framer->flush())
            enqueue(rest->raw);
        enqueueFiller();
        m_framer.reset();
    }
    if (isMeant && !m_framer)
        m_framer.emplace(intercept.framer);
    drain();
}

/// A client that speaks TLS with the target itself: what it asks for can be read, and nothing else.
void RelayWay::peek(QByteArrayView bytes) {
    m_peeked.append(bytes.first(std::min(bytes.size(), mostPeeked - m_peeked.size())));
    ClientHello hello;
    const HelloState state = readClientHello(m_peeked, hello);
    m_isPeeking = state == HelloState::NeedsMore && m_peeked.size() < mostPeeked;
    if (state == HelloState::Complete && from != nullptr)
        from->tell(
            EventKind::TlsHelloSeen,
            sentence(QT_TRANSLATE_NOOP("Core", "TLS is passed through untouched; the client asks %1"), hello.toText()),
            {{Fact::Hello, hello.toJson()}});
    if (!m_isPeeking)
        m_peeked.clear();
}

void RelayWay::arrived(QByteArrayView bytes) {
    if (m_isPeeking)
        peek(bytes);
    constexpr qsizetype mostDatagrams = 64 << 20;
    if (m_isDatagram && m_queued + m_messages.waiting() > mostDatagrams) {
        if (!std::exchange(m_saidFull, true) && from != nullptr)
            from->tell(EventKind::NotSent,
                       sentence(QT_TRANSLATE_NOOP("Core", "datagrams are not passed on: 64 MiB of them wait already")),
                       {});
        return;
    }
    m_saidFull = false;
    if (!m_framer && m_queue.empty() && isOpen) {
        pass(bytes);
    } else if (m_framer && m_isDatagram) {
        framed({.content = bytes.toByteArray(), .raw = bytes.toByteArray()});
    } else if (m_framer) {
        for (const Message& message : m_framer->feed(bytes))
            framed(message);
        enqueueFiller();
        m_lastArrival = now();
        watchGap();
    } else {
        enqueue(bytes.toByteArray());
    }
    drain();
}

void RelayWay::enqueue(const QByteArray& bytes) {
    m_queue.push_back({.bytes = bytes});
    m_queued += bytes.size() + itemCost;
}

/// What stands between two messages goes on at once: the next message may be long in coming.
void RelayWay::enqueueFiller() {
    if (const QByteArray filler = m_framer->takeFiller(); !filler.isEmpty())
        enqueue(filler);
}

/// What is no whole message goes on untouched, unless the condition asks for such ones.
void RelayWay::framed(const Message& message) {
    const bool hasTarget = to != nullptr || !isOpen; // otherwise nobody could decide anything
    const bool isHeld = hasTarget && m_relay.m_condition.match(message);
    if (!message.isWhole() && from != nullptr)
        m_malformed.tell(*from, message, directionName(m_direction),
                         isHeld ? QString() : QStringLiteral("it is passed on as it is"));
    if (!isHeld) {
        enqueue(message.raw);
        return;
    }
    if (m_isDatagram && m_held.size() >= mostHeld) {
        if (from != nullptr)
            from->tell(EventKind::NotSent,
                       sentence(QT_TRANSLATE_NOOP("Core", "not passed on: %1 messages are held already"), mostHeld),
                       {});
        return;
    }
    hold(message.raw);
}

void RelayWay::hold(const QByteArray& bytes) {
    const quint64 number = m_relay.m_hooks.newNumber();
    m_queue.push_back({.bytes = {}, .held = number});
    m_queued += bytes.size() + itemCost;
    m_held.push_back({.number = number,
                      .relay = m_relay.id(),
                      .connection = from == nullptr ? EndpointId::None : from->ownId(),
                      .name = from == nullptr ? QString() : from->ownName(),
                      .direction = m_direction,
                      .size = bytes.size(),
                      .bytes = bytes,
                      .time = Timestamp::now()});
    if (from != nullptr)
        from->tell(EventKind::MessageHeld,
                   sentence(QT_TRANSLATE_NOOP("Core", "%1: a message of %2 bytes is held: %3"),
                            directionName(m_direction), QString::number(bytes.size()), shown(bytes)),
                   {{Fact::Number, static_cast<qint64>(number)},
                    {Fact::Direction, directionName(m_direction)},
                    {Fact::Size, bytes.size()}});
    m_relay.m_hooks.heldChanged();
}

bool RelayWay::release(quint64 number, const Release& release) {
    const auto found =
        std::find_if(m_held.begin(), m_held.end(), [number](const HeldMessage& one) { return one.number == number; });
    const auto place =
        std::find_if(m_queue.begin(), m_queue.end(), [number](const Waiting& one) { return one.held == number; });
    if (found == m_held.end() || place == m_queue.end())
        return false;
    const HeldMessage message = *found;
    m_held.erase(found);
    const bool isEdited = release.action == Release::Action::Pass && release.bytes && *release.bytes != message.bytes;
    m_queued -= message.bytes.size();
    place->held = 0;
    place->bytes = release.action != Release::Action::Pass ? QByteArray() : release.bytes.value_or(message.bytes);
    m_queued += place->bytes.size();
    QString what = QStringLiteral("passed on");
    if (release.action == Release::Action::Drop)
        what = QStringLiteral("dropped");
    else if (release.action == Release::Action::Answer)
        what = QStringLiteral("answered by us: ") + shown(release.bytes.value_or(QByteArray()));
    else if (isEdited)
        what = QStringLiteral("changed and passed on: ") + shown(place->bytes);
    if (release.action != Release::Action::Pass) {
        m_queue.erase(place);
        m_queued -= itemCost;
    }
    if (LocalEnd* teller = from != nullptr ? from : to)
        teller->tell(
            EventKind::MessageReleased,
            sentence(QT_TRANSLATE_NOOP("Core", "%1: the held message was %2"), directionName(m_direction), what),
            {{Fact::Number, static_cast<qint64>(number)},
             {Fact::Size, message.bytes.size()},
             {Fact::Edited, isEdited}});
    if (release.action == Release::Action::Answer && from != nullptr)
        from->send(release.bytes.value_or(QByteArray()));
    m_relay.m_hooks.heldChanged();
    drain();
    return true;
}

void RelayWay::forgetHeld() {
    if (m_held.empty())
        return;
    if (LocalEnd* teller = from != nullptr ? from : to)
        teller->tell(EventKind::MessageReleased,
                     sentence(QT_TRANSLATE_NOOP("Core", "%1: %2 held messages have nobody to go to any more"),
                              directionName(m_direction), m_held.size()),
                     {});
    m_held.clear();
    m_queue.clear();
    m_queued = 0;
    m_relay.m_hooks.heldChanged();
}

void RelayWay::ended() {
    if (std::exchange(m_hasEnded, true))
        return;
    if (m_framer) {
        if (auto rest = m_framer->flush())
            framed(*rest);
        enqueueFiller();
    }
    if (m_isPeeking)
        m_peeked.clear();
    m_isPeeking = false;
    m_queue.push_back({.isEnd = true});
    drain();
}

/// What is not held goes on, in order.
void RelayWay::drain() {
    while (isOpen && !m_queue.empty() && m_queue.front().held == 0) {
        const Waiting first = std::move(m_queue.front());
        m_queue.pop_front();
        m_queued -= first.isEnd ? 0 : first.bytes.size() + itemCost;
        if (first.isEnd)
            passEnd();
        else if (m_isDatagram || !first.bytes.isEmpty())
            pass(first.bytes);
    }
    heedRoom();
}

void RelayWay::pass(QByteArrayView bytes) {
    if (to == nullptr)
        return;
    if (m_isDatagram) {
        if (m_messages.isTransparent()) {
            m_messages.passed();
            to->send(bytes);
            return;
        }
        m_messages.feed(bytes, now());
    } else {
        if (m_stream.isTransparent()) {
            m_stream.passed(bytes.size());
            to->send(bytes);
            heedRoom();
            return;
        }
        m_stream.feed(bytes, now());
    }
    pump();
}

void RelayWay::passEnd() {
    if (m_isDatagram || m_stream.isTransparent()) {
        sendEnd();
        return;
    }
    m_stream.feedEnd(now());
    pump();
}

/// What is due goes on; for the rest the clock is set.
void RelayWay::pump() {
    if (m_isPumping)
        return;
    m_isPumping = true;
    m_isBehind = false;
    const auto begin = now();
    tellDecisions();
    while (to != nullptr && m_outcome == Outcome::GoesOn && (m_isDatagram || to->wantsMore())) {
        if (now() - begin >= roundTime) {
            m_isBehind = true;
            break;
        }
        if (m_isDatagram) {
            const auto message = m_messages.next(now());
            if (!message)
                break;
            to->send(*message);
            continue;
        }
        const auto step = m_stream.next(now());
        if (!step)
            break;
        if (step->kind == FaultStep::Kind::Bytes) {
            to->send(step->bytes);
        } else if (step->kind == FaultStep::Kind::End) {
            m_isEndedByFault = !m_hasEnded;
            sendEnd();
        } else {
            m_outcome = step->kind == FaultStep::Kind::Close ? Outcome::Close : Outcome::Reset;
        }
    }
    m_isPumping = false;
    if (m_isBehind) {
        m_wakesAt = now();
        to->wake(std::chrono::milliseconds(0), (++m_wakeNumber << numberShift) | static_cast<quint64>(m_direction));
        heedRoom();
        return;
    }
    const auto due = m_isDatagram ? m_messages.due() : m_stream.due();
    if (due && to != nullptr && m_outcome == Outcome::GoesOn && (m_isDatagram || to->wantsMore()) &&
        (!m_wakesAt || *due < *m_wakesAt || *m_wakesAt < now())) {
        m_wakesAt = due;
        const auto delay =
            std::chrono::ceil<std::chrono::milliseconds>(std::max(*due - now(), std::chrono::microseconds(0)));
        to->wake(delay, (++m_wakeNumber << numberShift) | static_cast<quint64>(m_direction));
    }
    heedRoom();
}

/// A message that ends with silence: the clock is set once, and again as long as bytes come.
void RelayWay::watchGap() {
    if (!m_framer || m_framer->spec().framing != Framing::IdleGap || from == nullptr || m_isGapWatched)
        return;
    m_isGapWatched = true;
    from->wake(m_framer->spec().gap, gapToken | static_cast<quint64>(m_direction));
}

void RelayWay::woken(quint64 token) {
    if ((token & kindMask) == gapToken) {
        m_isGapWatched = false;
        if (m_framer && m_framer->spec().framing == Framing::IdleGap && m_framer->pending() > 0 &&
            now() - m_lastArrival < m_framer->spec().gap)
            watchGap();
        else if (m_framer && m_framer->spec().framing == Framing::IdleGap) {
            if (auto rest = m_framer->flush())
                framed(*rest);
        }
    } else if ((token & kindMask) == endToken) {
        endLater();
    } else {
        if (token >> numberShift != m_wakeNumber)
            return; // another one was set since
        m_wakesAt.reset();
    }
    goOn();
}

/// TLS before 1.3 has no half-close: a client's end is passed on to such a target once nothing comes back any more.
void RelayWay::endLater() {
    constexpr std::chrono::milliseconds quiet(2000);
    if (to == nullptr || m_hasPassedEnd)
        return;
    const auto since = now() - lastAnswer;
    if (since < quiet) {
        to->wake(std::chrono::ceil<std::chrono::milliseconds>(quiet - since),
                 endToken | static_cast<quint64>(m_direction));
        return;
    }
    m_hasPassedEnd = true;
    sw::endSending(*to);
}

void RelayWay::sendEnd() {
    if (to == nullptr || m_isDatagram) {
        m_hasPassedEnd = true;
    } else if (m_direction == RelayDirection::Up && !to->stream()->hasHalfClose()) {
        lastAnswer = now();
        endLater();
    } else {
        m_hasPassedEnd = true;
        sw::endSending(*to);
    }
}

void RelayWay::goOn() {
    drain();
    if (isOpen && (m_isDatagram ? !m_messages.isTransparent() : !m_stream.isTransparent()))
        pump();
    else
        heedRoom();
}

void RelayWay::tellDecisions() {
    auto decisions = m_isDatagram ? m_messages.takeDecisions() : m_stream.takeDecisions();
    if (decisions.empty())
        return;
    constexpr std::size_t mostTold = 50; // at once: a chop decides for every few bytes
    LocalEnd* teller = to != nullptr ? to : from;
    for (std::size_t i = 0; teller != nullptr && i < std::min(decisions.size(), mostTold); ++i)
        teller->tell(EventKind::FaultApplied, decisions[i].toText(), {{Fact::Decision, decisions[i].toJson()}});
    if (teller != nullptr && decisions.size() > mostTold) {
        const auto rest = static_cast<qint64>(decisions.size() - mostTold);
        teller->tell(EventKind::FaultApplied, sentence(QT_TRANSLATE_NOOP("Core", "%1 more decisions at once"), rest),
                     {{Fact::Count, rest}});
    }
    m_relay.m_hooks.decided(std::move(decisions));
}

/// The side that writes is stopped while the other does not take it.
void RelayWay::heedRoom() {
    if (from == nullptr || m_isDatagram)
        return;
    const bool isGone = isOpen && to == nullptr; // what comes has nobody to go to, and must not stop its writer
    const bool isFull = m_outcome == Outcome::GoesOn && !isGone &&
                        (!isOpen || m_isBehind || m_queued > mostWaiting || m_held.size() >= mostHeld ||
                         m_stream.waiting() > mostWaiting || !to->wantsMore());
    if (isFull == m_isHolding)
        return;
    m_isHolding = isFull;
    sw::holdReceiving(*from, isFull);
}

bool RelayWay::isIdle() const {
    return m_queue.empty() && (m_isDatagram ? !m_messages.due() : !m_stream.due());
}

} // namespace sw
