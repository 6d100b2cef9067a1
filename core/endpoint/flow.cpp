// SPDX-License-Identifier: MIT
#include "core/endpoint/flow.h"

#include "core/endpoint/datagramsocket.h"

namespace sw {

Flow::Flow(EndpointHost& host, EndpointRequest request, EndpointId socket, const native::SocketAddress& peer,
           const QString& local)
    : Endpoint(host, EndpointKind::Flow, std::move(request)),
      m_socket(socket),
      m_peer(peer) {
    mutableSnapshot().peer = native::toText(peer);
    mutableSnapshot().local = local;
}

void Flow::start() {
    if (request().makeBehaviour)
        m_behaviour = request().makeBehaviour();
    setState(m_dtls ? EndpointState::Handshaking : EndpointState::Open);
    record(EventKind::Opened, QStringLiteral("first datagram exchanged with %1").arg(snapshot().peer),
           {{QStringLiteral("scheme"), schemeName(address().scheme)},
            {QStringLiteral("local"), snapshot().local},
            {QStringLiteral("peer"), snapshot().peer}});
    if (m_firstSender)
        setSender(*m_firstSender);
    if (!m_behaviour) {
        taken();
        return;
    }
    m_isAsked = true;
    Acceptance decision = m_behaviour->acceptor(*this);
    m_sentinel = std::move(decision.sentinel);
    if (decision.filter)
        m_behaviour = std::move(decision.filter);
    if (!decision.isPending)
        decide(decision.isTaken);
}

void Flow::decide(bool isTaken) {
    if (!std::exchange(m_isAsked, false) || hasEnded())
        return; // the acceptor, or the user, closed it
    if (!isTaken) {
        refuse();
        return;
    }
    taken();
    for (const Undecided& one : std::exchange(m_undecided, {})) {
        if (hasEnded())
            consumed(static_cast<quint64>(one.bytes.size())); // nobody else will
        else
            take(one.bytes, Timestamp::now(), one.flags); // records of an engine are in the order of their times
        if (one.trueSize >= 0 && !hasEnded())
            recordCut(one.trueSize, one.bytes.size());
    }
    if (m_undecidedLost > 0)
        record(EventKind::Warning, QStringLiteral("%1 datagrams that came before it was decided whether this peer is "
                                                  "taken had no room")
                                       .arg(m_undecidedLost));
}

void Flow::refuse() {
    record(EventKind::Refused,
           QStringLiteral("refused by the behaviour %1: what it sent is not kept").arg(snapshot().behaviour));
    m_isRefused = true;
    closeOrderly();
    if (auto* socket = dynamic_cast<DatagramSocket*>(host().find(m_socket)))
        socket->forgetLater(id()); // each datagram of a refused peer makes another
}

void Flow::taken() {
    if (m_dtls) {
        record(EventKind::TlsStarted, QStringLiteral("DTLS handshake begins, as server"),
               {{QStringLiteral("side"), QStringLiteral("server")}});
        m_dtls->start();
        return;
    }
    if (m_behaviour)
        m_behaviour->opened(*this);
}

void Flow::secure(std::unique_ptr<TlsSession> session) {
    m_dtls = std::make_unique<DtlsLink>(
        std::move(session),
        DtlsLink::Handlers{
            .transmit =
                [this](const QByteArray& datagram) {
                    if (auto* socket = dynamic_cast<DatagramSocket*>(host().find(m_socket)))
                        socket->transmitRaw(datagram, m_peer, m_source);
                },
            .received = [this](QByteArrayView message) { received(message, Timestamp::now(), DatagramFlag); },
            .established =
                [this] {
                    const TlsReport& report = m_dtls->report();
                    mutableSnapshot().tls = std::make_shared<const TlsReport>(report);
                    setState(EndpointState::Open);
                    record(EventKind::TlsEstablished, report.toText(), {{QStringLiteral("tls"), report.toJson()}});
                    if (m_behaviour)
                        m_behaviour->opened(*this);
                    for (const QByteArray& message : std::exchange(m_early, {}))
                        transmit(message);
                },
            .ended =
                [this] {
                    endWith({.cause = QStringLiteral("closed-by-peer"),
                             .text = QStringLiteral("closed by the peer (close_notify)"),
                             .error = {}});
                },
            .failed =
                [this](const Error& error) {
                    mutableSnapshot().tls = std::make_shared<const TlsReport>(m_dtls->report());
                    endWith({.cause = QStringLiteral("tls-failure"),
                             .text = QStringLiteral("no DTLS: ") + toText(error),
                             .error = error});
                },
            .alert = [this](const QString& alert) { record(EventKind::TlsAlert, alert); },
            .keyLogFailed = [this](const Error& error) { recordKeyLogError(error); },
            .wakeIn =
                [this](std::chrono::milliseconds delay) {
                    host().after(delay, id(), [](Endpoint& endpoint) {
                        auto& self = static_cast<Flow&>(endpoint);
                        if (!self.hasEnded())
                            self.m_dtls->timeOver();
                    });
                },
        });
}

bool Flow::hasMoreToTell() const {
    return Endpoint::hasMoreToTell() || (m_isAsked && !hasEnded()) || (m_behaviour && m_behaviour->hasMoreToTell());
}

void Flow::fedByPeer(QByteArrayView datagram) {
    if (m_isAsked)
        return; // DTLS sends it again (RFC 6347, section 4.2.4)
    if (!hasEnded())
        m_dtls->feed(datagram);
}

void Flow::received(QByteArrayView bytes, Timestamp time, quint8 flags) {
    constexpr std::size_t mostUndecided = 64;
    if (!m_isAsked)
        take(bytes, time, flags);
    else if (m_undecided.size() < mostUndecided)
        m_undecided.push_back({.bytes = bytes.toByteArray(), .flags = flags});
    else {
        ++m_undecidedLost;
        consumed(static_cast<quint64>(bytes.size())); // nobody else will
    }
}

void Flow::take(QByteArrayView bytes, Timestamp time, quint8 flags) {
    transcript()->append(RecordKind::Received, bytes, time, flags);
    countReceived(static_cast<quint64>(bytes.size()));
    if (m_behaviour && !hasEnded()) // the acceptor may have refused its first datagram
        m_behaviour->filter(*this, bytes);
}

void Flow::sent(QByteArrayView bytes) {
    recordSent(bytes, DatagramFlag);
}

void Flow::failed(EventKind kind, const Error& error, const QJsonObject& facts) {
    QJsonObject all = facts;
    all.insert(QStringLiteral("error"), error.toJson());
    mutableSnapshot().error = error;
    record(kind, toText(error), all);
}

void Flow::setSender(const PeerCredentials& sender) {
    if (snapshot().credentials != nullptr && snapshot().credentials->pid == sender.pid)
        return;
    PeerCredentials named = sender;
    native::nameCredentials(named);
    record(EventKind::Opened, QStringLiteral("sent by ") + named.toText(),
           {{QStringLiteral("credentials"), named.toJson()}});
    mutableSnapshot().credentials = std::make_shared<const PeerCredentials>(std::move(named));
}

void Flow::notSent(const Error& error) {
    mutableSnapshot().error = error;
    recordNotSent(error);
}

void Flow::cut(qint64 trueSize, qint64 size) {
    if (m_isAsked) {
        if (!m_undecided.empty() && m_undecidedLost == 0)
            m_undecided.back().trueSize = trueSize;
        return;
    }
    recordCut(trueSize, size);
}

void Flow::offer(const QByteArray& bytes, const QString&) {
    if (m_behaviour && !hasEnded())
        m_behaviour->offered(*this, bytes);
    transmit(bytes);
}

void Flow::transmit(const QByteArray& bytes) {
    auto* socket = dynamic_cast<DatagramSocket*>(host().find(m_socket));
    if (socket == nullptr || socket->hasEnded() || hasEnded()) {
        recordNotSent({.id = ErrorId::ShutDown,
                       .situation = QStringLiteral("send"),
                       .detail = QStringLiteral("the datagram socket is closed.")});
        return;
    }
    if (m_dtls && !m_dtls->isEstablished() && !m_dtls->isOver()) {
        constexpr std::size_t mostEarly = 256;
        if (m_early.size() < mostEarly)
            m_early.push_back(bytes);
        else
            recordNotSent({.id = ErrorId::NoBufferSpace,
                           .situation = QStringLiteral("send"),
                           .detail = QStringLiteral("the DTLS handshake is not over, and 256 messages wait.")});
        return;
    }
    socket->sendTo(bytes, m_peer, id());
}

void Flow::consumed(quint64 bytes) {
    if (Endpoint* socket = host().find(m_socket))
        socket->consumed(bytes);
}

void Flow::closeOrderly() {
    if (hasEnded())
        return;
    if (m_dtls)
        m_dtls->close();
    endWith({.cause = QStringLiteral("closed-by-us"), .text = QStringLiteral("closed by us"), .error = {}});
}

void Flow::abortBecause(const QString& why, const std::optional<Error>& error) {
    if (!hasEnded())
        endWith({.cause = QStringLiteral("closed-by-us"), .text = why, .error = error});
}

void Flow::endWith(const ClosingRecord& closing) {
    for (const Undecided& one : std::exchange(m_undecided, {}))
        consumed(static_cast<quint64>(one.bytes.size())); // nobody else will
    if (auto* socket = dynamic_cast<DatagramSocket*>(host().find(m_socket)))
        socket->flowClosed(m_peer);
    if (!recordClosing(closing))
        return;
    if (m_sentinel)
        std::exchange(m_sentinel, {})(closing);
    if (m_behaviour)
        m_behaviour->sentinel(closing);
}

void Flow::socketClosed() {
    endWith({.cause = QStringLiteral("closed-by-us"), .text = QStringLiteral("closed by us"), .error = {}});
}

void Flow::makeRoom(std::size_t count) {
    if (m_dtls)
        m_dtls->close();
    endWith({.cause = QStringLiteral("closed-by-us"),
             .text = QStringLiteral("ended to make room: the peer was silent for longest of %1, and is a new flow when "
                                    "it sends again")
                         .arg(count),
             .error = {}});
}

void Flow::setBehaviour(const QString& name, BehaviourFactory factory) {
    if (m_isAsked) // whoever was asked is gone
        decide(true);
    if (hasEnded())
        return;
    setBehaviourFactory(name, std::move(factory));
    ++m_behaviourNumber;
    recordTraffic(true);
    record(EventKind::BehaviourChanged, QStringLiteral("behaviour is now %1").arg(name));
    m_behaviour = request().makeBehaviour ? request().makeBehaviour() : nullptr;
    if (m_behaviour && state() == EndpointState::Open)
        m_behaviour->opened(*this);
}

void Flow::reloadBehaviour() {
    if (!hasEnded() && m_behaviour && !m_behaviour->reload(*this))
        setBehaviour(request().behaviour, request().makeBehaviour);
}

void Flow::wake(std::chrono::milliseconds delay, quint64 token) {
    host().after(delay, id(), [number = m_behaviourNumber, token](Endpoint& endpoint) {
        auto& self = static_cast<Flow&>(endpoint);
        if (!self.hasEnded() && self.m_behaviour && self.m_behaviourNumber == number)
            self.m_behaviour->woken(self, token);
    });
}

} // namespace sw
