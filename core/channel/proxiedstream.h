// SPDX-License-Identifier: MIT
#pragma once

#include "core/channel/streamchannel.h"

namespace sw {

/// A stream that a proxy has connected. What it does not do is tell the proxy of our end of sending: many proxies close
/// both directions then, and what the peer would have answered is lost. The I/O thread.
class ProxiedStream final : public StreamChannel {
public:
    explicit ProxiedStream(std::unique_ptr<StreamChannel> toProxy) : m_below(std::move(toProxy)) {}

    IoResult receive(std::span<char> room) override { return m_below->receive(room); }
    IoResult send(QByteArrayView bytes) override { return m_below->send(bytes); }
    IoResult flush() override { return m_below->flush(); }
    bool holdsUnsent() const override { return m_below->holdsUnsent(); }
    quint64 dropped() const override { return m_below->dropped(); }
    bool readsAhead() const override { return m_below->readsAhead(); }
    bool mayReceive() const override { return m_below->mayReceive(); }
    void endSending() override {}
    void endReceiving() override { m_below->endReceiving(); }
    void close() override { m_below->close(); }
    void abort() override { m_below->abort(); }
    bool hasHalfClose() const override { return m_below->hasHalfClose(); }
    bool passesEnd() const override { return false; }
    QString whyNoHalfClose() const override;
    bool tellsResets() const override { return m_below->tellsResets(); }
    Error error() const override { return m_below->error(); }
    StreamSocket& socket() override { return m_below->socket(); }

private:
    std::unique_ptr<StreamChannel> m_below;
};

} // namespace sw
