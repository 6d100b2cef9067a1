// SPDX-License-Identifier: MIT
#include "core/channel/tlschannel.h"

#include <utility>
#include <vector>

namespace sw {

namespace {

/// Taken by TLS, and not yet by the channel below, at most; a peer that makes us answer without reading stops being
/// read.
constexpr qsizetype mostCiphertext = 65536;

/// Room for what a channel below gives, until TLS has taken it.
std::span<char> ciphertextRoom() {
    constexpr std::size_t size = 65536;
    thread_local std::vector<char> room(size);
    return room;
}

} // namespace

TlsChannel::TlsChannel(std::unique_ptr<StreamChannel> below, std::shared_ptr<TlsContext> context,
                       const QString& serverName)
    : m_below(std::move(below)),
      m_session(std::move(context), serverName) {}

/// Done: TLS got something, or the end of it.
IoResult TlsChannel::receiveCiphertext() {
    const std::span<char> room = ciphertextRoom();
    const IoResult result = m_below->receive(room);
    if (result.isDone())
        m_session.feed(QByteArrayView(room.data(), result.bytes));
    if (!result.hasEnded())
        return result;
    m_session.feedEnd();
    return IoResult::done();
}

IoResult TlsChannel::awaitHello(ClientHello& hello) {
    constexpr qsizetype mostHello = 32768;
    HelloState state = readClientHello(m_hello, hello);
    while (state == HelloState::NeedsMore && m_hello.size() < mostHello) {
        const std::span<char> room = ciphertextRoom();
        const IoResult result = m_below->receive(room);
        if (result.isAgain() || result.hasFailed())
            return result;
        if (result.hasEnded()) {
            m_session.feedEnd();
            break;
        }
        m_hello.append(room.data(), result.bytes);
        state = readClientHello(m_hello, hello);
    }
    return state == HelloState::Complete ? IoResult::done(m_hello.size()) : IoResult::ended();
}

IoResult TlsChannel::handshake() {
    constexpr int mostRounds = 16; // a peer with much to say must not keep the others waiting
    if (!m_hello.isEmpty())
        m_session.feed(std::exchange(m_hello, {}));
    for (int round = 0; round < mostRounds; ++round) {
        const qint64 state = m_session.handshake();
        const IoResult flushed = flush(); // also the alert that says why it failed
        if (state == TlsSession::failed)
            return IoResult::failed(0);
        if (flushed.hasFailed())
            return flushed;
        if (state == 0)
            return IoResult::done();
        const IoResult received = receiveCiphertext();
        if (!received.isDone())
            return received;
    }
    return IoResult::again();
}

IoResult TlsChannel::receive(std::span<char> room) {
    constexpr int mostRounds = 64; // records without data must not keep the others waiting
    for (int round = 0; round < mostRounds; ++round) {
        const qint64 count = m_session.read(room.data(), room.size());
        if (count == TlsSession::failed)
            return IoResult::failed(0);
        if (count != TlsSession::again)
            return count == 0 ? IoResult::ended() : IoResult::done(count);
        if (!mayReceive())
            return IoResult::again();
        const IoResult received = receiveCiphertext();
        if (!received.isDone())
            return received;
    }
    return IoResult::again(); // the socket shows what is left
}

bool TlsChannel::mayReceive() const {
    return m_session.outgoing().size() <= mostCiphertext;
}

IoResult TlsChannel::send(QByteArrayView bytes) {
    if (const IoResult flushed = flush(); !flushed.isDone())
        return flushed;
    qsizetype taken = 0;
    while (taken < bytes.size() && taken < mostCiphertext) {
        const QByteArrayView left = bytes.sliced(taken);
        const qint64 count = m_session.write(left.data(), static_cast<std::size_t>(left.size()));
        if (count == TlsSession::failed && taken == 0)
            return IoResult::failed(0);
        if (count < 0)
            break;
        taken += count;
    }
    flush(); // an error comes again, and is told, with the next piece or the next flush
    return taken > 0 ? IoResult::done(taken) : IoResult::again();
}

IoResult TlsChannel::flush() {
    while (!m_session.outgoing().isEmpty()) {
        const IoResult sent = m_below->send(m_session.outgoing());
        if (!sent.isDone())
            return sent;
        m_session.outgoingSent(sent.bytes);
    }
    return m_below->flush();
}

void TlsChannel::discardReceived() {
    constexpr int most = 64;
    for (int i = 0; i < most; ++i) {
        if (!m_below->receive(ciphertextRoom()).isDone())
            return;
    }
}

/// Than 1.3.
bool TlsChannel::isOlder() const {
    return m_session.isEstablished() && m_session.report().version != QLatin1String("TLS 1.3");
}

bool TlsChannel::hasHalfClose() const {
    return !isOlder() && m_below->hasHalfClose();
}

QString TlsChannel::whyNoHalfClose() const {
    return isOlder() ? QStringLiteral("%1 has no half-close (RFC 5246 section 7.2.1): the peer is to end too, and what "
                                      "still comes is received")
                           .arg(m_session.report().version)
                     : m_below->whyNoHalfClose();
}

Error TlsChannel::error() const {
    const Error own = m_session.error();
    return own.id != ErrorId::None ? own : m_below->error();
}

} // namespace sw
