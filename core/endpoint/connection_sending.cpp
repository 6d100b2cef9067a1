// SPDX-License-Identifier: MIT
// What a connection sends, and how that ends.
#include "core/endpoint/connection.h"
#include "core/endpoint/streamrecords.h"

#include <algorithm>

namespace sw {

namespace {

constexpr qsizetype largestSend = 1 << 20; // in one call, which nothing interrupts

} // namespace

void Connection::send(QByteArrayView bytes) {
    const qsizetype taken = sendAtOnce(bytes);
    if (taken < bytes.size() || bytes.isEmpty())
        enqueue(bytes.sliced(taken).toByteArray());
}

void Connection::sendShared(const QByteArray& bytes) {
    const qsizetype taken = sendAtOnce(bytes);
    if (taken < bytes.size() || bytes.isEmpty())
        enqueue(bytes, taken);
}

/// Straight from where the bytes are, where nothing waits before them: how many were taken.
qsizetype Connection::sendAtOnce(QByteArrayView bytes) {
    const bool isPlain = isRunning() && is<Open>() && maySend() && m_sending.isQueueEmpty() && !m_upgrade;
    if (!isPlain || bytes.isEmpty() || !host().hasRoom(id()))
        return 0;
    const IoResult result = m_channel->send(bytes.first(std::min(bytes.size(), largestSend)));
    if (!result.isDone())
        return 0; // errors come again, and are told, when the queue is flushed
    recordSent(bytes.first(result.bytes));
    if (result.bytes == bytes.size() && holdsUnsent())
        updateInterest();
    return result.bytes;
}

void Connection::offer(const QByteArray& bytes, const QString& /*destination*/) {
    if (behaviour() == nullptr || !isRunning() || !maySend()) {
        enqueue(bytes);
        return;
    }
    if (const auto kept = m_sending.keep(bytes.size()); !kept) {
        recordNotSent(kept.error());
        return;
    }
    const bool wasUpgrading = m_upgrade.has_value();
    if (behaviour()->offered(*this, bytes))
        return;
    if (isClosing() || m_sending.isToEnd()) { // by the behaviour, because of these bytes: they are the last
        sendKept(bytes);
        return;
    }
    m_sending.giveBack(bytes.size());
    if (wasUpgrading || !m_upgrade || hasEnded()) {
        enqueue(bytes);
        return;
    }
    if (const auto taken = m_sending.append(bytes); !taken) // likewise: before TLS, or not at all
        recordNotSent(taken.error());
    flush();
}

/// Also after an end of sending was asked for, which waits for it.
void Connection::sendKept(QByteArrayView bytes) {
    m_sending.giveBack(bytes.size());
    const QByteArray own = bytes.toByteArray();
    if (hasEnded() || m_sending.hasEnded()) {
        enqueue(own); // the refusal
        return;
    }
    if (m_upgrade)
        m_sending.keepForTls(own);
    else if (const auto taken = m_sending.append(own); !taken)
        recordNotSent(taken.error());
    flush();
}

void Connection::enqueue(const QByteArray& bytes, qsizetype from) {
    if (hasEnded() || !maySend()) {
        recordNotSent(notSent(ErrorId::ShutDown,
                              hasEnded()
                                  ? sentence(QT_TRANSLATE_NOOP("Core", "the connection has ended."))
                                  : sentence(QT_TRANSLATE_NOOP("Core", "sending was shut down on this connection."))));
        return;
    }
    if (bytes.isEmpty())
        return;
    const auto taken = m_upgrade ? m_sending.appendForTls(bytes, from) : m_sending.append(bytes, from);
    if (!taken)
        recordNotSent(taken.error());
    else if (!m_upgrade)
        flushOrCount();
}

void Connection::offerFile(const QString& path) {
    const QString situation = QStringLiteral("send file");
    if (hasEnded() || !maySend()) {
        enqueue(QByteArray(1, '\0')); // the same refusal
    } else if (m_sending.keepsAny()) {
        recordNotSent(
            notSent(ErrorId::NoBufferSpace,
                    sentence(QT_TRANSLATE_NOOP("Core", "the script has not seen what was sent before: send it again.")),
                    situation));
    } else if (m_upgrade) {
        recordNotSent(notSent(ErrorId::ShutDown,
                              sentence(QT_TRANSLATE_NOOP("Core", "TLS was asked for and is not there yet.")),
                              situation));
    } else if (const auto taken = m_sending.appendFile(path); !taken) {
        recordNotSent(taken.error());
    } else {
        flushOrCount();
    }
}

/// Something waits now.
void Connection::flushOrCount() {
    if (isRunning())
        flush();
    else
        mutableSnapshot().counters.queuedBytes = m_sending.queue().size();
}

/// What waits goes out as far as the channel takes it; then what was to follow.
void Connection::flush() {
    if (is<Securing>())
        return; // it goes on when TLS is there
    const auto begin = std::chrono::steady_clock::now();
    while (host().hasRoom(id())) {
        const QByteArrayView bytes = m_sending.queue().front();
        if (const QString why = m_sending.queue().takeReadError(); !why.isEmpty())
            recordNotSent(notSent(ErrorId::ReadFailed, why, QStringLiteral("send file")));
        if (bytes.isEmpty())
            break;
        const IoResult result = m_channel->send(bytes.first(std::min(bytes.size(), largestSend)));
        if (result.isAgain())
            break;
        if (result.hasFailed()) {
            fail(result, QStringLiteral("send"));
            return;
        }
        recordSent(bytes.first(result.bytes));
        m_sending.queue().advance(result.bytes);
        if (std::chrono::steady_clock::now() - begin >= roundTime)
            break; // the others' turn; the socket says at once that it takes more
    }
    mutableSnapshot().counters.queuedBytes = m_sending.queue().size();
    if (m_sending.isOut() && (isClosing() || m_sending.isToEnd()))
        m_channel->sayEnd();
    if (!flushChannel())
        return;
    const bool isOut = m_sending.isOut() && !holdsUnsent();
    if (isOut && isClosing()) {
        finishOrderly();
        return;
    }
    if (isOut && m_upgrade) {
        beginUpgrade();
        return;
    }
    if (isOut && m_sending.isToEnd())
        endSendingNow();
    if (isOpen())
        askForMore();
    updateInterest();
}

/// What the channel has taken and not handed on goes out. False: the connection ended by that.
bool Connection::flushChannel() {
    const IoResult result = m_channel->flush();
    if (!result.hasFailed())
        return true;
    fail(result, QStringLiteral("send"));
    return false;
}

/// There is room: the behaviour may send more. One that goes on producing hears again when the socket has room, not in
/// a loop that starves the others.
void Connection::askForMore() {
    if (behaviour() == nullptr || !m_sending.hasMuchRoom() || isClosing() || m_sending.hasEnded() || m_asking.isNow)
        return;
    const quint64 before = snapshot().counters.sentBytes + m_sending.queue().size();
    m_asking.isNow = true; // it sends, which comes back here
    behaviour()->writable(*this);
    m_asking.isNow = false;
    m_asking.hasMore = snapshot().counters.sentBytes + m_sending.queue().size() != before;
    if (isClosing())
        flush();
}

void Connection::shutDownSending() {
    if (hasEnded() || !m_sending.isOpen() || isClosing())
        return;
    if (isRunning())
        endAfterLastWords();
    else
        m_sending.askEnd();
}

void Connection::endAfterLastWords() {
    tellSendingEnds();
    if (hasEnded() || isClosing())
        return;
    m_sending.beginEnd();
    flush();
}

/// The behaviour hears it while it may still answer.
void Connection::tellSendingEnds() {
    if (!isRunning() || m_sending.wasTold())
        return;
    m_sending.beginLastWords();
    if (behaviour() != nullptr)
        behaviour()->sendingEnds(*this);
}

void Connection::endSendingNow() {
    if (!m_sending.wasTold()) { // it was asked for while connecting
        endAfterLastWords();
        return;
    }
    m_sending.end();
    m_channel->endSending();
    Sentence text = sentence(QT_TRANSLATE_NOOP("Core", "we send no more"));
    if (!m_channel->hasHalfClose() || !m_channel->passesEnd())
        text += sentence(QT_TRANSLATE_NOOP("Core", "; %1"), m_channel->whyNoHalfClose());
    else if (!hasReceivedEnd())
        text += sentence(QT_TRANSLATE_NOOP("Core", ", and can still receive"));
    record(EventKind::SendingEnded, text);
    if (hasReceivedEnd())
        finishOrderly();
    else
        setOpenState();
}

} // namespace sw
