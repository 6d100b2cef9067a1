// SPDX-License-Identifier: MIT
#include "core/endpoint/dtlslink.h"

#include "core/base/units.h"

namespace sw {

DtlsLink::DtlsLink(std::unique_ptr<TlsSession> session, Handlers handlers)
    : m_session(std::move(session)),
      m_handlers(std::move(handlers)),
      m_room(longest, Qt::Uninitialized) {
    m_sinceStart.start();
}

void DtlsLink::start() {
    advance();
}

void DtlsLink::feed(QByteArrayView datagram) {
    if (m_isOver)
        return;
    m_hasReceived = true;
    m_session->feed(datagram);
    advance();
}

void DtlsLink::send() {
    const QStringList alerts = m_session->takeAlerts();
    for (const QString& alert : alerts)
        m_handlers.alert(alert);
    if (const auto error = m_session->takeKeyLogError())
        m_handlers.keyLogFailed(*error);
    while (const auto datagram = m_session->takeDatagram())
        m_handlers.transmit(*datagram);
}

void DtlsLink::fail(const Error& error) {
    if (!std::exchange(m_isOver, true))
        m_handlers.failed(error);
}

void DtlsLink::advance() {
    if (!m_session->isEstablished()) {
        const qint64 state = m_session->handshake();
        send();
        if (state == TlsSession::failed) {
            fail(m_session->error());
            return;
        }
        if (state == TlsSession::again) {
            const auto left =
                m_session->context().settings().handshake - std::chrono::milliseconds(m_sinceStart.elapsed());
            const auto next = m_session->timeout().value_or(left);
            if (!std::exchange(m_isWaking, true))
                m_handlers.wakeIn(std::max(std::min(next, left), std::chrono::milliseconds(1)));
            return;
        }
        m_handlers.established();
    }
    while (!m_isOver) {
        const qint64 count = m_session->read(m_room.data(), static_cast<std::size_t>(m_room.size()));
        send();
        if (count == TlsSession::again)
            return;
        if (count == TlsSession::failed) {
            fail(m_session->error());
        } else if (count == 0) {
            m_session->close();
            send();
            m_isOver = true;
            m_handlers.ended();
        } else {
            m_handlers.received(QByteArrayView(m_room).first(count));
        }
    }
}

void DtlsLink::timeOver() {
    m_isWaking = false;
    if (m_isOver || m_session->isEstablished())
        return;
    const auto limit = m_session->context().settings().handshake;
    if (m_sinceStart.elapsed() >= limit.count()) {
        fail({.id = ErrorId::TlsTimedOut,
              .situation = QStringLiteral("handshake"),
              .detail = sentence(
                  QT_TRANSLATE_NOOP("Core",
                                    "The DTLS handshake was not finished within %1 (option handshake); the peer %2."),
                  formatDuration(limit),
                  m_hasReceived ? QStringLiteral("stopped in the middle of it") : QStringLiteral("said nothing"))});
        return;
    }
    if (m_session->timeout().value_or(std::chrono::milliseconds(1000)).count() <= 1)
        m_session->handleTimeout(); // sends its last flight again
    advance();
}

Result<QByteArray> DtlsLink::seal(QByteArrayView message) {
    if (m_isOver || !m_session->isEstablished())
        return tl::unexpected(Error{.id = ErrorId::ShutDown,
                                    .situation = QStringLiteral("send"),
                                    .detail = sentence(QT_TRANSLATE_NOOP("Core", "DTLS with this peer has ended."))});
    if (message.size() > longest)
        return tl::unexpected(
            Error{.id = ErrorId::MessageTooLarge,
                  .situation = QStringLiteral("send"),
                  .detail = sentence(QT_TRANSLATE_NOOP("Core", "A DTLS message has at most 16,384 bytes."))});
    if (message.isEmpty()) // the library writes no empty records
        return tl::unexpected(
            Error{.id = ErrorId::NotSupported,
                  .situation = QStringLiteral("send"),
                  .detail = sentence(QT_TRANSLATE_NOOP("Core", "A DTLS message has at least one byte."))});
    const qint64 count = m_session->write(message.data(), static_cast<std::size_t>(message.size()));
    auto datagram = m_session->takeDatagram();
    if (count != message.size() || !datagram)
        return tl::unexpected(m_session->error());
    return *datagram;
}

void DtlsLink::close() {
    if (std::exchange(m_isOver, true))
        return;
    m_session->close();
    send();
}

} // namespace sw
