// SPDX-License-Identifier: MIT
// DTLS on a datagram socket: one session with the peer of a connected one, one for each flow of a listening one.
#include "core/endpoint/datagramsocket.h"

namespace sw {

namespace {

/// A ClientHello of a new handshake: content type 22, epoch 0 (RFC 6347 section 4.1), handshake type 1.
bool isHello(QByteArrayView datagram) {
    constexpr qsizetype headerSize = 13;
    return datagram.size() > headerSize && datagram[0] == 22 && datagram[3] == 0 && datagram[4] == 0 &&
           datagram[headerSize] == 1;
}

} // namespace

bool DatagramSocket::prepareDtls() {
    const TlsSide side = m_role == Role::Listen ? TlsSide::Server : TlsSide::Client;
    TlsSettings settings = TlsSettings::of(address());
    settings.test = request().certificate;
    settings.askedPassphrases = host().passphrases();
    auto context = TlsContext::make(settings, side, TlsTransport::Datagram);
    if (!context) {
        failed(context.error());
        return false;
    }
    m_tls = *context;
    if (side == TlsSide::Client)
        return true;
    mutableSnapshot().tls = std::make_shared<const TlsReport>(
        TlsReport{.side = side, .isThrowAway = m_tls->isThrowAway(), .own = m_tls->own()});
    m_dtlsListener = std::make_unique<TlsSession>(m_tls, QString());
    return true;
}

void DatagramSocket::beginDtls() {
    setState(EndpointState::Handshaking);
    record(EventKind::TlsStarted,
           sentence(QT_TRANSLATE_NOOP("Core", "DTLS handshake begins, as client of “%1”"), m_tls->settings().name),
           {{Fact::Side, QStringLiteral("client")}});
    secure(std::make_unique<TlsSession>(m_tls, m_tls->settings().name));
    dtls()->start();
}

void DatagramSocket::transmitSealed(const QByteArray& datagram) {
    if (m_channel)
        m_channel->send(datagram);
}

void DatagramSocket::decrypted(QByteArrayView message) {
    transcript()->append(RecordKind::Received, message, Timestamp::now(), DatagramFlag);
    if (!transcript()->isMuted())
        m_unconsumed += static_cast<quint64>(message.size());
    countReceived(static_cast<quint64>(message.size()));
    if (behaviour() != nullptr)
        behaviour()->filter(*this, message);
}

void DatagramSocket::transmitRaw(const QByteArray& datagram, const native::SocketAddress& peer,
                                 const native::SocketAddress& source) const {
    if (m_channel)
        m_channel->send(datagram, &peer, &source);
}

void DatagramSocket::dtlsReceived(QByteArrayView bytes, const native::DatagramInfo& info) {
    if (m_role == Role::Connect) {
        dtls()->feed(bytes);
        return;
    }
    const auto known = m_flows.use(info.peer); // it is not idle
    Flow* flow = known ? static_cast<Flow*>(host().find(*known)) : nullptr;
    // a client that lost its state begins anew from the same port (RFC 6347 section 4.2.8); the cookie shows that it is
    // there, and only then the old session goes
    if (flow == nullptr || (flow->dtls()->isEstablished() && isHello(bytes)))
        dtlsHello(bytes, info);
    else
        flow->fedByPeer(bytes);
}

/// Nothing is kept of a peer before it has shown, with the cookie, that it receives what is sent to its address.
void DatagramSocket::dtlsHello(QByteArrayView bytes, const native::DatagramInfo& info) {
    const native::SocketAddress& peer = info.peer;
    m_dtlsListener->feed(bytes);
    const bool isKnown = m_dtlsListener->listenFor(
        QByteArray(reinterpret_cast<const char*>(peer.storage.data()), static_cast<qsizetype>(peer.length)));
    if (!isKnown) {
        while (const auto datagram = m_dtlsListener->takeDatagram())
            transmitRaw(*datagram, peer, info.local);
        return;
    }
    auto session = std::exchange(m_dtlsListener, std::make_unique<TlsSession>(m_tls, QString()));
    if (Flow* old = knownFlow(peer))
        old->socketClosed();
    flowOf(peer, info.local, std::move(session));
}

} // namespace sw
