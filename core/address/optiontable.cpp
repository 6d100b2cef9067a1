// SPDX-License-Identifier: MIT
#include "core/address/optiontable.h"

#include "core/address/hosts.h"
#include "core/address/proxy.h"
#include "core/base/units.h"

#include <algorithm>
#include <array>
#include <optional>

namespace sw {

namespace {

constexpr unsigned bit(Scheme scheme) {
    return 1U << static_cast<unsigned>(scheme);
}
constexpr unsigned bit(Role role) {
    return 1U << static_cast<unsigned>(role);
}

constexpr unsigned secure = bit(Scheme::Tls) | bit(Scheme::Dtls);
constexpr unsigned tcp = bit(Scheme::Tcp) | bit(Scheme::Tls);
constexpr unsigned udp = bit(Scheme::Udp) | bit(Scheme::Dtls);
constexpr unsigned plainUdp = bit(Scheme::Udp);
constexpr unsigned local = bit(Scheme::Unix) | bit(Scheme::Unixgram);
constexpr unsigned streams = tcp | bit(Scheme::Unix);
constexpr unsigned every = tcp | udp | local;
constexpr unsigned listening = bit(Role::Listen);
constexpr unsigned connecting = bit(Role::Connect);
constexpr unsigned both = listening | connecting;
constexpr qint64 largestBuffer = 1LL << 30;
constexpr qint64 largestInt = 0x7fffffff;

constexpr std::array table{
    OptionSpec{"backlog", OptionGroup::Listener, OptionType::Integer, streams, listening, 0, 65535, "128", "", false,
               true, "Connections that the system queues until they are accepted; the system may cap it."},
    OptionSpec{"ipv6", OptionGroup::Listener, OptionType::Choice, tcp | udp, both, 0, 0, "any", "any|both|only|off",
               false, false,
               "any: IPv4, and IPv6 only where this machine has no IPv4 for it; both: one IPv6 socket that also takes "
               "IPv4; only: never IPv4; off: never IPv6."},
    OptionSpec{"reuseaddr", OptionGroup::Listener, OptionType::Switch, tcp | udp, listening, 0, 0, "", "", false, false,
               "Bind although old connections of the port linger in TIME_WAIT. On for tcp where the system makes it "
               "safe."},
    OptionSpec{"reuseport", OptionGroup::Listener, OptionType::Switch, tcp | udp, listening, 0, 0, "off", "", false,
               false, "Let several listeners share one port; the system spreads connections over them."},
    OptionSpec{"accept", OptionGroup::Listener, OptionType::Choice, streams, listening, 0, 0, "auto", "auto|manual",
               false, true, "manual: connections wait in the system's queue until you accept one."},
    OptionSpec{"max", OptionGroup::Listener, OptionType::Integer, streams, listening, 1, 1000000, "10000", "", false,
               true,
               "Connections at once; further ones wait in the system's queue. 1 is the serial server of the "
               "textbooks."},
    OptionSpec{"nodelay", OptionGroup::Stream, OptionType::Switch, tcp, both, 0, 0, "on", "", false, true,
               "Send small pieces at once instead of collecting them (TCP_NODELAY)."},
    OptionSpec{"keepalive", OptionGroup::Stream, OptionType::Switch, tcp, both, 0, 0, "off", "", false, true,
               "Let the system probe an idle connection (SO_KEEPALIVE)."},
    OptionSpec{"keepidle", OptionGroup::Stream, OptionType::Integer, tcp, both, 1, 32767, "", "", false, true,
               "Seconds of silence before the first probe (TCP_KEEPIDLE)."},
    OptionSpec{"keepintvl", OptionGroup::Stream, OptionType::Integer, tcp, both, 1, 32767, "", "", false, true,
               "Seconds between probes (TCP_KEEPINTVL)."},
    OptionSpec{"keepcnt", OptionGroup::Stream, OptionType::Integer, tcp, both, 1, 127, "", "", false, true,
               "Unanswered probes before the connection is given up (TCP_KEEPCNT)."},
    OptionSpec{"linger", OptionGroup::Stream, OptionType::Integer, tcp, both, 0, 65535, "", "", false, true,
               "Seconds that the system keeps trying to deliver after close; 0 resets on close (SO_LINGER)."},
    OptionSpec{"sndbuf", OptionGroup::Stream, OptionType::Size, every, both, 1024, largestBuffer, "", "", false, true,
               "The system's send buffer in bytes (SO_SNDBUF; Linux doubles it)."},
    OptionSpec{"rcvbuf", OptionGroup::Stream, OptionType::Size, every, both, 256, largestBuffer, "", "", false, true,
               "The system's receive buffer in bytes (SO_RCVBUF; Linux doubles it)."},
    OptionSpec{"ttl", OptionGroup::Stream, OptionType::Integer, tcp | udp, both, 1, 255, "", "", false, true,
               "Hops that a packet may take (IP_TTL, IPV6_UNICAST_HOPS; for multicast also the multicast limit)."},
    OptionSpec{"tos", OptionGroup::Stream, OptionType::Integer, tcp | udp, both, 0, 255, "", "", false, true,
               "Type of service or traffic class (IP_TOS, IPV6_TCLASS)."},
    OptionSpec{"bind", OptionGroup::Stream, OptionType::Host, tcp | udp | bit(Scheme::Unixgram), connecting, 0, 0, "",
               "", false, false,
               "Local address of what goes out, as HOST or HOST:PORT; for unixgram a path, instead of a private name."},
    OptionSpec{"timeout", OptionGroup::Stream, OptionType::Duration, streams, connecting, 0, 0, "30s", "", false, false,
               "How long connecting may take."},
    OptionSpec{
        "eof", OptionGroup::Stream, OptionType::Choice, streams, both, 0, 0, "keep", "keep|close", false, true,
        "keep: the peer's end of stream leaves our sending side open until we end it; close: it closes both. Without "
        "it, behaviours close, and so does swright listen."},
    OptionSpec{"proxy", OptionGroup::Stream, OptionType::Proxy, tcp, connecting, 0, 0, "", "", false, false,
               "Connect through this proxy, which looks the name of the host up: SOCKS5 (RFC 1928) or HTTP CONNECT."},
    OptionSpec{"proxypassword", OptionGroup::Stream, OptionType::Secret, tcp, connecting, 0, 0, "", "", false, false,
               "Where the password for the proxy stands: in a variable of the environment, or in the first line of a "
               "file. Without it, it is asked for where proxy names a user."},
    OptionSpec{
        "sockets", OptionGroup::Stream, OptionType::Choice, tcp | udp, both, 0, 0, "native", "native|qt", false, false,
        "qt: by QTcpServer, QTcpSocket and QUdpSocket, as a program written with Qt has them: no half-close, and "
        "a reset looks like an end. SOCKETWRIGHT_SOCKETS in the environment says it for every address."},
    OptionSpec{"cert", OptionGroup::Tls, OptionType::Text, secure, both, 0, 0, "", "", false, false,
               "File with our certificate and those that signed it, in PEM, DER or PKCS#12 (.p12, .pfx). A listener "
               "without one makes a throw-away certificate for localhost."},
    OptionSpec{"key", OptionGroup::Tls, OptionType::Text, secure, both, 0, 0, "", "", false, false,
               "File with the certificate's private key, in PEM, DER or PKCS#12; without it, the file of cert."},
    OptionSpec{"passphrase", OptionGroup::Tls, OptionType::Secret, secure, both, 0, 0, "", "", false, false,
               "Where the passphrase of the files of key, cert and ca stands: in a variable of the environment, or in "
               "the first line of a file. Without it, swright asks on a terminal."},
    OptionSpec{"ca", OptionGroup::Tls, OptionType::Text, secure, both, 0, 0, "", "", false, false,
               "File with the authorities to trust, in PEM, DER or PKCS#12, instead of the system's."},
    OptionSpec{"psk", OptionGroup::Tls, OptionType::Secret, secure, both, 0, 0, "", "", false, false,
               "Where a pre-shared key stands, as hexadecimal digits: both ends prove that they have it (RFC 4279, RFC "
               "8446 section 2.2). A listener with it shows no certificate unless cert is given."},
    OptionSpec{"pskid", OptionGroup::Tls, OptionType::Text, secure, both, 0, 0, "", "", false, false,
               "The name of the pre-shared key; a client without it says Client_identity, a listener without it takes "
               "any."},
    OptionSpec{"verify", OptionGroup::Tls, OptionType::Switch, secure, both, 0, 0, "on", "", false, false,
               "Check the peer's chain of certificates, and that a server's is for the name we asked for."},
    OptionSpec{
        "pin", OptionGroup::Tls, OptionType::Fingerprint, secure, connecting, 0, 0, "", "", false, false,
        "SHA-256 fingerprint of the one certificate that the server may show: it is taken whoever signed it, and "
        "no other is."},
    OptionSpec{"name", OptionGroup::Tls, OptionType::Text, secure, connecting, 0, 0, "", "", false, false,
               "Whom to ask for (SNI) and to expect, if it is not the host of the address."},
    OptionSpec{"alpn", OptionGroup::Tls, OptionType::Text, secure, both, 0, 0, "", "", false, false,
               "Protocols to offer or to take, by preference and separated by commas (RFC 7301): h2,http/1.1."},
    OptionSpec{"min", OptionGroup::Tls, OptionType::Choice, secure, both, 0, 0, "1.2", "1.0|1.1|1.2|1.3", false, false,
               "Oldest version to take; below 1.2 also takes signatures that are no longer safe."},
    OptionSpec{"max-version", OptionGroup::Tls, OptionType::Choice, secure, both, 0, 0, "", "1.0|1.1|1.2|1.3", false,
               false, "Newest version to take."},
    OptionSpec{"ciphers", OptionGroup::Tls, OptionType::Text, secure, both, 0, 0, "", "", false, false,
               "Ciphers to take, by OpenSSL's names and separated by colons; those of TLS 1.3 begin with TLS_."},
    OptionSpec{"clientcert", OptionGroup::Tls, OptionType::Choice, secure, listening, 0, 0, "off", "off|ask|require",
               false, false, "Whether clients are asked for a certificate; ca says who may have signed it."},
    OptionSpec{"handshake", OptionGroup::Tls, OptionType::Duration, secure, both, 0, 0, "10s", "", false, false,
               "How long the handshake may take."},
    OptionSpec{"resume", OptionGroup::Tls, OptionType::Switch, secure, both, 0, 0, "on", "", false, false,
               "Resume an earlier session with the same peer and options (RFC 8446 section 2.2)."},
    OptionSpec{"keylog", OptionGroup::Tls, OptionType::Text, secure, both, 0, 0, "", "", false, false,
               "File to append the session's keys to, for Wireshark. Whoever has it can read the traffic."},
    OptionSpec{"broadcast", OptionGroup::Datagram, OptionType::Switch, plainUdp, both, 0, 0, "off", "", false, true,
               "Allow sending to broadcast addresses (SO_BROADCAST)."},
    OptionSpec{"join", OptionGroup::Datagram, OptionType::Group, plainUdp, both, 0, 0, "", "", true, true,
               "Multicast group to join, as GROUP or GROUP%INTERFACE; may be given again."},
    OptionSpec{"iface", OptionGroup::Datagram, OptionType::Text, plainUdp, both, 0, 0, "", "", false, true,
               "Interface that multicast leaves by."},
    OptionSpec{"loop", OptionGroup::Datagram, OptionType::Switch, plainUdp, both, 0, 0, "", "", false, true,
               "Whether this machine hears its own multicast (IP_MULTICAST_LOOP)."},
    OptionSpec{"size", OptionGroup::Datagram, OptionType::Size, udp | bit(Scheme::Unixgram), both, 1, 65535, "65535",
               "", false, false, "Longest datagram taken in bytes; a longer one is cut and marked cut."},
    OptionSpec{"to", OptionGroup::Datagram, OptionType::Destination, plainUdp | bit(Scheme::Unixgram), listening, 0, 0,
               "", "", false, true, "Default destination, as HOST:PORT (or a path for unixgram)."},
    OptionSpec{"flows", OptionGroup::Datagram, OptionType::Switch, plainUdp | bit(Scheme::Unixgram), listening, 0, 0,
               "on", "", false, false, "Every peer gets a transcript of its own below the socket."},
    OptionSpec{"buffer", OptionGroup::Buffer, OptionType::Switch, every, both, 0, 0, "on", "", false, true,
               "off: what passes is counted and behaviours run, and nothing of it is kept, shown or recorded."},
    OptionSpec{"mode", OptionGroup::Unix, OptionType::Text, local, listening, 0, 0, "0600", "", false, false,
               "Permissions of the socket file, in octal."},
    OptionSpec{"stale", OptionGroup::Unix, OptionType::Choice, local, both, 0, 0, "refuse", "refuse|replace", false,
               false, "replace: remove a dead socket at the path that is bound first, never another file."},
};
static_assert(largestInt > largestBuffer);

tl::unexpected<Error> refuse(const OptionSpec& spec, const QString& value) {
    if (spec.type == OptionType::Secret) // the value may be the secret itself
        return tl::unexpected(badInput(
            QStringLiteral("option"),
            sentence(QT_TRANSLATE_NOOP("Core", "%1 takes %2."), QString::fromLatin1(spec.name), acceptedValues(spec)),
            0));
    return tl::unexpected(badInput(QStringLiteral("option"),
                                   sentence(QT_TRANSLATE_NOOP("Core", "%1=%2: %1 takes %3."),
                                            QString::fromLatin1(spec.name), value, acceptedValues(spec)),
                                   0));
}

tl::unexpected<Error> refuseHost(const OptionSpec& spec, const QString& value, const QString& problem) {
    return tl::unexpected(
        badInput(QStringLiteral("option"),
                 sentence(QT_TRANSLATE_NOOP("Core", "%1=%2: %3"), QString::fromLatin1(spec.name), value, problem), 0));
}

/// What is ambiguous in HOST, HOST:PORT, [HOST]:PORT or GROUP%INTERFACE; paths and names hold nothing of that.
std::optional<QString> problemOfHost(const QString& value) {
    QString host = value;
    if (host.startsWith(QLatin1Char('[')))
        host = host.section(QLatin1Char(']'), 0, 0).mid(1);
    else if (host.count(QLatin1Char(':')) == 1)
        host = host.section(QLatin1Char(':'), 0, 0);
    return ambiguityOfHost(host);
}

Result<QString> normaliseSwitch(const OptionSpec& spec, const QString& value) {
    const QString low = value.toLower();
    for (const char* yes : {"on", "true", "yes", "1"}) {
        if (low == QLatin1String(yes))
            return QStringLiteral("on");
    }
    for (const char* no : {"off", "false", "no", "0"}) {
        if (low == QLatin1String(no))
            return QStringLiteral("off");
    }
    return refuse(spec, value);
}

Result<QString> normaliseNumber(const OptionSpec& spec, const QString& value) {
    qint64 number = 0;
    if (spec.type == OptionType::Size) {
        const auto size = parseSize(value);
        if (!size)
            return refuse(spec, value);
        number = *size;
    } else {
        bool ok = false;
        number = value.toLongLong(&ok, value.startsWith(QLatin1String("0x")) ? 16 : 10);
        if (!ok)
            return refuse(spec, value);
    }
    if (number < spec.minimum || number > spec.maximum)
        return refuse(spec, value);
    return QString::number(number);
}

bool isPath(const QString& value) {
    return value.startsWith(QLatin1Char('/')) || (value.startsWith(QLatin1Char('@')) && value.size() > 1);
}

bool isDestination(const QString& value) {
    const auto place = parseHostPort(value, true);
    return place && !place->host.isEmpty() && place->host != QLatin1String("*") && place->portFirst != 0 &&
           place->portFirst == place->portLast;
}

Result<QString> normaliseText(const OptionSpec& spec, const QString& value) {
    if (value.isEmpty())
        return refuse(spec, value);
    if (qstrcmp(spec.name, "mode") == 0) {
        bool ok = false;
        const uint mode = value.toUInt(&ok, 8);
        if (!ok || mode > 0777)
            return refuse(spec, value);
        return QStringLiteral("%1").arg(mode, 4, 8, QLatin1Char('0'));
    }
    if (const auto problem = qstrcmp(spec.name, "name") == 0 ? problemOfHost(value) : std::nullopt)
        return refuseHost(spec, value, *problem);
    return value;
}

/// `env:NAME` or `file:PATH`.
Result<QString> normaliseSecret(const OptionSpec& spec, const QString& value) {
    for (const char* place : {"env:", "file:"}) {
        if (value.startsWith(QLatin1String(place)) && value.size() > qsizetype(qstrlen(place)) &&
            !value.contains(QChar(0)))
            return value;
    }
    return refuse(spec, value);
}

/// As openssl x509 -fingerprint -sha256 prints it, or without its colons, and in any case.
Result<QString> normaliseFingerprint(const OptionSpec& spec, const QString& value) {
    constexpr qsizetype digits = 64;
    const QString bare = QString(value).remove(QLatin1Char(':')).toLower();
    const bool isHex = std::all_of(bare.begin(), bare.end(), [](QChar c) {
        return (c >= QLatin1Char('0') && c <= QLatin1Char('9')) || (c >= QLatin1Char('a') && c <= QLatin1Char('f'));
    });
    return bare.size() == digits && isHex ? Result<QString>(bare) : refuse(spec, value);
}

} // namespace

std::span<const OptionSpec> optionTable() {
    return table;
}

const OptionSpec* findOption(const QString& name) {
    for (const OptionSpec& spec : table) {
        if (name == QLatin1String(spec.name))
            return &spec;
    }
    return nullptr;
}

QStringList optionNames(Scheme scheme) {
    QStringList names;
    for (const OptionSpec& spec : table) {
        if (spec.appliesTo(scheme))
            names.append(QString::fromLatin1(spec.name));
    }
    return names;
}

QString acceptedValues(const OptionSpec& spec) {
    switch (spec.type) {
    case OptionType::Switch:
        return QStringLiteral("on or off");
    case OptionType::Integer:
        return QStringLiteral("%1 to %2").arg(spec.minimum).arg(spec.maximum);
    case OptionType::Size:
        return QStringLiteral("%1 to %2 bytes (also 64KiB, 1MiB)").arg(spec.minimum).arg(spec.maximum);
    case OptionType::Duration:
        return QStringLiteral("a duration such as 500ms, 30s or 2m");
    case OptionType::Choice:
        return QString::fromLatin1(spec.choices).replace(QLatin1Char('|'), QLatin1String(", "));
    case OptionType::Host:
        return QStringLiteral("an IP address of this machine, or address:port; for unixgram a path");
    case OptionType::Destination:
        return QStringLiteral("HOST:PORT, or for unixgram a path");
    case OptionType::Group:
        return QStringLiteral("a multicast group such as 224.0.0.251 or ff02::fb%eth0");
    case OptionType::Secret:
        return QStringLiteral("env:NAME or file:PATH, where the secret stands, and never the secret itself");
    case OptionType::Proxy:
        return QStringLiteral("socks5://[USER@]HOST:PORT or http://[USER@]HOST:PORT");
    case OptionType::Fingerprint:
        return QStringLiteral("the 64 hexadecimal digits of a SHA-256 fingerprint, with or without colons");
    case OptionType::Text:
        break;
    }
    return qstrcmp(spec.name, "mode") == 0 ? QStringLiteral("octal permissions from 0000 to 0777")
                                           : QStringLiteral("text");
}

Result<QString> normaliseOption(const OptionSpec& spec, const QString& value) {
    switch (spec.type) {
    case OptionType::Switch:
        return normaliseSwitch(spec, value);
    case OptionType::Integer:
    case OptionType::Size:
        return normaliseNumber(spec, value);
    case OptionType::Duration: {
        const auto duration = parseDuration(value);
        if (!duration || duration->count() == 0)
            return refuse(spec, value);
        return formatDuration(*duration);
    }
    case OptionType::Choice:
        if (!QString::fromLatin1(spec.choices).split(QLatin1Char('|')).contains(value))
            return refuse(spec, value);
        return value;
    case OptionType::Destination:
        if (const auto problem = problemOfHost(value))
            return refuseHost(spec, value, *problem);
        if (!isPath(value) && !isDestination(value))
            return refuse(spec, value);
        return value;
    case OptionType::Host:
        if (isPath(value))
            return value;
        if (const auto problem = problemOfHost(value))
            return refuseHost(spec, value, *problem);
        if (const auto place = parseHostPort(value, false);
            !place || place->portFirst != place->portLast ||
            (!place->host.isEmpty() && place->host != QLatin1String("*") && !isIpLiteral(place->host)))
            return refuse(spec, value);
        return value;
    case OptionType::Group:
        if (const auto problem = problemOfHost(value))
            return refuseHost(spec, value, *problem);
        if (!isMulticastGroup(value))
            return refuse(spec, value);
        return value;
    case OptionType::Secret:
        return normaliseSecret(spec, value);
    case OptionType::Proxy:
        if (const auto proxy = parseProxy(value); !proxy)
            return tl::unexpected(proxy.error());
        else
            return proxy->name();
    case OptionType::Fingerprint:
        return normaliseFingerprint(spec, value);
    case OptionType::Text:
        break;
    }
    return normaliseText(spec, value);
}

QString hideSecrets(const QString& text) {
    QString hidden = text;
    for (const OptionSpec& spec : table) {
        if (spec.type != OptionType::Secret && spec.type != OptionType::Proxy)
            continue;
        const QString name = QString::fromLatin1(spec.name) + QLatin1Char('=');
        for (qsizetype at = hidden.indexOf(name); at >= 0; at = hidden.indexOf(name, at + 1)) {
            const qsizetype start = at + name.size();
            const qsizetype next = hidden.indexOf(QLatin1Char('&'), start);
            const QString value = hidden.mid(start, next < 0 ? -1 : next - start);
            // of a proxy that is refused, what stands before its host may be a password, and so may its host
            const qsizetype user = spec.type == OptionType::Proxy ? value.lastIndexOf(QLatin1Char('@')) : -1;
            const qsizetype size = user > 0 ? user : value.size();
            if (size > 0 && !normaliseOption(spec, value))
                hidden.replace(start, size, QString(size, QLatin1Char('*')));
        }
    }
    return hidden;
}

QString groupTitle(OptionGroup group) {
    switch (group) {
    case OptionGroup::Listener:
        return QStringLiteral("Listener");
    case OptionGroup::Stream:
        return QStringLiteral("Connection");
    case OptionGroup::Tls:
        return QStringLiteral("TLS");
    case OptionGroup::Datagram:
        return QStringLiteral("Datagrams");
    case OptionGroup::Buffer:
        return QStringLiteral("Buffer");
    case OptionGroup::Unix:
        break;
    }
    return QStringLiteral("Socket file");
}

} // namespace sw
