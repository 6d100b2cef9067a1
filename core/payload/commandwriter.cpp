// SPDX-License-Identifier: MIT
// Sources: ncat(1), socat(1), curl(1), openssl-s_client(1), Python "socket".
#include "core/payload/commands.h"

#include "core/payload/shellwords.h"

#include <QRegularExpression>

#include <algorithm>
#include <array>

namespace sw {

namespace {

tl::unexpected<Error> cannot(const QString& detail) {
    return tl::unexpected(Error{.id = ErrorId::NotSupported, .situation = QStringLiteral("command"), .detail = detail});
}

bool isV6(const QString& host) {
    return host.contains(QLatin1Char(':'));
}

bool isEvery(const QString& host) {
    return host == QLatin1String("*");
}

QString port(const Address& address) {
    return QString::number(address.place.portFirst);
}

QString joined(const QStringList& words) {
    QStringList quoted;
    for (const QString& word : words)
        quoted.append(shellQuoted(word));
    return quoted.join(QLatin1Char(' '));
}

QString withInput(const QString& command, const std::optional<QByteArray>& message) {
    return message ? shellPrintf(*message) + QStringLiteral(" | ") + command : command;
}

/// Where a listener without a host binds.
QString listenHost(const Address& address) {
    return address.place.host.isEmpty() ? QStringLiteral("127.0.0.1") : address.place.host;
}

Result<QString> ncatCommand(const Address& address, Role role, const std::optional<QByteArray>& message) {
    QStringList words{QStringLiteral("ncat")};
    if (role == Role::Listen)
        words << QStringLiteral("-l")
              << (isDatagram(address.scheme) ? QStringList{} : QStringList{QStringLiteral("-k")});
    if (isDatagram(address.scheme))
        words << QStringLiteral("-u");
    if (isLocal(address.scheme)) {
        if (address.path.startsWith(QLatin1Char('@')))
            return cannot(QStringLiteral("ncat has no abstract socket names; socat has."));
        words << QStringLiteral("-U") << QStringLiteral("--") << address.path;
        return withInput(joined(words), message);
    }
    if (address.scheme == Scheme::Tls)
        words << QStringLiteral("--ssl");
    if (const auto bind = address.given("bind"); bind && role == Role::Connect) {
        const auto place = parseHostPort(*bind, false);
        if (!place->host.isEmpty())
            words << QStringLiteral("-s") << place->host;
        if (place->portFirst != 0)
            words << QStringLiteral("-p") << QString::number(place->portFirst);
    }
    const QString host = role == Role::Listen ? listenHost(address) : address.place.host;
    const QString ipv6 = address.value("ipv6");
    if (isV6(host) || ipv6 == QLatin1String("only"))
        words << QStringLiteral("-6");
    else if (ipv6 == QLatin1String("off"))
        words << QStringLiteral("-4");
    words << QStringLiteral("--");
    if (!isEvery(host))
        words << host;
    words << port(address);
    return withInput(joined(words), message);
}

/// socat(1): characters that mean something inside an address are taken as they are after a backslash.
QString socatEscaped(const QString& text) {
    QString escaped;
    for (const QChar c : text) {
        if (QStringLiteral("\\,:!\"'()[]{}").contains(c))
            escaped += QLatin1Char('\\');
        escaped += c;
    }
    return escaped;
}

QString socatOptions(const Address& address, Role role) {
    QString options;
    const auto add = [&](const char* name, const char* theirs, bool isSwitch) {
        if (const auto value = address.given(name))
            options += QStringLiteral(",%1=%2").arg(QLatin1String(theirs),
                                                    isSwitch ? QString::number(*value == QLatin1String("on")) : *value);
    };
    add("nodelay", "nodelay", true);
    add("keepalive", "keepalive", true);
    add("keepidle", "keepidle", false);
    add("keepintvl", "keepintvl", false);
    add("keepcnt", "keepcnt", false);
    add("linger", "linger", false);
    add("sndbuf", "sndbuf", false);
    add("rcvbuf", "rcvbuf", false);
    add("ttl", "ttl", false);
    add("tos", "tos", false);
    add("broadcast", "broadcast", true);
    if (role == Role::Listen)
        add("backlog", "backlog", false);
    else if (const auto bind = address.given("bind"))
        options += QStringLiteral(",bind=") + *bind; // an IP address and a port: nothing to escape
    return options;
}

Result<QString> socatCommand(const Address& address, Role role, const std::optional<QByteArray>& message) {
    const bool listens = role == Role::Listen;
    const bool isGram = isDatagram(address.scheme);
    QString place;
    if (isLocal(address.scheme)) {
        const bool isAbstract = address.path.startsWith(QLatin1Char('@'));
        const QString kind = isAbstract ? QStringLiteral("ABSTRACT-") : QStringLiteral("UNIX-");
        const QString verb = isGram ? (listens ? QStringLiteral("RECV") : QStringLiteral("SENDTO"))
                                    : (listens ? QStringLiteral("LISTEN") : QStringLiteral("CONNECT"));
        place = kind + verb + QLatin1Char(':') + socatEscaped(isAbstract ? address.path.mid(1) : address.path);
        if (listens && !isAbstract)
            place += QStringLiteral(",mode=%1").arg(address.value("mode"));
    } else if (address.scheme == Scheme::Tcp || address.scheme == Scheme::Udp || address.scheme == Scheme::Tls) {
        QString name = isGram ? QStringLiteral("UDP") : QStringLiteral("TCP");
        if (address.scheme == Scheme::Tls)
            name = QStringLiteral("OPENSSL");
        const QString host = listens ? listenHost(address) : address.place.host;
        const QString ipv6 = address.value("ipv6");
        const bool isOff = ipv6 == QLatin1String("off");
        const bool isOnly = ipv6 == QLatin1String("only");
        const bool isLiteral = isIpLiteral(host);
        if (address.scheme != Scheme::Tls && (isLiteral || isOff || isOnly || isEvery(host)))
            name += (isLiteral ? !isV6(host) : isOff) ? QLatin1Char('4') : QLatin1Char('6');
        const QString shown = isV6(host) ? QStringLiteral("[%1]").arg(host) : host;
        if (listens) {
            place = name + (isGram ? QStringLiteral("-RECV:") : QStringLiteral("-LISTEN:")) + port(address);
            if (!isEvery(host))
                place += QStringLiteral(",bind=%1").arg(shown);
            else if (!isOff)
                place += isOnly ? QStringLiteral(",ipv6only=1") : QStringLiteral(",ipv6only=0");
            if (!isGram)
                place += QStringLiteral(",reuseaddr,fork");
        } else {
            place = name + QLatin1Char(':') + shown + QLatin1Char(':') + port(address);
        }
    } else {
        return cannot(QStringLiteral("socat does not speak %1.").arg(schemeName(address.scheme)));
    }
    place += socatOptions(address, role);
    const bool oneWay = listens && isGram;
    const QStringList words =
        oneWay ? QStringList{QStringLiteral("socat"), QStringLiteral("-u"), place, QStringLiteral("-")}
               : QStringList{QStringLiteral("socat"), QStringLiteral("-"), place};
    return withInput(joined(words), oneWay ? std::nullopt : message);
}

struct HttpRequest {
    QString method;
    QString target;
    QStringList headers;
    QByteArray body;
};

/// A whole HTTP/1 request, if the bytes are one with nothing unusual in it (RFC 9112).
std::optional<HttpRequest> httpRequest(const QByteArray& bytes) {
    const qsizetype end = bytes.indexOf("\r\n\r\n");
    if (end < 0)
        return std::nullopt;
    const QStringList lines = QString::fromLatin1(bytes.left(end)).split(QStringLiteral("\r\n"));
    static const QRegularExpression first(QStringLiteral("^([A-Z]+) ([!-~]+) HTTP/1\\.[01]\\z"));
    static const QRegularExpression header(QStringLiteral("^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \\t]*([ -~\\t]*)\\z"));
    const auto start = first.match(lines.front());
    if (!start.hasMatch())
        return std::nullopt;
    HttpRequest request{
        .method = start.captured(1), .target = start.captured(2), .headers = {}, .body = bytes.mid(end + 4)};
    qsizetype length = 0;
    for (const QString& line : lines.mid(1)) {
        const auto match = header.match(line);
        const QString name = match.captured(1).toLower();
        // curl would encode a chunked body once more
        if (!match.hasMatch() || match.captured(2).isEmpty() || name == QLatin1String("transfer-encoding"))
            return std::nullopt;
        if (name == QLatin1String("content-length"))
            length = match.captured(2).toLongLong();
        else
            request.headers.append(match.captured(1) + QStringLiteral(": ") + match.captured(2));
    }
    if (length != request.body.size())
        return std::nullopt;                                           // something follows it, or part of it is missing
    for (const char* own : {"Accept", "User-Agent", "Content-Type"}) { // which curl would add
        const QString name = QString::fromLatin1(own);
        const bool isGiven = std::any_of(request.headers.begin(), request.headers.end(), [&](const QString& one) {
            return one.startsWith(name + QLatin1Char(':'), Qt::CaseInsensitive);
        });
        if (!isGiven)
            request.headers.append(name + QLatin1Char(':'));
    }
    return request;
}

QString urlHost(const Address& address) {
    HostPort place = address.place;
    place.service.clear();
    return formatHostPort(place);
}

Result<QString> curlCommand(const Address& address, Role role, const std::optional<QByteArray>& message) {
    if (role == Role::Listen)
        return cannot(QStringLiteral("curl cannot listen. Copy it as ncat or socat."));
    const auto request = message ? httpRequest(*message) : std::nullopt;
    const bool isTls = address.scheme == Scheme::Tls;
    if (request && (address.scheme == Scheme::Tcp || isTls || address.scheme == Scheme::Unix)) {
        QStringList words{QStringLiteral("curl"),         QStringLiteral("-sS"), QStringLiteral("-g"),
                          QStringLiteral("--path-as-is"), QStringLiteral("-X"),  request->method};
        if (address.scheme == Scheme::Unix)
            words << (address.path.startsWith(QLatin1Char('@'))
                          ? QStringList{QStringLiteral("--abstract-unix-socket"), address.path.mid(1)}
                          : QStringList{QStringLiteral("--unix-socket"), address.path});
        words << QStringLiteral("--request-target") << request->target;
        for (const QString& header : request->headers)
            words << QStringLiteral("-H") << header;
        if (!request->body.isEmpty())
            words << QStringLiteral("--data-binary") << QStringLiteral("@-");
        words << QStringLiteral("--url")
              << (isTls ? QStringLiteral("https://") : QStringLiteral("http://")) +
                     (address.scheme == Scheme::Unix ? QStringLiteral("localhost") : urlHost(address)) +
                     QLatin1Char('/');
        return withInput(joined(words), request->body.isEmpty() ? std::nullopt : std::optional(request->body));
    }
    if (address.scheme != Scheme::Tcp)
        return cannot(QStringLiteral("curl sends other than HTTP requests over tcp only (telnet://)."));
    if (message && message->contains('\xff'))
        return cannot(
            QStringLiteral("curl's telnet:// doubles the byte ff, and so would not send this message as it is. Copy "
                           "it as ncat or socat."));
    const QStringList words{QStringLiteral("curl"), QStringLiteral("-sS"), QStringLiteral("-g"),
                            QStringLiteral("--url"), QStringLiteral("telnet://") + urlHost(address)};
    return withInput(joined(words), message);
}

Result<QString> opensslCommand(const Address& address, Role role, const std::optional<QByteArray>& message) {
    if (address.scheme != Scheme::Tls && address.scheme != Scheme::Dtls)
        return cannot(QStringLiteral("openssl speaks TLS, and this is %1. Copy it as ncat or socat.")
                          .arg(schemeName(address.scheme)));
    const bool isDtls = address.scheme == Scheme::Dtls;
    QStringList words{QStringLiteral("openssl")};
    if (role == Role::Listen) {
        words << QStringLiteral("s_server") << QStringLiteral("-accept")
              << (isEvery(address.place.host)
                      ? port(address)
                      : formatEndpoint(QHostAddress(listenHost(address)), address.place.portFirst));
        if (const auto cert = address.given("cert"))
            words << QStringLiteral("-cert") << *cert;
        if (const auto key = address.given("key"))
            words << QStringLiteral("-key") << *key;
    } else {
        words << QStringLiteral("s_client") << QStringLiteral("-quiet") << QStringLiteral("-connect")
              << urlHost(address);
        if (!isIpLiteral(address.place.host))
            words << QStringLiteral("-servername") << address.place.host << QStringLiteral("-verify_hostname")
                  << address.place.host;
    }
    if (isDtls)
        words << QStringLiteral("-dtls");
    return withInput(joined(words), message);
}

/// A Python literal in double quotes without a single quote in it, so that it can stand in shell quotes.
QString pythonLiteral(QByteArrayView bytes) {
    QString text;
    for (const char c : bytes) {
        const auto value = static_cast<quint8>(c);
        if (value == '\n')
            text += QLatin1String("\\n");
        else if (value >= 0x20 && value < 0x7f && value != '\\' && value != '"' && value != '\'')
            text += QLatin1Char(c);
        else
            text += QStringLiteral("\\x%1").arg(value, 2, 16, QLatin1Char('0'));
    }
    return QLatin1Char('"') + text + QLatin1Char('"');
}

/// The same for text that Python reads as characters.
QString pythonText(const QString& text) {
    QString literal = QStringLiteral("\"");
    for (const QChar c : text) {
        if (c.unicode() >= 0x20 && c.unicode() < 0x7f && c != u'\\' && c != u'"' && c != u'\'')
            literal += c;
        else
            literal += QStringLiteral("\\u%1").arg(c.unicode(), 4, 16, QLatin1Char('0'));
    }
    return literal + QLatin1Char('"');
}

Result<QString> pythonCommand(const Address& address, Role role, const std::optional<QByteArray>& message) {
    const bool isGram = isDatagram(address.scheme);
    if (address.scheme == Scheme::Tls || address.scheme == Scheme::Dtls)
        return cannot(QStringLiteral("Python is written for tcp, udp and Unix sockets only."));
    QString script = QStringLiteral("import socket, sys\n");
    bool isPiped = false;
    const QString host = role == Role::Listen ? listenHost(address) : address.place.host;
    QString place;
    if (isLocal(address.scheme)) {
        const bool isAbstract = address.path.startsWith(QLatin1Char('@'));
        QByteArray path = address.path.toUtf8();
        if (isAbstract)
            path[0] = '\0';
        place = QLatin1Char('b') + pythonLiteral(path);
        script += QStringLiteral("s = socket.socket(socket.AF_UNIX, socket.%1)\n")
                      .arg(isGram ? QStringLiteral("SOCK_DGRAM") : QStringLiteral("SOCK_STREAM"));
    } else {
        const QString ipv6 = address.value("ipv6");
        const bool isOff = ipv6 == QLatin1String("off");
        const bool isOnly = ipv6 == QLatin1String("only");
        const QString every = isOff ? QStringLiteral("0.0.0.0") : QStringLiteral("::");
        script +=
            QStringLiteral("f = socket.getaddrinfo(%1, %2, socket.%3, socket.%4)[0]\ns = socket.socket(f[0], f[1])\n")
                .arg(pythonText(isEvery(host) ? every : host), port(address),
                     isOff ? QStringLiteral("AF_INET")
                           : (isOnly ? QStringLiteral("AF_INET6") : QStringLiteral("AF_UNSPEC")),
                     isGram ? QStringLiteral("SOCK_DGRAM") : QStringLiteral("SOCK_STREAM"));
        if (isEvery(host) && !isOff)
            script += QStringLiteral("s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, %1)\n").arg(isOnly ? 1 : 0);
        place = QStringLiteral("f[4]");
    }
    if (role == Role::Listen) {
        script += QStringLiteral("s.bind(%1)\n").arg(place);
        if (isGram) {
            script += QStringLiteral("while True:\n    d, peer = s.recvfrom(65535)\n    print(peer, d)\n");
        } else {
            script += QStringLiteral("s.listen(%1)\nwhile True:\n    c, peer = s.accept()\n"
                                     "    while d := c.recv(65536):\n        print(peer, d)\n    c.close()\n")
                          .arg(address.value("backlog"));
        }
    } else {
        script += QStringLiteral("s.connect(%1)\n").arg(place);
        constexpr qsizetype longestArgument = 16000; // systems bound an argument; a pipe has no bound
        isPiped = message && message->size() > longestArgument;
        script += message && !isPiped
                      ? QStringLiteral("s.%1(b%2)\n")
                            .arg(isGram ? QStringLiteral("send") : QStringLiteral("sendall"), pythonLiteral(*message))
                      : QStringLiteral("s.%1(sys.stdin.buffer.read())\n")
                            .arg(isGram ? QStringLiteral("send") : QStringLiteral("sendall"));
        if (!isGram)
            script += QStringLiteral("s.shutdown(socket.SHUT_WR)\nwhile d := s.recv(65536):\n"
                                     "    sys.stdout.buffer.write(d)\n");
    }
    // isolated: no module of the working directory takes the place of Python's own
    return withInput(QStringLiteral("python3 -I -c '") + script + QLatin1Char('\''), isPiped ? message : std::nullopt);
}

Result<QString> swrightCommand(const Address& address, Role role, const std::optional<QByteArray>& message) {
    const QString verb = role == Role::Listen ? QStringLiteral("listen") : QStringLiteral("connect");
    return withInput(joined({QStringLiteral("swright"), verb, formatAddress(address)}),
                     role == Role::Listen ? std::nullopt : message);
}

/// C0, DEL, C1: a terminal or line editor acts on them while the command is being pasted.
bool hasControls(const QString& command, bool mayHoldLines) {
    return std::any_of(command.begin(), command.end(), [mayHoldLines](QChar c) {
        return c.category() == QChar::Other_Control && !(mayHoldLines && c == u'\n');
    });
}

struct ToolEntry {
    CommandTool tool;
    const char* name;
    Result<QString> (*write)(const Address&, Role, const std::optional<QByteArray>&);
};

constexpr std::array writers{
    ToolEntry{CommandTool::Ncat, "ncat", ncatCommand},       ToolEntry{CommandTool::Socat, "socat", socatCommand},
    ToolEntry{CommandTool::Curl, "curl", curlCommand},       ToolEntry{CommandTool::OpenSsl, "openssl", opensslCommand},
    ToolEntry{CommandTool::Python, "python", pythonCommand}, ToolEntry{CommandTool::Swright, "swright", swrightCommand},
};

constexpr std::array allTools{CommandTool::Ncat,    CommandTool::Socat,  CommandTool::Curl,
                              CommandTool::OpenSsl, CommandTool::Python, CommandTool::Swright};

} // namespace

QString toolName(CommandTool tool) {
    for (const ToolEntry& entry : writers) {
        if (entry.tool == tool)
            return QString::fromLatin1(entry.name);
    }
    return {};
}

std::optional<CommandTool> toolOfName(const QString& name) {
    for (const ToolEntry& entry : writers) {
        if (name == QLatin1String(entry.name))
            return entry.tool;
    }
    return std::nullopt;
}

std::span<const CommandTool> commandTools() {
    return allTools;
}

Result<QString> toCommand(CommandTool tool, const Address& address, Role role,
                          const std::optional<QByteArray>& message) {
    if (!isLocal(address.scheme) && address.place.portLast != address.place.portFirst && tool != CommandTool::Swright)
        return cannot(QStringLiteral("%1 takes one port, not a range.").arg(toolName(tool)));
    for (const ToolEntry& entry : writers) {
        if (entry.tool != tool)
            continue;
        auto command = entry.write(address, role, message);
        if (command && hasControls(*command, tool == CommandTool::Python))
            return cannot(
                QStringLiteral("The name holds control characters, which terminals act on even inside quotes; it "
                               "can be copied as Python or swright."));
        return command;
    }
    return cannot(QStringLiteral("no such program"));
}

} // namespace sw
