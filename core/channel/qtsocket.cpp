// SPDX-License-Identifier: MIT
#include "core/channel/qtsocket.h"

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

QVector<OptionState> asQtSockets(QVector<OptionState> options) {
    for (OptionState& option : options) {
        if (option.name == QLatin1String("sockets"))
            option.effective = QStringLiteral("qt");
    }
    return options;
}

} // namespace sw
