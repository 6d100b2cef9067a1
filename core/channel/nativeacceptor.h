// SPDX-License-Identifier: MIT
#pragma once

#include "core/channel/acceptor.h"

namespace sw {

/// A listening stream socket of the system. The I/O thread.
class NativeAcceptor final : public Acceptor {
public:
    /// Binds and listens, with the options of the address; see SocketFamily::listen().
    static Result<std::unique_ptr<Acceptor>> open(Poller& poller, const native::SocketAddress& place,
                                                  const Address& address, bool isDualStack);
    ~NativeAcceptor() override;
    NativeAcceptor(const NativeAcceptor&) = delete;
    NativeAcceptor& operator=(const NativeAcceptor&) = delete;
    NativeAcceptor(NativeAcceptor&&) = delete;
    NativeAcceptor& operator=(NativeAcceptor&&) = delete;

    IoResult take(Taken& taken) override;
    Error error() const override;
    bool isBroken() const override { return native::isListenerBroken(m_code); }
    void watch(PollTarget* target) override;
    bool isWatched() const override { return m_ticket.has_value(); }
    void setInterest(unsigned interest) override;
    void unwatch() override;
    native::SocketAddress bound() const override { return native::boundAddress(m_descriptor); }
    std::optional<qint64> number() const override { return m_descriptor; }
    native::AcceptQueue queue() const override { return native::acceptQueue(m_descriptor); }
    int takeError() override { return native::pendingError(m_descriptor); }
    Result<void> changeOption(const OptionSpec& spec, const QString& value, bool leave) override;
    QVector<OptionState> readOptions(const Address& address) const override;

private:
    NativeAcceptor(Poller& poller, native::Descriptor descriptor) : m_poller(poller), m_descriptor(descriptor) {}
    Error failure(int code, const char* situation) const;

    Poller& m_poller;
    native::Descriptor m_descriptor;
    std::optional<Poller::Ticket> m_ticket;
    QString m_path; // of the file that it made
    quint64 m_fileIdentity = 0;
    int m_code = 0; // of the last take() that failed
};

} // namespace sw
