// SPDX-License-Identifier: MIT
// What a datagram socket sends: to whom, what waits, and what the system says to it.
#include "core/endpoint/datagramsocket.h"

#include "core/base/inputfile.h"
#include "core/endpoint/writequeue.h"

#include <QFile>

namespace sw {

void DatagramSocket::sendToName(const QByteArray& bytes, const QString& destination) {
    if (isLocal(address().scheme)) {
        const auto peer = native::localAddress(destination);
        sendTo(bytes, peer, EndpointId::None);
        return;
    }
    const auto place = parseHostPort(destination, true);
    if (!place || place->host.isEmpty() || place->portFirst == 0 || place->portFirst != place->portLast) {
        recordNotSent(
            badInput(QStringLiteral("destination"),
                     sentence(QT_TRANSLATE_NOOP("Core", "“%1” is no destination: write HOST:PORT."), destination)));
        return;
    }
    withHosts(place->host, [this, bytes, port = place->portFirst](const std::vector<QHostAddress>& hosts) {
        const bool is6 = m_channel && native::isIPv6(m_channel->bound());
        for (const QHostAddress& candidate : hosts) {
            const bool candidateIs6 = candidate.protocol() == QAbstractSocket::IPv6Protocol;
            if (is6 || !candidateIs6) { // an IPv6 socket reaches IPv4 by mapped addresses (RFC 4291 2.5.5.2)
                const auto peer =
                    native::ipAddress(is6 && !candidateIs6 ? QHostAddress(candidate.toIPv6Address()) : candidate, port);
                const Flow* flow = hasFlows() ? flowOf(peer) : nullptr;
                sendTo(bytes, peer, flow == nullptr ? EndpointId::None : flow->id());
                return;
            }
        }
        recordNotSent({.id = ErrorId::AddressNotAvailable,
                       .situation = QStringLiteral("send"),
                       .detail = sentence(QT_TRANSLATE_NOOP(
                           "Core", "the destination is of another address family than this socket."))});
    });
}

void DatagramSocket::offer(const QByteArray& bytes, const QString& destination) {
    if (hasEnded()) {
        recordNotSent({.id = ErrorId::ShutDown,
                       .situation = QStringLiteral("send"),
                       .detail = sentence(QT_TRANSLATE_NOOP("Core", "the socket is closed."))});
        return;
    }
    const QString wanted = destination.isEmpty() && m_role == Role::Listen ? address().value("to") : destination;
    if (!wanted.isEmpty()) {
        sendToName(bytes, wanted);
        return;
    }
    if (m_role == Role::Connect) {
        if (waitingMemory() > WriteQueue::bound) {
            recordNotSent(
                {.id = ErrorId::NoBufferSpace,
                 .situation = QStringLiteral("send"),
                 .detail = sentence(QT_TRANSLATE_NOOP("Core", "%1 bytes wait already to be sent."), m_waitingBytes)});
            return;
        }
        m_waiting.push_back({.bytes = bytes, .destination = m_destination});
        m_waitingBytes += static_cast<quint64>(bytes.size());
        if (isRunning())
            flush();
        return;
    }
    if (m_flows.isEmpty()) {
        recordNotSent({.id = ErrorId::NotFound,
                       .situation = QStringLiteral("send"),
                       .detail = sentence(
                           QT_TRANSLATE_NOOP("Core", "no destination: write one as HOST:PORT, or wait for a peer."))});
        return;
    }
    for (const EndpointId flow : m_flows.all()) {
        if (Endpoint* endpoint = host().find(flow))
            endpoint->offer(bytes, {});
    }
}

void DatagramSocket::offerFile(const QString& path) {
    if (const QString why = whyNoInputFile(path, Devices::Take); !why.isEmpty()) {
        recordNotSent({.id = ErrorId::ReadFailed,
                       .situation = QStringLiteral("send file"),
                       .detail = sentence(QT_TRANSLATE_NOOP("Core", "%1 cannot be read: %2."), path, why)});
        return;
    }
    QFile file(path);
    constexpr qint64 largest = 65535;
    const QByteArray bytes =
        file.open(QIODevice::ReadOnly) ? file.read(largest + 1) : QByteArray(); // devices have no size
    const bool isRead = file.error() == QFileDevice::NoError;
    if (isRead && bytes.size() <= largest) {
        offer(bytes, {});
        return;
    }
    recordNotSent(
        {.id = isRead ? ErrorId::MessageTooLarge : ErrorId::ReadFailed,
         .situation = QStringLiteral("send file"),
         .detail =
             isRead ? sentence(QT_TRANSLATE_NOOP("Core", "%1 has more than 65,535 bytes, and is to be one datagram."),
                               path)
                    : sentence(QT_TRANSLATE_NOOP("Core", "%1 cannot be read: %2."), path, file.errorString())});
}

void DatagramSocket::sendTo(const QByteArray& bytes, const native::SocketAddress& peer, EndpointId flow) {
    if (waitingMemory() > WriteQueue::bound) {
        recordNotSent(
            {.id = ErrorId::NoBufferSpace,
             .situation = QStringLiteral("send"),
             .detail = sentence(QT_TRANSLATE_NOOP("Core", "%1 bytes wait already to be sent."), m_waitingBytes)});
        return;
    }
    m_waiting.push_back({.bytes = bytes, .destination = peer, .flow = flow});
    m_waitingBytes += static_cast<quint64>(bytes.size());
    if (isRunning())
        flush();
}

void DatagramSocket::countSent(Flow& flow, const QByteArray& bytes) {
    flow.sent(bytes);
    mutableSnapshot().counters.sentBytes += static_cast<quint64>(bytes.size());
    ++mutableSnapshot().counters.sentRecords;
    touch();
}

/// False: the system takes no more now.
bool DatagramSocket::transmit(Waiting& datagram) {
    constexpr int mostReports = 8; // about earlier datagrams, which come instead of sending this one
    const native::SocketAddress* destination = datagram.destination ? &*datagram.destination : nullptr;
    auto* flow = datagram.flow == EndpointId::None ? nullptr : dynamic_cast<Flow*>(host().find(datagram.flow));
    if (isDtls() && datagram.sealed.isEmpty()) {
        DtlsLink* link = flow != nullptr ? flow->dtls() : dtls();
        const auto sealed =
            link != nullptr
                ? link->seal(datagram.bytes)
                : Result<QByteArray>(tl::unexpected(Error{
                      .id = ErrorId::NotFound,
                      .situation = QStringLiteral("send"),
                      .detail = sentence(QT_TRANSLATE_NOOP("Core", "there is no DTLS session with that peer."))}));
        if (!sealed) {
            flow != nullptr ? flow->notSent(sealed.error()) : recordNotSent(sealed.error());
            return true;
        }
        datagram.sealed = *sealed;
    }
    const QByteArray& wire = isDtls() ? datagram.sealed : datagram.bytes;
    for (int report = 0;; ++report) {
        const IoResult result = m_channel->send(wire, destination, flow != nullptr ? &flow->source() : nullptr);
        if (result.isDone())
            break;
        if (result.isAgain())
            return false;
        const QString peer = destination != nullptr ? native::toText(*destination) : snapshot().peer;
        const Error error = m_channel->error(result, QStringLiteral("send"), peer);
        const bool isTold = takeFaults() > 0;
        if (!m_channel)
            return false;                                      // that was its end
        if (!isTold && error.id == ErrorId::ConnectionRefused) // where reports do not say what they are about
            record(EventKind::DatagramError, toText(error), {{Fact::Error, error.toJson()}});
        if ((isTold || error.id == ErrorId::ConnectionRefused) && report < mostReports)
            continue;
        mutableSnapshot().error = error;
        touch();
        if (flow != nullptr)
            flow->notSent(error);
        else
            recordNotSent(error);
        return true;
    }
    if (flow != nullptr)
        countSent(*flow, datagram.bytes);
    else
        recordSent(datagram.bytes, DatagramFlag);
    return true;
}

void DatagramSocket::flushLater() {
    if (!std::exchange(m_isFlushPosted, true))
        later(soon, &DatagramSocket::flushMore);
}

void DatagramSocket::flushMore() {
    m_isFlushPosted = false;
    if (isRunning())
        flush();
}

void DatagramSocket::flush(int most) {
    if (!isRunning() || isSecuring())
        return; // it goes on when DTLS is there
    for (int i = 0; m_channel && !m_waiting.empty(); ++i) {
        if (i >= most) {
            flushLater();
            break;
        }
        if (!transmit(m_waiting.front()))
            break;
        m_waitingBytes -= static_cast<quint64>(m_waiting.front().bytes.size());
        m_waiting.pop_front();
    }
    mutableSnapshot().counters.queuedBytes = m_waitingBytes;
    updateInterest();
}

} // namespace sw
