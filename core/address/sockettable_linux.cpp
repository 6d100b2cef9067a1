// SPDX-License-Identifier: MIT
// Source: Linux proc(5) and Documentation/networking/proc_net_tcp.rst: /proc/net/tcp, tcp6, udp, udp6; /proc/PID/fd,
// comm.
#include "core/address/sockettable.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSet>
#include <QStringList>

#include <array>
#include <cstring>
#include <unistd.h>

namespace sw {

namespace {

/// `0100007F:1F90`: 32-bit words in the machine's own order, then the port.
bool readPlace(const QByteArray& text, QHostAddress& host, quint16& port) {
    const qsizetype colon = text.indexOf(':');
    const QByteArray words = QByteArray::fromHex(text.left(colon));
    bool ok = false;
    port = text.mid(colon + 1).toUShort(&ok, 16);
    if (words.size() == 4) {
        host = QHostAddress(static_cast<quint32>(static_cast<quint8>(words.at(3))) << 24U |
                            static_cast<quint32>(static_cast<quint8>(words.at(2))) << 16U |
                            static_cast<quint32>(static_cast<quint8>(words.at(1))) << 8U |
                            static_cast<quint32>(static_cast<quint8>(words.at(0))));
        return ok;
    }
    if (words.size() != 16)
        return false;
    Q_IPV6ADDR raw{};
    for (int i = 0; i < 16; ++i)
        raw[i] = static_cast<quint8>(words.at(i / 4 * 4 + 3 - i % 4));
    host = QHostAddress(raw);
    return ok;
}

std::optional<SocketTableEntry> readLine(const QByteArray& line, bool udp) {
    const QList<QByteArray> fields = line.simplified().split(' ');
    SocketTableEntry entry;
    if (fields.size() < 10 || !readPlace(fields.at(1), entry.localHost, entry.localPort) ||
        !readPlace(fields.at(2), entry.peerHost, entry.peerPort))
        return std::nullopt;
    if (!udp)
        entry.state = tcpStateName(fields.at(3).toInt(nullptr, 16));
    const QByteArray when = fields.at(5).mid(fields.at(5).indexOf(':') + 1); // in ticks of USER_HZ, which is 100
    if (!fields.at(5).startsWith("00"))
        entry.timerLeft = static_cast<double>(when.toLongLong(nullptr, 16)) / 100.0;
    entry.key = fields.at(9).toULongLong();
    return entry;
}

} // namespace

QString tcpStateName(int number) {
    static constexpr std::array names{"",           "ESTABLISHED", "SYN-SENT",    "SYN-RECEIVED", "FIN-WAIT-1",
                                      "FIN-WAIT-2", "TIME-WAIT",   "CLOSED",      "CLOSE-WAIT",   "LAST-ACK",
                                      "LISTEN",     "CLOSING",     "SYN-RECEIVED"}; // the last: TCP_NEW_SYN_RECV
    const auto index = static_cast<std::size_t>(number);
    return index < names.size() ? QString::fromLatin1(names.at(index)) : QString();
}

std::vector<SocketTableEntry> socketTable(bool udp) {
    std::vector<SocketTableEntry> entries;
    const QStringList tables = udp ? QStringList{QStringLiteral("/proc/net/udp"), QStringLiteral("/proc/net/udp6")}
                                   : QStringList{QStringLiteral("/proc/net/tcp"), QStringLiteral("/proc/net/tcp6")};
    for (const QString& name : tables) {
        QFile table(name);
        if (!table.open(QIODevice::ReadOnly))
            continue;
        const QList<QByteArray> lines = table.readAll().split('\n');
        for (const QByteArray& line : lines) {
            if (const auto entry = readLine(line, udp))
                entries.push_back(*entry);
        }
    }
    return entries;
}

QString programOf(qint64 pid) {
    QFile comm(QStringLiteral("/proc/%1/comm").arg(pid));
    return comm.open(QIODevice::ReadOnly) ? QString::fromUtf8(comm.readAll()).trimmed() : QString();
}

std::optional<PortOwner> portOwner(quint16 port, bool udp) {
    QSet<QByteArray> inodes;
    for (const SocketTableEntry& entry : boundSockets(port, udp))
        inodes.insert(QByteArray("socket:[").append(QByteArray::number(entry.key)).append(']'));
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
            const QString program = programOf(pid.toLongLong());
            return PortOwner{.pid = pid.toLongLong(),
                             .program = program.isEmpty() ? QStringLiteral("a process") : program};
        }
    }
    return std::nullopt;
}

} // namespace sw
