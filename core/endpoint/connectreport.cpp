// SPDX-License-Identifier: MIT
#include "core/endpoint/connectreport.h"

#include "core/address/hosts.h"
#include "core/address/sockettable.h"

#include <QJsonArray>

#include <array>

namespace sw {

QString phaseName(ConnectPhase phase) {
    static constexpr std::array names{"resolve", "route", "connect", "handshake", "open", "first-byte"};
    return QString::fromLatin1(names.at(static_cast<std::size_t>(phase)));
}

QString ConnectAttempt::outcomeName() const {
    switch (outcome) {
    case Outcome::Pending:
        return QStringLiteral("pending");
    case Outcome::Connected:
        return QStringLiteral("connected");
    case Outcome::Cancelled:
        return QStringLiteral("cancelled");
    case Outcome::Failed:
        break;
    }
    return error ? errorName(error->id) : QStringLiteral("failed");
}

QJsonObject ConnectReport::toJson() const {
    QJsonArray tried;
    for (const ConnectAttempt& attempt : attempts) {
        QJsonObject one{{QStringLiteral("address"), attempt.peer},
                        {QStringLiteral("outcome"), attempt.outcomeName()},
                        {QStringLiteral("begun"), static_cast<qint64>(attempt.begun.count())},
                        {QStringLiteral("nanoseconds"), static_cast<qint64>(attempt.duration.count())}};
        if (!attempt.local.isEmpty())
            one.insert(QStringLiteral("from"), attempt.local);
        if (attempt.retransmits > 0)
            one.insert(QStringLiteral("retransmits"), attempt.retransmits);
        if (attempt.error)
            one.insert(QStringLiteral("error"), attempt.error->toJson());
        tried.append(one);
    }
    QJsonObject json{{QStringLiteral("phase"), phaseName(phase)},
                     {QStringLiteral("attempts"), tried},
                     {QStringLiteral("nanoseconds"), static_cast<qint64>(total.count())}};
    if (!host.isEmpty()) {
        json.insert(QStringLiteral("name"), host);
        json.insert(QStringLiteral("addresses"), QJsonArray::fromStringList(addresses));
        json.insert(QStringLiteral("resolveNanoseconds"), static_cast<qint64>(resolveTime.count()));
    }
    if (firstByte)
        json.insert(QStringLiteral("firstByteNanoseconds"), static_cast<qint64>(firstByte->count()));
    if (!advice.isEmpty())
        json.insert(QStringLiteral("advice"), advice);
    return json;
}

namespace {

/// Refused on this machine: the server may listen on another address or family only.
QString listenersElsewhere(quint16 port, const QHostAddress& host) {
    QStringList places;
    for (const SocketTableEntry& entry : boundSockets(port, false)) {
        const bool coversAll = entry.localHost == QHostAddress(QHostAddress::AnyIPv6) ||
                               (entry.localHost == QHostAddress(QHostAddress::AnyIPv4) &&
                                host.protocol() == QAbstractSocket::IPv4Protocol);
        if (coversAll || entry.localHost == host)
            return {}; // it listens here, too: something else refused, such as a packet filter
        places.append(formatEndpoint(entry.localHost, entry.localPort));
    }
    if (places.isEmpty())
        return {};
    const auto owner = portOwner(port, false);
    return QStringLiteral("%1 listens on %2 of this machine, but not on this address.")
        .arg(owner ? owner->toText() : QStringLiteral("A process"), places.join(QLatin1String(", ")));
}

} // namespace

QString adviceFor(const ConnectAttempt& attempt) {
    if (!attempt.error)
        return {};
    const auto peer = parseHostPort(attempt.peer, false);
    if (!peer)
        return {};
    const QHostAddress host(peer->host);
    const QHostAddress local(parseHostPort(attempt.local, false).value_or(HostPort{}).host);
    if (attempt.error->id == ErrorId::ConnectionRefused && (host.isLoopback() || host == local))
        return listenersElsewhere(peer->portFirst, host);
    if (attempt.error->id == ErrorId::ConnectionTimedOut && attempt.retransmits > 0)
        return QStringLiteral("%1 SYN segments left this machine, and nothing came back.").arg(attempt.retransmits + 1);
    return {};
}

} // namespace sw
