// SPDX-License-Identifier: MIT
#include "core/channel/proxiedattempt.h"

#include "core/channel/proxiedstream.h"

#include <algorithm>
#include <array>

namespace sw {

IoResult ProxiedAttempt::begin(PollTarget* target) {
    m_target = target;
    if (m_handshake.state() == ProxyHandshake::State::Failed) {
        m_error = m_handshake.error();
        return IoResult::failed(0);
    }
    const IoResult result = m_attempt->begin(this);
    if (result.hasFailed())
        proxyFailed(m_attempt->error());
    return result;
}

/// Not what the proxy says of the host: it is the proxy that was not reached.
void ProxiedAttempt::proxyFailed(const Error& error) {
    m_error = error;
    m_error.id = ErrorId::ProxyUnreachable;
    m_error.detail = sentence(QT_TRANSLATE_NOOP("Core", "The proxy cannot be reached: %1"), toText(error));
}

void ProxiedAttempt::socketReady(PollEvents) {
    if (!m_channel) {
        m_channel = m_attempt->take();
        if (!m_channel) {
            proxyFailed(m_attempt->error());
            m_target->socketReady({.writable = true}); // may delete us
            return;
        }
        m_channel->socket().watch(this);
    }
    if (proceed())
        return;
    if (m_handshake.state() == ProxyHandshake::State::Failed)
        m_error = m_handshake.error();
    m_channel->socket().unwatch();
    m_target->socketReady({.writable = true}); // may delete us
}

bool ProxiedAttempt::proceed() {
    std::array<char, 512> room{};
    while (m_handshake.state() == ProxyHandshake::State::Going) {
        if (!sendSome())
            return m_handshake.state() == ProxyHandshake::State::Going;
        const auto most = std::min<std::size_t>(room.size(), static_cast<std::size_t>(m_handshake.wanted()));
        const IoResult result = m_channel->receive(std::span(room).first(most));
        if (result.isAgain()) {
            m_channel->socket().setInterest(ReadInterest);
            return true;
        }
        if (result.hasEnded())
            m_handshake.ended({});
        else if (result.hasFailed())
            m_handshake.ended(result.code == 0 ? toText(m_channel->error())
                                               : toText(systemError(result.code, QStringLiteral("receive"),
                                                                    m_channel->socket().peerName())));
        else
            m_handshake.feed(QByteArrayView(room.data(), result.bytes));
    }
    return false;
}

/// False: not all of it went out, or that failed.
bool ProxiedAttempt::sendSome() {
    m_outgoing += m_handshake.takeOutgoing();
    while (!m_outgoing.isEmpty()) {
        const IoResult result = m_channel->send(m_outgoing);
        if (result.hasFailed() || result.hasEnded()) {
            m_handshake.ended(result.code == 0 ? toText(m_channel->error())
                                               : toText(systemError(result.code, QStringLiteral("send"),
                                                                    m_channel->socket().peerName())));
            return false;
        }
        if (result.isAgain()) {
            m_channel->socket().setInterest(ReadInterest | WriteInterest);
            return false;
        }
        m_outgoing.remove(0, result.bytes);
    }
    (void)m_channel->flush();
    return true;
}

std::unique_ptr<StreamChannel> ProxiedAttempt::take() {
    return m_handshake.state() == ProxyHandshake::State::Done ? std::make_unique<ProxiedStream>(std::move(m_channel))
                                                              : nullptr;
}

QString ProxiedAttempt::localName() const {
    return m_channel ? const_cast<StreamChannel&>(*m_channel).socket().localName() : m_attempt->localName();
}

} // namespace sw
