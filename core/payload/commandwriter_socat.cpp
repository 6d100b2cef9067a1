// SPDX-License-Identifier: MIT
// Sources: socat(1) of 1.7.4.
#include "core/payload/commandwriters.h"

namespace sw::commands {

namespace {

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

/// One address of socat while its options are added.
class SocatAddress {
public:
    SocatAddress(const Address& address, Role role)
        : m_address(address),
          m_role(role),
          m_options(CommandTool::Socat, address) {}

    Result<QString> write() {
        if (isLocal(m_address.scheme))
            writePath();
        else if (isSecure(m_address.scheme))
            writeTlsPlace();
        else
            writePlace();
        if (isSecure(m_address.scheme)) {
            if (const auto done = addTls(); !done)
                return tl::unexpected(done.error());
        }
        addSocketOptions();
        addHopOptions();
        addGroups();
        takeWhatItDoes();
        if (const auto done = m_options.finish(); !done)
            return tl::unexpected(done.error());
        return m_text;
    }

private:
    bool listens() const { return m_role == Role::Listen; }
    QString host() const { return listens() ? listenHost(m_address) : m_address.place.host; }
    QString shownHost() const { return isV6Host(host()) ? QStringLiteral("[%1]").arg(host()) : host(); }
    QString ipv6() const { return m_address.value("ipv6"); }
    /// Whether all packets are of this family, which options of the IP layer need to know.
    bool isSurelyV4() const { return isIpLiteral(host()) ? !isV6Host(host()) : ipv6() == QLatin1String("off"); }
    bool isSurelyV6() const { return isIpLiteral(host()) ? isV6Host(host()) : ipv6() == QLatin1String("only"); }

    void add(const QString& option) { m_text += QLatin1Char(',') + option; }
    void add(const char* theirs, const QString& value) {
        add(QStringLiteral("%1=%2").arg(QLatin1String(theirs), socatEscaped(value)));
    }
    void carry(const char* name, const char* theirs) {
        if (const auto value = m_options.take(name))
            add(theirs, *value);
    }
    void carrySwitch(const char* name, const char* theirs) {
        if (const auto value = m_options.take(name))
            add(theirs, *value == QLatin1String("on") ? QStringLiteral("1") : QStringLiteral("0"));
    }

    void writePath() {
        const bool isGram = isDatagram(m_address.scheme);
        const bool isAbstract = m_address.path.startsWith(QLatin1Char('@'));
        const QString kind = isAbstract ? QStringLiteral("ABSTRACT-") : QStringLiteral("UNIX-");
        const QString verb = isGram ? (listens() ? QStringLiteral("RECV") : QStringLiteral("SENDTO"))
                                    : (listens() ? QStringLiteral("LISTEN") : QStringLiteral("CONNECT"));
        m_text = kind + verb + QLatin1Char(':') + socatEscaped(isAbstract ? m_address.path.mid(1) : m_address.path);
        if (listens() && !isAbstract)
            add("mode", m_options.take("mode").value_or(m_address.value("mode")));
    }

    void writePlace() {
        const bool isGram = isDatagram(m_address.scheme);
        QString name = isGram ? QStringLiteral("UDP") : QStringLiteral("TCP");
        const bool isOff = ipv6() == QLatin1String("off");
        if (isIpLiteral(host()) || isOff || ipv6() == QLatin1String("only") || isEveryHost(host()))
            name += (isIpLiteral(host()) ? !isV6Host(host()) : isOff) ? QLatin1Char('4') : QLatin1Char('6');
        if (!listens()) {
            m_text = name + QLatin1Char(':') + shownHost() + QLatin1Char(':') + portText(m_address);
            return;
        }
        m_text = name + (isGram ? QStringLiteral("-RECV:") : QStringLiteral("-LISTEN:")) + portText(m_address);
        addListening(!isOff);
    }

    void writeTlsPlace() {
        const bool isSix = isIpLiteral(host()) ? isV6Host(host()) : ipv6() != QLatin1String("off");
        m_text = listens() ? QString(QStringLiteral("OPENSSL-LISTEN:") + portText(m_address))
                           : QString(QStringLiteral("OPENSSL:") + shownHost() + QLatin1Char(':') + portText(m_address));
        const bool saysFamily = isIpLiteral(host()) || (listens() && isEveryHost(host())) ||
                                ipv6() == QLatin1String("off") || ipv6() == QLatin1String("only");
        if (saysFamily)
            add("pf", isSix ? QStringLiteral("ip6") : QStringLiteral("ip4"));
        if (listens())
            addListening(isSix);
    }

    void addListening(bool isSix) {
        if (!isEveryHost(host()))
            add(QStringLiteral("bind=") + shownHost());
        else if (isSix)
            add(QStringLiteral("ipv6only=%1").arg(ipv6() == QLatin1String("only") ? 1 : 0));
        const QString reuse =
            m_options.take("reuseaddr")
                .value_or(isDatagram(m_address.scheme) ? QStringLiteral("off") : QStringLiteral("on"));
        if (reuse == QLatin1String("on"))
            add(QStringLiteral("reuseaddr"));
        if (!isDatagram(m_address.scheme))
            add(QStringLiteral("fork"));
    }

    Result<void> addTls() {
        const QString name = expectedName(m_address);
        if (listens()) {
            if (!m_address.given("cert"))
                return cannot(sentence(
                    QT_TRANSLATE_NOOP("Core", "socat makes no certificate by itself: give one with cert= and key=.")));
            const QString asks = m_options.take("clientcert").value_or(QStringLiteral("off"));
            const bool isChecked = m_address.value("verify") == QLatin1String("on");
            if (asks == QLatin1String("ask") || (asks == QLatin1String("require") && !isChecked))
                return cannot(sentence(
                    QT_TRANSLATE_NOOP("Core", "socat either demands a valid certificate of its clients or asks for "
                                              "none: clientcert=require with verify=on, or clientcert=off.")));
            m_options.take("verify");
            add("verify", asks == QLatin1String("require") ? QStringLiteral("1") : QStringLiteral("0"));
        } else {
            if (m_options.take("verify") == QLatin1String("off"))
                add("verify", QStringLiteral("0"));
            if (m_options.take("name"))
                add("commonname", name);
            if (isIpLiteral(name))
                add(QStringLiteral("no-sni=1")); // which is for names (RFC 6066 section 3)
            else if (name != host())
                add("snihost", name);
        }
        carry("cert", "cert");
        carry("key", "key");
        carry("ca", "cafile");
        for (const auto& [ours, theirs] :
             {std::pair{"min", "openssl-min-proto-version"}, std::pair{"max-version", "openssl-max-proto-version"}}) {
            if (const auto version = m_options.take(ours))
                add(theirs, QStringLiteral("TLS") + *version);
        }
        if (cipherLists(m_address.value("ciphers")).newest.isEmpty())
            carry("ciphers", "cipher");
        return {};
    }

    void addSocketOptions() {
        carrySwitch("nodelay", "nodelay");
        carrySwitch("keepalive", "keepalive");
        carry("keepidle", "keepidle");
        carry("keepintvl", "keepintvl");
        carry("keepcnt", "keepcnt");
        carry("linger", "linger");
        carry("sndbuf", "sndbuf");
        carry("rcvbuf", "rcvbuf");
        carrySwitch("broadcast", "broadcast");
        carrySwitch("reuseport", "reuseport");
        if (listens()) {
            carry("backlog", "backlog");
            carry("max", "max-children");
            return;
        }
        if (const auto bind = m_options.take("bind"))
            add(QStringLiteral("bind=") + *bind); // an IP address and a port: nothing to escape
        if (!isLocal(m_address.scheme)) {
            if (const auto timeout = m_options.take("timeout"))
                add("connect-timeout", secondsText(*timeout));
        }
    }

    /// socat has an option for each family, and sets it on that family only.
    void addHopOptions() {
        const bool isGroup = isIpLiteral(host()) && QHostAddress(host()).isMulticast();
        if (isSurelyV4()) {
            if (isGroup && m_address.given("ttl"))
                add("ip-multicast-ttl", m_address.value("ttl"));
            carry("ttl", "ttl");
            carry("tos", "tos");
            carrySwitch("loop", "ip-multicast-loop");
        } else if (isSurelyV6()) {
            if (!isGroup)
                carry("ttl", "ipv6-unicast-hops");
            carry("tos", "ipv6-tclass");
        }
    }

    void addGroups() {
        const bool isOneEach = m_address.values("join").size() == 1; // a second would take the place of the first
        if (!listens() || !isOneEach)
            return;
        const QString group = m_address.value("join").section(QLatin1Char('%'), 0, 0);
        const QString interface = m_address.value("join").section(QLatin1Char('%'), 1);
        if (!isV6Host(group) && isSurelyV4())
            add(QStringLiteral("ip-add-membership=%1:%2")
                    .arg(group, interface.isEmpty() ? QStringLiteral("0.0.0.0") : socatEscaped(interface)));
        else if (isV6Host(group) && isSurelyV6() && !interface.isEmpty())
            add(QStringLiteral("ipv6-join-group=[%1]:%2").arg(group, socatEscaped(interface)));
        else
            return;
        m_options.takeAll("join");
    }

    void takeWhatItDoes() {
        for (const auto& [name, value] :
             {std::pair{"accept", "auto"}, std::pair{"resume", "off"}, std::pair{"ipv6", "any"},
              std::pair{"ipv6", "off"}, std::pair{"ipv6", "only"}})
            m_options.takeIf(name, value);
        if (isEveryHost(host()) || !listens())
            m_options.takeIf("ipv6", "both");
    }

    const Address& m_address;
    Role m_role;
    CarriedOptions m_options;
    QString m_text;
};

} // namespace

Result<QString> socatCommand(const Address& address, Role role, const std::optional<QByteArray>& message) {
    if (isDatagram(address.scheme) && isSecure(address.scheme))
        return cannot(sentence(QT_TRANSLATE_NOOP("Core", "socat is not written for dtls here. Copy it as openssl.")));
    auto place = SocatAddress(address, role).write();
    if (!place)
        return place;
    const bool isOneWay = role == Role::Listen && isDatagram(address.scheme);
    const QStringList words =
        isOneWay ? QStringList{QStringLiteral("socat"), QStringLiteral("-u"), *place, QStringLiteral("-")}
                 : QStringList{QStringLiteral("socat"), QStringLiteral("-"), *place};
    return withInput(joined(words), isOneWay ? std::nullopt : message);
}

} // namespace sw::commands
