// SPDX-License-Identifier: MIT
#include "core/address/proxy.h"

#include "core/address/address.h"

#include <QUrl>

#include <array>

namespace sw {

namespace {

struct KindName {
    ProxySettings::Kind kind;
    QLatin1String name;
    quint16 port; ///< where none is given
};

constexpr std::array kinds{
    KindName{ProxySettings::Kind::Socks5, QLatin1String("socks5"), 1080},
    KindName{ProxySettings::Kind::HttpConnect, QLatin1String("http"), 8080},
};

tl::unexpected<Error> refused(const Sentence& why) {
    return tl::unexpected(badInput(QStringLiteral("option"), why, 0));
}

} // namespace

QString ProxySettings::name() const {
    QString text = formatHostPort(place);
    if (!user.isEmpty())
        text.prepend(QString::fromLatin1(QUrl::toPercentEncoding(user)) + QLatin1Char('@'));
    for (const KindName& one : kinds) {
        if (one.kind == kind)
            text.prepend(one.name + QLatin1String("://"));
    }
    return text;
}

std::optional<ProxySettings> proxyOf(const Address& address) {
    const auto text = address.given("proxy");
    const auto settings = text ? parseProxy(*text) : Result<ProxySettings>(tl::unexpected(Error{}));
    return settings ? std::optional(*settings) : std::nullopt;
}

std::optional<ProxySettings> proxyToAskFor(const Address& address) {
    auto settings = proxyOf(address);
    if (settings && (settings->user.isEmpty() || address.given("proxypassword")))
        settings.reset();
    return settings;
}

/// No part of a text that could not be read is repeated: it may be a password.
Result<ProxySettings> parseProxy(const QString& text) {
    const qsizetype colon = text.indexOf(QLatin1String("://"));
    const QString scheme = text.left(std::max<qsizetype>(colon, 0));
    const QString body = text.mid(colon < 0 ? 0 : colon + 3);
    const qsizetype at = body.lastIndexOf(QLatin1Char('@'));
    ProxySettings settings{
        .kind = {}, .user = QUrl::fromPercentEncoding(body.left(std::max<qsizetype>(at, 0)).toUtf8()), .place = {}};
    if (settings.user.contains(QLatin1Char(':')) || (colon < 0 && at >= 0))
        return refused(sentence(QT_TRANSLATE_NOOP(
            "Core", "proxy takes no password: write proxy=SCHEME://USER@HOST:PORT, and where the password stands with "
                    "proxypassword=env:NAME or proxypassword=file:PATH.")));
    quint16 usual = 0;
    for (const KindName& one : kinds) {
        if (scheme.compare(one.name, Qt::CaseInsensitive) == 0) {
            settings.kind = one.kind;
            usual = one.port;
        }
    }
    QString where = body.mid(at + 1);
    if (where.endsWith(QLatin1Char('/')))
        where.chop(1);
    auto place = parseHostPort(where, false);
    const bool isOne =
        place && !place->host.isEmpty() && place->host != QLatin1String("*") && place->portFirst == place->portLast;
    if (usual == 0 || !isOne)
        return refused(sentence(
            QT_TRANSLATE_NOOP("Core", "proxy takes one host: socks5://[USER@]HOST:PORT or http://[USER@]HOST:PORT.")));
    place->service.clear();
    if (place->portFirst == 0)
        place->portFirst = place->portLast = usual;
    settings.place = *place;
    return settings;
}

} // namespace sw
