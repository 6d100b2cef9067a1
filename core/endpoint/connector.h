// SPDX-License-Identifier: MIT
#pragma once

#include "core/address/resolver.h"
#include "core/endpoint/native.h"
#include "core/endpoint/poller.h"
#include "core/endpoint/snapshot.h"
#include "core/transcript/record.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <functional>
#include <optional>
#include <vector>

namespace sw {

/// Brings one outgoing stream about: looks the name up, tries its addresses in order, watches the time. Tells each
/// step. The I/O thread.
class Connector final : public QObject, private PollTarget {
public:
    struct Handlers {
        std::function<void(native::Descriptor)> connected; ///< takes the socket over
        std::function<void(const Error&)> failed;
        std::function<void(EventKind, const QString&, const QJsonObject&)> record;
        std::function<void(EndpointState)> state;
    };

    Connector(Poller& poller, Address address, Handlers handlers);
    ~Connector() override;
    Connector(const Connector&) = delete;
    Connector& operator=(const Connector&) = delete;
    Connector(Connector&&) = delete;
    Connector& operator=(Connector&&) = delete;

    void start();

private:
    void socketReady(PollEvents events) override;

    void resolved(const Result<std::vector<QHostAddress>>& hosts);
    void tryNext();
    Result<void> bindLocally(native::Descriptor socket);
    void attemptFailed(int native, const QString& situation);
    void attemptFailed(const Error& error);
    void giveUp(const Error& error);
    void dropSocket();

    Postbox m_postbox{this};
    Poller& m_poller;
    Address m_address;
    Handlers m_handlers;
    std::vector<native::SocketAddress> m_candidates;
    std::size_t m_next = 0;
    native::Descriptor m_socket = native::noDescriptor;
    std::optional<Poller::Ticket> m_ticket;
    QTimer m_deadline;
    QTimer m_retry;
    QElapsedTimer m_attempt;
    std::optional<Error> m_lastError;
};

} // namespace sw
