// SPDX-License-Identifier: MIT
#pragma once

#include "core/channel/streamattempt.h"

namespace sw {

/// A socket of the system that connects. The I/O thread.
class NativeAttempt final : public StreamAttempt {
public:
    NativeAttempt(Poller& poller, const native::SocketAddress& place, const Address& address)
        : m_poller(poller),
          m_place(place),
          m_address(address) {}
    ~NativeAttempt() override { drop(); }
    NativeAttempt(const NativeAttempt&) = delete;
    NativeAttempt& operator=(const NativeAttempt&) = delete;
    NativeAttempt(NativeAttempt&&) = delete;
    NativeAttempt& operator=(NativeAttempt&&) = delete;

    IoResult begin(PollTarget* target) override;
    std::unique_ptr<StreamChannel> take() override;
    Error error() const override { return m_error; }
    std::vector<Error> takeWarnings() override;
    QString localName() const override;
    std::optional<int> retransmits() const override;

private:
    Result<void> bindLocally();
    IoResult fail(const Error& error);
    void drop();

    Poller& m_poller;
    native::SocketAddress m_place;
    const Address& m_address; // of the connector, which outlives it
    native::Descriptor m_descriptor = native::noDescriptor;
    std::optional<Poller::Ticket> m_ticket;
    std::vector<Error> m_warnings;
    Error m_error;
};

} // namespace sw
