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
    setState(EndpointState::Open);
    record(EventKind::Opened, QStringLiteral("first datagram exchanged with %1").arg(snapshot().peer),
           {{QStringLiteral("local"), snapshot().local}, {QStringLiteral("peer"), snapshot().peer}});
}

void Flow::received(QByteArrayView bytes, Timestamp time, quint8 flags) {
    transcript()->append(RecordKind::Received, bytes, time, flags);
    countReceived(static_cast<quint64>(bytes.size()));
    if (m_behaviour)
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
    recordCut(trueSize, size);
}

void Flow::offer(const QByteArray& bytes, const QString&) {
    auto* socket = dynamic_cast<DatagramSocket*>(host().find(m_socket));
    if (socket == nullptr || socket->hasEnded() || hasEnded()) {
        recordNotSent({.id = ErrorId::ShutDown,
                       .situation = QStringLiteral("send"),
                       .detail = QStringLiteral("the datagram socket is closed.")});
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
    if (auto* socket = dynamic_cast<DatagramSocket*>(host().find(m_socket)))
        socket->flowClosed(m_peer);
    socketClosed();
}

void Flow::socketClosed() {
    const ClosingRecord closing{
        .cause = QStringLiteral("closed-by-us"), .text = QStringLiteral("closed by us"), .error = {}};
    if (recordClosing(closing) && m_behaviour)
        m_behaviour->sentinel(closing);
}

void Flow::setBehaviour(const QString& name, BehaviourFactory factory) {
    setBehaviourFactory(name, std::move(factory));
    m_behaviour = request().makeBehaviour ? request().makeBehaviour() : nullptr;
}

} // namespace sw
