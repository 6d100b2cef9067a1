// SPDX-License-Identifier: MIT
// Source: Linux proc(5): /proc/net/tcp, tcp6, udp, udp6; /proc/PID/fd, comm.
#include "core/endpoint/portowner.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSet>
#include <QStringList>

#include <array>
#include <unistd.h>

namespace sw {

namespace {

/// Inodes of the sockets that are bound to the port; of TCP only those that listen (state 0A).
QSet<QByteArray> inodesOf(quint16 port, bool udp) {
    QSet<QByteArray> inodes;
    const QByteArray wanted = QByteArray(":").append(QByteArray::number(port, 16).toUpper().rightJustified(4, '0'));
    const QStringList tables = udp ? QStringList{QStringLiteral("/proc/net/udp"), QStringLiteral("/proc/net/udp6")}
                                   : QStringList{QStringLiteral("/proc/net/tcp"), QStringLiteral("/proc/net/tcp6")};
    for (const QString& name : tables) {
        QFile table(name);
        if (!table.open(QIODevice::ReadOnly))
            continue;
        const QList<QByteArray> lines = table.readAll().split('\n');
        for (const QByteArray& line : lines) {
            const QList<QByteArray> fields = line.simplified().split(' ');
            if (fields.size() < 10 || !fields.at(1).endsWith(wanted) || (!udp && fields.at(3) != "0A"))
                continue;
            inodes.insert(QByteArray("socket:[").append(fields.at(9)).append(']'));
        }
    }
    return inodes;
}

} // namespace

QString PortOwner::toText() const {
    return QStringLiteral("%1 (%2)").arg(program).arg(pid);
}

std::optional<PortOwner> portOwner(quint16 port, bool udp) {
    const QSet<QByteArray> inodes = inodesOf(port, udp);
    if (inodes.isEmpty())
        return std::nullopt;
    const QStringList processes = QDir(QStringLiteral("/proc")).entryList({QStringLiteral("[0-9]*")}, QDir::Dirs);
    for (const QString& pid : processes) {
        const QDir descriptors(QStringLiteral("/proc/%1/fd").arg(pid));
        const QStringList names = descriptors.entryList(QDir::Files | QDir::System | QDir::NoDotAndDotDot);
        for (const QString& name : names) {
            std::array<char, 128> target{};
            const ssize_t length =
                ::readlink(QFile::encodeName(descriptors.filePath(name)).constData(), target.data(), target.size());
            if (length <= 0 || !inodes.contains(QByteArray(target.data(), length)))
                continue;
            QFile comm(QStringLiteral("/proc/%1/comm").arg(pid));
            PortOwner owner{.pid = pid.toLongLong(), .program = QStringLiteral("a process")};
            if (comm.open(QIODevice::ReadOnly))
                owner.program = QString::fromUtf8(comm.readAll()).trimmed();
            return owner;
        }
    }
    return std::nullopt;
}

} // namespace sw
