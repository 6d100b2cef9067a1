// SPDX-License-Identifier: MIT
// Source: openssl-s_client(1).
#include "core/payload/commandreaders.h"

#include <QSet>

#include <array>

namespace sw::commands {

namespace {

struct OpensslName {
    const char* theirs;
    const char* ours;
};

/// Options with a value that the address has under another name.
constexpr std::array opensslNames{
    OpensslName{"-alpn", "alpn"}, OpensslName{"-CAfile", "ca"},         OpensslName{"-cert", "cert"},
    OpensslName{"-key", "key"},   OpensslName{"-keylogfile", "keylog"}, OpensslName{"-bind", "bind"},
};

/// One command line of s_client while it is read.
class OpensslReader {
public:
    explicit OpensslReader(const QStringList& words) : m_words(words.mid(2)) {}

    Result<PastedCommand> read() {
        while (!m_words.isEmpty()) {
            if (const auto done = readWord(m_words.next()); !done)
                return tl::unexpected(done.error());
        }
        return finish();
    }

private:
    Result<void> readWord(const QString& given) {
        // two dashes are the same as one
        const QString word = given.startsWith(QLatin1String("--")) ? given.mid(1) : given;
        // what it prints, and what it does with its own input; a certificate is always checked here
        static const QSet<QString> harmless{
            QStringLiteral("-quiet"),     QStringLiteral("-brief"),       QStringLiteral("-ign_eof"),
            QStringLiteral("-showcerts"), QStringLiteral("-nocommands"),  QStringLiteral("-verify_quiet"),
            QStringLiteral("-state"),     QStringLiteral("-tlsextdebug"), QStringLiteral("-verify_return_error"),
            QStringLiteral("-prexit"),    QStringLiteral("-no_comp"),     QStringLiteral("-no_ssl3")};
        if (harmless.contains(word))
            return {};
        if (!word.startsWith(QLatin1Char('-')))
            return setPlace(word);
        if (word == QLatin1String("-4") || word == QLatin1String("-6"))
            m_options.set("ipv6", word == QLatin1String("-4") ? QStringLiteral("off") : QStringLiteral("only"));
        else if (word == QLatin1String("-crlf"))
            m_sendsCrLf = true;
        else if (word == QLatin1String("-noservername"))
            m_hasNoName = true;
        else if (word.startsWith(QLatin1String("-dtls")))
            return setDatagrams(word);
        else if (word.startsWith(QLatin1String("-tls1")))
            return setVersion(word);
        else
            return readValue(word);
        return {};
    }

    Result<void> readValue(const QString& word) {
        const bool isOther = word == QLatin1String("-connect") || word == QLatin1String("-host") ||
                             word == QLatin1String("-port") || word == QLatin1String("-servername") ||
                             word == QLatin1String("-verify_hostname") || word == QLatin1String("-verify_ip") ||
                             word == QLatin1String("-min_protocol") || word == QLatin1String("-max_protocol") ||
                             word == QLatin1String("-cipher") || word == QLatin1String("-ciphersuites");
        const OpensslName* named = nullptr;
        for (const OpensslName& known : opensslNames)
            named = word == QLatin1String(known.theirs) ? &known : named;
        if (!isOther && named == nullptr)
            return refuseOption(word, QStringLiteral("openssl s_client"));
        const auto value = m_words.valueOf(word);
        if (!value)
            return tl::unexpected(value.error());
        if (named != nullptr) {
            m_options.set(named->ours, *value);
            return {};
        }
        return setValue(word, *value);
    }

    Result<void> setValue(const QString& word, const QString& value) {
        if (word == QLatin1String("-connect"))
            return setPlace(value);
        if (word == QLatin1String("-host"))
            m_host = value;
        else if (word == QLatin1String("-port"))
            m_port = value;
        else if (word == QLatin1String("-min_protocol") || word == QLatin1String("-max_protocol"))
            return setBound(word, value);
        else if (word == QLatin1String("-cipher") || word == QLatin1String("-ciphersuites"))
            m_options.set("ciphers",
                          m_options.has("ciphers") ? m_options.value("ciphers") + QLatin1Char(':') + value : value);
        else
            return setName(word, value);
        return {};
    }

    Result<void> setPlace(const QString& place) {
        if (!m_place.isEmpty())
            return refuse(sentence(QT_TRANSLATE_NOOP("Core", "s_client goes to one place, and this names %1 and %2."),
                                   m_place, place));
        m_place = place;
        return {};
    }

    /// Whom it asks for and whom it expects are one thing here.
    Result<void> setName(const QString& word, const QString& value) {
        if (!m_name.isEmpty() && m_name != value)
            return refuse(
                sentence(QT_TRANSLATE_NOOP(
                             "Core", "%1 %2 is not understood beside %3: whom it asks for is whom it expects here."),
                         word, value, m_name));
        m_name = value;
        m_options.set("name", value);
        return {};
    }

    Result<void> setVersion(const QString& word) {
        static const QStringList known{QStringLiteral("-tls1"), QStringLiteral("-tls1_1"), QStringLiteral("-tls1_2"),
                                       QStringLiteral("-tls1_3")};
        const qsizetype minor = known.indexOf(word);
        if (minor < 0)
            return refuseOption(word, QStringLiteral("openssl s_client"));
        m_options.set("min", QStringLiteral("1.%1").arg(minor));
        m_options.set("max-version", QStringLiteral("1.%1").arg(minor));
        return {};
    }

    Result<void> setBound(const QString& word, const QString& value) {
        const QString version = value == QLatin1String("TLSv1") ? QStringLiteral("1.0") : value.mid(4);
        static const QStringList known{QStringLiteral("1.0"), QStringLiteral("1.1"), QStringLiteral("1.2"),
                                       QStringLiteral("1.3")};
        if (!value.startsWith(QLatin1String("TLSv")) || !known.contains(version))
            return refuse(sentence(
                QT_TRANSLATE_NOOP(
                    "Core", "%1 %2 of openssl s_client is not understood; TLSv1, TLSv1.1, TLSv1.2 and TLSv1.3 are."),
                word, value));
        m_options.set(word == QLatin1String("-min_protocol") ? "min" : "max-version", version);
        return {};
    }

    Result<void> setDatagrams(const QString& word) {
        if (word != QLatin1String("-dtls") && word != QLatin1String("-dtls1_2"))
            return refuseOption(word, QStringLiteral("openssl s_client"));
        m_scheme = QStringLiteral("dtls://");
        return {};
    }

    Result<PastedCommand> finish() {
        if (m_place.isEmpty() && !m_host.isEmpty() && !m_port.isEmpty())
            m_place = bracketed(m_host) + QLatin1Char(':') + m_port;
        if (m_place.isEmpty())
            return refuse(
                sentence(QT_TRANSLATE_NOOP("Core", "openssl is understood as `openssl s_client -connect HOST:PORT`.")));
        const auto place = parseHostPort(m_place, false);
        if (place && (m_name == place->host || m_name.isEmpty()))
            m_options.remove("name");
        const bool isName = !isIpLiteral(m_name.isEmpty() && place ? place->host : m_name);
        if (m_hasNoName && isName)
            return refuseOption(QStringLiteral("-noservername"), QStringLiteral("openssl s_client"));
        auto pasted = finished(m_scheme + m_place, m_options, Role::Connect);
        if (pasted)
            pasted->sendsCrLf = m_sendsCrLf;
        return pasted;
    }

    WordQueue m_words;
    ReadOptions m_options;
    QString m_scheme = QStringLiteral("tls://");
    QString m_place;
    QString m_host;
    QString m_port;
    QString m_name;
    bool m_hasNoName = false;
    bool m_sendsCrLf = false;
};

} // namespace

Result<PastedCommand> fromOpenssl(const QStringList& words, const QByteArray& input) {
    Q_UNUSED(input);
    if (words.value(1) != QLatin1String("s_client"))
        return refuse(
            sentence(QT_TRANSLATE_NOOP("Core", "openssl is understood as `openssl s_client -connect HOST:PORT`.")));
    return OpensslReader(words).read();
}

} // namespace sw::commands
