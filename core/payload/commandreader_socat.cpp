// SPDX-License-Identifier: MIT
// Source: socat(1) of 1.7.4.
#include "core/payload/commandreaders.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace sw::commands {

namespace {

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

const SocatKind* socatKind(const QString& name) {
    for (const SocatKind& kind : socatKinds) {
        if (name == QLatin1String(kind.name))
            return &kind;
    }
    return nullptr;
}

struct SocatName {
    const char* theirs;
    const char* ours;
    bool isSwitch = false;
};

/// Options that mean the same under another name, or the same one.
constexpr std::array socatNames{
    SocatName{"nodelay", "nodelay", true},
    SocatName{"tcp-nodelay", "nodelay", true},
    SocatName{"keepalive", "keepalive", true},
    SocatName{"so-keepalive", "keepalive", true},
    SocatName{"broadcast", "broadcast", true},
    SocatName{"so-broadcast", "broadcast", true},
    SocatName{"reuseport", "reuseport", true},
    SocatName{"so-reuseport", "reuseport", true},
    SocatName{"ip-multicast-loop", "loop", true},
    SocatName{"keepidle", "keepidle"},
    SocatName{"keepintvl", "keepintvl"},
    SocatName{"keepcnt", "keepcnt"},
    SocatName{"linger", "linger"},
    SocatName{"so-linger", "linger"},
    SocatName{"sndbuf", "sndbuf"},
    SocatName{"so-sndbuf", "sndbuf"},
    SocatName{"rcvbuf", "rcvbuf"},
    SocatName{"so-rcvbuf", "rcvbuf"},
    SocatName{"ttl", "ttl"},
    SocatName{"ip-ttl", "ttl"},
    SocatName{"ipv6-unicast-hops", "ttl"},
    SocatName{"tos", "tos"},
    SocatName{"ip-tos", "tos"},
    SocatName{"ipv6-tclass", "tos"},
    SocatName{"backlog", "backlog"},
    SocatName{"max-children", "max"},
    SocatName{"mode", "mode"},
    SocatName{"cert", "cert"},
    SocatName{"certificate", "cert"},
    SocatName{"key", "key"},
    SocatName{"cafile", "ca"},
    SocatName{"cipher", "ciphers"},
    SocatName{"ciphers", "ciphers"},
    SocatName{"commonname", "name"},
    SocatName{"cn", "name"},
    SocatName{"openssl-min-proto-version", "min"},
    SocatName{"min-proto-version", "min"},
    SocatName{"openssl-max-proto-version", "max-version"},
    SocatName{"max-proto-version", "max-version"},
};

/// One address of socat while it is read.
class SocatReader {
public:
    explicit SocatReader(const QString& text) : m_parts(splitSocat(text, QLatin1Char(','))) {}

    Result<PastedCommand> read() {
        m_fields = splitSocat(m_parts.takeFirst(), QLatin1Char(':'));
        m_kind = socatKind(m_fields.front().toUpper());
        if (m_kind == nullptr)
            return refuse(sentence(
                QT_TRANSLATE_NOOP(
                    "Core", "“%1” of socat is not understood; TCP, UDP, UNIX, ABSTRACT and OPENSSL addresses are."),
                m_fields.front()));
        m_scheme = *parseScheme(QString::fromLatin1(m_kind->scheme));
        const qsizetype expected = isLocal(m_scheme) || listens() ? 2 : 3;
        if (m_fields.size() != expected)
            return refuse(sentence(QT_TRANSLATE_NOOP("Core", "%1 of socat is understood as %2."), m_fields.front(),
                                   isLocal(m_scheme) ? QStringLiteral("%1:PATH").arg(m_fields.front())
                                   : listens()       ? QStringLiteral("%1:PORT").arg(m_fields.front())
                                                     : QStringLiteral("%1:HOST:PORT").arg(m_fields.front())));
        m_host = listens() ? QStringLiteral("*") : m_fields.value(1);
        for (const QString& part : std::as_const(m_parts)) {
            const QString value = splitSocat(part.section(QLatin1Char('='), 1), QChar()).front(); // without backslashes
            const auto known = readOption(part.section(QLatin1Char('='), 0, 0).toLower(), value, part);
            if (!known)
                return tl::unexpected(known.error());
        }
        return finish();
    }

private:
    bool listens() const { return m_kind->role == Role::Listen; }

    static bool isOn(const QString& value) { return value.isEmpty() || value == QLatin1String("1"); }

    tl::unexpected<Error> refusePart(const QString& part) const {
        return refuseOption(QStringLiteral("The option “%1”").arg(part), QStringLiteral("socat"));
    }

    /// Options that have no counterpart of one to one.
    Result<void> readOption(const QString& name, const QString& value, const QString& part) {
        if (name == QLatin1String("bind") && listens())
            m_host = value;
        else if (name == QLatin1String("bind"))
            m_options.set("bind", value);
        else if (name == QLatin1String("fork") && listens())
            return {};
        else if (name == QLatin1String("reuseaddr") || name == QLatin1String("so-reuseaddr"))
            return readReuse(isOn(value));
        else if (name == QLatin1String("ipv6only") || name == QLatin1String("ipv6-v6only"))
            m_isSixOnly = isOn(value);
        else if (name == QLatin1String("pf") || name == QLatin1String("protocol-family"))
            return readFamily(value.toLower(), part);
        else if (name == QLatin1String("connect-timeout") && !listens())
            m_options.set("timeout", value + QLatin1Char('s'));
        else if (name == QLatin1String("verify") && isSecure(m_scheme))
            m_isVerifying = isOn(value);
        else if (name == QLatin1String("snihost") && isSecure(m_scheme))
            m_sniHost = value;
        else if (name == QLatin1String("no-sni") && isSecure(m_scheme))
            m_hasNoSni = isOn(value);
        else if (name == QLatin1String("unlink-early") && listens() && isLocal(m_scheme))
            m_options.set("stale", QStringLiteral("replace"));
        else if (name == QLatin1String("ip-add-membership") || name == QLatin1String("ipv6-join-group"))
            readGroup(value);
        else
            return readNamed(name, value, part);
        return {};
    }

    Result<void> readNamed(const QString& name, const QString& value, const QString& part) {
        for (const SocatName& known : socatNames) {
            if (name != QLatin1String(known.theirs))
                continue;
            const OptionSpec* spec = findOption(QString::fromLatin1(known.ours));
            if (!spec->appliesTo(m_scheme) || !spec->appliesTo(m_kind->role))
                break;
            const bool isVersion = value.startsWith(QLatin1String("TLS"));
            m_options.set(known.ours, known.isSwitch ? (isOn(value) ? QStringLiteral("on") : QStringLiteral("off"))
                                      : isVersion    ? value.mid(value.startsWith(QLatin1String("TLSv")) ? 4 : 3)
                                                     : value);
            return {};
        }
        return refusePart(part);
    }

    Result<void> readReuse(bool isReused) {
        const bool isDefault = isReused && !isPlainUdp(m_scheme); // for tcp it is what a listener does
        if (listens() && !isDefault)
            m_options.set("reuseaddr", isReused ? QStringLiteral("on") : QStringLiteral("off"));
        return {};
    }

    Result<void> readFamily(const QString& value, const QString& part) {
        if (value == QLatin1String("ip4") || value == QLatin1String("inet"))
            m_family = QStringLiteral("ipv6=off");
        else if (value == QLatin1String("ip6") || value == QLatin1String("inet6"))
            m_family = QStringLiteral("ipv6=only");
        else
            return refusePart(part);
        return {};
    }

    void readGroup(const QString& value) {
        const bool isSix = value.startsWith(QLatin1Char('['));
        const QString group =
            isSix ? value.section(QLatin1Char(']'), 0, 0).mid(1) : value.section(QLatin1Char(':'), 0, 0);
        const QString interface = isSix ? value.section(QLatin1String("]:"), 1) : value.section(QLatin1Char(':'), 1);
        const bool isNone = interface.isEmpty() || interface == QLatin1String("0.0.0.0");
        m_options.set("join", isNone ? group : group + QLatin1Char('%') + interface);
    }

    Result<void> finishTls() {
        if (listens()) { // it demands certificates unless told otherwise
            if (m_isVerifying)
                m_options.set("clientcert", QStringLiteral("require"));
            return {};
        }
        if (!m_isVerifying)
            m_options.set("verify", QStringLiteral("off"));
        const QString expected = m_options.has("name") ? m_options.value("name") : m_host;
        if (!m_sniHost.isEmpty() && m_sniHost != expected && m_isVerifying)
            return refusePart(QStringLiteral("snihost=") + m_sniHost);
        if (!m_sniHost.isEmpty() && m_sniHost != m_host)
            m_options.set("name", m_sniHost);
        const bool isName = !isIpLiteral(bracketless(expected));
        if (m_hasNoSni && isName)
            return refusePart(QStringLiteral("no-sni"));
        return {};
    }

    static QString bracketless(const QString& host) {
        return host.startsWith(QLatin1Char('[')) ? host.mid(1, host.size() - 2) : host;
    }

    void finishFamily() {
        if (m_family.isEmpty())
            m_family = QString::fromLatin1(m_kind->family);
        const bool isLiteral = isIpLiteral(bracketless(m_host));
        const bool isDual = listens() && m_isSixOnly == false && m_family != QLatin1String("ipv6=off");
        if (isLiteral || isDual)
            return;
        if (m_family.startsWith(QLatin1String("ipv6=")) || m_isSixOnly == true)
            m_options.set("ipv6", m_isSixOnly == true ? QStringLiteral("only") : m_family.mid(5));
    }

    Result<PastedCommand> finish() {
        if (isSecure(m_scheme)) {
            if (const auto done = finishTls(); !done)
                return tl::unexpected(done.error());
        }
        const QString scheme = QString::fromLatin1(m_kind->scheme) + QStringLiteral("://");
        if (isLocal(m_scheme)) {
            const QString path = (m_kind->family[0] == '@' ? QStringLiteral("@") : QString()) + m_fields.value(1);
            return finished(scheme + encodedPath(path), m_options, m_kind->role);
        }
        finishFamily();
        return finished(scheme + bracketed(m_host) + QLatin1Char(':') + m_fields.back(), m_options, m_kind->role);
    }

    QStringList m_parts;
    QStringList m_fields;
    const SocatKind* m_kind = nullptr;
    Scheme m_scheme = Scheme::Tcp;
    ReadOptions m_options;
    QString m_host;
    QString m_family;
    QString m_sniHost;
    std::optional<bool> m_isSixOnly;
    bool m_isVerifying = true;
    bool m_hasNoSni = false;
};

} // namespace

Result<PastedCommand> fromSocat(const QStringList& words, const QByteArray& input) {
    Q_UNUSED(input);
    static const QStringList output{QStringLiteral("-d"),    QStringLiteral("-dd"), QStringLiteral("-ddd"),
                                    QStringLiteral("-dddd"), QStringLiteral("-v"),  QStringLiteral("-x")};
    static const QStringList standard{QStringLiteral("-"), QStringLiteral("STDIO"), QStringLiteral("STDIN"),
                                      QStringLiteral("STDOUT")};
    QStringList places;
    QString oneWay;
    for (const QString& word : words.mid(1)) {
        if (standard.contains(word.toUpper()) || output.contains(word)) // what goes where, and what is said about it
            continue;
        if (word == QLatin1String("-u") || word == QLatin1String("-U"))
            oneWay = word;
        else if (word.startsWith(QLatin1Char('-')))
            return refuseOption(word, QStringLiteral("socat"));
        else
            places.append(word);
    }
    if (places.size() != 1)
        return refuse(
            sentence(QT_TRANSLATE_NOOP(
                         "Core", "socat between standard input and one socket is understood; this has %1 sockets."),
                     places.size()));
    auto pasted = SocatReader(places.front()).read();
    const bool receivesOnly = pasted && pasted->role == Role::Listen && isDatagram(pasted->address.scheme);
    if (pasted && !oneWay.isEmpty() && !receivesOnly)
        return refuseOption(oneWay, QStringLiteral("socat"));
    return pasted;
}

} // namespace sw::commands
