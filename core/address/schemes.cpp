// SPDX-License-Identifier: MIT
#include "core/address/schemes.h"

#include <QStringList>

#include <algorithm>
#include <array>

namespace sw {

namespace {

using Carries = SchemeSpec::Carries;
using Place = SchemeSpec::Place;
using Transport = SchemeSpec::Transport;
using Security = SchemeSpec::Security;

#ifdef Q_OS_WIN
constexpr bool hasUnixDatagrams = false; // AF_UNIX carries streams only there
#else
constexpr bool hasUnixDatagrams = true;
#endif

constexpr std::array schemes{
    SchemeSpec{Scheme::Tcp, "tcp", Carries::Stream, Place::HostAndPort, Transport::Tcp, Security::None, true,
               "a stream over TCP"},
    SchemeSpec{Scheme::Tls, "tls", Carries::Stream, Place::HostAndPort, Transport::Tcp, Security::Tls, true,
               "a stream over TCP, encrypted by TLS"},
    SchemeSpec{Scheme::Udp, "udp", Carries::Datagrams, Place::HostAndPort, Transport::Udp, Security::None, true,
               "datagrams over UDP"},
    SchemeSpec{Scheme::Dtls, "dtls", Carries::Datagrams, Place::HostAndPort, Transport::Udp, Security::Dtls, true,
               "datagrams over UDP, encrypted by DTLS"},
    SchemeSpec{Scheme::Unix, "unix", Carries::Stream, Place::Path, Transport::Unix, Security::None, true,
               "a stream of a Unix socket"},
    SchemeSpec{Scheme::Unixgram, "unixgram", Carries::Datagrams, Place::Path, Transport::Unix, Security::None,
               hasUnixDatagrams, "datagrams of a Unix socket"},
    SchemeSpec{Scheme::Ws, "ws", Carries::Stream, Place::HostAndPort, Transport::Tcp, Security::None, false,
               "WebSocket"},
    SchemeSpec{Scheme::Wss, "wss", Carries::Stream, Place::HostAndPort, Transport::Tcp, Security::Tls, false,
               "WebSocket over TLS"},
    SchemeSpec{Scheme::Pipe, "pipe", Carries::Stream, Place::Name, Transport::Pipe, Security::None, false,
               "a stream of a named pipe of Windows"},
};

constexpr bool isInOrder() {
    for (std::size_t i = 0; i < schemes.size(); ++i) {
        if (schemes.at(i).scheme != static_cast<Scheme>(i))
            return false;
    }
    return true;
}
static_assert(isInOrder(), "specOf() finds a scheme by its place");

} // namespace

std::span<const SchemeSpec> schemeTable() {
    return schemes;
}

const SchemeSpec& specOf(Scheme scheme) {
    return schemes.at(static_cast<std::size_t>(scheme));
}

QString schemeName(Scheme scheme) {
    return QString::fromLatin1(specOf(scheme).name);
}

bool isInThisBuild(Scheme scheme) {
    return specOf(scheme).isInThisBuild;
}

bool isDatagram(Scheme scheme) {
    return specOf(scheme).carries == Carries::Datagrams;
}

bool isLocal(Scheme scheme) {
    return specOf(scheme).place == Place::Path;
}

bool isSecure(Scheme scheme) {
    return specOf(scheme).security != Security::None;
}

bool isTcp(Scheme scheme) {
    return specOf(scheme).transport == Transport::Tcp;
}

bool isPlainUdp(Scheme scheme) {
    return specOf(scheme).transport == Transport::Udp && !isSecure(scheme);
}

QStringList usableSchemes() {
    QStringList names;
    for (const SchemeSpec& spec : schemes) {
        if (spec.isInThisBuild)
            names.append(QString::fromLatin1(spec.name));
    }
    return names;
}

Result<Scheme> parseScheme(const QString& name) {
    const auto* found = std::find_if(schemes.begin(), schemes.end(), [&](const SchemeSpec& spec) {
        return name.compare(QLatin1String(spec.name), Qt::CaseInsensitive) == 0;
    });
    if (found != schemes.end())
        return found->scheme;
    return tl::unexpected(
        badInput(QStringLiteral("scheme"),
                 sentence(QT_TRANSLATE_NOOP("Core", "“%1” is no scheme that is known here. This build opens: %2."),
                          name, usableSchemes().join(QLatin1String(", "))),
                 0));
}

bool isDatagramName(const QString& name) {
    return std::any_of(schemes.begin(), schemes.end(), [&](const SchemeSpec& spec) {
        return spec.carries == Carries::Datagrams && name == QLatin1String(spec.name);
    });
}

} // namespace sw
