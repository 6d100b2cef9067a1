// SPDX-License-Identifier: MIT
// How a connection ends: orderly, with a wait, or with a reset.
#include "core/endpoint/connection.h"
#include "core/endpoint/streamrecords.h"
#include "core/endpoint/streamtls.h"

namespace sw {

namespace {

constexpr quint64 mostDrained = 4ULL << 20U; // bytes, of a peer that goes on sending while we close

} // namespace

void Connection::closeOrderly() {
    if (hasEnded() || isClosing())
        return;
    if (!isRunning()) { // nothing was sent yet
        finish(givenUp(
            isAsked() ? sentence(QT_TRANSLATE_NOOP("Core", "closed by us before it was decided whether it is taken"))
                      : sentence(QT_TRANSLATE_NOOP("Core", "given up by us while connecting"))));
        return;
    }
    if (is<Securing>()) {
        finish(givenUp(sentence(QT_TRANSLATE_NOOP("Core", "given up by us during the TLS handshake"))));
        return;
    }
    if (!m_sending.hasEnded())
        tellSendingEnds();
    if (hasEnded() || isClosing())
        return;
    m_life = Closing{};
    setOpenState();
    if (!m_asking.isNow) // otherwise the flush that called the behaviour goes on after it
        flush();
}

/// What the behaviour has sent by then still goes out, by TLS where it has asked for that.
void Connection::close() {
    if (m_upgrade && !hasEnded() && !isClosing())
        m_upgrade->closesAfter = true;
    else if (Securing* securing = std::get_if<Securing>(&m_life))
        securing->closesAfter = true;
    else
        closeOrderly();
}

void Connection::closeAfterPeer() {
    if (address().given("eof") != QLatin1String("keep"))
        closeOrderly();
}

/// Takes what has arrived already: closing a socket with unread bytes makes TCP send a reset (RFC 2525 section 2.17),
/// and that can destroy what we sent last. Gives what the last call came to.
IoResult Connection::drainBeforeEnd(bool isReset) {
    IoResult result;
    if (leavesUnread())
        return result;
    quint64 taken = 0;
    while (!hasReceivedEnd() && taken < mostDrained && isOpen()) {
        const std::span<char> space = transcript()->writeSpace(smallestRead);
        result = m_channel->receive(space.first(std::min(space.size(), largestRead)));
        if (!result.isDone())
            recordAlerts();
        if (result.hasEnded() && !isReset) { // after a reset the system says so too, and nobody ended anything
            m_receiving.state = Receiving::State::Ended;
            mutableSnapshot().hasPeerEnded = true;
            record(EventKind::EndOfStream,
                   sentence(QT_TRANSLATE_NOOP("Core", "end of stream from the peer: it sends no more")));
        }
        if (!result.isDone())
            break;
        const auto count = static_cast<quint64>(result.bytes);
        const QByteArrayView bytes = transcript()->commit(RecordKind::Received, count, Timestamp::now());
        countReceived(count);
        taken += count;
        if (passesOn()) {
            const auto pin = transcript()->currentSegment();
            behaviour()->filter(*this, bytes);
        }
    }
    return result;
}

/// What taking the last bytes came to: true if that was the end, with its error. That TLS was cut off or is broken
/// tells nothing new then; the peer's alert does, and what the socket says.
bool Connection::hasFailedAtEnd(const IoResult& received) {
    if (!isOpen())
        return true;
    if (!received.hasFailed())
        return false;
    const bool isOfTls = received.code == 0 && m_tls != nullptr && m_tls->session().error().id != ErrorId::None;
    if (!isOfTls || m_channel->error().id == ErrorId::TlsAlert) {
        fail(received, QStringLiteral("close"));
        return true;
    }
    m_receiving.state = Receiving::State::Ended;
    return false;
}

/// Everything went to the system.
void Connection::finishOrderly() {
    if (is<Lingering>())
        return; // it is looked at again and again
    if (hasFailedAtEnd(drainBeforeEnd()))
        return;
    const qint64 left = mayLinger() ? m_channel->socket().undelivered().value_or(0) : 0;
    if (left == 0) {
        closeNow();
        return;
    }
    if (!m_sending.hasEnded())
        m_channel->endSending();
    m_asking.hasMore = false;
    m_life = Lingering{.left = left};
    auto& lingering = std::get<Lingering>(m_life);
    lingering.since.start();
    lingering.sinceProgress.start();
    setOpenState();
    updateInterest();
    linger();
}

/// Whether closing waits until the peer's system has acknowledged everything. With linger=N above 0 it does, and then
/// resets (POSIX, "SO_LINGER"); the system's own wait would block this thread. Without that option it does where the
/// peer may still send: the system answers that with a reset once the socket is closed, and what was on its way is
/// lost.
bool Connection::mayLinger() const {
    const auto seconds = address().number("linger");
    return seconds ? *seconds > 0 : !hasReceivedEnd() && !leavesUnread() && !isLocal(address().scheme);
}

/// Looks again and again, until it is over.
void Connection::linger() {
    lookAtLingering();
    Lingering* lingering = std::get_if<Lingering>(&m_life);
    if (lingering == nullptr)
        return;
    constexpr std::chrono::milliseconds longestPause(20);
    later(lingering->pause, &Connection::linger);
    lingering->pause = std::min(lingering->pause * 2, longestPause);
}

void Connection::lookAtLingering() {
    const quint64 before = snapshot().counters.receivedBytes;
    if (hasFailedAtEnd(drainBeforeEnd()))
        return;
    Lingering* lingering = std::get_if<Lingering>(&m_life);
    if (lingering == nullptr)
        return;
    if (const int code = m_channel->socket().takeError(); code != 0) {
        fail(IoResult::failed(code), QStringLiteral("close"));
        return;
    }
    lingering->drained += snapshot().counters.receivedBytes - before;
    const qint64 left = m_channel->socket().undelivered().value_or(0);
    if (left < lingering->left)
        lingering->sinceProgress.restart();
    lingering->left = left;
    finishLingering(Lingering(*lingering));
}

void Connection::finishLingering(const Lingering& lingering) {
    constexpr qint64 mostWithoutProgress = 2000; // ms
    constexpr qint64 mostInAll = 30000;          // ms
    const auto seconds = address().number("linger");
    const bool isEnough = !seconds && (hasReceivedEnd() || lingering.drained >= mostDrained ||
                                       lingering.sinceProgress.hasExpired(mostWithoutProgress) ||
                                       lingering.since.hasExpired(mostInAll)); // the system goes on delivering
    if (lingering.left == 0 || isEnough) {
        closeNow();
    } else if (seconds && lingering.since.hasExpired(*seconds * 1000LL)) {
        m_channel->abort();
        finish(resetAfterLinger(*seconds, lingering.left));
    }
}

void Connection::closeNow() {
    if (address().number("linger") == 0) {
        // after both ends of stream only what was not sent yet is lost by a reset
        const auto info = m_channel->socket().tcpInfo();
        const qint64 unsent = info ? info->unsent.value_or(0) : 0;
        if (!hasReceivedEnd() || !m_sending.hasEnded() || unsent > 0) {
            finish(resetAtClose(unsent));
            return;
        }
    }
    const bool byPeer = m_receiving.state == Receiving::State::EndedFirst;
    if (const quint64 lost = m_channel->dropped(); lost > 0)
        finish(closedWithLoss(byPeer, lost, snapshot().peer));
    else
        finish(closedOrderly(byPeer, snapshot().hasPeerEnded));
}

void Connection::abortBecause(const Sentence& why, const std::optional<Error>& error) {
    if (hasEnded())
        return;
    if (m_channel)
        m_channel->abort();
    finish({.cause = ClosingCause::AbortedByUs, .text = why, .error = error});
}

void Connection::abort() {
    const ClosingRecord closing = aborted(m_sending.queue().size());
    abortBecause(closing.text, closing.error);
}

void Connection::endNow() {
    if (is<Lingering>() && !address().given("linger"))
        closeNow(); // everything is with the system
    else
        abort();
}

void Connection::fail(const IoResult& result, const QString& situation) {
    const bool isOfTls = m_tls != nullptr && m_tls->session().error().id != ErrorId::None;
    if (result.code == 0 && isOfTls) {
        failTls(m_channel->error());
        return;
    }
    const Error error = result.code == 0 ? m_channel->error() : systemError(result.code, situation, snapshot().peer);
    drainBeforeEnd(error.id == ErrorId::ConnectionReset);
    // a peer that says why in an alert, and closes, may make our next piece fail before its alert was received
    if (m_channel->error().id == ErrorId::TlsAlert)
        failTls(m_channel->error());
    else
        finish(closedByError(error, hasReceivedEnd(), is<Securing>()));
}

void Connection::finish(const ClosingRecord& closing) {
    m_life = Ended{}; // with its connector
    mutableSnapshot().counters.queuedBytes = m_sending.size() + (m_channel ? m_channel->dropped() : 0);
    if (m_channel)
        m_channel->close();
    m_sending.clear();
    if (m_tls != nullptr)
        mutableSnapshot().tls = std::make_shared<const TlsReport>(m_tls->session().report());
    if (!endWith(closing))
        return;
    if (snapshot().parent != EndpointId::None) {
        if (Endpoint* listener = host().find(snapshot().parent))
            listener->childEnded(id()); // room for the next one
    }
}

} // namespace sw
