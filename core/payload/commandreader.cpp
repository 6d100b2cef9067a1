// SPDX-License-Identifier: MIT
// Sources: ncat(1), nc(1) of OpenBSD, telnet(1), socat(1), curl(1), openssl-s_client(1).
#include "core/payload/commands.h"

#include "core/payload/shellwords.h"

#include <QFileInfo>
#include <QUrl>

#include <algorithm>
#include <array>
#include <map>

namespace sw {

namespace {

tl::unexpected<Error> refuse(const QString& detail) {
    return tl::unexpected(badInput(QStringLiteral("command"), detail));
}

QString bracketed(const QString& host) {
    return host.contains(QLatin1Char(':')) && !host.startsWith(QLatin1Char('[')) ? QStringLiteral("[%1]").arg(host)
                                                                                 : host;
}

/// The address in our own words, read by the one parser there is.
Result<PastedCommand> finished(const QString& text, Role role) {
    auto address = parseAddress(text, role);
    if (!address) {
        Error error = address.error();
        error.detail = QStringLiteral("It would be %1: %2").arg(text, error.detail);
        error.position = -1;
        return tl::unexpected(error);
    }
    return PastedCommand{.address = *address, .role = role, .message = {}};
}

QString encodedPath(const QString& path) {
    return QString::fromLatin1(QUrl::toPercentEncoding(path, QByteArrayLiteral("/@")));
}

/// Splits `-lu4` and `-p 80`: letters that take a value, and letters that do not.
struct NcOptions {
    QString flags;                   ///< those without a value
    std::map<QChar, QString> values; ///< those with one
    QStringList places;              ///< what is no option

    bool has(char flag) const { return flags.contains(QLatin1Char(flag)); }
};

Result<NcOptions> readNc(const QStringList& words) {
    static const std::map<QString, QString> longFlags{
        {QStringLiteral("--listen"), QStringLiteral("l")},    {QStringLiteral("--udp"), QStringLiteral("u")},
        {QStringLiteral("--unixsock"), QStringLiteral("U")},  {QStringLiteral("--ssl"), QStringLiteral("S")},
        {QStringLiteral("--keep-open"), QStringLiteral("k")}, {QStringLiteral("--crlf"), QStringLiteral("C")},
        {QStringLiteral("--send-only"), QStringLiteral("N")}, {QStringLiteral("--no-shutdown"), QStringLiteral("d")},
        {QStringLiteral("--verbose"), QStringLiteral("v")},   {QStringLiteral("--nodns"), QStringLiteral("n")},
    };
    const QString withValue = QStringLiteral("pswiqO");
    const QString without = QStringLiteral("lukUvnN46CdzrStF");
    NcOptions options;
    bool isPlaces = false;
    for (qsizetype i = 1; i < words.size(); ++i) {
        const QString& word = words.at(i);
        if (isPlaces || !word.startsWith(QLatin1Char('-')) || word == QLatin1String("-")) {
            options.places.append(word);
        } else if (word == QLatin1String("--")) {
            isPlaces = true;
        } else if (word.startsWith(QLatin1String("--"))) {
            const auto known = longFlags.find(word);
            if (known == longFlags.end())
                return refuse(QStringLiteral("%1 of %2 is not understood.").arg(word, words.front()));
            options.flags += known->second;
        } else {
            for (qsizetype at = 1; at < word.size(); ++at) {
                const QChar flag = word.at(at);
                if (without.contains(flag)) {
                    options.flags += flag;
                    continue;
                }
                if (!withValue.contains(flag))
                    return refuse(QStringLiteral("-%1 of %2 is not understood.").arg(flag).arg(words.front()));
                const QString rest = word.mid(at + 1);
                options.values[flag] = rest.isEmpty() && i + 1 < words.size() ? words.at(++i) : rest;
                break;
            }
        }
    }
    return options;
}

Result<PastedCommand> addressOfNc(const QStringList& words, const NcOptions& given);

Result<PastedCommand> fromNc(const QStringList& words) {
    const auto options = readNc(words);
    if (!options)
        return tl::unexpected(options.error());
    auto pasted = addressOfNc(words, *options);
    if (pasted)
        pasted->sendsCrLf = options->has('C');
    return pasted;
}

Result<PastedCommand> addressOfNc(const QStringList& words, const NcOptions& given) {
    const NcOptions* options = &given;
    const bool listens = options->has('l');
    const Role role = listens ? Role::Listen : Role::Connect;
    if (options->has('U')) {
        if (options->places.size() != 1)
            return refuse(QStringLiteral("With -U, one path is expected."));
        return finished((options->has('u') ? QStringLiteral("unixgram://") : QStringLiteral("unix://")) +
                            encodedPath(options->places.front()),
                        role);
    }
    QString scheme = options->has('u') ? QStringLiteral("udp") : QStringLiteral("tcp");
    if (options->has('S'))
        scheme = QStringLiteral("tls");
    QString host;
    QString port = options->values.contains(u'p') ? options->values.at(u'p') : QString();
    QStringList places = options->places;
    if (!listens) { // there -p is the local port
        host = places.value(0);
        const QString local = port;
        port = places.value(1);
        if (places.size() != 2)
            return refuse(
                QStringLiteral("A host and a port are expected, as in `%1 localhost 8080`.").arg(words.front()));
        QStringList query;
        if (options->values.contains(u's') || !local.isEmpty())
            query.append(QStringLiteral("bind=%1%2")
                             .arg(options->values.contains(u's') ? bracketed(options->values.at(u's')) : QString(),
                                  local.isEmpty() ? QString() : QLatin1Char(':') + local));
        if (options->has('4') || options->has('6'))
            query.append(options->has('4') ? QStringLiteral("ipv6=off") : QStringLiteral("ipv6=only"));
        return finished(scheme + QStringLiteral("://") + bracketed(host) + QLatin1Char(':') + port +
                            (query.isEmpty() ? QString() : QLatin1Char('?') + query.join(QLatin1Char('&'))),
                        role);
    }
    if (port.isEmpty() && !places.isEmpty())
        port = places.takeLast();
    host = places.value(0);
    if (host.isEmpty()) // these listen everywhere
        host = options->values.contains(u's') ? options->values.at(u's') : QStringLiteral("*");
    if (places.size() > 1)
        return refuse(QStringLiteral("At most a host and a port are expected after -l."));
    QString query;
    if (options->has('4') || options->has('6'))
        query = options->has('4') ? QStringLiteral("?ipv6=off") : QStringLiteral("?ipv6=only");
    return finished(scheme + QStringLiteral("://") + bracketed(host) +
                        (port.isEmpty() ? QString() : QLatin1Char(':') + port) + query,
                    role);
}

/// Splits at a character that is not escaped by a backslash or inside brackets, and takes the backslashes out.
QStringList splitSocat(const QString& text, QChar separator) {
    QStringList parts{QString()};
    int depth = 0;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text.at(i);
        if (c == u'\\' && i + 1 < text.size()) {
            if (separator == u',') // unescaped at the next level
                parts.back() += c;
            parts.back() += text.at(++i);
            continue;
        }
        depth += c == u'[' ? 1 : (c == u']' ? -1 : 0);
        if (c == separator && depth <= 0)
            parts.append(QString());
        else
            parts.back() += c;
    }
    return parts;
}

struct SocatKind {
    const char* name;
    const char* scheme;
    Role role;
    const char* family; ///< an option that follows from the name
};

constexpr std::array socatKinds{
    SocatKind{"TCP", "tcp", Role::Connect, ""},
    SocatKind{"TCP-CONNECT", "tcp", Role::Connect, ""},
    SocatKind{"TCP4", "tcp", Role::Connect, "ipv6=off"},
    SocatKind{"TCP4-CONNECT", "tcp", Role::Connect, "ipv6=off"},
    SocatKind{"TCP6", "tcp", Role::Connect, "ipv6=only"},
    SocatKind{"TCP6-CONNECT", "tcp", Role::Connect, "ipv6=only"},
    SocatKind{"TCP-LISTEN", "tcp", Role::Listen, ""},
    SocatKind{"TCP-L", "tcp", Role::Listen, ""},
    SocatKind{"TCP4-LISTEN", "tcp", Role::Listen, "ipv6=off"},
    SocatKind{"TCP6-LISTEN", "tcp", Role::Listen, "ipv6=only"},
    SocatKind{"UDP", "udp", Role::Connect, ""},
    SocatKind{"UDP4", "udp", Role::Connect, "ipv6=off"},
    SocatKind{"UDP6", "udp", Role::Connect, "ipv6=only"},
    SocatKind{"UDP-SENDTO", "udp", Role::Connect, ""},
    SocatKind{"UDP-RECV", "udp", Role::Listen, ""},
    SocatKind{"UDP4-RECV", "udp", Role::Listen, "ipv6=off"},
    SocatKind{"UDP6-RECV", "udp", Role::Listen, "ipv6=only"},
    SocatKind{"UDP-RECVFROM", "udp", Role::Listen, ""},
    SocatKind{"UDP-LISTEN", "udp", Role::Listen, ""},
    SocatKind{"UNIX", "unix", Role::Connect, ""},
    SocatKind{"UNIX-CONNECT", "unix", Role::Connect, ""},
    SocatKind{"UNIX-CLIENT", "unix", Role::Connect, ""},
    SocatKind{"UNIX-LISTEN", "unix", Role::Listen, ""},
    SocatKind{"UNIX-L", "unix", Role::Listen, ""},
    SocatKind{"UNIX-SENDTO", "unixgram", Role::Connect, ""},
    SocatKind{"UNIX-RECV", "unixgram", Role::Listen, ""},
    SocatKind{"UNIX-RECVFROM", "unixgram", Role::Listen, ""},
    SocatKind{"ABSTRACT-CONNECT", "unix", Role::Connect, "@"},
    SocatKind{"ABSTRACT-LISTEN", "unix", Role::Listen, "@"},
    SocatKind{"ABSTRACT-SENDTO", "unixgram", Role::Connect, "@"},
    SocatKind{"ABSTRACT-RECV", "unixgram", Role::Listen, "@"},
    SocatKind{"OPENSSL", "tls", Role::Connect, ""},
    SocatKind{"OPENSSL-LISTEN", "tls", Role::Listen, ""},
};

/// Our option for one of socat's; empty: it needs nothing here. Nothing: not understood.
std::optional<QString> socatOption(const QString& option, const QString& scheme, Role role, QString& host) {
    const QString name = option.section(QLatin1Char('='), 0, 0);
    const QString value = option.section(QLatin1Char('='), 1);
    const OptionSpec* spec = findOption(name);
    if (name == QLatin1String("bind") && role == Role::Listen) {
        host = value;
        return QString();
    }
    for (const char* harmless :
         {"fork", "reuseaddr", "reuseport", "shut-none", "ignoreeof", "unlink-early", "end-close"}) {
        if (name == QLatin1String(harmless))
            return name == QLatin1String("reuseport") ? QStringLiteral("reuseport=on") : QString();
    }
    if (name == QLatin1String("ipv6only") || name == QLatin1String("pf"))
        return value == QLatin1String("1") || value == QLatin1String("ip6") ? QStringLiteral("ipv6=only") : QString();
    const auto known = parseScheme(scheme);
    if (spec == nullptr || !known || !spec->appliesTo(*known) || !spec->appliesTo(role))
        return std::nullopt;
    return QString(name + QLatin1Char('=') + (value.isEmpty() ? QStringLiteral("on") : value));
}

const SocatKind* socatKind(const QString& name) {
    for (const SocatKind& kind : socatKinds) {
        if (name == QLatin1String(kind.name))
            return &kind;
    }
    return nullptr;
}

Result<PastedCommand> fromSocatAddress(const QString& text) {
    QStringList parts = splitSocat(text, QLatin1Char(','));
    const QStringList fields = splitSocat(parts.takeFirst(), QLatin1Char(':'));
    const QString kindName = fields.front().toUpper();
    const SocatKind* kind = socatKind(kindName);
    if (kind == nullptr)
        return refuse(QStringLiteral("“%1” of socat is not understood; TCP, UDP, UNIX and ABSTRACT addresses are.")
                          .arg(fields.front()));
    const QString scheme = QString::fromLatin1(kind->scheme);
    QStringList options;
    QString host = kind->role == Role::Listen ? QStringLiteral("*") : fields.value(1);
    for (const QString& part : parts) {
        const auto option = socatOption(part, scheme, kind->role, host);
        if (!option)
            return refuse(QStringLiteral("socat's option “%1” is not understood here.").arg(part));
        if (!option->isEmpty())
            options.append(*option);
    }
    const QString family = QString::fromLatin1(kind->family);
    if (scheme.startsWith(QLatin1String("unix"))) {
        const QString path = (family == QLatin1String("@") ? family : QString()) + fields.value(1);
        return finished(scheme + QStringLiteral("://") + encodedPath(path) +
                            (options.isEmpty() ? QString() : QLatin1Char('?') + options.join(QLatin1Char('&'))),
                        kind->role);
    }
    const bool isLiteral = isIpLiteral(host) || host.startsWith(QLatin1Char('['));
    const bool saysFamily = std::any_of(options.begin(), options.end(), [](const QString& option) {
        return option.startsWith(QLatin1String("ipv6="));
    });
    if (!family.isEmpty() && !isLiteral && !saysFamily &&
        !(kind->role == Role::Listen && text.contains(QLatin1String("ipv6only=0"))))
        options.append(family);
    const QString port = kind->role == Role::Listen ? fields.value(1) : fields.value(2);
    return finished(scheme + QStringLiteral("://") + bracketed(host) + QLatin1Char(':') + port +
                        (options.isEmpty() ? QString() : QLatin1Char('?') + options.join(QLatin1Char('&'))),
                    kind->role);
}

Result<PastedCommand> fromSocat(const QStringList& words) {
    QStringList places;
    for (qsizetype i = 1; i < words.size(); ++i) {
        const QString& word = words.at(i);
        if (word == QLatin1String("-b") || word == QLatin1String("-t") || word == QLatin1String("-T"))
            ++i;
        else if (word == QLatin1String("-") || !word.startsWith(QLatin1Char('-')))
            places.append(word);
    }
    places.removeIf([](const QString& place) {
        return place == QLatin1String("-") || place.startsWith(QLatin1String("STD"), Qt::CaseInsensitive);
    });
    if (places.size() != 1)
        return refuse(QStringLiteral("socat between standard input and one socket is understood; this has %1 sockets.")
                          .arg(places.size()));
    return fromSocatAddress(places.front());
}

/// Host and port as they stand in a Host header.
QByteArray formatted(const QUrl& url) {
    QString text = bracketed(url.host());
    if (url.port() >= 0)
        text += QStringLiteral(":%1").arg(url.port());
    return text.toUtf8();
}

/// RFC 7617
QByteArray credentials(const QUrl& url) {
    const QString text = url.userName(QUrl::FullyDecoded) + QLatin1Char(':') + url.password(QUrl::FullyDecoded);
    return text.toUtf8().toBase64();
}

Result<PastedCommand> fromCurl(const QStringList& words) {
    QString url;
    QString method = QStringLiteral("GET");
    QString target;
    QString unixPath;
    QStringList headers;
    QByteArray body;
    bool hasMethod = false;
    bool hasForm = false;
    for (qsizetype i = 1; i < words.size(); ++i) {
        const QString& word = words.at(i);
        const auto value = [&] { return i + 1 < words.size() ? words.at(++i) : QString(); };
        if (word == QLatin1String("-X") || word == QLatin1String("--request")) {
            method = value();
            hasMethod = true;
        } else if (word == QLatin1String("-H") || word == QLatin1String("--header")) {
            headers.append(value());
        } else if (word == QLatin1String("-d") || word == QLatin1String("--data") ||
                   word == QLatin1String("--data-binary") || word == QLatin1String("--data-raw")) {
            const QByteArray piece = value().toUtf8();
            if (piece.startsWith('@') && word != QLatin1String("--data-raw"))
                return refuse(QStringLiteral("curl would read the file %1 here; that is not done.")
                                  .arg(QString::fromUtf8(piece)));
            body += QByteArray(hasForm ? "&" : "").append(piece);
            hasForm = true;
        } else if (word == QLatin1String("--request-target")) {
            target = value();
        } else if (word == QLatin1String("--unix-socket")) {
            unixPath = value();
        } else if (word == QLatin1String("--abstract-unix-socket")) {
            unixPath = QLatin1Char('@') + value();
        } else if (word == QLatin1String("--url")) {
            url = value();
        } else if (word.startsWith(QLatin1Char('-'))) {
            static const QStringList harmless{
                QStringLiteral("-s"), QStringLiteral("-S"), QStringLiteral("-sS"),          QStringLiteral("-g"),
                QStringLiteral("-v"), QStringLiteral("-i"), QStringLiteral("--path-as-is"), QStringLiteral("-N")};
            if (!harmless.contains(word))
                return refuse(QStringLiteral("%1 of curl is not understood.").arg(word));
        } else {
            url = word;
        }
    }
    const QUrl parsed(url.contains(QLatin1String("://")) ? url : QStringLiteral("http://") + url);
    const QString scheme = parsed.scheme();
    if (!parsed.isValid() || parsed.host().isEmpty())
        return refuse(QStringLiteral("“%1” is no URL.").arg(url));
    if (scheme == QLatin1String("telnet"))
        return finished(QStringLiteral("tcp://%1:%2").arg(bracketed(parsed.host())).arg(parsed.port(23)),
                        Role::Connect);
    if (scheme != QLatin1String("http") && scheme != QLatin1String("https"))
        return refuse(QStringLiteral("curl with %1:// is not understood; http, https and telnet are.").arg(scheme));
    const bool isTls = scheme == QLatin1String("https");
    auto pasted = finished(
        unixPath.isEmpty() ? QStringLiteral("%1://%2:%3")
                                 .arg(isTls ? QStringLiteral("tls") : QStringLiteral("tcp"), bracketed(parsed.host()))
                                 .arg(parsed.port(isTls ? 443 : 80))
                           : QStringLiteral("unix://") + encodedPath(unixPath),
        Role::Connect);
    if (!pasted)
        return pasted;
    if (!hasMethod && !body.isEmpty())
        method = QStringLiteral("POST");
    if (target.isEmpty())
        target =
            parsed.toString(QUrl::RemoveScheme | QUrl::RemoveAuthority | QUrl::RemoveFragment | QUrl::FullyEncoded);
    QByteArray request = (method + QLatin1Char(' ') + (target.isEmpty() ? QStringLiteral("/") : target) +
                          QStringLiteral(" HTTP/1.1\r\n"))
                             .toUtf8();
    const bool hasHost = std::any_of(headers.begin(), headers.end(), [](const QString& header) {
        return header.startsWith(QLatin1String("host:"), Qt::CaseInsensitive);
    });
    if (!hasHost)
        request += QByteArray("Host: ").append(formatted(parsed)).append("\r\n");
    for (const QString& header : headers) {
        if (!header.endsWith(QLatin1Char(':'))) // `Accept:` only takes out what curl would add
            request += header.toUtf8().append("\r\n");
    }
    const bool hasType = std::any_of(headers.begin(), headers.end(), [](const QString& header) {
        return header.startsWith(QLatin1String("content-type:"), Qt::CaseInsensitive);
    });
    if (hasForm && !hasType)
        request += QByteArray("Content-Type: application/x-www-form-urlencoded\r\n");
    if (!parsed.userInfo().isEmpty())
        request += QByteArray("Authorization: Basic ").append(credentials(parsed)).append("\r\n");
    if (!body.isEmpty())
        request += QByteArray("Content-Length: ").append(QByteArray::number(body.size())).append("\r\n");
    pasted->message = request.append("\r\n").append(body);
    return pasted;
}

Result<PastedCommand> fromOpenssl(const QStringList& words) {
    const qsizetype at = words.indexOf(QLatin1String("-connect"));
    if (words.value(1) != QLatin1String("s_client") || at < 0 || at + 1 >= words.size())
        return refuse(QStringLiteral("openssl is understood as `openssl s_client -connect HOST:PORT`."));
    return finished(QStringLiteral("tls://") + words.at(at + 1), Role::Connect);
}

Result<PastedCommand> fromSwright(const QStringList& words) {
    const QString verb = words.value(1);
    const bool isKnown = verb == QLatin1String("listen") || verb == QLatin1String("connect");
    const auto place = std::find_if(words.begin() + std::min<qsizetype>(2, words.size()), words.end(),
                                    [](const QString& word) { return word.contains(QLatin1String("://")); });
    if (!isKnown || place == words.end())
        return refuse(
            QStringLiteral("swright is understood as `swright listen ADDRESS` or `swright connect ADDRESS`."));
    return finished(*place, verb == QLatin1String("listen") ? Role::Listen : Role::Connect);
}

Result<PastedCommand> fromTelnet(const QStringList& words) {
    if (words.size() < 2 || words.size() > 3)
        return refuse(QStringLiteral("telnet is understood as `telnet HOST [PORT]`."));
    return finished(QStringLiteral("tcp://%1:%2").arg(bracketed(words.at(1)), words.value(2, QStringLiteral("23"))),
                    Role::Connect);
}

struct Reader {
    const char* program;
    Result<PastedCommand> (*read)(const QStringList&);
};

constexpr std::array readers{
    Reader{"ncat", fromNc},         Reader{"nc", fromNc},           Reader{"netcat", fromNc},
    Reader{"telnet", fromTelnet},   Reader{"socat", fromSocat},     Reader{"curl", fromCurl},
    Reader{"openssl", fromOpenssl}, Reader{"swright", fromSwright},
};

const Reader* readerOf(const QString& program) {
    const QString name = QFileInfo(program).fileName();
    for (const Reader& reader : readers) {
        if (name == QLatin1String(reader.program))
            return &reader;
    }
    return nullptr;
}

} // namespace

bool looksLikeCommand(const QString& text) {
    const QString first = text.trimmed().section(QLatin1Char(' '), 0, 0);
    return first != text.trimmed() && !first.contains(QLatin1String("://")) &&
           (readerOf(first) != nullptr || first == QLatin1String("printf") || first == QLatin1String("echo"));
}

Result<PastedCommand> fromCommand(const QString& text) {
    auto commands = shellPipeline(text.trimmed());
    if (!commands)
        return tl::unexpected(commands.error());
    if (commands->size() > 2)
        return refuse(QStringLiteral("Of a pipeline, printf or echo and one program are understood."));
    QByteArray message;
    if (commands->size() == 2) {
        auto printed = printedBytes(commands->front());
        if (!printed)
            return tl::unexpected(printed.error());
        message = *printed;
    }
    const QStringList& words = commands->back();
    const Reader* reader = words.isEmpty() ? nullptr : readerOf(words.front());
    if (reader == nullptr)
        return refuse(
            QStringLiteral("“%1” is no program that is understood here; ncat, nc, telnet, socat, curl, openssl "
                           "s_client and swright are.")
                .arg(words.value(0)));
    auto pasted = reader->read(words);
    if (pasted && !message.isEmpty())
        pasted->message = pasted->sendsCrLf ? QByteArray(message).replace("\r\n", "\n").replace("\n", "\r\n") : message;
    return pasted;
}

} // namespace sw
