// SPDX-License-Identifier: MIT
#include "core/address/hosts.h"

#include "core/address/services.h"

#include <algorithm>

namespace sw {

namespace {

tl::unexpected<Error> hostError(const QString& detail, qsizetype position) {
    return tl::unexpected(badInput(QStringLiteral("host"), detail, static_cast<int>(position)));
}

tl::unexpected<Error> portError(const QString& text, qsizetype position) {
    return tl::unexpected(badInput(QStringLiteral("port"),
                                   QStringLiteral("“%1” is no port: write 0 to 65535, a range such as 10244-10300, "
                                                  "or a service name such as http.")
                                       .arg(text),
                                   static_cast<int>(position)));
}

bool isNameCharacter(QChar c) {
    return c.isLetterOrNumber() || c == QLatin1Char('-') || c == QLatin1Char('_') || c == QLatin1Char('.');
}

bool isDigits(QStringView text) {
    return !text.isEmpty() && std::all_of(text.begin(), text.end(), [](QChar c) { return c >= u'0' && c <= u'9'; });
}

std::optional<quint16> portNumber(QStringView text) {
    if (!isDigits(text) || text.size() > 5)
        return std::nullopt;
    const uint value = text.toUInt();
    return value <= 65535 ? std::optional<quint16>(static_cast<quint16>(value)) : std::nullopt;
}

/// A name, IPv4 address, integer, `*` or nothing; `start` is where it stands in the whole text.
Result<QString> readPlainHost(const QString& host, qsizetype start) {
    if (host.isEmpty() || host == QLatin1String("*"))
        return host;
    if (isDigits(host)) {
        if (auto dotted = hostOfInteger(host))
            return *dotted;
        return hostError(QStringLiteral("“%1” is too large: an integer host is 0 to 4294967295.").arg(host), start);
    }
    if (host.size() > 253)
        return hostError(QStringLiteral("A host name has at most 253 characters; this one has %1.").arg(host.size()),
                         start + 253);
    for (qsizetype i = 0; i < host.size(); ++i) {
        if (!isNameCharacter(host.at(i)))
            return hostError(QStringLiteral("“%1” cannot stand in a host: write a name, 127.0.0.1, [::1], an "
                                            "integer or *.")
                                 .arg(host.at(i)),
                             start + i);
    }
    const bool looksNumeric =
        std::all_of(host.begin(), host.end(), [](QChar c) { return (c >= u'0' && c <= u'9') || c == u'.'; });
    if (looksNumeric) {
        const QHostAddress address(host);
        if (address.isNull() || host.count(QLatin1Char('.')) != 3)
            return hostError(
                QStringLiteral("“%1” is no IPv4 address: four numbers from 0 to 255 are needed.").arg(host), start);
        return address.toString();
    }
    return host;
}

Result<QString> readBracketedHost(const QString& text, qsizetype close) {
    const QString inside = text.mid(1, close - 1);
    const QHostAddress address(inside);
    if (address.isNull() || address.protocol() != QAbstractSocket::IPv6Protocol)
        return hostError(QStringLiteral("“%1” is no IPv6 address: write it as [::1] or [fe80::1%eth0].").arg(inside),
                         1);
    if (inside.endsWith(QLatin1Char('%')))
        return hostError(QStringLiteral("The scope after % is missing: write it as [fe80::1%eth0]."), close);
    return address.toString();
}

Result<HostPort> readPort(HostPort value, const QString& port, qsizetype start, bool udp) {
    if (port.isEmpty())
        return value;
    if (const auto number = portNumber(port)) {
        value.portFirst = value.portLast = *number;
        return value;
    }
    const qsizetype dash = port.indexOf(QLatin1Char('-'));
    if (dash > 0 && isDigits(QStringView(port).left(dash)) && isDigits(QStringView(port).mid(dash + 1))) {
        const auto first = portNumber(QStringView(port).left(dash));
        const auto last = portNumber(QStringView(port).mid(dash + 1));
        if (!first || !last || *first == 0 || *first > *last)
            return tl::unexpected(badInput(QStringLiteral("port"),
                                           QStringLiteral("“%1” is no range: write FIRST-LAST from 1 to 65535, the "
                                                          "smaller one first.")
                                               .arg(port),
                                           static_cast<int>(start)));
        value.portFirst = *first;
        value.portLast = *last;
        return value;
    }
    if (isDigits(port) || !port.at(0).isLetterOrNumber())
        return portError(port, start);
    const bool plausible = std::all_of(port.begin(), port.end(), [](QChar c) {
        return c.unicode() < 128 && (c.isLetterOrNumber() || c == u'-' || c == u'_' || c == u'.' || c == u'+');
    });
    const auto known = plausible ? servicePort(port, udp) : std::nullopt;
    if (!known)
        return portError(port, start);
    value.service = port;
    value.portFirst = value.portLast = *known;
    return value;
}

} // namespace

Result<HostPort> parseHostPort(const QString& text, bool udp) {
    HostPort value;
    QString rest;
    qsizetype restStart = 0;
    if (text.startsWith(QLatin1Char('['))) {
        const qsizetype close = text.indexOf(QLatin1Char(']'));
        if (close < 0)
            return hostError(QStringLiteral("The closing ] of the IPv6 address is missing."), text.size());
        auto host = readBracketedHost(text, close);
        if (!host)
            return tl::unexpected(host.error());
        value.host = *host;
        rest = text.mid(close + 1);
        restStart = close + 1;
        if (!rest.isEmpty() && !rest.startsWith(QLatin1Char(':')))
            return hostError(QStringLiteral("After ] only a port can follow, as in [::1]:80."), restStart);
    } else {
        const qsizetype colon = text.indexOf(QLatin1Char(':'));
        if (colon >= 0 && text.indexOf(QLatin1Char(':'), colon + 1) >= 0)
            return hostError(QStringLiteral("An IPv6 address needs brackets: write [%1].").arg(text), 0);
        restStart = colon < 0 ? text.size() : colon;
        auto host = readPlainHost(text.left(restStart), 0);
        if (!host)
            return tl::unexpected(host.error());
        value.host = *host;
        rest = text.mid(restStart);
    }
    return readPort(value, rest.mid(1), restStart + 1, udp);
}

QString formatHostPort(const HostPort& value) {
    QString text =
        value.host.contains(QLatin1Char(':')) ? QStringLiteral("[") + value.host + QStringLiteral("]") : value.host;
    if (!value.service.isEmpty())
        return text + QStringLiteral(":") + value.service;
    if (value.portFirst == 0 && value.portLast == 0)
        return text;
    text += QStringLiteral(":") + QString::number(value.portFirst);
    if (value.portLast > value.portFirst)
        text += QStringLiteral("-") + QString::number(value.portLast);
    return text;
}

QString formatEndpoint(const QHostAddress& address, quint16 port) {
    const QString host = address.toString();
    if (address.protocol() == QAbstractSocket::IPv6Protocol)
        return QStringLiteral("[") + host + QStringLiteral("]:") + QString::number(port);
    return host + QStringLiteral(":") + QString::number(port);
}

std::optional<QString> hostOfInteger(const QString& digits) {
    if (!isDigits(digits) || digits.size() > 10)
        return std::nullopt;
    const qulonglong value = digits.toULongLong();
    if (value > 0xffffffffULL)
        return std::nullopt;
    return QHostAddress(static_cast<quint32>(value)).toString();
}

bool isMulticastGroup(const QString& text) {
    const QHostAddress address(text.section(QLatin1Char('%'), 0, 0));
    const bool hasEmptyInterface = text.endsWith(QLatin1Char('%'));
    return !address.isNull() && address.isMulticast() && !hasEmptyInterface;
}

bool isIpLiteral(const QString& host) {
    return !QHostAddress(host).isNull();
}

} // namespace sw
