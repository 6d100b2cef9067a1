// SPDX-License-Identifier: MIT
#include "core/channel/qtacceptor.h"

#include "core/channel/qtstream.h"
#include "core/channel/socketoptions.h"

#include <QNetworkProxy>
#include <QPointer>
#include <QTcpServer>
#include <QTcpSocket>

#include <utility>

namespace sw {

QtAcceptor::QtAcceptor() : m_server(new QTcpServer) {
    m_server->setProxy(QNetworkProxy::NoProxy);
    m_server->setMaxPendingConnections(1); // the others wait in the system's queue
    QObject::connect(m_server.get(), &QTcpServer::newConnection, &m_slots, [this] { hold(); });
    QObject::connect(m_server.get(), &QTcpServer::acceptError, &m_slots, [this](QAbstractSocket::SocketError error) {
        m_failed = error;
        m_error = qtError(error, m_server->errorString(), QStringLiteral("accept"), native::toText(bound()));
        tellSoon();
    });
}

Result<std::unique_ptr<Acceptor>> QtAcceptor::open(const native::SocketAddress& place, const Address& address,
                                                   bool isDualStack) {
    if (address.isOn("reuseport") || address.given("reuseaddr") == QLatin1String("off"))
        return tl::unexpected(Error{
            .id = ErrorId::NotSupported,
            .situation = QStringLiteral("bind"),
            .detail = sentence(QT_TRANSLATE_NOOP("Core", "sockets=qt has reuseaddr on and reuseport off: QTcpServer "
                                                         "lets nothing else be said before it binds."))});
    std::unique_ptr<QtAcceptor> acceptor(new QtAcceptor);
    QTcpServer& server = *acceptor->m_server;
    server.setListenBacklogSize(*address.number("backlog"));
    const QHostAddress host = isDualStack ? QHostAddress(QHostAddress::Any) : native::hostOf(place);
    if (!server.listen(host, native::portOf(place)))
        return tl::unexpected(
            qtError(server.serverError(), server.errorString(), QStringLiteral("bind"), native::toText(place)));
    server.pauseAccepting();
    // late, and in time for what is accepted
    if (const auto errors =
            applyOptions(server.socketDescriptor(), address, OptionStage::BeforeBind, native::isIPv6(place));
        !errors.empty())
        return tl::unexpected(errors.front());
    return acceptor;
}

QtAcceptor::~QtAcceptor() {
    m_server->disconnect();
    m_server->close();
}

bool QtAcceptor::isBroken() const {
    return !m_server->isListening();
}

/// Qt has taken one: it is named and bounded at once, and the others stay in the system's queue.
void QtAcceptor::hold() {
    if (m_held)
        return; // Qt keeps at most one more
    m_server->pauseAccepting();
    QtTcpSocket socket(m_server->nextPendingConnection());
    m_server->pauseAccepting(); // which that undoes
    if (socket) {
        socket->setParent(nullptr); // it outlives the listener
        const QString peer = formatEndpoint(socket->peerAddress(), socket->peerPort());
        m_held = {.channel = std::make_unique<QtStream>(std::move(socket)), .peer = peer};
    }
    tellSoon();
}

IoResult QtAcceptor::take(Taken& taken) {
    if (!m_held && !m_failed)
        m_server->waitForNewConnection(0); // looks, and does not wait: Qt has no other way to ask for one
    if (m_failed) {
        m_failed.reset();
        return IoResult::failed(0);
    }
    if (!m_held)
        return IoResult::again();
    taken = std::move(*m_held);
    m_held.reset();
    if (m_server->hasPendingConnections())
        hold();
    if (m_isInterested && !m_held)
        m_server->resumeAccepting();
    return IoResult::done();
}

void QtAcceptor::watch(PollTarget* target) {
    m_target = target;
}

void QtAcceptor::setInterest(unsigned interest) {
    m_isInterested = (interest & ReadInterest) != 0;
    m_isInterested && !m_held ? m_server->resumeAccepting() : m_server->pauseAccepting();
    tellSoon();
}

void QtAcceptor::unwatch() {
    m_target = nullptr;
    m_server->pauseAccepting();
}

bool QtAcceptor::hasNews() const {
    return m_target != nullptr && m_isInterested && (m_failed || m_held);
}

void QtAcceptor::tellSoon() {
    if (hasNews() && !std::exchange(m_isTelling, true))
        QMetaObject::invokeMethod(
            &m_slots, [this] { tell(); }, Qt::QueuedConnection);
}

void QtAcceptor::tell() {
    m_isTelling = false;
    if (!hasNews())
        return;
    const QPointer<QObject> alive(&m_slots);
    m_target->socketReady({.readable = true});
    if (alive)
        tellSoon(); // as long as it is so
}

native::SocketAddress QtAcceptor::bound() const {
    const native::Descriptor own = m_server->socketDescriptor();
    return own != native::noDescriptor ? native::boundAddress(own)
                                       : native::ipAddress(m_server->serverAddress(), m_server->serverPort());
}

std::optional<qint64> QtAcceptor::number() const {
    return m_server->socketDescriptor();
}

native::AcceptQueue QtAcceptor::queue() const {
    native::AcceptQueue queue = native::acceptQueue(m_server->socketDescriptor());
    if (queue.waiting)
        *queue.waiting += static_cast<int>(m_held.has_value()) + static_cast<int>(m_server->hasPendingConnections());
    return queue;
}

Result<void> QtAcceptor::changeOption(const OptionSpec& spec, const QString& value, bool leave) {
    const native::Descriptor own = m_server->socketDescriptor();
    if (qstrcmp(spec.name, "backlog") != 0)
        return sw::changeOption(own, spec, value, native::isIPv6(bound()), leave);
    if (const int code = native::listen(own, value.toInt()); code != 0)
        return tl::unexpected(systemError(-code, QStringLiteral("listen"), native::toText(bound())));
    return {};
}

QVector<OptionState> QtAcceptor::readOptions(const Address& address) const {
    return asQtSockets(withBacklog(
        sw::readOptions(m_server->socketDescriptor(), address, Role::Listen, native::isIPv6(bound())), queue()));
}

} // namespace sw
