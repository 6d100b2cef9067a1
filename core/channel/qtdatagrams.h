// SPDX-License-Identifier: MIT
#pragma once

#include "core/channel/datagramchannel.h"
#include "core/channel/qtsocket.h"

#include <QObject>

class QSocketNotifier;
class QUdpSocket;

namespace sw {

/// A QUdpSocket. What ICMP says of a datagram is heard with the next one that is sent, if at all, and not of which. The
/// I/O thread.
class QtDatagrams final : public DatagramChannel {
public:
    /// See SocketFamily.
    static Result<std::unique_ptr<DatagramChannel>> bind(const native::SocketAddress& place, const Address& address,
                                                         bool isDualStack);
    static Result<std::unique_ptr<DatagramChannel>> connect(const native::SocketAddress& peer, const Address& address,
                                                            bool isForMany);
    ~QtDatagrams() override;
    QtDatagrams(const QtDatagrams&) = delete;
    QtDatagrams& operator=(const QtDatagrams&) = delete;
    QtDatagrams(QtDatagrams&&) = delete;
    QtDatagrams& operator=(QtDatagrams&&) = delete;

    IoResult receive(std::span<char> room, std::size_t each, std::span<native::DatagramInfo> infos) override;
    IoResult send(QByteArrayView bytes, const native::SocketAddress* destination,
                  const native::SocketAddress* source) override;
    Error error(const IoResult& result, const QString& situation, const QString& about) const override;
    std::optional<native::DatagramFault> takeFault() override { return std::nullopt; }
    std::optional<quint32> dropCount() const override;
    void watch(PollTarget* target) override;
    bool isWatched() const override { return m_target != nullptr; }
    void setInterest(unsigned interest) override;
    native::SocketAddress bound() const override;
    std::optional<qint64> number() const override;
    std::vector<Error> takeWarnings() override;
    Result<void> changeOption(const OptionSpec& spec, const QString& value, bool leave) override;
    QVector<OptionState> readOptions(const Address& address, Role role) const override;

private:
    QtDatagrams();
    Result<void> bindTo(const QHostAddress& host, quint16 port, const Address& address, const QString& shown);
    /// One datagram, of at most `most` bytes; below 0: there is none, or that failed.
    qint64 receiveOne(char* room, std::size_t most, native::DatagramInfo& info);
    IoResult full();
    PollEvents due() const;
    void tellSoon();
    void tell();

    std::unique_ptr<QUdpSocket, DeleteLater> m_socket;
    QObject m_slots; // what its signals come to
    PollTarget* m_target = nullptr;
    unsigned m_interest = NoInterest;
    bool m_hasNews = false;                               // Qt says nothing more before they were taken
    bool m_isTelling = false;                             // soon
    bool m_isForAll = false;                              // bound to every address
    std::unique_ptr<QSocketNotifier, DeleteLater> m_room; // while the system takes no more: tells when it does
    std::vector<Error> m_warnings;
};

} // namespace sw
