// SPDX-License-Identifier: MIT
// Source: curl(1).
#include "core/payload/commandreaders.h"
#include "core/payload/curloptions.h"

#include <QUrl>

#include <algorithm>
#include <optional>

namespace sw::commands {

namespace {

const CurlOption* curlOption(const QString& letter, const QString& word) {
    for (const CurlOption& option : curlOptions) {
        if (letter.isEmpty() ? word == QLatin1String(option.word) : letter == QLatin1String(option.letter))
            return &option;
    }
    return nullptr;
}

/// The host as it was written: QUrl reads 010.0.0.1 as octal, and writes 8.0.0.1.
QString writtenHost(const QString& url) {
    QString authority = url.section(QLatin1String("://"), 1).section(QLatin1Char('/'), 0, 0);
    authority = authority.section(QLatin1Char('?'), 0, 0).section(QLatin1Char('#'), 0, 0);
    authority = authority.section(QLatin1Char('@'), -1);
    if (authority.startsWith(QLatin1Char('[')))
        return authority.section(QLatin1Char(']'), 0, 0).mid(1);
    return authority.section(QLatin1Char(':'), 0, 0);
}

/// A password is behind a colon, unless a backslash stands before it.
std::optional<QString> certificatePath(const QString& value) {
    QString path;
    for (qsizetype i = 0; i < value.size(); ++i) {
        const bool isEscaped =
            value.at(i) == u'\\' && i + 1 < value.size() && QStringLiteral("\\:").contains(value.at(i + 1));
        if (!isEscaped && value.at(i) == u':')
            return std::nullopt;
        i += isEscaped ? 1 : 0;
        path += value.at(i);
    }
    return path;
}

/// One command line of curl while it is read.
class CurlReader {
public:
    CurlReader(const QStringList& words, QByteArray input) : m_words(words.mid(1)), m_input(std::move(input)) {}

    Result<PastedCommand> read() {
        while (!m_words.isEmpty()) {
            if (const auto done = readWord(m_words.next()); !done)
                return tl::unexpected(done.error());
        }
        if (!m_url.contains(QLatin1String("://")))
            m_url.prepend(QLatin1String("http://"));
        return finish();
    }

private:
    Result<void> readWord(const QString& word) {
        if (!word.startsWith(QLatin1Char('-')) || word == QLatin1String("-"))
            return setUrl(word);
        if (word.startsWith(QLatin1String("--")))
            return readOption(curlOption({}, word.mid(2)), word, {});
        for (qsizetype at = 1; at < word.size(); ++at) {
            const CurlOption* option = curlOption(word.mid(at, 1), {});
            const bool takesRest = option != nullptr && option->takesValue;
            auto done =
                readOption(option, QLatin1Char('-') + word.mid(at, 1), takesRest ? word.mid(at + 1) : QString());
            if (!done || takesRest)
                return done;
        }
        return {};
    }

    Result<void> readOption(const CurlOption* option, const QString& name, const QString& rest) {
        if (option == nullptr)
            return refuseOption(name, QStringLiteral("curl"));
        if (!option->takesValue)
            return applyFlag(*option);
        const auto value = rest.isEmpty() ? m_words.valueOf(name) : Result<QString>(rest);
        if (!value)
            return tl::unexpected(value.error());
        return applyValue(*option, *value, name);
    }

    Result<void> setUrl(const QString& url) {
        if (!m_url.isEmpty())
            return refuse(sentence(
                QT_TRANSLATE_NOOP("Core", "curl with more than one URL is not understood: %1 and %2."), m_url, url));
        m_url = url;
        return {};
    }

    Result<void> applyFlag(const CurlOption& option) {
        switch (option.effect) {
        case CurlEffect::Head:
            m_method = QStringLiteral("HEAD");
            break;
        case CurlEffect::Old:
            m_version = QStringLiteral("HTTP/1.0");
            break;
        case CurlEffect::Insecure:
            m_options.set("verify", QStringLiteral("off"));
            break;
        case CurlEffect::Four:
        case CurlEffect::Six:
            m_options.set("ipv6", option.effect == CurlEffect::Four ? QStringLiteral("off") : QStringLiteral("only"));
            break;
        case CurlEffect::NoGlob:
            m_hasNoGlob = true;
            break;
        case CurlEffect::Option: {
            const QByteArrayList parts = QByteArray(option.option).split('=');
            m_options.set(parts.front().constData(), QString::fromLatin1(parts.back()));
            break;
        }
        default:
            break;
        }
        return {};
    }

    Result<void> applyValue(const CurlOption& option, const QString& value, const QString& name) {
        switch (option.effect) {
        case CurlEffect::Url:
            return setUrl(value);
        case CurlEffect::Method:
            m_method = value;
            break;
        case CurlEffect::Header:
            return addHeader(value);
        case CurlEffect::Agent:
            return addHeader(QStringLiteral("User-Agent: ") + value);
        case CurlEffect::Referer:
            return addHeader(QStringLiteral("Referer: ") + value);
        case CurlEffect::Cookie:
            if (!value.contains(QLatin1Char('=')))
                return refuse(sentence(
                    QT_TRANSLATE_NOOP("Core", "curl would read cookies from the file %1 here; that is not done."),
                    value));
            return addHeader(QStringLiteral("Cookie: ") + value);
        case CurlEffect::User:
            m_user = value;
            break;
        case CurlEffect::Data:
        case CurlEffect::RawData:
            return addData(value, option.effect == CurlEffect::RawData, name);
        case CurlEffect::Target:
            m_target = value;
            break;
        case CurlEffect::UnixPath:
            m_path = value;
            break;
        case CurlEffect::AbstractPath:
            m_path = QLatin1Char('@') + value;
            break;
        default:
            return applyConnection(option, value, name);
        }
        return {};
    }

    Result<void> applyConnection(const CurlOption& option, const QString& value, const QString& name) {
        switch (option.effect) {
        case CurlEffect::TrustFolder: // with a file beside it, it only takes the system's authorities out
            if (value != QLatin1String("/dev/null"))
                return refuseOption(name, QStringLiteral("curl"));
            break;
        case CurlEffect::Certificate: {
            const auto path = certificatePath(value);
            if (!path)
                return refuse(sentence(
                    QT_TRANSLATE_NOOP("Core", "The password behind the colon of %1 is not understood."), name));
            m_options.set("cert", *path);
            break;
        }
        case CurlEffect::Ciphers:
            m_options.set("ciphers",
                          m_options.has("ciphers") ? m_options.value("ciphers") + QLatin1Char(':') + value : value);
            break;
        case CurlEffect::Interface: {
            const QString host = value.startsWith(QLatin1String("host!")) ? value.mid(5) : value;
            if (!isIpLiteral(host))
                return refuse(sentence(QT_TRANSLATE_NOOP("Core", "%1 %2 of curl is not understood; an IP address is."),
                                       name, value));
            m_localHost = host;
            break;
        }
        case CurlEffect::LocalPort:
            m_localPort = value;
            break;
        case CurlEffect::ConnectTo:
            m_connectTo = value;
            break;
        default: // CurlEffect::Option
            m_options.set(option.option, qstrcmp(option.option, "timeout") == 0 ? value + QLatin1Char('s') : value);
            break;
        }
        return {};
    }

    Result<void> addHeader(const QString& header) {
        if (header.startsWith(QLatin1Char('@')))
            return refuse(
                sentence(QT_TRANSLATE_NOOP("Core", "curl would read the file %1 here; that is not done."), header));
        m_headers.append(header.endsWith(QLatin1Char(';')) && !header.contains(QLatin1Char(':'))
                             ? header.chopped(1) + QLatin1Char(':') + QLatin1Char(' ')
                             : header);
        return {};
    }

    Result<void> addData(const QString& value, bool isRaw, const QString& name) {
        QByteArray piece = value.toUtf8();
        if (!isRaw && value == QLatin1String("@-")) {
            m_readsInput = true;
            piece = m_input;
            if (name != QLatin1String("--data-binary")) // it takes line ends out
                piece.replace("\r", "").replace("\n", "");
        } else if (!isRaw && piece.startsWith('@')) {
            return refuse(
                sentence(QT_TRANSLATE_NOOP("Core", "curl would read the file %1 here; that is not done."), value));
        }
        m_body += QByteArray(m_hasBody ? "&" : "").append(piece);
        m_hasBody = true;
        return {};
    }

    Result<PastedCommand> finish() {
        if (const auto problem = ambiguityOfHost(writtenHost(m_url)))
            return refuse(*problem);
        const QUrl url(m_url);
        if (!url.isValid() || url.host().isEmpty())
            return refuse(sentence(QT_TRANSLATE_NOOP("Core", "“%1” is no URL."), m_url));
        const QString rest = m_url.section(QLatin1Char(']'), -1);
        if (!m_hasNoGlob && (rest.contains(QLatin1Char('{')) || url.path().contains(QLatin1Char('['))))
            return refuse(sentence(
                QT_TRANSLATE_NOOP(
                    "Core", "curl would make several URLs of the brackets in %1; with -g it takes them as they are."),
                m_url));
        const QString scheme = url.scheme();
        if (scheme == QLatin1String("telnet"))
            return finishTelnet(url);
        if (scheme != QLatin1String("http") && scheme != QLatin1String("https"))
            return refuse(sentence(
                QT_TRANSLATE_NOOP("Core", "curl with %1:// is not understood; http, https and telnet are."), scheme));
        if (!m_input.isEmpty() && !m_readsInput)
            return refuse(sentence(QT_TRANSLATE_NOOP(
                "Core", "Nothing reads what stands before the |: curl takes it with --data-binary @-.")));
        auto pasted = place(url, scheme == QLatin1String("https"));
        if (pasted)
            pasted->message = request(url);
        return pasted;
    }

    Result<PastedCommand> finishTelnet(const QUrl& url) {
        if (m_hasBody || !m_headers.isEmpty() || !m_method.isEmpty() || !m_path.isEmpty() || !m_target.isEmpty() ||
            !m_connectTo.isEmpty() || !m_user.isEmpty() || !m_version.isEmpty())
            return refuse(sentence(
                QT_TRANSLATE_NOOP("Core", "curl takes options of HTTP with http:// and https:// only, and this is %1."),
                m_url));
        setBind();
        return finished(QStringLiteral("tcp://%1:%2").arg(bracketed(url.host())).arg(url.port(23)), m_options,
                        Role::Connect);
    }

    void setBind() {
        if (!m_localHost.isEmpty() || !m_localPort.isEmpty())
            m_options.set("bind", bracketed(m_localHost) +
                                      (m_localPort.isEmpty() ? QString() : QLatin1Char(':') + m_localPort));
    }

    Result<PastedCommand> place(const QUrl& url, bool isTls) {
        setBind();
        const int port = url.port(isTls ? 443 : 80);
        if (!m_path.isEmpty()) {
            if (isTls)
                return refuse(
                    sentence(QT_TRANSLATE_NOOP("Core", "https through a Unix socket is not understood; http is.")));
            return finished(QStringLiteral("unix://") + encodedPath(m_path), m_options, Role::Connect);
        }
        const QString scheme = isTls ? QStringLiteral("tls://") : QStringLiteral("tcp://");
        if (m_connectTo.isEmpty())
            return finished(scheme + QStringLiteral("%1:%2").arg(bracketed(url.host())).arg(port), m_options,
                            Role::Connect);
        const QString from = QStringLiteral("%1:%2:").arg(bracketed(url.host())).arg(port);
        if (!m_connectTo.startsWith(from) && !m_connectTo.startsWith(QLatin1String("::")))
            return refuse(sentence(QT_TRANSLATE_NOOP("Core", "--connect-to %1 is not for %2."), m_connectTo, m_url));
        if (isTls)
            m_options.set("name", url.host());
        const QString to = m_connectTo.mid(m_connectTo.startsWith(from) ? from.size() : 2);
        return finished(scheme + to, m_options, Role::Connect);
    }

    bool hasHeader(const char* name) const {
        return std::any_of(m_headers.begin(), m_headers.end(), [name](const QString& header) {
            return header.startsWith(QLatin1String(name) + QLatin1Char(':'), Qt::CaseInsensitive);
        });
    }

    QByteArray request(const QUrl& url) const {
        const QString method = !m_method.isEmpty() ? m_method
                               : m_hasBody         ? QStringLiteral("POST")
                                                   : QStringLiteral("GET");
        QString target = m_target;
        if (target.isEmpty())
            target =
                url.toString(QUrl::RemoveScheme | QUrl::RemoveAuthority | QUrl::RemoveFragment | QUrl::FullyEncoded);
        if (!target.startsWith(QLatin1Char('/')) && m_target.isEmpty())
            target.prepend(QLatin1Char('/'));
        QByteArray text = (method + QLatin1Char(' ') + target + QLatin1Char(' ') +
                           (m_version.isEmpty() ? QStringLiteral("HTTP/1.1") : m_version) + QStringLiteral("\r\n"))
                              .toUtf8();
        if (!hasHeader("host"))
            text += QByteArray("Host: ").append(hostHeader(url)).append("\r\n");
        for (const QString& header : m_headers) {
            if (!header.endsWith(QLatin1Char(':'))) // `Accept:` only takes out what curl would add
                text += header.toUtf8().append("\r\n");
        }
        if (m_hasBody && !hasHeader("content-type"))
            text += QByteArray("Content-Type: application/x-www-form-urlencoded\r\n");
        if (const QByteArray user = credentials(url); !user.isEmpty() && !hasHeader("authorization"))
            text += QByteArray("Authorization: Basic ").append(user.toBase64()).append("\r\n"); // RFC 7617
        if (m_hasBody)
            text += QByteArray("Content-Length: ").append(QByteArray::number(m_body.size())).append("\r\n");
        return text.append("\r\n").append(m_body);
    }

    /// Host and port as they stand in a Host header.
    static QByteArray hostHeader(const QUrl& url) {
        QString text = bracketed(url.host());
        if (url.port() >= 0)
            text += QStringLiteral(":%1").arg(url.port());
        return text.toUtf8();
    }

    QByteArray credentials(const QUrl& url) const {
        if (!m_user.isEmpty())
            return m_user.contains(QLatin1Char(':')) ? m_user.toUtf8() : (m_user + QLatin1Char(':')).toUtf8();
        if (url.userInfo().isEmpty())
            return {};
        return (url.userName(QUrl::FullyDecoded) + QLatin1Char(':') + url.password(QUrl::FullyDecoded)).toUtf8();
    }

    WordQueue m_words;
    QByteArray m_input;
    ReadOptions m_options;
    QString m_url;
    QString m_method;
    QString m_version;
    QString m_target;
    QString m_path;
    QString m_user;
    QString m_localHost;
    QString m_localPort;
    QString m_connectTo;
    QStringList m_headers;
    QByteArray m_body;
    bool m_hasBody = false;
    bool m_readsInput = false;
    bool m_hasNoGlob = false;
};

} // namespace

Result<PastedCommand> fromCurl(const QStringList& words, const QByteArray& input) {
    return CurlReader(words, input).read();
}

} // namespace sw::commands
