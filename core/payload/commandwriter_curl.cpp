// SPDX-License-Identifier: MIT
// Source: curl(1).
#include "core/payload/commandwriters.h"

#include <QRegularExpression>

#include <algorithm>

namespace sw::commands {

namespace {

struct HttpRequest {
    QString method;
    QString target;
    bool isOld = false; ///< HTTP/1.0
    QStringList headers;
    QByteArray body;
};

/// A whole HTTP/1 request, if the bytes are one with nothing unusual in it (RFC 9112).
std::optional<HttpRequest> httpRequest(const QByteArray& bytes) {
    const qsizetype end = bytes.indexOf("\r\n\r\n");
    if (end < 0)
        return std::nullopt;
    const QStringList lines = QString::fromLatin1(bytes.left(end)).split(QStringLiteral("\r\n"));
    static const QRegularExpression first(QStringLiteral("^([A-Z]+) ([!-~]+) HTTP/1\\.([01])\\z"));
    static const QRegularExpression header(QStringLiteral("^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \\t]*([ -~\\t]*)\\z"));
    const auto start = first.match(lines.front());
    if (!start.hasMatch())
        return std::nullopt;
    HttpRequest request{.method = start.captured(1),
                        .target = start.captured(2),
                        .isOld = start.captured(3) == QLatin1String("0"),
                        .headers = {},
                        .body = bytes.mid(end + 4)};
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
        return std::nullopt; // something follows it, or part of it is missing
    for (const char* own : {"Host", "Accept", "User-Agent", "Content-Type"}) { // which curl would add
        const QString name = QString::fromLatin1(own);
        const bool isGiven = std::any_of(request.headers.begin(), request.headers.end(), [&](const QString& one) {
            return one.startsWith(name + QLatin1Char(':'), Qt::CaseInsensitive);
        });
        if (!isGiven)
            request.headers.append(name + QLatin1Char(':'));
    }
    return request;
}

/// What both kinds of transfer take: the local address, the family, how long connecting may take.
QStringList curlSocketWords(CarriedOptions& options, const Address& address) {
    QStringList words;
    const QString ipv6 = address.value("ipv6");
    if (ipv6 == QLatin1String("off") || ipv6 == QLatin1String("only"))
        words << (ipv6 == QLatin1String("off") ? QStringLiteral("-4") : QStringLiteral("-6"));
    options.take("ipv6");
    if (const auto bind = options.take("bind")) {
        const auto place = parseHostPort(*bind, false);
        if (!place->host.isEmpty() && !isEveryHost(place->host))
            words << QStringLiteral("--interface") << QStringLiteral("host!") + place->host;
        if (place->portFirst != 0)
            words << QStringLiteral("--local-port") << QString::number(place->portFirst);
    }
    if (const auto timeout = options.take("timeout"))
        words << QStringLiteral("--connect-timeout") << secondsText(*timeout);
    if (options.take("nodelay") == QLatin1String("off"))
        words << QStringLiteral("--no-tcp-nodelay");
    if (options.take("keepalive") == QLatin1String("off"))
        words << QStringLiteral("--no-keepalive");
    return words;
}

/// curl takes what follows a colon for the key's password.
QString curlCertificate(QString path) {
    return path.replace(QLatin1Char('\\'), QLatin1String("\\\\")).replace(QLatin1Char(':'), QLatin1String("\\:"));
}

QStringList curlTrustWords(CarriedOptions& options) {
    QStringList words;
    if (options.take("verify") == QLatin1String("off"))
        words << QStringLiteral("-k");
    if (const auto ca = options.take("ca")) // and not the system's folder, which it would trust beside the file
        words << QStringLiteral("--cacert") << *ca << QStringLiteral("--capath") << QStringLiteral("/dev/null");
    if (const auto cert = options.take("cert"))
        words << QStringLiteral("--cert") << curlCertificate(*cert);
    if (const auto key = options.take("key"))
        words << QStringLiteral("--key") << *key;
    return words;
}

QStringList curlTlsWords(CarriedOptions& options, const Address& address) {
    QStringList words = curlTrustWords(options);
    if (!address.given("alpn"))
        words << QStringLiteral("--no-alpn");
    options.takeIf("alpn", "http/1.1"); // which it offers with --http1.1
    if (const auto version = options.take("min"))
        words << (*version == QLatin1String("1.0") ? QStringLiteral("--tlsv1.0") : QStringLiteral("--tlsv") + *version);
    if (const auto version = options.take("max-version"))
        words << QStringLiteral("--tls-max") << *version;
    if (const auto ciphers = options.take("ciphers")) {
        const CipherLists lists = cipherLists(*ciphers);
        if (!lists.older.isEmpty())
            words << QStringLiteral("--ciphers") << lists.older;
        if (!lists.newest.isEmpty())
            words << QStringLiteral("--tls13-ciphers") << lists.newest;
    }
    if (options.take("resume") == QLatin1String("off"))
        words << QStringLiteral("--no-sessionid");
    if (const auto name = options.take("name")) {
        HostPort expected = address.place;
        expected.host = *name;
        expected.service.clear();
        words << QStringLiteral("--connect-to") << formatHostPort(expected) + QLatin1Char(':') + hostAndPort(address);
    }
    return words;
}

Result<QString> httpCommand(const Address& address, const HttpRequest& request) {
    const bool isTls = isSecure(address.scheme);
    CarriedOptions options(CommandTool::Curl, address);
    QStringList words{QStringLiteral("curl"), QStringLiteral("-sS"), QStringLiteral("-g"),
                      QStringLiteral("--path-as-is")};
    if (request.isOld || isTls)
        words << (request.isOld ? QStringLiteral("--http1.0") : QStringLiteral("--http1.1"));
    words << QStringLiteral("-X") << request.method;
    if (isLocal(address.scheme))
        words << (address.path.startsWith(QLatin1Char('@'))
                      ? QStringList{QStringLiteral("--abstract-unix-socket"), address.path.mid(1)}
                      : QStringList{QStringLiteral("--unix-socket"), address.path});
    words << curlSocketWords(options, address);
    if (isTls)
        words << curlTlsWords(options, address);
    if (const auto done = options.finish(); !done)
        return tl::unexpected(done.error());
    words << QStringLiteral("--request-target") << request.target;
    for (const QString& header : request.headers)
        words << QStringLiteral("-H") << header;
    if (!request.body.isEmpty())
        words << QStringLiteral("--data-binary") << QStringLiteral("@-");
    HostPort place = address.place;
    place.host = expectedName(address);
    place.service.clear();
    const QString host = isLocal(address.scheme) ? QStringLiteral("localhost") : formatHostPort(place);
    words << QStringLiteral("--url")
          << (isTls ? QStringLiteral("https://") : QStringLiteral("http://")) + host + QLatin1Char('/');
    return withInput(joined(words), request.body.isEmpty() ? std::nullopt : std::optional(request.body));
}

} // namespace

Result<QString> curlCommand(const Address& address, Role role, const std::optional<QByteArray>& message) {
    if (role == Role::Listen)
        return cannot(sentence(QT_TRANSLATE_NOOP("Core", "curl cannot listen. Copy it as ncat or socat.")));
    const auto request = message ? httpRequest(*message) : std::nullopt;
    if (request && !isDatagram(address.scheme))
        return httpCommand(address, *request);
    if (!isTcp(address.scheme) || isSecure(address.scheme))
        return cannot(
            sentence(QT_TRANSLATE_NOOP("Core", "curl sends other than HTTP requests over tcp only (telnet://).")));
    if (message && message->contains('\xff'))
        return cannot(sentence(QT_TRANSLATE_NOOP("Core", "curl's telnet:// doubles the byte ff, and so would not send "
                                                         "this message as it is. Copy it as ncat or socat.")));
    CarriedOptions options(CommandTool::Curl, address);
    QStringList words{QStringLiteral("curl"), QStringLiteral("-sS"), QStringLiteral("-g")};
    words << curlSocketWords(options, address) << QStringLiteral("--url")
          << QStringLiteral("telnet://") + hostAndPort(address);
    if (const auto done = options.finish(); !done)
        return tl::unexpected(done.error());
    return withInput(joined(words), message);
}

} // namespace sw::commands
