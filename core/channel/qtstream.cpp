// SPDX-License-Identifier: MIT
#include "core/channel/qtstream.h"

#include "core/address/hosts.h"
#include "core/channel/socketoptions.h"

#include <algorithm>
#include <utility>

namespace sw {

namespace {

QString textOf(const QHostAddress& host, quint16 port) {
    return host.isNull() ? QString() : formatEndpoint(host, port);
}

} // namespace

QtStream::QtStream(QtTcpSocket socket)
    : m_socket(std::move(socket)),
      m_local(textOf(m_socket->localAddress(), m_socket->localPort())),
      m_peer(textOf(m_socket->peerAddress(), m_socket->peerPort())) {
    m_socket->disconnect();
    m_socket->setReadBufferSize(mostHeldByQt);
    const auto soon = [this] { tellSoon(); };
    QObject::connect(m_socket.get(), &QTcpSocket::readyRead, &m_slots, soon);
    QObject::connect(m_socket.get(), &QTcpSocket::disconnected, &m_slots, soon);
    QObject::connect(m_socket.get(), &QTcpSocket::errorOccurred, &m_slots,
                     [this](QAbstractSocket::SocketError error) { noteError(error); });
    QObject::connect(m_socket.get(), &QTcpSocket::bytesWritten, &m_slots, [this](qint64 count) {
        m_passed += static_cast<quint64>(count);
        m_hasWritten = true;
        tellSoon();
    });
}

/// Called before Qt drops what it holds.
void QtStream::noteError(QAbstractSocket::SocketError error) {
    if (error == QAbstractSocket::SocketTimeoutError)
        return; // receive() has looked, and nothing was there
    if (error != QAbstractSocket::RemoteHostClosedError) {
        m_failed = error;
        m_words = m_socket->errorString();
    }
    if (m_socket->isOpen())
        m_rest += m_socket->readAll();
    tellSoon();
}

bool QtStream::isConnected() const {
    return m_socket && m_socket->state() == QAbstractSocket::ConnectedState;
}

native::Descriptor QtStream::descriptor() const {
    return m_socket ? m_socket->socketDescriptor() : native::noDescriptor;
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
    qint64 count = m_socket->isOpen() ? m_socket->read(room.data(), size) : 0;
    // what has arrived and Qt has not looked at yet; it does not wait, and Qt has no other way to ask
    if (count == 0 && isConnected() && m_socket->waitForReadyRead(0))
        count = m_socket->read(room.data(), size);
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
    return count > 0 ? IoResult::done(count) : IoResult::again();
}

IoResult QtStream::flush() {
    if (!holdsUnsent())
        return IoResult::done();
    m_socket->flush();
    if (!isConnected())
        return failed(true);
    return holdsUnsent() ? IoResult::again() : IoResult::done();
}

qint64 QtStream::unsent() const {
    return m_socket ? m_socket->bytesToWrite() : 0;
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
    return QStringLiteral(
        "Qt's sockets have no half-close: they are closed when the peer ends too, and what still comes is "
        "received");
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
    const native::Descriptor own = descriptor();
    if (own == native::noDescriptor)
        return {}; // Qt has closed it, as the peer has ended
    return sw::applyOptions(own, address, OptionStage::Open, native::isIPv6(native::boundAddress(own)));
}

Result<void> QtStream::changeOption(const OptionSpec& spec, const QString& value, bool leave) {
    const native::Descriptor own = descriptor();
    if (own == native::noDescriptor)
        return tl::unexpected(errorOf(ErrorId::ShutDown, QStringLiteral("option"), m_peer));
    return sw::changeOption(own, spec, value, native::isIPv6(native::boundAddress(own)), leave);
}

QVector<OptionState> QtStream::readOptions(const Address& address, Role role) const {
    const native::Descriptor own = descriptor();
    const bool isIPv6 = own != native::noDescriptor && native::speaksIPv6(native::boundAddress(own));
    return asQtSockets(sw::readOptions(own, address, role, isIPv6));
}

} // namespace sw
