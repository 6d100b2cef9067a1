// SPDX-License-Identifier: MIT
#pragma once

#include "core/address/proxy.h"
#include "core/address/resolver.h"
#include "core/channel/socketfamily.h"
#include "core/endpoint/connectreport.h"
#include "core/endpoint/snapshot.h"
#include "core/transcript/record.h"

#include <QElapsedTimer>
#include <QHash>
#include <QObject>
#include <QTimer>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace sw {

/// A proxy, and what it is told of who we are.
struct ProxyAccess {
    ProxySettings settings;
    QByteArray password;
};

/// The proxy of an address, if it has one. `passwords`: that people were asked for, by ProxySettings::name(). The error
/// says why the one of the option proxypassword cannot be had.
Result<std::optional<ProxyAccess>> proxyAccess(const Address& address, const QHash<QString, QByteArray>& passwords);

/// Brings one outgoing stream about: looks the name up, races its addresses (RFC 8305: the next one starts when an
/// attempt failed or has been silent for 250 ms, and the first to answer wins), watches the time. Tells each step and
/// keeps a report of them. The I/O thread.
class Connector final : public QObject {
public:
    static constexpr std::chrono::milliseconds attemptDelay{250}; ///< RFC 8305 section 8

    struct Handlers {
        std::function<void(std::unique_ptr<StreamChannel>)> connected;
        std::function<void(const Error&)> failed;
        std::function<void(EventKind, const Sentence&, const Facts&)> record;
        std::function<void(EndpointState)> state;
    };

    /// `proxy`: through whom, where the address has one.
    Connector(SocketFamily& sockets, Address address, std::optional<ProxyAccess> proxy, Handlers handlers);
    ~Connector() override;
    Connector(const Connector&) = delete;
    Connector& operator=(const Connector&) = delete;
    Connector(Connector&&) = delete;
    Connector& operator=(Connector&&) = delete;

    /// Looks the name up, then tries the addresses one after the other (RFC 8305).
    void start();
    const ConnectReport& report() const { return m_report; }

private:
    /// One address being tried.
    class Attempt;

    void resolved(const Result<std::vector<QHostAddress>>& hosts);
    void startNext();
    void begin(Attempt& attempt);
    void attemptReady(Attempt& attempt);
    void attemptFailed(Attempt& attempt, const Error& error);
    void cancelOthers(const ConnectAttempt& winner);
    void timeOut();
    void giveUp(const Error& error);
    void tellFailure(Error error) const;
    Error worstOf() const;
    std::chrono::nanoseconds elapsed() const { return std::chrono::nanoseconds(m_clock.nsecsElapsed()); }

    Postbox m_postbox{this};
    /// Where the first connection goes: the proxy, or the host of the address.
    const HostPort& place() const { return m_proxy ? m_proxy->settings.place : m_address.place; }
    std::unique_ptr<StreamAttempt> newAttempt(const native::SocketAddress& candidate) const;

    SocketFamily& m_sockets;
    Address m_address;
    std::optional<ProxyAccess> m_proxy;
    Handlers m_handlers;
    ConnectReport m_report;
    std::vector<native::SocketAddress> m_candidates;
    std::vector<std::unique_ptr<Attempt>> m_attempts; // one for each entry of the report
    std::size_t m_next = 0;
    bool m_isDone = false;
    QTimer m_deadline;
    QTimer m_stagger;
    QElapsedTimer m_clock;
};

} // namespace sw
