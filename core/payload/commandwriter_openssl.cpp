// SPDX-License-Identifier: MIT
// Sources: openssl-s_client(1), openssl-s_server(1).
#include "core/payload/commandwriters.h"

#include <utility>

namespace sw::commands {

namespace {

/// `-tls1_3`, or the bounds one by one.
Result<QStringList> versionWords(CarriedOptions& options, const Address& address) {
    const auto least = options.take("min");
    const auto most = options.take("max-version");
    if (isDatagram(address.scheme)) {
        if (least.value_or(QStringLiteral("1.2")) != QLatin1String("1.2") ||
            most.value_or(QStringLiteral("1.2")) != QLatin1String("1.2"))
            return cannot(sentence(
                QT_TRANSLATE_NOOP("Core", "openssl is written for DTLS 1.2 only: leave min= and max-version= out.")));
        return QStringList{QStringLiteral("-dtls1_2")};
    }
    const auto named = [](const QString& version) {
        return version == QLatin1String("1.0") ? QStringLiteral("TLSv1") : QStringLiteral("TLSv") + version;
    };
    if (least && (least == most || (!most && *least == QLatin1String("1.3"))))
        return QStringList{QStringLiteral("-tls1") +
                           (*least == QLatin1String("1.0") ? QString() : QLatin1Char('_') + least->mid(2))};
    QStringList words;
    if (least)
        words << QStringLiteral("-min_protocol") << named(*least);
    if (most)
        words << QStringLiteral("-max_protocol") << named(*most);
    return words;
}

/// What both sides take.
Result<QStringList> tlsWords(CarriedOptions& options, const Address& address) {
    auto words = versionWords(options, address);
    if (!words)
        return words;
    for (const auto& [ours, theirs] : {std::pair{"cert", "-cert"}, std::pair{"key", "-key"}, std::pair{"ca", "-CAfile"},
                                       std::pair{"alpn", "-alpn"}, std::pair{"keylog", "-keylogfile"}}) {
        if (const auto value = options.take(ours))
            *words << QString::fromLatin1(theirs) << *value;
    }
    CipherLists lists = cipherLists(options.take("ciphers").value_or(QString()));
    const QString least = address.value("min");
    if (least == QLatin1String("1.0") || least == QLatin1String("1.1")) // those sign in ways that are no longer safe
        lists.older =
            (lists.older.isEmpty() ? QStringLiteral("DEFAULT") : lists.older) + QStringLiteral(":@SECLEVEL=0");
    if (!lists.older.isEmpty())
        *words << QStringLiteral("-cipher") << lists.older;
    if (!lists.newest.isEmpty())
        *words << QStringLiteral("-ciphersuites") << lists.newest;
    return words;
}

QStringList familyWords(CarriedOptions& options) {
    const QString ipv6 = options.take("ipv6").value_or(QStringLiteral("any"));
    if (ipv6 == QLatin1String("off"))
        return {QStringLiteral("-4")};
    return ipv6 == QLatin1String("only") ? QStringList{QStringLiteral("-6")} : QStringList{};
}

Result<QStringList> serverWords(CarriedOptions& options, const Address& address) {
    if (!address.given("cert"))
        return cannot(sentence(QT_TRANSLATE_NOOP(
            "Core", "openssl s_server makes no certificate by itself: give one with cert= and key=.")));
    HostPort place = address.place;
    place.host = listenHost(address);
    place.service.clear();
    QStringList words{QStringLiteral("s_server"), QStringLiteral("-quiet"), QStringLiteral("-accept"),
                      isEveryHost(place.host) ? portText(address) : formatHostPort(place)};
    words << familyWords(options);
    const QString asks = options.take("clientcert").value_or(QStringLiteral("off"));
    const bool isChecked = options.take("verify").value_or(QStringLiteral("on")) == QLatin1String("on");
    constexpr const char* depth = "10";
    if (asks != QLatin1String("off"))
        words << (asks == QLatin1String("ask") ? QStringLiteral("-verify") : QStringLiteral("-Verify"))
              << QString::fromLatin1(depth)
              << (isChecked ? QStringList{QStringLiteral("-verify_return_error")} : QStringList());
    if (options.take("resume") == QLatin1String("off"))
        words << QStringLiteral("-no_ticket") << QStringLiteral("-no_cache");
    options.takeIf("reuseaddr", "on");
    options.takeIf("accept", "auto");
    if (isDatagram(address.scheme))
        words << QStringLiteral("-listen"); // answers hellos with a cookie first
    return words;
}

QStringList clientWords(CarriedOptions& options, const Address& address) {
    QStringList words{QStringLiteral("s_client"), QStringLiteral("-quiet"), QStringLiteral("-connect"),
                      hostAndPort(address)};
    words << familyWords(options);
    QString name = expectedName(address);
    options.take("name");
    const bool isAddress = isIpLiteral(name);
    name = isAddress ? name.section(QLatin1Char('%'), 0, 0) : name;
    if (isAddress)
        words << QStringLiteral("-noservername"); // which is for names (RFC 6066 section 3)
    else
        words << QStringLiteral("-servername") << name;
    if (options.take("verify").value_or(QStringLiteral("on")) == QLatin1String("on"))
        words << (isAddress ? QStringLiteral("-verify_ip") : QStringLiteral("-verify_hostname")) << name
              << QStringLiteral("-verify_return_error");
    if (const auto bind = options.take("bind"))
        words << QStringLiteral("-bind") << *bind;
    options.takeIf("resume", "off");
    return words;
}

} // namespace

Result<QString> opensslCommand(const Address& address, Role role, const std::optional<QByteArray>& message) {
    if (!isSecure(address.scheme))
        return cannot(
            sentence(QT_TRANSLATE_NOOP("Core", "openssl speaks TLS, and this is %1. Copy it as ncat or socat."),
                     schemeName(address.scheme)));
    CarriedOptions options(CommandTool::OpenSsl, address);
    auto words = role == Role::Listen ? serverWords(options, address) : clientWords(options, address);
    if (!words)
        return tl::unexpected(words.error());
    const auto tls = tlsWords(options, address);
    if (!tls)
        return tl::unexpected(tls.error());
    if (const auto done = options.finish(); !done)
        return tl::unexpected(done.error());
    return withInput(joined(QStringList{QStringLiteral("openssl")} + *words + *tls), message);
}

} // namespace sw::commands
