// SPDX-License-Identifier: MIT
// Sources: ncat(1), nc(1) of OpenBSD as Debian has it. Letters mean other things in the two.
#include "core/payload/commandreaders.h"

#include <QFileInfo>

#include <array>
#include <optional>

namespace sw::commands {

namespace {

/// What an option does for the address.
enum class Effect {
    Nothing, ///< nothing that an endpoint does otherwise
    Listen,
    Udp,
    Unix,
    Tls,
    Four,
    Six,
    CrLf,
    Port,
    Source,
    Timeout,
    Option ///< the value of an option of the address
};

struct NcOption {
    bool isNcat;
    const char* letter;
    const char* word;
    Effect effect;
    const char* option = ""; ///< for Effect::Option; a value of its own after =
};

constexpr std::array ncOptions{
    NcOption{true, "l", "listen", Effect::Listen},
    NcOption{true, "u", "udp", Effect::Udp},
    NcOption{true, "U", "unixsock", Effect::Unix},
    NcOption{true, "4", "", Effect::Four},
    NcOption{true, "6", "", Effect::Six},
    NcOption{true, "C", "crlf", Effect::CrLf},
    NcOption{true, "k", "keep-open", Effect::Nothing},
    NcOption{true, "n", "nodns", Effect::Nothing},
    NcOption{true, "v", "verbose", Effect::Nothing},
    NcOption{true, "p", "source-port", Effect::Port},
    NcOption{true, "s", "source", Effect::Source},
    NcOption{true, "w", "wait", Effect::Timeout},
    NcOption{true, "", "ssl", Effect::Tls},
    NcOption{true, "", "ssl-verify", Effect::Tls}, // a certificate is always checked here
    NcOption{true, "", "ssl-cert", Effect::Option, "cert"},
    NcOption{true, "", "ssl-key", Effect::Option, "key"},
    NcOption{true, "", "ssl-trustfile", Effect::Option, "ca"},
    NcOption{true, "", "ssl-ciphers", Effect::Option, "ciphers"},
    NcOption{true, "", "ssl-servername", Effect::Option, "name"},
    NcOption{true, "", "ssl-alpn", Effect::Option, "alpn"},
    NcOption{false, "l", "", Effect::Listen},
    NcOption{false, "u", "", Effect::Udp},
    NcOption{false, "U", "", Effect::Unix},
    NcOption{false, "4", "", Effect::Four},
    NcOption{false, "6", "", Effect::Six},
    NcOption{false, "C", "", Effect::CrLf},
    NcOption{false, "k", "", Effect::Nothing},
    NcOption{false, "n", "", Effect::Nothing},
    NcOption{false, "v", "", Effect::Nothing},
    NcOption{false, "N", "", Effect::Nothing}, // the end of input ends the sending here, too
    NcOption{false, "b", "", Effect::Option, "broadcast=on"},
    NcOption{false, "p", "", Effect::Port},
    NcOption{false, "s", "", Effect::Source},
    NcOption{false, "w", "", Effect::Timeout},
    NcOption{false, "I", "", Effect::Option, "rcvbuf"},
    NcOption{false, "O", "", Effect::Option, "sndbuf"},
    NcOption{false, "M", "", Effect::Option, "ttl"},
};

bool takesValue(const NcOption& option) {
    return option.effect == Effect::Port || option.effect == Effect::Source || option.effect == Effect::Timeout ||
           (option.effect == Effect::Option && !QLatin1String(option.option).contains(QLatin1Char('=')));
}

/// One command line of nc or ncat while it is read.
class NcReader {
public:
    explicit NcReader(const QStringList& words)
        : m_program(QFileInfo(words.front()).fileName()),
          m_isNcat(m_program == QLatin1String("ncat")),
          m_words(words.mid(1)) {}

    Result<PastedCommand> read() {
        while (!m_words.isEmpty()) {
            if (const auto done = readWord(m_words.next()); !done)
                return tl::unexpected(done.error());
        }
        auto pasted = m_isUnix ? readPath() : m_isListening ? readListener() : readClient();
        if (pasted)
            pasted->sendsCrLf = m_sendsCrLf;
        return pasted;
    }

private:
    Result<void> readWord(const QString& word) {
        if (m_areOnlyPlaces || !word.startsWith(QLatin1Char('-')) || word == QLatin1String("-")) {
            m_places.append(word);
            return {};
        }
        if (word == QLatin1String("--")) {
            m_areOnlyPlaces = true;
            return {};
        }
        if (word.startsWith(QLatin1String("--")))
            return readLong(word);
        for (qsizetype at = 1; at < word.size(); ++at) {
            const NcOption* option = find(word.mid(at, 1), {});
            if (option == nullptr)
                return refuseOption(QLatin1Char('-') + word.mid(at, 1), m_program);
            if (!takesValue(*option)) {
                apply(*option, {});
                continue;
            }
            const QString rest = word.mid(at + 1);
            const auto value = rest.isEmpty() ? m_words.valueOf(word) : Result<QString>(rest);
            if (!value)
                return tl::unexpected(value.error());
            apply(*option, *value);
            break;
        }
        return {};
    }

    Result<void> readLong(const QString& word) {
        const qsizetype equals = word.indexOf(QLatin1Char('='));
        const NcOption* option = find({}, (equals < 0 ? word : word.first(equals)).mid(2));
        if (option == nullptr || (equals >= 0 && !takesValue(*option)))
            return refuseOption(word, m_program);
        if (!takesValue(*option)) {
            apply(*option, {});
            return {};
        }
        const auto value = equals < 0 ? m_words.valueOf(word) : Result<QString>(word.mid(equals + 1));
        if (!value)
            return tl::unexpected(value.error());
        apply(*option, *value);
        return {};
    }

    const NcOption* find(const QString& letter, const QString& word) const {
        for (const NcOption& option : ncOptions) {
            const bool isIt =
                letter.isEmpty() ? word == QLatin1String(option.word) : letter == QLatin1String(option.letter);
            if (option.isNcat == m_isNcat && isIt)
                return &option;
        }
        return nullptr;
    }

    void apply(const NcOption& option, const QString& value) {
        switch (option.effect) {
        case Effect::Nothing:
            break;
        case Effect::Listen:
            m_isListening = true;
            break;
        case Effect::Udp:
            m_isUdp = true;
            break;
        case Effect::Unix:
            m_isUnix = true;
            break;
        case Effect::Tls:
            m_isTls = true;
            break;
        case Effect::Four:
        case Effect::Six:
            m_options.set("ipv6", option.effect == Effect::Four ? QStringLiteral("off") : QStringLiteral("only"));
            break;
        case Effect::CrLf:
            m_sendsCrLf = true;
            break;
        case Effect::Port:
            m_port = value;
            break;
        case Effect::Source:
            m_source = value;
            break;
        case Effect::Timeout: // seconds unless a unit stands there
            m_options.set("timeout", value.endsWith(QLatin1Char('s')) || value.endsWith(QLatin1Char('m'))
                                         ? value
                                         : value + QLatin1Char('s'));
            break;
        case Effect::Option:
            m_isTls = m_isTls || (m_isNcat && takesValue(option));
            m_options.set(QByteArray(option.option).split('=').front().constData(),
                          takesValue(option) ? value : QStringLiteral("on"));
            break;
        }
    }

    QString scheme() const {
        return m_isTls ? (m_isUdp ? QStringLiteral("dtls") : QStringLiteral("tls"))
                       : (m_isUdp ? QStringLiteral("udp") : QStringLiteral("tcp"));
    }

    Result<PastedCommand> readPath() {
        if (m_places.size() != 1)
            return refuse(sentence(QT_TRANSLATE_NOOP("Core", "With -U, one path is expected.")));
        if (m_isTls || !m_source.isEmpty() || !m_port.isEmpty())
            return refuse(sentence(QT_TRANSLATE_NOOP("Core", "With -U, %1 is not understood."),
                                   m_isTls              ? QStringLiteral("--ssl")
                                   : m_source.isEmpty() ? QStringLiteral("-p")
                                                        : QStringLiteral("-s")));
        return finished((m_isUdp ? QStringLiteral("unixgram://") : QStringLiteral("unix://")) +
                            encodedPath(m_places.front()),
                        m_options, m_isListening ? Role::Listen : Role::Connect);
    }

    Result<PastedCommand> readClient() {
        if (m_places.size() != 2)
            return refuse(sentence(
                QT_TRANSLATE_NOOP("Core", "A host and a port are expected, as in `%1 localhost 8080`."), m_program));
        if (!m_source.isEmpty() || !m_port.isEmpty()) // there -p is the local port
            m_options.set("bind", bracketed(m_source) + (m_port.isEmpty() ? QString() : QLatin1Char(':') + m_port));
        if (m_options.value("name") == m_places.at(0))
            m_options.remove("name");
        return finished(scheme() + QStringLiteral("://") + bracketed(m_places.at(0)) + QLatin1Char(':') +
                            m_places.at(1),
                        m_options, Role::Connect);
    }

    Result<PastedCommand> readListener() {
        if (m_isNcat && !m_source.isEmpty())
            return refuse(sentence(
                QT_TRANSLATE_NOOP("Core", "ncat ignores -s with -l: write the address to listen on before the port.")));
        if (m_options.has("timeout"))
            return refuseOption(QStringLiteral("-w with -l"), m_program);
        QStringList places = m_places;
        QString port = m_port;
        if (port.isEmpty() && !places.isEmpty())
            port = places.takeLast();
        if (places.size() > 1)
            return refuse(sentence(QT_TRANSLATE_NOOP("Core", "At most a host and a port are expected after -l.")));
        if (port.isEmpty() && m_isNcat) // what it listens on by itself; nc takes one that the system chooses
            port = QStringLiteral("31337");
        QString host = places.value(0, m_source);
        if (host.isEmpty()) // these listen everywhere
            host = QStringLiteral("*");
        return finished(scheme() + QStringLiteral("://") + bracketed(host) +
                            (port.isEmpty() ? QString() : QLatin1Char(':') + port),
                        m_options, Role::Listen);
    }

    QString m_program;
    bool m_isNcat;
    WordQueue m_words;
    QStringList m_places;
    ReadOptions m_options;
    QString m_port;
    QString m_source;
    bool m_areOnlyPlaces = false;
    bool m_isListening = false;
    bool m_isUdp = false;
    bool m_isUnix = false;
    bool m_isTls = false;
    bool m_sendsCrLf = false;
};

} // namespace

Result<PastedCommand> fromNc(const QStringList& words, const QByteArray& input) {
    Q_UNUSED(input);
    return NcReader(words).read();
}

} // namespace sw::commands
