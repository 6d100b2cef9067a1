// SPDX-License-Identifier: MIT
#include "core/address/hosts.h"

#include "core/address/services.h"

#include <QStringList>
#include <QUrl>

#include <algorithm>

namespace sw {

namespace {

tl::unexpected<Error> hostError(const Sentence& detail, qsizetype position) {
    return tl::unexpected(badInput(QStringLiteral("host"), detail, static_cast<int>(position)));
}

tl::unexpected<Error> portError(const QString& text, qsizetype position) {
    return tl::unexpected(badInput(
        QStringLiteral("port"),
        sentence(QT_TRANSLATE_NOOP(
                     "Core",
                     "“%1” is no port: write 0 to 65535, a range such as 10244-10300, or a service name such as http."),
                 text),
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

bool isHexadecimal(QStringView text) {
    return text.size() > 2 && text.startsWith(QLatin1String("0x"), Qt::CaseInsensitive) &&
           std::all_of(text.begin() + 2, text.end(), [](QChar c) {
               return (c >= u'0' && c <= u'9') || (c.toLower() >= u'a' && c.toLower() <= u'f');
           });
}

/// How the number is written when nothing is left to read in two ways: 010 is 10 for who counts in tens.
QString inTens(QStringView part) {
    bool ok = false;
    const qulonglong value = isHexadecimal(part) ? part.mid(2).toULongLong(&ok, 16) : part.toULongLong(&ok);
    return ok ? QString::number(value) : QString();
}

/// The same address in plain numbers, where it is clear which one is meant.
QString plainNumbers(const QStringList& parts) {
    QStringList plain;
    for (const QString& part : parts)
        plain.append(inTens(part));
    constexpr qsizetype all = 4;
    while (plain.size() > 1 && plain.size() < all) // as inet_aton(3) reads fewer parts, where the last fits one byte
        plain.insert(plain.size() - 1, QStringLiteral("0"));
    const QString text = plain.join(QLatin1Char('.'));
    return parts.size() == 1 || ipLiteral(text) ? text : QStringLiteral("all four numbers from 0 to 255");
}

/// A name, IPv4 address, integer, `*` or nothing; `start` is where it stands in the whole text.
Result<QString> readPlainHost(const QString& host, qsizetype start) {
    if (host.isEmpty() || host == QLatin1String("*"))
        return host;
    if (const auto problem = ambiguityOfHost(host))
        return hostError(*problem, start);
    if (isDigits(host) || isHexadecimal(host)) {
        if (auto dotted = hostOfInteger(host))
            return *dotted;
        return hostError(
            sentence(QT_TRANSLATE_NOOP("Core", "“%1” is too large: an integer host is 0 to 4294967295."), host), start);
    }
    if (host.size() > 253)
        return hostError(sentence(QT_TRANSLATE_NOOP("Core", "A host name has at most 253 characters; this one has %1."),
                                  host.size()),
                         start + 253);
    for (qsizetype i = 0; i < host.size(); ++i) {
        if (!isNameCharacter(host.at(i)))
            return hostError(
                sentence(QT_TRANSLATE_NOOP(
                             "Core", "“%1” cannot stand in a host: write a name, 127.0.0.1, [::1], an integer or *."),
                         host.at(i)),
                start + i);
    }
    const bool looksNumeric =
        std::all_of(host.begin(), host.end(), [](QChar c) { return (c >= u'0' && c <= u'9') || c == u'.'; });
    if (looksNumeric && !ipLiteral(host))
        return hostError(
            sentence(QT_TRANSLATE_NOOP("Core", "“%1” is no IPv4 address: four numbers from 0 to 255 are needed."),
                     host),
            start);
    return host;
}

Result<QString> readBracketedHost(const QString& text, qsizetype close) {
    const QString inside = withPlainZone(text.mid(1, close - 1));
    if (const auto problem = ambiguityOfHost(inside))
        return hostError(*problem, 1);
    if (inside.endsWith(QLatin1Char('%')))
        return hostError(
            sentence(QT_TRANSLATE_NOOP("Core", "The interface after % is missing: write it as [fe80::1%eth0].")),
            close);
    const auto address = ipLiteral(inside);
    if (!address || address->protocol() != QAbstractSocket::IPv6Protocol)
        return hostError(
            sentence(QT_TRANSLATE_NOOP("Core", "“%1” is no IPv6 address: write it as [::1] or [fe80::1%eth0]."),
                     inside),
            1);
    return address->toString();
}

/// The opposite of withPlainZone() where the zone itself begins with 25, and would be read as an escape.
QString withWrittenZone(const QString& address) {
    const qsizetype mark = address.indexOf(QLatin1String("%25"));
    return mark < 0 || mark + 3 == address.size() ? address
                                                  : address.left(mark) + QStringLiteral("%25") + address.mid(mark + 1);
}

QString withoutRootDot(const QString& name) {
    return name.endsWith(QLatin1Char('.')) ? name.chopped(1) : name;
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
            return tl::unexpected(badInput(
                QStringLiteral("port"),
                sentence(QT_TRANSLATE_NOOP(
                             "Core", "“%1” is no range: write FIRST-LAST from 1 to 65535, the smaller one first."),
                         port),
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
            return hostError(sentence(QT_TRANSLATE_NOOP("Core", "The closing ] of the IPv6 address is missing.")),
                             text.size());
        auto host = readBracketedHost(text, close);
        if (!host)
            return tl::unexpected(host.error());
        value.host = *host;
        rest = text.mid(close + 1);
        restStart = close + 1;
        if (!rest.isEmpty() && !rest.startsWith(QLatin1Char(':')))
            return hostError(sentence(QT_TRANSLATE_NOOP("Core", "After ] only a port can follow, as in [::1]:80.")),
                             restStart);
    } else {
        const qsizetype colon = text.indexOf(QLatin1Char(':'));
        if (colon >= 0 && text.indexOf(QLatin1Char(':'), colon + 1) >= 0)
            return hostError(sentence(QT_TRANSLATE_NOOP("Core", "An IPv6 address needs brackets: write [%1]."), text),
                             0);
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
    QString text = value.host.contains(QLatin1Char(':'))
                       ? QStringLiteral("[") + withWrittenZone(value.host) + QStringLiteral("]")
                       : value.host;
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
    const bool isHex = isHexadecimal(digits);
    if (!isHex && !isDigits(digits))
        return std::nullopt;
    bool ok = false;
    const qulonglong value = isHex ? digits.mid(2).toULongLong(&ok, 16) : digits.toULongLong(&ok);
    if (!ok || value > 0xffffffffULL)
        return std::nullopt;
    return QHostAddress(static_cast<quint32>(value)).toString();
}

std::optional<QString> ambiguityOfHost(const QString& host) {
    QString numbers = host.section(QLatin1Char('%'), 0, 0);
    if (const qsizetype colon = numbers.lastIndexOf(QLatin1Char(':')); colon >= 0) {
        numbers = numbers.mid(colon + 1); // the IPv4 address at the end of an IPv6 one
        if (!numbers.contains(QLatin1Char('.')))
            return std::nullopt;
    }
    const QStringList parts = numbers.split(QLatin1Char('.'));
    const bool areNumbers = std::all_of(parts.begin(), parts.end(),
                                        [](const QString& part) { return isDigits(part) || isHexadecimal(part); });
    if (!areNumbers)
        return std::nullopt;
    const bool hasZeros = std::any_of(parts.begin(), parts.end(), [](const QString& part) {
        return part.size() > 1 && part.startsWith(QLatin1Char('0')) && !isHexadecimal(part);
    });
    if (hasZeros)
        return QStringLiteral("“%1” is ambiguous: some programs read a number with a leading zero as octal. Write %2.")
            .arg(host, plainNumbers(parts));
    if (parts.size() > 1 && std::any_of(parts.begin(), parts.end(), isHexadecimal))
        return QStringLiteral("“%1” is ambiguous: not every program reads hexadecimal numbers there. Write %2.")
            .arg(host, plainNumbers(parts));
    if (parts.size() > 1 && parts.size() != 4)
        return QStringLiteral("“%1” is no IPv4 address: four numbers from 0 to 255 are needed.").arg(host);
    return std::nullopt;
}

std::optional<QHostAddress> ipLiteral(const QString& host) {
    const QHostAddress address(host);
    if (address.isNull() || ambiguityOfHost(host))
        return std::nullopt;
    const bool isV4 = address.protocol() == QAbstractSocket::IPv4Protocol;
    if (isV4 && host.count(QLatin1Char('.')) != 3) // Qt reads 127.1 and 2130706433, too
        return std::nullopt;
    return address;
}

bool isMulticastGroup(const QString& text) {
    const auto address = ipLiteral(text.section(QLatin1Char('%'), 0, 0));
    const bool hasEmptyInterface = text.endsWith(QLatin1Char('%'));
    return address && address->isMulticast() && !hasEmptyInterface;
}

bool isIpLiteral(const QString& host) {
    return ipLiteral(host).has_value();
}

bool isLoopbackHost(const QString& host) {
    if (const auto address = ipLiteral(host))
        return address->isLoopback();
    const QString name = withoutRootDot(host).toLower();
    return isLocalhostName(name) || name == QLatin1String("ip6-localhost") || name == QLatin1String("ip6-loopback");
}

bool isLocalhostName(const QString& host) {
    const QString name = withoutRootDot(host).toLower();
    return name == QLatin1String("localhost") || name.endsWith(QLatin1String(".localhost"));
}

QString withPlainZone(const QString& address) {
    const qsizetype mark = address.indexOf(QLatin1String("%25"));
    if (mark < 0 || mark + 3 == address.size()) // %25 alone: the interface of number 25
        return address;
    return address.left(mark + 1) + QUrl::fromPercentEncoding(address.mid(mark + 3).toUtf8());
}

} // namespace sw
