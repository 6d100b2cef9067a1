// SPDX-License-Identifier: MIT
#pragma once

#include "core/channel/datagramchannel.h"

namespace sw {

/// A datagram socket of the system. The I/O thread.
class NativeDatagrams final : public DatagramChannel {
public:
    /// See SocketFamily.
    static Result<std::unique_ptr<DatagramChannel>> bind(Poller& poller, const native::SocketAddress& place,
                                                         const Address& address, bool isDualStack);
    static Result<std::unique_ptr<DatagramChannel>> connect(Poller& poller, const native::SocketAddress& peer,
                                                            const Address& address, bool isForMany);
    ~NativeDatagrams() override;
    NativeDatagrams(const NativeDatagrams&) = delete;
    NativeDatagrams& operator=(const NativeDatagrams&) = delete;
    NativeDatagrams(NativeDatagrams&&) = delete;
    NativeDatagrams& operator=(NativeDatagrams&&) = delete;

    IoResult receive(std::span<char> room, std::size_t each, std::span<native::DatagramInfo> infos) override;
    IoResult send(QByteArrayView bytes, const native::SocketAddress* destination,
                  const native::SocketAddress* source) override;
    Error error(const IoResult& result, const QString& situation, const QString& about) const override;
    std::optional<native::DatagramFault> takeFault() override { return native::takeFault(m_descriptor); }
    std::optional<quint32> dropCount() const override { return native::dropCount(m_descriptor); }
    void watch(PollTarget* target) override;
    bool isWatched() const override { return m_ticket.has_value(); }
    void setInterest(unsigned interest) override;
    native::SocketAddress bound() const override { return native::boundAddress(m_descriptor); }
    std::optional<qint64> number() const override { return m_descriptor; }
    std::vector<Error> takeWarnings() override;
    Result<void> changeOption(const OptionSpec& spec, const QString& value, bool leave) override;
    QVector<OptionState> readOptions(const Address& address, Role role) const override;

private:
    NativeDatagrams(Poller& poller, native::Descriptor descriptor) : m_poller(poller), m_descriptor(descriptor) {}
    static Result<std::unique_ptr<NativeDatagrams>> open(Poller& poller, const native::SocketAddress& like,
                                                         const Address& address, bool isDualStack);
    Result<void> bindForSending(const native::SocketAddress& peer, const Address& address, bool isForMany);
    Result<void> bindTo(const native::SocketAddress& place, const QString& shown) const;
    Result<void> bindFile(const QString& path, uint mode);

    Poller& m_poller;
    native::Descriptor m_descriptor;
    std::optional<Poller::Ticket> m_ticket;
    std::vector<Error> m_warnings;
    QString m_path; // of the file that it made
    quint64 m_fileIdentity = 0;
};

} // namespace sw
