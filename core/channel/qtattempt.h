// SPDX-License-Identifier: MIT
#pragma once

#include "core/channel/qtsocket.h"
#include "core/channel/streamattempt.h"

#include <QObject>

namespace sw {

/// A QTcpSocket that connects. Qt tries an address twice. The I/O thread.
class QtAttempt final : public StreamAttempt {
public:
    QtAttempt(const native::SocketAddress& place, const Address& address);
    ~QtAttempt() override;
    QtAttempt(const QtAttempt&) = delete;
    QtAttempt& operator=(const QtAttempt&) = delete;
    QtAttempt(QtAttempt&&) = delete;
    QtAttempt& operator=(QtAttempt&&) = delete;

    IoResult begin(PollTarget* target) override;
    std::unique_ptr<StreamChannel> take() override;
    Error error() const override { return m_error; }
    std::vector<Error> takeWarnings() override;
    QString localName() const override;
    std::optional<int> retransmits() const override { return std::nullopt; }

private:
    Result<void> prepare();
    void over();

    const Address& m_address; // of the connector, which outlives it
    native::SocketAddress m_place;
    QtTcpSocket m_socket;
    QObject m_slots; // what its signals come to
    PollTarget* m_target = nullptr;
    bool m_hasConnected = false;
    bool m_isOver = false;
    std::vector<Error> m_warnings;
    Error m_error;
};

} // namespace sw
