// SPDX-License-Identifier: MIT
#include "core/address/lookup.h"

#include "core/address/hosts.h"
#include "core/address/interfaces.h"
#include "core/address/resolver.h"
#include "core/address/services.h"
#include "core/address/sockettable.h"

#include <QRegularExpression>

#include <algorithm>
#include <array>
#include <bit>
#include <optional>

namespace sw {

namespace {

struct SpecialRange {
    const char* subnet;
    const char* kind;
};

// RFC 6890 and its registries; the first that fits
constexpr std::array ranges{
    SpecialRange{"127.0.0.0/8", "loopback"},
    SpecialRange{"0.0.0.0/32", "every local address"},
    SpecialRange{"0.0.0.0/8", "this network"},
    SpecialRange{"10.0.0.0/8", "private use"},
    SpecialRange{"172.16.0.0/12", "private use"},
    SpecialRange{"192.168.0.0/16", "private use"},
    SpecialRange{"100.64.0.0/10", "shared by carriers"},
    SpecialRange{"169.254.0.0/16", "link-local"},
    SpecialRange{"192.0.2.0/24", "documentation"},
    SpecialRange{"198.51.100.0/24", "documentation"},
    SpecialRange{"203.0.113.0/24", "documentation"},
    SpecialRange{"198.18.0.0/15", "benchmarks"},
    SpecialRange{"224.0.0.0/4", "multicast"},
    SpecialRange{"255.255.255.255/32", "broadcast"},
    SpecialRange{"240.0.0.0/4", "reserved"},
    SpecialRange{"::1/128", "loopback"},
    SpecialRange{"::/128", "every local address"},
    SpecialRange{"::ffff:0:0/96", "IPv4-mapped"},
    SpecialRange{"64:ff9b::/96", "IPv4 by translation"},
    SpecialRange{"2001:db8::/32", "documentation"},
    SpecialRange{"fc00::/7", "private use"},
    SpecialRange{"fe80::/10", "link-local"},
    SpecialRange{"ff00::/8", "multicast"},
};

using Raw = std::array<quint8, 16>;

Raw rawOf(const QHostAddress& address) {
    Raw raw{};
    const Q_IPV6ADDR six = address.toIPv6Address();
    std::copy(std::begin(six.c), std::end(six.c), raw.begin());
    return raw;
}

/// The address with all bits after the prefix cleared, or set.
QHostAddress masked(const QHostAddress& address, int prefix, bool set) {
    if (address.protocol() != QAbstractSocket::IPv6Protocol) {
        const quint32 mask = prefix == 0 ? 0 : ~0U << static_cast<unsigned>(32 - prefix);
        const quint32 value = address.toIPv4Address();
        return QHostAddress(set ? value | ~mask : value & mask);
    }
    Raw raw = rawOf(address);
    for (int bit = prefix; bit < 128; ++bit) {
        const auto flag = static_cast<quint8>(0x80U >> static_cast<unsigned>(bit % 8));
        quint8& byte = raw.at(static_cast<std::size_t>(bit / 8));
        byte = static_cast<quint8>(set ? byte | flag : byte & ~flag);
    }
    return QHostAddress(raw.data());
}

QString powerOfTwo(int exponent) {
    QString digits = QStringLiteral("1");
    for (int i = 0; i < exponent; ++i) {
        int carry = 0;
        for (qsizetype at = digits.size() - 1; at >= 0; --at) {
            const int doubled = digits.at(at).digitValue() * 2 + carry;
            digits[at] = QChar(u'0' + doubled % 10);
            carry = doubled / 10;
        }
        if (carry > 0)
            digits.prepend(QLatin1Char('1'));
    }
    return digits;
}

QString reverseName(const QHostAddress& address) {
    if (address.protocol() != QAbstractSocket::IPv6Protocol) {
        const quint32 value = address.toIPv4Address();
        return QStringLiteral("%1.%2.%3.%4.in-addr.arpa")
            .arg(value & 255U)
            .arg(value >> 8U & 255U)
            .arg(value >> 16U & 255U)
            .arg(value >> 24U);
    }
    QString name;
    const Raw raw = rawOf(address);
    for (const quint8 byte : raw) // the last digit stands first
        name.prepend(QStringLiteral("%1.%2.").arg(byte & 15U, 0, 16).arg(byte >> 4U, 0, 16));
    return name + QStringLiteral("ip6.arpa");
}

void add(std::vector<LookupFact>& facts, const char* name, const QString& value) {
    facts.push_back({QString::fromLatin1(name), value});
}

void addAddress(std::vector<LookupFact>& facts, const QHostAddress& address) {
    add(facts, "address", address.toString());
    add(facts, "kind", kindOfAddress(address));
    const bool isSix = address.protocol() == QAbstractSocket::IPv6Protocol;
    const quint32 integer = address.toIPv4Address();
    const bool isV4 = !isSix || address.isInSubnet(QHostAddress(QStringLiteral("::ffff:0:0")), 96);
    if (isV4) {
        if (isSix)
            add(facts, "dotted", QHostAddress(integer).toString());
        add(facts, "integer", QString::number(integer));
        add(facts, "hex", QStringLiteral("0x%1").arg(integer, 8, 16, QLatin1Char('0')));
        add(facts, "ipv6-mapped", QStringLiteral("::ffff:") + QHostAddress(integer).toString());
    }
    if (isSix) {
        QString full;
        const Raw raw = rawOf(address);
        for (std::size_t i = 0; i < raw.size(); ++i)
            full += QStringLiteral("%1").arg(raw.at(i), 2, 16, QLatin1Char('0')) +
                    (i % 2 == 1 && i < 15 ? QStringLiteral(":") : QString());
        add(facts, "full", full);
    }
    add(facts, "reverse name", reverseName(address));
    for (const InterfaceInfo& info : interfaces()) {
        for (const QString& own : info.addresses) {
            if (QHostAddress(own.section(QLatin1Char('/'), 0, 0).section(QLatin1Char('%'), 0, 0)) == address)
                add(facts, "interface", info.name);
        }
    }
}

/// What the name service calls it; that it has no name is a fact, too.
void addName(std::vector<LookupFact>& facts, const QHostAddress& address) {
    const auto found = reverseLookupNow(address);
    add(facts, "name", found ? *found : QStringLiteral("none known (%1)").arg(errorName(found.error().id)));
}

std::vector<LookupFact> subnetFacts(const Subnet& subnet) {
    std::vector<LookupFact> facts;
    const QHostAddress network = subnet.network();
    const QHostAddress last = subnet.last();
    add(facts, "network", QStringLiteral("%1/%2").arg(network.toString()).arg(subnet.prefix));
    if (subnet.isIPv6()) {
        add(facts, "first", network.toString());
        add(facts, "last", last.toString());
    } else {
        const quint32 mask = masked(QHostAddress(quint32(0xffffffff)), subnet.prefix, false).toIPv4Address();
        const bool isPair = subnet.prefix >= 31; // RFC 3021: two hosts, and no broadcast
        add(facts, "netmask", QHostAddress(mask).toString());
        add(facts, "wildcard", QHostAddress(~mask).toString());
        add(facts, "first host", QHostAddress(network.toIPv4Address() + (isPair ? 0 : 1)).toString());
        add(facts, "last host", QHostAddress(last.toIPv4Address() - (isPair ? 0 : 1)).toString());
        if (!isPair)
            add(facts, "broadcast", last.toString());
    }
    add(facts, "addresses", subnet.size());
    add(facts, "kind", kindOfAddress(network));
    for (const InterfaceInfo& info : interfaces()) {
        for (const QString& own : info.addresses) {
            const QHostAddress address(own.section(QLatin1Char('/'), 0, 0));
            if (address.protocol() == subnet.address.protocol() && masked(address, subnet.prefix, false) == network)
                add(facts, "this machine", QStringLiteral("%1 on %2").arg(own, info.name));
        }
    }
    return facts;
}

template <typename Call>
void forProtocols(const QString& protocol, Call call) {
    for (const bool udp : {false, true}) {
        const QString name = udp ? QStringLiteral("udp") : QStringLiteral("tcp");
        if (protocol.isEmpty() || protocol == name)
            call(udp, name);
    }
}

void addPort(std::vector<LookupFact>& facts, quint16 port, const QString& protocol) {
    forProtocols(protocol, [&](bool udp, const QString& name) {
        if (const auto service = serviceName(port, udp))
            add(facts, "service", *service + QStringLiteral("/") + name);
        for (const SocketTableEntry& entry : boundSockets(port, udp))
            facts.push_back({QStringLiteral("bound ") + name, formatEndpoint(entry.localHost, entry.localPort)});
        if (const auto owner = portOwner(port, udp))
            facts.push_back({QStringLiteral("owner ") + name, owner->toText()});
    });
}

/// What the text is, before anything is asked.
struct Query {
    std::optional<Subnet> subnet;
    std::optional<QHostAddress> address;
    std::optional<quint16> port;
    QString name; ///< of a service or host; empty for the others
    QString protocol;
};

tl::unexpected<Error> refuse(const Sentence& detail) {
    return tl::unexpected(badInput(QStringLiteral("lookup"), detail));
}

/// The integer that stands for an IPv4 address, if the text begins like a number: `2130706433`, `0x7f000001`.
Result<std::optional<quint32>> integerOf(const QString& text) {
    static const QRegularExpression number(QStringLiteral("^[+-]?(\\d+|0[xX][0-9a-fA-F]*)$"));
    if (!number.match(text).hasMatch())
        return std::optional<quint32>();
    if (const auto problem = ambiguityOfHost(text))
        return refuse(*problem);
    const auto host = hostOfInteger(text);
    if (!host)
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "“%1” stands for no address and no port: an integer is 0 to "
                                                         "4294967295 (or 0xffffffff), and a port 0 to 65535."),
                               text));
    return std::optional<quint32>(QHostAddress(*host).toIPv4Address());
}

/// What follows the /: a protocol, unless what stands before it is an address.
Result<void> readProtocol(Query& query, const QString& before, const QString& after,
                          const std::optional<quint32>& integer) {
    query.protocol = after.toLower();
    if (query.protocol != QLatin1String("tcp") && query.protocol != QLatin1String("udp"))
        return refuse(
            sentence(QT_TRANSLATE_NOOP("Core", "“%1” is no protocol: write SERVICE/tcp or SERVICE/udp."), after));
    if (integer && *integer > 65535)
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "%1 is no port: ports are 0 to 65535."), before));
    return {};
}

Result<Query> parseQuery(const QString& text) {
    Query query;
    const QString trimmed = text.trimmed();
    if (trimmed.isEmpty())
        return refuse(sentence(
            QT_TRANSLATE_NOOP("Core", "Write a name, an address, an integer, a subnet, a port or a service.")));
    const bool hasSlash = trimmed.contains(QLatin1Char('/'));
    const QString after = trimmed.section(QLatin1Char('/'), 1);
    QString host = trimmed.section(QLatin1Char('/'), 0, 0);
    if (host.startsWith(QLatin1Char('[')) && host.endsWith(QLatin1Char(']')))
        host = host.mid(1, host.size() - 2);
    host = withPlainZone(host);
    const auto integer = integerOf(host);
    if (!integer)
        return tl::unexpected(integer.error());
    if (const auto problem = ambiguityOfHost(host))
        return refuse(*problem);
    const auto literal = ipLiteral(host);
    if (hasSlash && literal) {
        auto subnet = parseSubnet(host + QLatin1Char('/') + after);
        if (!subnet)
            return tl::unexpected(subnet.error());
        query.subnet = *subnet;
        return query;
    }
    if (hasSlash) {
        if (const auto known = readProtocol(query, host, after, *integer); !known)
            return tl::unexpected(known.error());
    }
    if (*integer) {
        if (**integer <= 65535)
            query.port = static_cast<quint16>(**integer);
        if (query.protocol.isEmpty())
            query.address = QHostAddress(**integer);
    } else if (literal) {
        query.address = *literal;
    } else {
        query.name = host;
    }
    return query;
}

Result<std::vector<LookupFact>> lookUpName(const Query& query, bool reverse) {
    std::vector<LookupFact> facts;
    forProtocols(query.protocol, [&](bool udp, const QString& name) {
        if (const auto port = servicePort(query.name, udp))
            facts.push_back({QStringLiteral("port ") + name, QString::number(*port)});
    });
    if (!facts.empty())
        return facts;
    if (!query.protocol.isEmpty())
        return tl::unexpected(
            Error{.id = ErrorId::NameNotFound,
                  .situation = QStringLiteral("lookup"),
                  .detail = sentence(QT_TRANSLATE_NOOP("Core", "“%1/%2” is no service of this system's list."),
                                     query.name, query.protocol)});
    const auto hosts = resolveNow(query.name, Family::Any);
    if (!hosts)
        return tl::unexpected(hosts.error());
    for (const QHostAddress& address : *hosts) {
        addAddress(facts, address);
        if (reverse)
            addName(facts, address);
    }
    return facts;
}

bool isService(const Query& query) {
    return servicePort(query.name, false) || servicePort(query.name, true);
}

} // namespace

QHostAddress Subnet::network() const {
    return masked(address, prefix, false);
}

QHostAddress Subnet::last() const {
    return masked(address, prefix, true);
}

QString Subnet::size() const {
    return powerOfTwo((isIPv6() ? 128 : 32) - prefix);
}

Result<Subnet> parseSubnet(const QString& text) {
    const QString host = text.section(QLatin1Char('/'), 0, 0);
    const QString length = text.section(QLatin1Char('/'), 1);
    for (const QString& part : {host, length}) {
        if (const auto problem = ambiguityOfHost(part))
            return tl::unexpected(badInput(QStringLiteral("subnet"), *problem));
    }
    const auto address = ipLiteral(host);
    Subnet subnet{.address = address.value_or(QHostAddress())};
    const int most = subnet.isIPv6() ? 128 : 32;
    bool ok = false;
    subnet.prefix = length.toInt(&ok);
    if (!ok && !subnet.isIPv6()) { // a netmask: ones, then zeros
        const quint32 bits = ipLiteral(length).value_or(QHostAddress()).toIPv4Address(&ok);
        ok = ok && !length.contains(QLatin1Char(':')) && (~bits & (~bits + 1)) == 0;
        subnet.prefix = std::popcount(bits);
    }
    if (!address || !ok || subnet.prefix < 0 || subnet.prefix > most)
        return tl::unexpected(
            badInput(QStringLiteral("subnet"),
                     sentence(QT_TRANSLATE_NOOP("Core", "“%1” is no subnet: write 10.1.2.3/20, 10.1.2.3/255.255.240.0 "
                                                        "or 2001:db8::/48; the prefix is 0 to %2."),
                              text, most)));
    return subnet;
}

QString kindOfAddress(const QHostAddress& address) {
    QHostAddress plain = address;
    plain.setScopeId({});
    for (const SpecialRange& range : ranges) {
        const auto subnet = parseSubnet(QString::fromLatin1(range.subnet));
        if (subnet->address.protocol() == plain.protocol() && masked(plain, subnet->prefix, false) == subnet->network())
            return QString::fromLatin1(range.kind);
    }
    return QStringLiteral("global");
}

bool asksTheNetwork(const QString& query, bool reverse) {
    const auto parsed = parseQuery(query);
    if (!parsed)
        return false;
    return parsed->name.isEmpty() ? reverse && parsed->address.has_value()
                                  : parsed->protocol.isEmpty() && !isService(*parsed);
}

Result<std::vector<LookupFact>> lookUp(const QString& query, bool reverse) {
    const auto parsed = parseQuery(query);
    if (!parsed)
        return tl::unexpected(parsed.error());
    if (parsed->subnet)
        return subnetFacts(*parsed->subnet);
    if (!parsed->name.isEmpty())
        return lookUpName(*parsed, reverse);
    std::vector<LookupFact> facts;
    if (parsed->port)
        addPort(facts, *parsed->port, parsed->protocol);
    if (parsed->address) {
        addAddress(facts, *parsed->address);
        if (reverse)
            addName(facts, *parsed->address);
    }
    if (facts.empty())
        return tl::unexpected(Error{
            .id = ErrorId::NotFound,
            .situation = QStringLiteral("lookup"),
            .detail =
                QStringLiteral("Port %1 has no service name here, and nothing is bound to it.").arg(*parsed->port)});
    return facts;
}

} // namespace sw
