// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"

#include <span>

namespace sw {

/// What an address begins with, in the order in which they are shown.
enum class Scheme { Tcp, Tls, Udp, Dtls, Unix, Unixgram, Ws, Wss, Pipe };

/// One scheme. The parser, the form, completion, help, relays, captures and commands of other programs read this table;
/// a new scheme is one row, and a channel that carries it.
struct SchemeSpec {
    enum class Carries { Stream, Datagrams };
    /// What stands behind `://`.
    enum class Place { HostAndPort, Path, Name };
    enum class Transport { Tcp, Udp, Unix, Pipe };
    enum class Security { None, Tls, Dtls };

    Scheme scheme;
    const char* name; ///< as it is written, in lower case
    Carries carries;
    Place place;
    Transport transport;
    Security security;
    bool isInThisBuild; ///< it can be opened here; all of them can be named
    const char* help;   ///< a few words
};

/// Every scheme, in the order of Scheme.
std::span<const SchemeSpec> schemeTable();
const SchemeSpec& specOf(Scheme scheme);

QString schemeName(Scheme scheme);
bool isInThisBuild(Scheme scheme);
/// udp, dtls, unixgram.
bool isDatagram(Scheme scheme);
/// Names a file rather than a host: unix, unixgram.
bool isLocal(Scheme scheme);
/// Secured from its begin, by TLS or DTLS.
bool isSecure(Scheme scheme);
/// Carried by TCP: what the system's TCP knows can be asked for.
bool isTcp(Scheme scheme);
/// udp without DTLS.
bool isPlainUdp(Scheme scheme);

/// The names of those that this build opens, in order.
QStringList usableSchemes();

/// The scheme of that name, in any case; an error that lists those of this build otherwise.
Result<Scheme> parseScheme(const QString& name);

/// Whether a name as it stands in recordings (also of other versions) is one of a scheme that carries datagrams.
bool isDatagramName(const QString& name);

} // namespace sw
