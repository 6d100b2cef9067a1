// SPDX-License-Identifier: MIT
#include "core/channel/qtsocket.h"

#include <QNetworkProxy>

#include <array>

namespace sw {

namespace {

struct Entry {
    QAbstractSocket::SocketError error;
    ErrorId id;
};

constexpr std::array table{
    Entry{QAbstractSocket::ConnectionRefusedError, ErrorId::ConnectionRefused},
    Entry{QAbstractSocket::RemoteHostClosedError, ErrorId::BrokenPipe},
    Entry{QAbstractSocket::HostNotFoundError, ErrorId::NameNotFound},
    Entry{QAbstractSocket::SocketAccessError, ErrorId::AccessDenied},
    Entry{QAbstractSocket::SocketResourceError, ErrorId::TooManyFiles},
    Entry{QAbstractSocket::SocketTimeoutError, ErrorId::ConnectionTimedOut},
    Entry{QAbstractSocket::DatagramTooLargeError, ErrorId::MessageTooLarge},
    Entry{QAbstractSocket::NetworkError, ErrorId::HostUnreachable},
    Entry{QAbstractSocket::AddressInUseError, ErrorId::AddressInUse},
    Entry{QAbstractSocket::SocketAddressNotAvailableError, ErrorId::AddressNotAvailable},
    Entry{QAbstractSocket::UnsupportedSocketOperationError, ErrorId::NotSupported},
    Entry{QAbstractSocket::ProxyAuthenticationRequiredError, ErrorId::ProxyAuthentication},
    Entry{QAbstractSocket::ProxyConnectionRefusedError, ErrorId::ProxyUnreachable},
    Entry{QAbstractSocket::ProxyConnectionClosedError, ErrorId::ProxyRefused},
    Entry{QAbstractSocket::ProxyConnectionTimeoutError, ErrorId::ProxyUnreachable},
    Entry{QAbstractSocket::ProxyNotFoundError, ErrorId::ProxyUnreachable},
    Entry{QAbstractSocket::ProxyProtocolError, ErrorId::ProxyRefused},
};

ErrorId idOf(QAbstractSocket::SocketError error) {
    for (const Entry& entry : table) {
        if (entry.error == error)
            return entry.id;
    }
    return ErrorId::Unknown;
}

Error withWords(Error error, const QString& words) {
    error.detail += QStringLiteral(" [%1, Qt: %2]").arg(errorName(error.id), words);
    return error;
}

} // namespace

void DeleteLater::operator()(QObject* object) const {
    object->disconnect();
    object->deleteLater();
}

Error qtError(QAbstractSocket::SocketError error, const QString& words, const QString& situation,
              const QString& about) {
    return withWords(errorOf(idOf(error), situation, about), words);
}

Error proxyError(QAbstractSocket::SocketError error, const QString& words, const HostPort& peer,
                 const QNetworkProxy& proxy) {
    ErrorId id = idOf(error);
    if (id == ErrorId::AccessDenied || id == ErrorId::NotSupported)
        id = ErrorId::ProxyRefused;
    if (id == ErrorId::NameNotFound && isIpLiteral(peer.host))
        id = ErrorId::HostUnreachable;
    const bool isOfProxy =
        id == ErrorId::ProxyRefused || id == ErrorId::ProxyUnreachable || id == ErrorId::ProxyAuthentication;
    Error made =
        withWords(errorOf(id, QStringLiteral("connect"), isOfProxy ? proxyName(proxy) : formatHostPort(peer)), words);
    made.detail += isOfProxy ? QStringLiteral(" It was asked for %1.").arg(formatHostPort(peer))
                             : QStringLiteral(" The proxy %1 says so.").arg(proxyName(proxy));
    return made;
}

QString proxyName(const QNetworkProxy& proxy) {
    const QString scheme = proxy.type() == QNetworkProxy::HttpProxy ? QStringLiteral("http") : QStringLiteral("socks5");
    return QStringLiteral("%1://%2").arg(
        scheme,
        formatHostPort({.host = proxy.hostName(), .service = {}, .portFirst = proxy.port(), .portLast = proxy.port()}));
}

QVector<OptionState> asQtSockets(QVector<OptionState> options) {
    for (OptionState& option : options) {
        if (option.name == QLatin1String("sockets"))
            option.effective = QStringLiteral("qt");
    }
    return options;
}

} // namespace sw
