// SPDX-License-Identifier: MIT
#include "core/endpoint/flow.h"

#include "core/endpoint/datagramsocket.h"

namespace sw {

Flow::Flow(EndpointHost& host, EndpointRequest request, EndpointId socket, const native::SocketAddress& peer,
           const QString& local)
    : DatagramEnd(host, EndpointKind::Flow, std::move(request)),
      m_socket(socket),
      m_peer(peer) {
    mutableSnapshot().peer = native::toText(peer);
    mutableSnapshot().local = local;
}

void Flow::start() {
    makeBehaviour();
    setState(dtls() != nullptr ? EndpointState::Handshaking : EndpointState::Open);
    record(
        EventKind::Opened, sentence(QT_TRANSLATE_NOOP("Core", "first datagram exchanged with %1"), snapshot().peer),
        {{Fact::Scheme, schemeName(address().scheme)}, {Fact::Local, snapshot().local}, {Fact::Peer, snapshot().peer}});
    if (m_firstSender)
        setSender(*m_firstSender);
    askAcceptor();
}

void Flow::taken() {
    begin();
    for (const Undecided& one : std::exchange(m_undecided, {})) {
        if (hasEnded())
            consumed(static_cast<quint64>(one.bytes.size())); // nobody else will
        else
            take(one.bytes, Timestamp::now(), one.flags); // records of an engine are in the order of their times
        if (one.trueSize >= 0 && !hasEnded())
            recordCut(one.trueSize, one.bytes.size());
    }
    if (m_undecidedLost > 0)
        record(
            EventKind::Warning,
            sentence(QT_TRANSLATE_NOOP(
                         "Core", "%1 datagrams that came before it was decided whether this peer is taken had no room"),
                     m_undecidedLost));
}

void Flow::refused() {
    record(EventKind::Refused,
           sentence(QT_TRANSLATE_NOOP("Core", "refused by the behaviour %1: what it sent is not kept"),
                    snapshot().behaviour));
    m_isRefused = true;
    closeOrderly();
    if (auto* socket = dynamic_cast<DatagramSocket*>(host().find(m_socket)))
        socket->forgetLater(id()); // each datagram of a refused peer makes another
}

void Flow::begin() {
    if (dtls() != nullptr) {
        record(EventKind::TlsStarted, sentence(QT_TRANSLATE_NOOP("Core", "DTLS handshake begins, as server")),
               {{Fact::Side, QStringLiteral("server")}});
        dtls()->start();
        return;
    }
    tellReady();
}

void Flow::transmitSealed(const QByteArray& datagram) {
    if (auto* socket = dynamic_cast<DatagramSocket*>(host().find(m_socket)))
        socket->transmitRaw(datagram, m_peer, m_source);
}

void Flow::secured() {
    for (const QByteArray& message : std::exchange(m_early, {}))
        transmit(message);
}

void Flow::fedByPeer(QByteArrayView datagram) {
    if (isAsked())
        return; // DTLS sends it again (RFC 6347, section 4.2.4)
    if (!hasEnded())
        dtls()->feed(datagram);
}

void Flow::received(QByteArrayView bytes, Timestamp time, quint8 flags) {
    constexpr std::size_t mostUndecided = 64;
    if (!isAsked())
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
    if (behaviour() != nullptr && !hasEnded()) // the acceptor may have refused its first datagram
        behaviour()->filter(*this, bytes);
}

void Flow::sent(QByteArrayView bytes) {
    recordSent(bytes, DatagramFlag);
}

void Flow::failed(EventKind kind, const Error& error, const Facts& facts) {
    Facts all = facts;
    all.add(Fact::Error, error.toJson());
    mutableSnapshot().error = error;
    record(kind, toText(error), all);
}

void Flow::setSender(const PeerCredentials& sender) {
    if (snapshot().credentials != nullptr && snapshot().credentials->pid == sender.pid)
        return;
    PeerCredentials named = sender;
    native::nameCredentials(named);
    record(EventKind::Opened, sentence(QT_TRANSLATE_NOOP("Core", "sent by %1"), named.toText()),
           {{Fact::Credentials, named.toJson()}});
    mutableSnapshot().credentials = std::make_shared<const PeerCredentials>(std::move(named));
}

void Flow::notSent(const Error& error) {
    mutableSnapshot().error = error;
    recordNotSent(error);
}

void Flow::cut(qint64 trueSize, qint64 size) {
    if (isAsked()) {
        if (!m_undecided.empty() && m_undecidedLost == 0)
            m_undecided.back().trueSize = trueSize;
        return;
    }
    recordCut(trueSize, size);
}

void Flow::offer(const QByteArray& bytes, const QString&) {
    if (behaviour() != nullptr && !hasEnded())
        behaviour()->offered(*this, bytes);
    transmit(bytes);
}

void Flow::transmit(const QByteArray& bytes) {
    auto* socket = dynamic_cast<DatagramSocket*>(host().find(m_socket));
    if (socket == nullptr || socket->hasEnded() || hasEnded()) {
        recordNotSent({.id = ErrorId::ShutDown,
                       .situation = QStringLiteral("send"),
                       .detail = sentence(QT_TRANSLATE_NOOP("Core", "the datagram socket is closed."))});
        return;
    }
    if (isSecuring()) {
        constexpr std::size_t mostEarly = 256;
        if (m_early.size() < mostEarly)
            m_early.push_back(bytes);
        else
            recordNotSent({.id = ErrorId::NoBufferSpace,
                           .situation = QStringLiteral("send"),
                           .detail = sentence(
                               QT_TRANSLATE_NOOP("Core", "the DTLS handshake is not over, and 256 messages wait."))});
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
    if (dtls() != nullptr)
        dtls()->close();
    end({.cause = ClosingCause::ClosedByUs, .text = sentence(QT_TRANSLATE_NOOP("Core", "closed by us")), .error = {}});
}

void Flow::end(const ClosingRecord& closing) {
    for (const Undecided& one : std::exchange(m_undecided, {}))
        consumed(static_cast<quint64>(one.bytes.size())); // nobody else will
    for (const QByteArray& message : std::exchange(m_early, {}))
        mutableSnapshot().counters.queuedBytes += static_cast<quint64>(message.size());
    if (auto* socket = dynamic_cast<DatagramSocket*>(host().find(m_socket)))
        socket->flowClosed(m_peer);
    endWith(closing);
}

void Flow::socketClosed() {
    end({.cause = ClosingCause::ClosedByUs, .text = sentence(QT_TRANSLATE_NOOP("Core", "closed by us")), .error = {}});
}

void Flow::makeRoom(std::size_t count) {
    if (dtls() != nullptr)
        dtls()->close();
    end({.cause = ClosingCause::ClosedByUs,
         .text = sentence(
             QT_TRANSLATE_NOOP(
                 "Core",
                 "ended to make room: the peer was silent for longest of %1, and is a new flow when it sends again"),
             count),
         .error = {}});
}

} // namespace sw
