// SPDX-License-Identifier: MIT
#pragma once

#include "core/address/hosts.h"
#include "core/base/error.h"
#include "core/channel/socketfacts.h"

#include <QAbstractSocket>
#include <QVector>

#include <memory>

class QTcpSocket;

namespace sw {

/// For an object of Qt's that may be in the middle of a signal: it says nothing more, and goes with the event loop.
struct DeleteLater {
    void operator()(QObject* object) const;
};
using QtTcpSocket = std::unique_ptr<QTcpSocket, DeleteLater>;

/// How much Qt may hold of what has arrived, and of what was not sent, in bytes.
constexpr qint64 mostHeldByQt = 65536;

/// What Qt says of a socket, as an error of ours. The system's own code is lost in Qt.
Error qtError(QAbstractSocket::SocketError error, const QString& words, const QString& situation, const QString& about);
/// The options of a socket of Qt's as it tells them: they say whose it is.
QVector<OptionState> asQtSockets(QVector<OptionState> options);

} // namespace sw
