// SPDX-License-Identifier: MIT
#include "core/channel/qtattempt.h"

#include "core/address/hosts.h"
#include "core/channel/qtstream.h"
#include "core/channel/socketoptions.h"

#include <QNetworkProxy>
#include <QTcpSocket>

#include <utility>

namespace sw {

QtAttempt::QtAttempt(const native::SocketAddress& place, const Address& address)
    : m_address(address),
      m_place(place),
      m_socket(new QTcpSocket) {
    m_socket->setReadBufferSize(mostHeldByQt);
    m_socket->setProxy(QNetworkProxy::NoProxy);
}

QtAttempt::~QtAttempt() {
    if (!m_socket)
        return;
    m_socket->disconnect();
    m_socket->abort();
}

/// What has to be said to the socket before it connects.
Result<void> QtAttempt::prepare() {
    const auto wanted = m_address.given("bind");
    if (!wanted && !m_address.given("sndbuf") && !m_address.given("rcvbuf"))
        return {};
    const bool isIPv6 = native::isIPv6(m_place);
    QHostAddress host(isIPv6 ? QHostAddress::AnyIPv6 : QHostAddress::AnyIPv4);
    quint16 port = 0;
    if (wanted) {
        const auto place = parseHostPort(*wanted, false);
        port = place->portFirst;
        if (!place->host.isEmpty() && place->host != QLatin1String("*"))
            host = QHostAddress(place->host);
    }
    if (!m_socket->bind(host, port))
        return tl::unexpected(
            qtError(m_socket->error(), m_socket->errorString(), QStringLiteral("bind"), wanted.value_or(QString())));
    m_warnings = applyOptions(m_socket->socketDescriptor(), m_address, OptionStage::BeforeBind, isIPv6);
    return {};
}

IoResult QtAttempt::begin(PollTarget* target) {
    m_target = target;
    if (const auto prepared = prepare(); !prepared) {
        m_error = prepared.error();
        return IoResult::failed(0);
    }
    // what is known at once is told from the event loop, like everything else
    const auto isOver = [this] { over(); };
    QObject::connect(m_socket.get(), &QTcpSocket::connected, &m_slots, [this] { m_hasConnected = true; });
    QObject::connect(m_socket.get(), &QTcpSocket::connected, &m_slots, isOver, Qt::QueuedConnection);
    QObject::connect(m_socket.get(), &QTcpSocket::errorOccurred, &m_slots, isOver, Qt::QueuedConnection);
    m_socket->connectToHost(native::hostOf(m_place).toString(), native::portOf(m_place));
    return IoResult::done();
}

void QtAttempt::over() {
    if (!std::exchange(m_isOver, true))
        m_target->socketReady({.writable = true}); // may delete us
}

std::unique_ptr<StreamChannel> QtAttempt::take() {
    if (!m_hasConnected) { // otherwise it may be over again, and what came is there
        m_error =
            qtError(m_socket->error(), m_socket->errorString(), QStringLiteral("connect"), native::toText(m_place));
        return nullptr;
    }
    return std::make_unique<QtStream>(std::move(m_socket));
}

std::vector<Error> QtAttempt::takeWarnings() {
    return std::exchange(m_warnings, {});
}

QString QtAttempt::localName() const {
    return m_socket && !m_socket->localAddress().isNull()
               ? formatEndpoint(m_socket->localAddress(), m_socket->localPort())
               : QString();
}

} // namespace sw
