// SPDX-License-Identifier: MIT
// How a connection ends: each direction by itself, orderly, with a wait, or with a reset.
#include "core/endpoint/connection.h"

#include <algorithm>

namespace sw {

void Connection::shutDownSending() {
    if (hasEnded() || m_writeEnded || m_wantsWriteEnd || m_isClosing)
        return;
    tellSendingEnds();
    if (hasEnded() || m_isClosing)
        return;
    m_wantsWriteEnd = true;
    if (isRunning())
        flush();
}

/// The behaviour hears it while it may still answer.
void Connection::tellSendingEnds() {
    if (behaviour() != nullptr && isRunning() && !std::exchange(m_hasToldSendingEnds, true))
        behaviour()->sendingEnds(*this);
}

void Connection::endSendingNow() {
    tellSendingEnds(); // where it was asked for while connecting
    if (!isOpen())
        return;
    m_wantsWriteEnd = false;
    m_writeEnded = true;
    m_channel->endSending();
    QString text = QStringLiteral("we send no more");
    if (!m_channel->hasHalfClose())
        text += QStringLiteral("; ") + m_channel->whyNoHalfClose();
    else if (!m_readEnded)
        text += QStringLiteral(", and can still receive");
    record(EventKind::SendingEnded, text);
    if (m_readEnded)
        finishOrderly();
    else
        setOpenState();
}

void Connection::shutDownReceiving() {
    if (hasEnded() || m_readEnded || !isRunning())
        return;
    m_channel->endReceiving();
    m_readEnded = true;
    record(EventKind::ReceivingEnded, QStringLiteral("we receive no more"));
    if (m_writeEnded) {
        finishOrderly();
        return;
    }
    setOpenState();
    updateInterest();
}

void Connection::closeOrderly() {
    if (hasEnded() || m_isClosing)
        return;
    if (!isRunning()) { // still connecting: nothing was sent yet
        m_connector.reset();
        finish({.cause = ClosingCause::ClosedByUs,
                .text = isAsked() ? QStringLiteral("closed by us before it was decided whether it is taken")
                                  : QStringLiteral("given up by us while connecting"),
                .error = {}});
        return;
    }
    if (m_isHandshaking) {
        finish({.cause = ClosingCause::ClosedByUs,
                .text = QStringLiteral("given up by us during the TLS handshake"),
                .error = {}});
        return;
    }
    if (!m_writeEnded)
        tellSendingEnds();
    if (hasEnded() || m_isClosing)
        return;
    m_isClosing = true;
    setOpenState();
    if (m_isInBehaviour)
        return; // the flush that called the behaviour goes on after it
    flush();
}

/// What the behaviour has sent by then still goes out, by TLS where it has asked for that.
void Connection::close() {
    if (!hasEnded() && !m_isClosing && (m_isHandshaking || m_wantedTls != nullptr))
        m_closesAfterTls = true;
    else
        closeOrderly();
}

void Connection::closeAfterPeer() {
    if (address().given("eof") != QLatin1String("keep"))
        closeOrderly();
}

/// Takes what has arrived already: closing a socket with unread bytes makes TCP send a reset (RFC 2525 section 2.17),
/// and that can destroy what we sent last.
void Connection::drainBeforeEnd(bool isReset) {
    if (m_isHeld && (behaviour() == nullptr || behaviour()->leavesUnread()))
        return; // a behaviour that wants its peer to see that
    constexpr quint64 most = 4ULL << 20U;
    quint64 taken = 0;
    while (!m_readEnded && taken < most && isOpen()) {
        const std::span<char> space = transcript()->writeSpace(smallestRead);
        const IoResult result = m_channel->receive(space.first(std::min(space.size(), largestRead)));
        if (!result.isDone())
            recordAlerts();
        if (result.hasEnded() && !isReset) { // after a reset the system says so too, and nobody ended anything
            m_readEnded = true;
            mutableSnapshot().hasPeerEnded = true;
            record(EventKind::EndOfStream, QStringLiteral("end of stream from the peer: it sends no more"));
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
}

/// Everything went to the system. With linger=N above 0, close waits until the peer's system has acknowledged it, and
/// resets when it has not in time (POSIX, "SO_LINGER"); the system's own wait would block this thread.
void Connection::finishOrderly() {
    if (m_lingering)
        return; // it is looked at again and again
    drainBeforeEnd();
    const int linger = address().number("linger").value_or(-1);
    if (linger <= 0 || !m_channel->socket().undelivered().value_or(0)) {
        closeNow();
        return;
    }
    m_isClosing = true;
    m_behaviourProduces = false;
    setOpenState();
    if (!m_writeEnded)
        m_channel->endSending();
    m_lingering.emplace();
    m_lingering->start();
    updateInterest();
    lingerOrFinish();
}

void Connection::lingerOrFinish() {
    if (!isOpen() || !m_lingering)
        return;
    const qint64 limit = *address().number("linger") * 1000LL;
    if (const int code = m_channel->socket().takeError(); code != 0) {
        failLater(code, QStringLiteral("close"));
        return;
    }
    const qint64 left = m_channel->socket().undelivered().value_or(0);
    if (left == 0) {
        drainBeforeEnd();
        closeNow();
    } else if (m_lingering->elapsed() < limit) {
        constexpr std::chrono::milliseconds pause(10);
        later(pause, &Connection::lingerOrFinish);
    } else {
        m_channel->abort();
        finish({.cause = ClosingCause::AbortedByUs,
                .text = QStringLiteral("closed by us with a reset: linger=%1 was over, and the peer had not "
                                       "acknowledged %2 bytes")
                            .arg(limit / 1000)
                            .arg(left),
                .error = {}});
    }
}

void Connection::closeNow() {
    if (address().number("linger") == 0) {
        // after both ends of stream only what was not sent yet is lost by a reset
        const auto info = m_channel->socket().tcpInfo();
        const qint64 unsent = info ? info->unsent.value_or(0) : 0;
        if (!m_readEnded || !m_writeEnded || unsent > 0) {
            finish({.cause = ClosingCause::AbortedByUs,
                    .text =
                        unsent > 0
                            ? QStringLiteral("closed by us with a reset (linger=0): %1 bytes were not sent").arg(unsent)
                            : QStringLiteral("closed by us with a reset (linger=0)"),
                    .error = {}});
            return;
        }
    }
    const bool byPeer = m_peerEndedFirst;
    finish({.cause = byPeer ? ClosingCause::ClosedByPeer : ClosingCause::ClosedByUs,
            .text = byPeer ? QStringLiteral("closed: the peer ended first, then we did")
                           : (snapshot().hasPeerEnded ? QStringLiteral("closed: we ended first, then the peer did")
                                                      : QStringLiteral("closed by us")),
            .error = {}});
}

/// With a reset; nothing is recorded yet.
void Connection::endSocket() {
    m_connector.reset();
    if (m_channel)
        m_channel->abort();
}

void Connection::abortBecause(const QString& why, const std::optional<Error>& error) {
    if (hasEnded())
        return;
    endSocket();
    finish({.cause = ClosingCause::AbortedByUs, .text = why, .error = error});
}

void Connection::abort() {
    if (hasEnded())
        return;
    endSocket();
    const quint64 dropped = m_queue.size();
    finish({.cause = ClosingCause::AbortedByUs,
            .text = dropped > 0 ? QStringLiteral("aborted by us: reset, %1 bytes not sent").arg(dropped)
                                : QStringLiteral("aborted by us: reset"),
            .error = {}});
}

void Connection::fail(const IoResult& result, const QString& situation) {
    if (result.code == 0 && m_tls != nullptr && m_tls->session().error().id != ErrorId::None) {
        failTls(m_channel->error());
        return;
    }
    Error error = result.code == 0 ? m_channel->error() : systemError(result.code, situation, snapshot().peer);
    drainBeforeEnd(error.id == ErrorId::ConnectionReset);
    // a peer that says why in an alert, and closes, may make our next piece fail before its alert was received
    if (m_channel->error().id == ErrorId::TlsAlert) {
        failTls(m_channel->error());
        return;
    }
    const bool isReset = error.id == ErrorId::ConnectionReset || error.id == ErrorId::BrokenPipe;
    if (error.id == ErrorId::BrokenPipe && m_readEnded)
        error.detail += QStringLiteral(" Its end of stream came before.");
    if (m_isHandshaking)
        error.detail += QStringLiteral(" That was during the TLS handshake.");
    finish({.cause = isReset                                   ? ClosingCause::Reset
                     : error.id == ErrorId::ConnectionTimedOut ? ClosingCause::TimedOut
                                                               : ClosingCause::Error,
            .text = (isReset ? QStringLiteral("reset by the peer: ") : QStringLiteral("ended by an error: ")) +
                    toText(error),
            .error = error});
}

void Connection::finish(const ClosingRecord& closing) {
    if (m_channel)
        m_channel->close();
    mutableSnapshot().counters.queuedBytes = m_queue.size() + m_kept;
    m_queue.clear();
    m_isHandshaking = false;
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
