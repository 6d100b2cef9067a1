// SPDX-License-Identifier: MIT
// Sources: the modules "socket" and "ssl" of Python.
#include "core/payload/commandwriters.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace sw::commands {

namespace {

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

/// A script while it is being written: everything that is text in it goes through pythonLiteral() and pythonText().
class PythonScript {
public:
    PythonScript(const Address& address, Role role, const std::optional<QByteArray>& message)
        : m_address(address),
          m_role(role),
          m_message(message),
          m_options(CommandTool::Python, address) {}

    Result<QString> write() {
        writeSocket();
        writeSocketOptions();
        if (m_role == Role::Listen)
            writeServer();
        else
            writeClient();
        m_options.takeIf("accept", "auto");
        m_options.takeIf("resume", "off");
        m_options.takeIf("flows", "off");
        m_options.takeIf("reuseport", "off");
        m_options.takeIf("max", "1"); // it takes one after the other
        if (const auto done = m_options.finish(); !done)
            return tl::unexpected(done.error());
        return QStringLiteral("import ") + m_modules.join(QLatin1String(", ")) + QLatin1Char('\n') + m_text;
    }

    /// Systems bound an argument; a pipe has no bound.
    bool isPiped() const {
        constexpr qsizetype longestArgument = 16000;
        return m_role == Role::Connect && m_message && m_message->size() > longestArgument;
    }

private:
    void line(const QString& text) {
        m_text += m_indent + QString(text).replace(QLatin1Char('\n'), QLatin1Char('\n') + m_indent) + QLatin1Char('\n');
    }
    bool isGram() const { return isDatagram(m_address.scheme); }
    QString socketType() const { return isGram() ? QStringLiteral("SOCK_DGRAM") : QStringLiteral("SOCK_STREAM"); }

    void writeSocket() {
        if (isLocal(m_address.scheme)) {
            QByteArray path = m_address.path.toUtf8();
            if (path.startsWith('@'))
                path[0] = '\0';
            m_place = QLatin1Char('b') + pythonLiteral(path);
            line(QStringLiteral("s = socket.socket(socket.AF_UNIX, socket.%1)").arg(socketType()));
            return;
        }
        const QString host = m_role == Role::Listen ? listenHost(m_address) : m_address.place.host;
        const QString ipv6 = m_options.take("ipv6").value_or(QStringLiteral("any"));
        const bool isOff = ipv6 == QLatin1String("off");
        const bool isOnly = ipv6 == QLatin1String("only");
        const QString every = isOff ? QStringLiteral("0.0.0.0") : QStringLiteral("::");
        const QString addresses = QStringLiteral("socket.getaddrinfo(%1, %2, socket.%3, socket.%4)")
                                      .arg(pythonText(isEveryHost(host) ? every : host), portText(m_address),
                                           isOff ? QStringLiteral("AF_INET")
                                                 : (isOnly ? QStringLiteral("AF_INET6") : QStringLiteral("AF_UNSPEC")),
                                           socketType());
        if (m_role == Role::Listen) {
            line(QStringLiteral("f = %1[0]").arg(addresses));
        } else { // each address until one answers
            line(QStringLiteral("for f in %1:").arg(addresses));
            m_indent = QStringLiteral("    ");
        }
        line(QStringLiteral("s = socket.socket(f[0], f[1])"));
        if (isEveryHost(host) && !isOff)
            line(QStringLiteral("s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, %1)").arg(isOnly ? 1 : 0));
        m_place = QStringLiteral("f[4]");
    }

    struct SocketOption {
        const char* name;
        const char* constants; ///< level and option
    };

    void writeSocketOptions() {
        static constexpr SocketOption known[] = {{"nodelay", "socket.IPPROTO_TCP, socket.TCP_NODELAY"},
                                                 {"keepalive", "socket.SOL_SOCKET, socket.SO_KEEPALIVE"},
                                                 {"keepidle", "socket.IPPROTO_TCP, socket.TCP_KEEPIDLE"},
                                                 {"keepintvl", "socket.IPPROTO_TCP, socket.TCP_KEEPINTVL"},
                                                 {"keepcnt", "socket.IPPROTO_TCP, socket.TCP_KEEPCNT"},
                                                 {"sndbuf", "socket.SOL_SOCKET, socket.SO_SNDBUF"},
                                                 {"rcvbuf", "socket.SOL_SOCKET, socket.SO_RCVBUF"},
                                                 {"broadcast", "socket.SOL_SOCKET, socket.SO_BROADCAST"},
                                                 {"reuseaddr", "socket.SOL_SOCKET, socket.SO_REUSEADDR"}};
        for (const SocketOption& option : known) {
            if (const auto value = m_options.take(option.name))
                line(QStringLiteral("s.setsockopt(%1, %2)")
                         .arg(QLatin1String(option.constants), *value == QLatin1String("on")    ? QStringLiteral("1")
                                                               : *value == QLatin1String("off") ? QStringLiteral("0")
                                                                                                : *value));
        }
        if (const auto seconds = m_options.take("linger")) {
            m_modules << QStringLiteral("struct");
            line(QStringLiteral("s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(\"ii\", 1, %1))")
                     .arg(*seconds));
        }
        for (const auto& [name, six, four] :
             {std::tuple{"ttl", "IPV6_UNICAST_HOPS", "IP_TTL"}, std::tuple{"tos", "IPV6_TCLASS", "IP_TOS"}}) {
            const bool isGroup = QHostAddress(m_address.place.host).isMulticast(); // has another limit of hops
            const auto value = isGroup ? std::nullopt : m_options.take(name);
            if (value)
                line(QStringLiteral("s.setsockopt(*((socket.IPPROTO_IPV6, socket.%1) if f[0] == socket.AF_INET6 else "
                                    "(socket.IPPROTO_IP, socket.%2)), %3)")
                         .arg(QLatin1String(six), QLatin1String(four), *value));
        }
    }

    void writeServer() {
        if (isLocal(m_address.scheme) && !m_address.path.startsWith(QLatin1Char('@'))) {
            const QString mode = m_options.take("mode").value_or(m_address.value("mode"));
            m_modules << QStringLiteral("os");
            line(QStringLiteral("os.umask(0o777 & ~0o%1)").arg(mode));
        }
        line(QStringLiteral("s.bind(%1)").arg(m_place));
        if (isGram()) {
            line(QStringLiteral("while True:\n    d, peer = s.recvfrom(65535)\n    print(peer, d)"));
            return;
        }
        line(QStringLiteral("s.listen(%1)\nwhile True:\n    c, peer = s.accept()\n"
                            "    while d := c.recv(65536):\n        print(peer, d)\n    c.close()")
                 .arg(m_options.take("backlog").value_or(m_address.value("backlog"))));
    }

    void writeConnecting() {
        const auto timeout = m_options.take("timeout");
        if (timeout)
            line(QStringLiteral("s.settimeout(%1)").arg(secondsText(*timeout)));
        const bool isTrying = !m_indent.isEmpty();
        if (isTrying)
            line(QStringLiteral("try:"));
        m_indent = m_indent.repeated(2);
        if (const auto bind = m_options.take("bind"); bind && isLocal(m_address.scheme)) {
            line(QStringLiteral("s.bind(%1)").arg(pythonText(*bind)));
        } else if (bind) {
            const auto place = parseHostPort(*bind, false);
            const bool isAny = place->host.isEmpty() || isEveryHost(place->host);
            line(QStringLiteral("s.bind((%1, %2))")
                     .arg(pythonText(isAny ? QString() : place->host))
                     .arg(place->portFirst));
        }
        line(QStringLiteral("s.connect(%1)").arg(m_place));
        if (isTrying)
            line(QStringLiteral("break"));
        m_indent.clear();
        if (isTrying)
            line(QStringLiteral("    except OSError as error:\n        why = error\n        s.close()\n"
                                "else:\n    sys.exit(str(why))"));
        if (timeout)
            line(QStringLiteral("s.settimeout(None)"));
    }

    void writeClient() {
        writeConnecting();
        const bool isTls = isSecure(m_address.scheme);
        if (isTls)
            writeTls();
        const QString content = m_message && !isPiped() ? QLatin1Char('b') + pythonLiteral(*m_message)
                                                        : QStringLiteral("sys.stdin.buffer.read()");
        line(QStringLiteral("s.%1(%2)").arg(isGram() ? QStringLiteral("send") : QStringLiteral("sendall"), content));
        if (isGram())
            return;
        if (!isTls) // the module cannot end one direction of TLS
            line(QStringLiteral("s.shutdown(socket.SHUT_WR)"));
        line(QStringLiteral("while d := s.recv(65536):\n    sys.stdout.buffer.write(d)"));
        if (isTls)
            line(QStringLiteral("    sys.stdout.flush()"));
    }

    void writeTls() {
        m_modules << QStringLiteral("ssl");
        const auto ca = m_options.take("ca");
        line(QStringLiteral("x = ssl.create_default_context(%1)")
                 .arg(ca ? QStringLiteral("cafile=") + pythonText(*ca) : QString()));
        if (m_options.take("verify") == QLatin1String("off"))
            line(QStringLiteral("x.check_hostname = False\nx.verify_mode = ssl.CERT_NONE"));
        if (const auto cert = m_options.take("cert")) {
            const auto key = m_options.take("key");
            line(QStringLiteral("x.load_cert_chain(%1, %2)")
                     .arg(pythonText(*cert), key ? pythonText(*key) : QStringLiteral("None")));
        }
        if (const auto alpn = m_options.take("alpn")) {
            QStringList names;
            for (const QString& name : alpn->split(QLatin1Char(','), Qt::SkipEmptyParts))
                names.append(pythonText(name.trimmed()));
            line(QStringLiteral("x.set_alpn_protocols([%1])").arg(names.join(QLatin1String(", "))));
        }
        for (const auto& [ours, theirs] :
             {std::pair{"min", "minimum_version"}, std::pair{"max-version", "maximum_version"}}) {
            if (auto version = m_options.take(ours))
                line(QStringLiteral("x.%1 = ssl.TLSVersion.TLSv%2")
                         .arg(QLatin1String(theirs), *version == QLatin1String("1.0")
                                                         ? QStringLiteral("1")
                                                         : version->replace(QLatin1Char('.'), QLatin1Char('_'))));
        }
        if (const CipherLists lists = cipherLists(m_address.value("ciphers")); lists.newest.isEmpty()) {
            if (m_options.take("ciphers"))
                line(QStringLiteral("x.set_ciphers(%1)").arg(pythonText(lists.older)));
        }
        if (const auto keyLog = m_options.take("keylog"))
            line(QStringLiteral("x.keylog_filename = %1").arg(pythonText(*keyLog)));
        m_options.take("name");
        line(QStringLiteral("s = x.wrap_socket(s, server_hostname=%1)").arg(pythonText(expectedName(m_address))));
    }

    const Address& m_address;
    Role m_role;
    const std::optional<QByteArray>& m_message;
    CarriedOptions m_options;
    QStringList m_modules{QStringLiteral("socket"), QStringLiteral("sys")};
    QString m_text;
    QString m_place;
    QString m_indent; ///< of the lines that come next
};

} // namespace

Result<QString> pythonCommand(const Address& address, Role role, const std::optional<QByteArray>& message) {
    if (isSecure(address.scheme) && (isDatagram(address.scheme) || role == Role::Listen))
        return cannot(sentence(QT_TRANSLATE_NOOP(
            "Core",
            "Python is written for tcp, udp, Unix sockets and clients of tls only. Copy it as openssl or swright.")));
    PythonScript script(address, role, message);
    auto text = script.write();
    if (!text)
        return text;
    // isolated: no module of the working directory takes the place of Python's own
    return withInput(QStringLiteral("python3 -I -c '") + *text + QLatin1Char('\''),
                     script.isPiped() ? message : std::nullopt);
}

} // namespace sw::commands
