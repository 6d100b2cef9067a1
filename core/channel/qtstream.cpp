// SPDX-License-Identifier: MIT
#include "core/channel/qtstream.h"

#include "core/address/hosts.h"
#include "core/channel/socketoptions.h"

#include <QSocketNotifier>

#include <algorithm>
#include <utility>

namespace sw {

namespace {

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
      m_below(proxiedPeer.isEmpty() ? nullptr : m_socket->findChild<QTcpSocket*>()),
      m_proxiedPeer(std::move(proxiedPeer)),
      m_peer(isProxied() ? m_proxiedPeer : textOf(m_socket->peerAddress(), m_socket->peerPort())) {
    m_socket->disconnect();
    // the engines of proxies forget to go on where the read buffer of the socket above theirs is bounded: see gate()
    m_socket->setReadBufferSize(isProxied() ? 0 : mostHeldByQt);
    if (m_below)
        m_below->setReadBufferSize(mostHeldByQt);
    const auto soon = [this] { tellSoon(); };
    QObject::connect(m_socket.get(), &QTcpSocket::readyRead, &m_slots, [this] {
        gate();
        tellSoon();
    });
    QObject::connect(m_socket.get(), &QTcpSocket::disconnected, &m_slots, soon);
    QObject::connect(m_socket.get(), &QTcpSocket::errorOccurred, &m_slots,
                     [this](QAbstractSocket::SocketError error) { noteError(error); });
    QTcpSocket* lowest = m_below ? m_below.data() : m_socket.get();
    QObject::connect(lowest, &QTcpSocket::bytesWritten, &m_slots, [this](qint64 count) {
        m_passed += static_cast<quint64>(count);
        m_hasWritten = true;
        tellSoon();
    });
    gate();
}

/// Called before Qt drops what it holds.
void QtStream::noteError(QAbstractSocket::SocketError error) {
    if (error != QAbstractSocket::RemoteHostClosedError) {
        m_failed = error;
        m_words = m_socket->errorString();
    }
    if (m_socket->isOpen())
        m_rest += m_socket->readAll();
    tellSoon();
}

/// Qt's engines of proxies (as of 6.4) have a socket of their own and read it without limit. It is stopped at the
/// system while the one above holds enough; the engine turns it on again by itself when it writes.
void QtStream::gate() {
    if (!m_below || !m_socket)
        return;
    const bool isOpen = m_socket->bytesAvailable() < mostHeldByQt;
    const auto notifiers = m_below->findChildren<QSocketNotifier*>();
    for (QSocketNotifier* notifier : notifiers) {
        if (notifier->type() == QSocketNotifier::Read && notifier->isEnabled() != isOpen)
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
        return failed(false);
    const auto size = static_cast<qint64>(room.size());
    if (!m_rest.isEmpty()) {
        const qint64 count = std::min<qint64>(size, m_rest.size());
        std::copy_n(m_rest.constData(), count, room.data());
        m_rest.remove(0, count);
        return IoResult::done(count);
    }
    const qint64 count = m_socket->isOpen() ? m_socket->read(room.data(), size) : 0;
    gate();
    if (count > 0)
        return IoResult::done(count);
    if (isConnected())
        return IoResult::again();
    return m_failed ? failed(false) : IoResult::ended();
}

IoResult QtStream::send(QByteArrayView bytes) {
    if (!isConnected())
        return failed(true);
    if (unsent() >= mostHeldByQt)
        (void)flush();
    const qint64 room = mostHeldByQt - unsent();
    if (room <= 0)
        return isConnected() ? IoResult::again() : failed(true);
    const qint64 count = m_socket->write(bytes.data(), std::min<qint64>(room, bytes.size()));
    if (count < 0)
        return failed(true);
    m_taken += static_cast<quint64>(count);
    m_socket->flush();
    gate();
    return count > 0 ? IoResult::done(count) : IoResult::again();
}

IoResult QtStream::flush() {
    if (!holdsUnsent())
        return IoResult::done();
    m_socket->flush();
    if (m_below)
        m_below->flush();
    gate();
    if (!isConnected())
        return failed(true);
    return holdsUnsent() ? IoResult::again() : IoResult::done();
}

/// What Qt holds, with what its engine of a proxy holds.
qint64 QtStream::unsent() const {
    return (m_socket ? m_socket->bytesToWrite() : 0) + (m_below ? m_below->bytesToWrite() : 0);
}

quint64 QtStream::dropped() const {
    return isConnected() ? 0 : m_taken - std::min(m_taken, m_passed);
}

IoResult QtStream::failed(bool isOfSending) {
    const QString situation = isOfSending ? QStringLiteral("send") : QStringLiteral("receive");
    // without an error of its own: the peer has ended, and Qt takes no more after that
    const auto error = m_failed.value_or(QAbstractSocket::RemoteHostClosedError);
    m_error = m_socket ? qtError(error, m_words, situation, m_peer) : errorOf(ErrorId::ShutDown, situation, m_peer);
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
    if (!m_socket)
        return;
    m_socket->disconnect();
    m_socket->disconnectFromHost();
    m_socket->abort(); // what was not flushed before is not waited for
    m_socket.reset();
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
    const bool isRoomy = m_hasWritten || unsent() == 0;
    const bool hasBytes = !m_rest.isEmpty() || m_socket->bytesAvailable() > 0;
    return {.readable = (m_interest & ReadInterest) != 0 && (isOver || hasBytes),
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
    return m_peer;
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
