// SPDX-License-Identifier: MIT
#include "core/channel/qtdatagrams.h"

#include "core/channel/socketoptions.h"

#include <QNetworkDatagram>
#include <QNetworkProxy>
#include <QPointer>
#include <QSocketNotifier>
#include <QUdpSocket>

#include <utility>

namespace sw {

QtDatagrams::QtDatagrams() : m_socket(new QUdpSocket) {
    m_socket->setProxy(QNetworkProxy::NoProxy);
    QObject::connect(m_socket.get(), &QUdpSocket::readyRead, &m_slots, [this] {
        m_hasNews = true;
        tellSoon();
    });
}

QtDatagrams::~QtDatagrams() {
    if (m_room)
        m_room->setEnabled(false);
    m_socket->disconnect();
    m_socket->abort();
}

Result<void> QtDatagrams::bindTo(const QHostAddress& host, quint16 port, const Address& address, const QString& shown) {
    if (address.isOn("reuseport"))
        return tl::unexpected(
            Error{.id = ErrorId::NotSupported,
                  .situation = QStringLiteral("bind"),
                  .detail = sentence(QT_TRANSLATE_NOOP(
                      "Core", "sockets=qt has reuseport off: QUdpSocket does not say that before it binds."))});
    const bool isShared = address.isOn("reuseaddr");
    const QUdpSocket::BindMode mode =
        isShared ? QUdpSocket::ShareAddress | QUdpSocket::ReuseAddressHint : QUdpSocket::DontShareAddress;
    if (!m_socket->bind(host, port, mode))
        return tl::unexpected(qtError(m_socket->error(), m_socket->errorString(), QStringLiteral("bind"), shown));
    return {};
}

Result<std::unique_ptr<DatagramChannel>> QtDatagrams::bind(const native::SocketAddress& place, const Address& address,
                                                           bool isDualStack) {
    std::unique_ptr<QtDatagrams> own(new QtDatagrams);
    const QHostAddress host = native::hostOf(place);
    if (const auto done = own->bindTo(isDualStack ? QHostAddress(QHostAddress::Any) : host, native::portOf(place),
                                      address, native::toText(place));
        !done)
        return tl::unexpected(done.error());
    own->m_isForAll = host == QHostAddress(QHostAddress::AnyIPv4) || host == QHostAddress(QHostAddress::AnyIPv6);
    const native::Descriptor descriptor = own->m_socket->socketDescriptor();
    const bool isIPv6 = native::isIPv6(place);
    if (const auto errors = applyOptions(descriptor, address, OptionStage::BeforeBind, isIPv6); !errors.empty())
        return tl::unexpected(errors.front());
    own->m_warnings = applyOptions(descriptor, address, OptionStage::Open, isIPv6);
    native::enableDropCounter(descriptor);
    return own;
}

Result<std::unique_ptr<DatagramChannel>> QtDatagrams::connect(const native::SocketAddress& peer, const Address& address,
                                                              bool isForMany) {
    std::unique_ptr<QtDatagrams> own(new QtDatagrams);
    const bool isIPv6 = native::isIPv6(peer);
    QHostAddress host(isIPv6 ? QHostAddress::AnyIPv6 : QHostAddress::AnyIPv4);
    quint16 port = 0;
    if (const auto wanted = address.given("bind")) {
        const auto place = parseHostPort(*wanted, true);
        port = place->portFirst;
        if (!place->host.isEmpty() && place->host != QLatin1String("*"))
            host = QHostAddress(place->host);
    }
    if (const auto done = own->bindTo(host, port, address, native::toText(peer)); !done)
        return tl::unexpected(done.error());
    const native::Descriptor descriptor = own->m_socket->socketDescriptor();
    if (const auto errors = applyOptions(descriptor, address, OptionStage::BeforeBind, isIPv6); !errors.empty())
        return tl::unexpected(errors.front());
    own->m_warnings = applyOptions(descriptor, address, OptionStage::Open, isIPv6);
    if (isForMany)
        return own;
    own->m_socket->connectToHost(native::hostOf(peer).toString(), native::portOf(peer));
    if (own->m_socket->state() != QAbstractSocket::ConnectedState)
        return tl::unexpected(qtError(own->m_socket->error(), own->m_socket->errorString(), QStringLiteral("connect"),
                                      native::toText(peer)));
    return own;
}

qint64 QtDatagrams::receiveOne(char* room, std::size_t most, native::DatagramInfo& info) {
    const auto wanted = static_cast<qint64>(most) + 1; // one more says whether it was cut
    QByteArray bytes;
    if (m_isForAll) {
        const QNetworkDatagram datagram = m_socket->receiveDatagram(wanted);
        if (!datagram.isValid())
            return -1;
        bytes = datagram.data();
        info.peer = native::ipAddress(datagram.senderAddress(), static_cast<quint16>(datagram.senderPort()));
        if (!datagram.destinationAddress().isNull())
            info.local =
                native::ipAddress(datagram.destinationAddress(), static_cast<quint16>(datagram.destinationPort()));
    } else {
        bytes.resize(wanted);
        QHostAddress host;
        quint16 port = 0;
        const qint64 count = m_socket->readDatagram(bytes.data(), wanted, &host, &port);
        if (count < 0)
            return -1;
        bytes.truncate(count);
        info.peer = native::ipAddress(host, port);
    }
    info.isCut = bytes.size() == wanted;
    info.size = info.trueSize = std::min<qint64>(bytes.size(), static_cast<qint64>(most));
    std::copy_n(bytes.constData(), info.size, room);
    return info.size;
}

IoResult QtDatagrams::receive(std::span<char> room, std::size_t each, std::span<native::DatagramInfo> infos) {
    std::size_t count = 0;
    for (; count < infos.size(); ++count) {
        infos[count] = {};
        if (receiveOne(room.data() + count * each, each, infos[count]) < 0)
            break;
    }
    const bool isAll = count < infos.size();
    if (isAll)
        m_hasNews = false;
    if (count > 0)
        return IoResult::done(static_cast<qint64>(count));
    const bool isNothing = m_isForAll || m_socket->error() == QAbstractSocket::TemporaryError;
    return isNothing ? IoResult::again() : IoResult::failed(0);
}

IoResult QtDatagrams::send(QByteArrayView bytes, const native::SocketAddress* destination,
                           const native::SocketAddress* source) {
    qint64 count = 0;
    if (destination == nullptr) {
        count = m_socket->write(bytes.data(), bytes.size());
        if (count == 0 && !bytes.isEmpty())
            return full();
    } else {
        QNetworkDatagram datagram(bytes.toByteArray(), native::hostOf(*destination), native::portOf(*destination));
        if (source != nullptr && source->length > 0)
            datagram.setSender(native::hostOf(*source));
        count = m_socket->writeDatagram(datagram);
        if (count < 0 &&
            !datagram.senderAddress().isNull()) { // what came to a broadcast address has none to answer from
            datagram.setSender({});
            count = m_socket->writeDatagram(datagram);
        }
        if (count == -2 || (count < 0 && m_socket->error() == QAbstractSocket::TemporaryError))
            return full();
    }
    return count >= 0 ? IoResult::done(count) : IoResult::failed(0, true);
}

/// The system takes no more now, and Qt does not say when it does.
IoResult QtDatagrams::full() {
    if (m_room)
        return IoResult::again();
    m_room.reset(new QSocketNotifier(m_socket->socketDescriptor(), QSocketNotifier::Write));
    QObject::connect(m_room.get(), &QSocketNotifier::activated, &m_slots, [this] {
        m_room->setEnabled(false);
        m_room.reset();
        tellSoon();
    });
    return IoResult::again();
}

Error QtDatagrams::error(const IoResult& /*result*/, const QString& situation, const QString& about) const {
    Error error = qtError(m_socket->error(), m_socket->errorString(), situation, about);
    if (error.id == ErrorId::Unknown && m_socket->state() == QAbstractSocket::ConnectedState)
        error.detail += QStringLiteral(" On a connected socket that is mostly what ICMP said of an earlier datagram: "
                                       "that nothing receives there.");
    return error;
}

std::optional<quint32> QtDatagrams::dropCount() const {
    return native::dropCount(m_socket->socketDescriptor());
}

void QtDatagrams::watch(PollTarget* target) {
    m_target = target;
    setInterest(ReadInterest);
}

void QtDatagrams::setInterest(unsigned interest) {
    m_interest = interest;
    tellSoon();
}

/// What the target wants to hear of and is so.
PollEvents QtDatagrams::due() const {
    if (m_target == nullptr)
        return {};
    return {.readable = (m_interest & ReadInterest) != 0 && m_hasNews,
            .writable = (m_interest & WriteInterest) != 0 && !m_room};
}

void QtDatagrams::tellSoon() {
    const PollEvents events = due();
    if ((events.readable || events.writable) && !std::exchange(m_isTelling, true))
        QMetaObject::invokeMethod(
            &m_slots, [this] { tell(); }, Qt::QueuedConnection);
}

void QtDatagrams::tell() {
    m_isTelling = false;
    const PollEvents events = due();
    if (!events.readable && !events.writable)
        return;
    const QPointer<QObject> alive(&m_slots);
    m_target->socketReady(events);
    if (alive)
        tellSoon(); // as long as it is so
}

native::SocketAddress QtDatagrams::bound() const {
    return native::boundAddress(m_socket->socketDescriptor());
}

std::optional<qint64> QtDatagrams::number() const {
    return m_socket->socketDescriptor();
}

std::vector<Error> QtDatagrams::takeWarnings() {
    return std::exchange(m_warnings, {});
}

Result<void> QtDatagrams::changeOption(const OptionSpec& spec, const QString& value, bool leave) {
    return sw::changeOption(m_socket->socketDescriptor(), spec, value, native::isIPv6(bound()), leave);
}

QVector<OptionState> QtDatagrams::readOptions(const Address& address, Role role) const {
    return asQtSockets(sw::readOptions(m_socket->socketDescriptor(), address, role, native::isIPv6(bound())));
}

} // namespace sw
