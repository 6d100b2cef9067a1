// SPDX-License-Identifier: MIT
#include "core/channel/qtstream.h"

#include "core/address/hosts.h"
#include "core/channel/socketoptions.h"

#include <QSocketNotifier>
#include <QTimer>

#include <utility>

namespace sw {

namespace {

/// Where Qt's engine of a proxy still has bytes to send, the socket outlives its channel for a while.
void letGo(QtTcpSocket socket) {
    constexpr std::chrono::seconds patience(10);
    socket->disconnect();
    socket->disconnectFromHost();
    if (socket->state() == QAbstractSocket::UnconnectedState)
        return;
    QTcpSocket* lonely = socket.release();
    QObject::connect(lonely, &QTcpSocket::disconnected, lonely, &QObject::deleteLater);
    QTimer::singleShot(patience, lonely, &QObject::deleteLater);
}

QString textOf(const QHostAddress& host, quint16 port) {
    // a proxy may say 0.0.0.0:0, which is nothing
    return host.isNull() || (port == 0 && host.isEqual(QHostAddress(QHostAddress::AnyIPv4)))
               ? QString()
               : formatEndpoint(host, port);
}

Error noSuchThrough(const QString& option) {
    return {.id = ErrorId::NotSupported,
            .situation = QStringLiteral("option"),
            .detail = sentence(
                QT_TRANSLATE_NOOP("Core",
                                  "%1 has no effect through a proxy: the connection to the peer is the proxy's own."),
                option)};
}

} // namespace

QtStream::QtStream(QtTcpSocket socket, QString proxiedPeer)
    : m_socket(std::move(socket)),
      m_proxiedPeer(std::move(proxiedPeer)) {
    m_socket->disconnect();
    if (isProxied())
        boundProxied();
    else
        m_socket->setReadBufferSize(mostHeldByQt);
    const auto soon = [this] { tellSoon(); };
    QObject::connect(m_socket.get(), &QTcpSocket::readyRead, &m_slots, [this] {
        gate();
        tellSoon();
    });
    QObject::connect(m_socket.get(), &QTcpSocket::disconnected, &m_slots, soon);
    QObject::connect(m_socket.get(), &QTcpSocket::errorOccurred, &m_slots, soon);
    QObject::connect(m_socket.get(), &QTcpSocket::bytesWritten, &m_slots, [this] {
        m_hasWritten = true;
        tellSoon();
    });
}

/// Qt's engines of proxies have a socket of their own, read it without limit, and forget to go on where the read buffer
/// of the one above is bounded. So that one is not, and the one below is stopped at the system.
void QtStream::boundProxied() {
    m_socket->setReadBufferSize(0);
    m_below = m_socket->findChild<QTcpSocket*>();
    if (m_below)
        m_below->setReadBufferSize(mostHeldByQt);
    gate();
}

void QtStream::gate() {
    if (!m_below || !m_socket)
        return;
    const bool isOpen = m_socket->bytesAvailable() < mostHeldByQt;
    if (isOpen == m_isGateOpen)
        return;
    m_isGateOpen = isOpen;
    const auto notifiers = m_below->findChildren<QSocketNotifier*>();
    for (QSocketNotifier* notifier : notifiers) {
        if (notifier->type() == QSocketNotifier::Read)
            notifier->setEnabled(isOpen);
    }
}

bool QtStream::isConnected() const {
    return m_socket && m_socket->state() == QAbstractSocket::ConnectedState;
}

/// Of the system; with a proxy Qt makes one up, which is that of another file.
native::Descriptor QtStream::descriptor() const {
    return m_socket && !isProxied() ? m_socket->socketDescriptor() : native::noDescriptor;
}

IoResult QtStream::receive(std::span<char> room) {
    if (!m_socket)
        return fail(QStringLiteral("receive"));
    const qint64 count = m_socket->read(room.data(), static_cast<qint64>(room.size()));
    gate();
    if (count > 0)
        return IoResult::done(count);
    if (isConnected())
        return IoResult::again();
    if (m_socket->error() == QAbstractSocket::RemoteHostClosedError ||
        m_socket->error() == QAbstractSocket::UnknownSocketError)
        return IoResult::ended();
    return fail(QStringLiteral("receive"));
}

IoResult QtStream::send(QByteArrayView bytes) {
    if (!isConnected())
        return fail(QStringLiteral("send"));
    qint64 room = mostHeldByQt - m_socket->bytesToWrite();
    if (room <= 0) {
        m_socket->flush();
        room = mostHeldByQt - m_socket->bytesToWrite();
    }
    if (room <= 0)
        return isConnected() ? IoResult::again() : fail(QStringLiteral("send"));
    const qint64 count = m_socket->write(bytes.data(), std::min<qint64>(room, bytes.size()));
    if (count < 0)
        return fail(QStringLiteral("send"));
    m_socket->flush();
    return count > 0 ? IoResult::done(count) : IoResult::again();
}

IoResult QtStream::flush() {
    if (!holdsUnsent())
        return IoResult::done();
    m_socket->flush();
    if (!isConnected())
        return fail(QStringLiteral("send"));
    return holdsUnsent() ? IoResult::again() : IoResult::done();
}

bool QtStream::holdsUnsent() const {
    return m_socket && m_socket->bytesToWrite() > 0;
}

IoResult QtStream::fail(const QString& situation) {
    const bool isOfSending = situation == QLatin1String("send");
    if (!m_socket)
        m_error = errorOf(ErrorId::ShutDown, situation, m_proxiedPeer);
    else
        m_error = qtError(m_socket->error(), m_socket->errorString(), situation, peerName());
    return IoResult::failed(0, isOfSending);
}

void QtStream::endSending() {
    if (const auto own = descriptor(); own != native::noDescriptor && isConnected())
        native::shutdown(own, native::Shutdown::Sending);
}

QString QtStream::whyNoHalfClose() const {
    return isProxied()
               ? QStringLiteral("a proxy passes no end of sending on: the peer learns it when the connection is "
                                "closed, and what still comes is received")
               : QStringLiteral("Qt's sockets have no half-close: they are closed when the peer ends too, and "
                                "what still comes is received");
}

void QtStream::close() {
    m_target = nullptr;
    if (m_socket)
        letGo(std::move(m_socket));
}

void QtStream::abort() {
    m_target = nullptr;
    if (!m_socket)
        return;
    if (const auto own = descriptor(); own != native::noDescriptor)
        native::setOption(own, "linger", 0, false);
    m_socket->disconnect();
    m_socket->abort();
    m_socket.reset();
}

void QtStream::watch(PollTarget* target) {
    m_target = target;
    setInterest(ReadInterest);
}

void QtStream::setInterest(unsigned interest) {
    m_interest = interest;
    tellSoon();
}

/// What the target wants to hear of and is so.
PollEvents QtStream::due() const {
    if (m_target == nullptr || !m_socket)
        return {};
    const bool isOver = !isConnected();
    const bool isRoomy = m_hasWritten || m_socket->bytesToWrite() == 0;
    return {.readable = (m_interest & ReadInterest) != 0 && (isOver || m_socket->bytesAvailable() > 0),
            .writable = (m_interest & WriteInterest) != 0 && (isOver || isRoomy),
            .hungUp = (m_interest & HangUpInterest) != 0 && isOver};
}

/// Not in Qt's own signal, which may come while the target calls.
void QtStream::tellSoon() {
    const PollEvents events = due();
    if (!events.readable && !events.writable && !events.hungUp)
        return;
    if (!std::exchange(m_isTelling, true))
        QMetaObject::invokeMethod(
            &m_slots, [this] { tell(); }, Qt::QueuedConnection);
}

void QtStream::tell() {
    m_isTelling = false;
    const PollEvents events = due();
    if (!events.readable && !events.writable && !events.hungUp)
        return;
    if (events.writable)
        m_hasWritten = false;
    const QPointer<QObject> alive(&m_slots);
    m_target->socketReady(events);
    if (alive)
        tellSoon(); // as long as it is so
}

QString QtStream::localName() const {
    return m_socket ? textOf(m_socket->localAddress(), m_socket->localPort()) : QString();
}

QString QtStream::peerName() const {
    if (isProxied() || !m_socket)
        return m_proxiedPeer;
    return textOf(m_socket->peerAddress(), m_socket->peerPort());
}

std::optional<qint64> QtStream::number() const {
    const native::Descriptor own = descriptor();
    return own != native::noDescriptor ? std::optional<qint64>(own) : std::nullopt;
}

std::optional<TcpInfo> QtStream::tcpInfo() const {
    const native::Descriptor own = descriptor();
    return own != native::noDescriptor ? native::tcpInfo(own) : std::nullopt;
}

std::optional<qint64> QtStream::undelivered() const {
    const native::Descriptor own = descriptor();
    return own != native::noDescriptor ? native::undelivered(own) : std::nullopt;
}

std::vector<Error> QtStream::applyOptions(const Address& address) {
    if (!isProxied())
        return sw::applyOptions(descriptor(), address, OptionStage::Open,
                                native::isIPv6(native::boundAddress(descriptor())));
    std::vector<Error> errors;
    for (const OptionSpec& spec : optionTable()) {
        if (!isOurs(spec) && address.given(spec.name))
            errors.push_back(noSuchThrough(QString::fromLatin1(spec.name)));
    }
    return errors;
}

Result<void> QtStream::changeOption(const OptionSpec& spec, const QString& value, bool leave) {
    if (isProxied())
        return tl::unexpected(noSuchThrough(QString::fromLatin1(spec.name)));
    return sw::changeOption(descriptor(), spec, value, native::isIPv6(native::boundAddress(descriptor())), leave);
}

QVector<OptionState> QtStream::readOptions(const Address& address, Role role) const {
    const native::Descriptor own = descriptor();
    const bool isIPv6 = own != native::noDescriptor && native::speaksIPv6(native::boundAddress(own));
    return asQtSockets(sw::readOptions(own, address, role, isIPv6));
}

} // namespace sw
