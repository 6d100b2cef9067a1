// SPDX-License-Identifier: MIT
#pragma once

#include "core/channel/qtsocket.h"
#include "core/channel/streamchannel.h"

#include <QObject>
#include <QPointer>
#include <QTcpSocket>

namespace sw {

/// A connected QTcpSocket. Qt closes it when the peer's end of stream has come, and does not tell that from a reset.
/// The I/O thread.
class QtStream final : public StreamChannel, private StreamSocket {
public:
    /// Takes the socket over.
    explicit QtStream(QtTcpSocket socket);
    ~QtStream() override { close(); }
    QtStream(const QtStream&) = delete;
    QtStream& operator=(const QtStream&) = delete;
    QtStream(QtStream&&) = delete;
    QtStream& operator=(QtStream&&) = delete;

    IoResult receive(std::span<char> room) override;
    IoResult send(QByteArrayView bytes) override;
    IoResult flush() override;
    bool holdsUnsent() const override { return unsent() > 0; }
    quint64 dropped() const override;
    void endSending() override;
    /// What still comes is left unread, and the peer is stopped by its window.
    void endReceiving() override {}
    void close() override;
    void abort() override;
    bool hasHalfClose() const override { return false; }
    QString whyNoHalfClose() const override;
    bool tellsResets() const override { return false; }
    Error error() const override { return m_error; }
    StreamSocket& socket() override { return *this; }

private:
    bool isOpen() const override { return m_socket != nullptr; }
    void watch(PollTarget* target) override;
    bool isWatched() const override { return m_target != nullptr; }
    void unwatch() override { m_target = nullptr; }
    void setInterest(unsigned interest) override;
    QString localName() const override { return m_local; }
    QString peerName() const override;
    std::optional<PeerCredentials> credentials() const override { return std::nullopt; }
    std::optional<qint64> number() const override;
    std::optional<TcpInfo> tcpInfo() const override;
    std::optional<qint64> undelivered() const override;
    int takeError() override { return 0; }
    bool hasPeerGone() const override { return false; }
    std::vector<Error> applyOptions(const Address& address) override;
    Result<void> changeOption(const OptionSpec& spec, const QString& value, bool leave) override;
    QVector<OptionState> readOptions(const Address& address, Role role) const override;

    bool isConnected() const;
    native::Descriptor descriptor() const;
    PollEvents due() const;
    void tellSoon();
    void tell();
    void noteError(QAbstractSocket::SocketError error);
    qint64 unsent() const;
    IoResult failed(bool isOfSending);

    QtTcpSocket m_socket; // nothing once it was closed
    QString m_local;
    QString m_peer;
    QByteArray m_rest;    // what had arrived when it failed, which Qt drops
    quint64 m_taken = 0;  // bytes, by send()
    quint64 m_passed = 0; // of those, to the system
    QObject m_slots;      // what its signals come to
    PollTarget* m_target = nullptr;
    unsigned m_interest = NoInterest;
    bool m_isTelling = false;                             // soon
    bool m_hasWritten = false;                            // since the target heard that
    std::optional<QAbstractSocket::SocketError> m_failed; // not by the peer's end
    QString m_words;                                      // of Qt, about that
    Error m_error;
};

} // namespace sw
