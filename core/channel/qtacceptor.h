// SPDX-License-Identifier: MIT
#pragma once

#include "core/channel/acceptor.h"
#include "core/channel/qtsocket.h"

#include <QObject>

class QTcpServer;

namespace sw {

/// A listening QTcpServer, which takes one connection at a time, when it is asked to. The I/O thread.
class QtAcceptor final : public Acceptor {
public:
    /// Binds and listens, with the options of the address; see SocketFamily::listen().
    static Result<std::unique_ptr<Acceptor>> open(const native::SocketAddress& place, const Address& address,
                                                  bool isDualStack);
    ~QtAcceptor() override;
    QtAcceptor(const QtAcceptor&) = delete;
    QtAcceptor& operator=(const QtAcceptor&) = delete;
    QtAcceptor(QtAcceptor&&) = delete;
    QtAcceptor& operator=(QtAcceptor&&) = delete;

    IoResult take(Taken& taken) override;
    Error error() const override { return m_error; }
    bool isBroken() const override;
    void watch(PollTarget* target) override;
    bool isWatched() const override { return m_target != nullptr; }
    void setInterest(unsigned interest) override;
    void unwatch() override;
    native::SocketAddress bound() const override;
    std::optional<qint64> number() const override;
    native::AcceptQueue queue() const override;
    int takeError() override { return 0; }
    Result<void> changeOption(const OptionSpec& spec, const QString& value, bool leave) override;
    QVector<OptionState> readOptions(const Address& address) const override;

private:
    QtAcceptor();
    void hold();
    bool hasNews() const;
    void tellSoon();
    void tell();

    std::unique_ptr<QTcpServer, DeleteLater> m_server;
    QObject m_slots;             // what its signals come to
    std::optional<Taken> m_held; // the one that Qt has taken from the system
    PollTarget* m_target = nullptr;
    bool m_isInterested = false;                          // in who waits
    bool m_isTelling = false;                             // soon
    std::optional<QAbstractSocket::SocketError> m_failed; // not told yet
    Error m_error;
};

} // namespace sw
