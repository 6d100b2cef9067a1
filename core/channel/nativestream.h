// SPDX-License-Identifier: MIT
#pragma once

#include "core/channel/streamchannel.h"

namespace sw {

/// A connected stream socket of the system. The I/O thread.
class NativeStream final : public StreamChannel, private StreamSocket {
public:
    /// Takes the descriptor over.
    NativeStream(Poller& poller, native::Descriptor descriptor) : m_poller(poller), m_descriptor(descriptor) {}
    ~NativeStream() override { close(); }
    NativeStream(const NativeStream&) = delete;
    NativeStream& operator=(const NativeStream&) = delete;
    NativeStream(NativeStream&&) = delete;
    NativeStream& operator=(NativeStream&&) = delete;

    IoResult receive(std::span<char> room) override;
    IoResult send(QByteArrayView bytes) override;
    void endSending() override;
    void endReceiving() override;
    void close() override;
    void abort() override;
    StreamSocket& socket() override { return *this; }

private:
    bool isOpen() const override { return m_descriptor != native::noDescriptor; }
    void watch(PollTarget* target) override;
    bool isWatched() const override { return m_ticket.has_value(); }
    void unwatch() override;
    void setInterest(unsigned interest) override;
    QString localName() const override;
    QString peerName() const override;
    std::optional<PeerCredentials> credentials() const override;
    std::optional<qint64> number() const override;
    std::optional<TcpInfo> tcpInfo() const override;
    std::optional<qint64> undelivered() const override;
    int takeError() override;
    bool hasPeerGone() const override;
    std::vector<Error> applyOptions(const Address& address) override;
    Result<void> changeOption(const OptionSpec& spec, const QString& value, bool leave) override;
    QVector<OptionState> readOptions(const Address& address, Role role) const override;

    native::Descriptor release();

    Poller& m_poller;
    native::Descriptor m_descriptor;
    std::optional<Poller::Ticket> m_ticket;
};

} // namespace sw
