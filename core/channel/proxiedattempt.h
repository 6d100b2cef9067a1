// SPDX-License-Identifier: MIT
#pragma once

#include "core/channel/proxyhandshake.h"
#include "core/channel/streamattempt.h"

namespace sw {

/// A stream through a proxy: one to the proxy, of any family, and the handshake with it. The I/O thread.
class ProxiedAttempt final : public StreamAttempt, private PollTarget {
public:
    ProxiedAttempt(std::unique_ptr<StreamAttempt> toProxy, ProxyHandshake handshake)
        : m_attempt(std::move(toProxy)),
          m_handshake(std::move(handshake)) {}
    ~ProxiedAttempt() override = default;
    ProxiedAttempt(const ProxiedAttempt&) = delete;
    ProxiedAttempt& operator=(const ProxiedAttempt&) = delete;
    ProxiedAttempt(ProxiedAttempt&&) = delete;
    ProxiedAttempt& operator=(ProxiedAttempt&&) = delete;

    IoResult begin(PollTarget* target) override;
    std::unique_ptr<StreamChannel> take() override;
    Error error() const override { return m_error; }
    std::vector<Error> takeWarnings() override { return m_attempt->takeWarnings(); }
    QString localName() const override;
    std::optional<int> retransmits() const override { return m_attempt->retransmits(); }

private:
    void socketReady(PollEvents events) override;
    /// False: the handshake has an outcome.
    bool proceed();
    void proxyFailed(const Error& error);
    bool sendSome();

    std::unique_ptr<StreamAttempt> m_attempt;
    std::unique_ptr<StreamChannel> m_channel; // to the proxy, once that is connected
    ProxyHandshake m_handshake;
    QByteArray m_outgoing;
    PollTarget* m_target = nullptr;
    Error m_error;
};

} // namespace sw
