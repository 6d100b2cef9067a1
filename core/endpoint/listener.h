// SPDX-License-Identifier: MIT
#pragma once

#include "core/endpoint/endpoint.h"

#include <deque>
#include <optional>
#include <set>
#include <vector>

namespace sw {

/// Waits for streams on tcp or unix and takes them. Its connections outlive it. After an accept error it tries again by
/// itself and reports at most once a second. The I/O thread.
class Listener final : public Endpoint, private PollTarget {
public:
    Listener(EndpointHost& host, EndpointRequest request);
    ~Listener() override;
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    Listener(Listener&&) = delete;
    Listener& operator=(Listener&&) = delete;

    void start() override;
    /// Sends to every open connection of this listener.
    void offer(const QByteArray& bytes, const QString& destination) override;
    void offerFile(const QString& path) override;
    void closeOrderly() override;
    void abort() override { closeOrderly(); }
    void setPaused(bool paused) override;
    /// Takes one waiting connection, for accept=manual.
    void acceptOne() override;
    void childEnded(EndpointId child) override;
    void setBehaviour(const QString& name, BehaviourFactory factory) override;

private:
    void socketReady(PollEvents events) override;

    void bindTo(const std::vector<QHostAddress>& hosts);
    Result<native::Descriptor> tryBind(const native::SocketAddress& wanted);
    void listening(native::Descriptor socket);
    void failed(const Error& error);
    bool hasRoomForMore() const;
    bool takeOne();
    void setUpTaken();
    void setUpOne();
    void acceptError(int code);
    void updateInterest();
    void forEachConnection(const std::function<void(Endpoint&)>& call);

    native::Descriptor m_socket = native::noDescriptor;
    std::optional<Poller::Ticket> m_ticket;
    struct Taken {
        native::Descriptor socket = native::noDescriptor;
        native::SocketAddress peer;
    };
    std::deque<Taken> m_taken; // from the system's queue, not yet connections of ours
    bool m_isSettingUp = false;
    bool m_isClosing = false;
    std::set<EndpointId> m_connections; // the open ones
    quint64 m_fileIdentity = 0;
    qint64 m_lastAcceptReport = 0;
    bool m_isPaused = false;
    bool m_isRecovering = false; // after an accept error, until the timer fires
};

/// The local addresses that a listener or datagram socket should try in turn, when no name needs to be looked up:
/// loopback without a host, every address for `*`, an IP address as it stands.
std::optional<std::vector<QHostAddress>> literalBindHosts(const Address& address);

/// Completes an address-in-use error with the port's owner, where the system tells it.
Error withPortOwner(Error error, quint16 port, bool udp);

/// Whether the option ipv6 allows that an IPv6 socket bound to this host also takes IPv4.
bool wantsDualStack(const Address& address, const QHostAddress& host);

} // namespace sw
