// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArrayView>
#include <QJsonObject>
#include <QStringList>

#include <optional>

namespace sw {

/// What a TLS client says first, in clear text (RFC 8446 section 4.1.2). All of it comes from the peer.
struct ClientHello {
    QString serverName;   ///< SNI (RFC 6066 section 3); empty: none
    QStringList alpn;     ///< RFC 7301, in order of preference
    QStringList versions; ///< newest first: `TLS 1.3`
    int ciphers = 0;      ///< how many suites it offers

    /// `for “example.org”, ALPN h2, TLS 1.3 and 1.2, 17 cipher suites`
    QString toText() const;
    QJsonObject toJson() const;
};

enum class HelloState { NeedsMore, Complete, NotTls };

/// Looks at the first bytes of a stream. Pure; reads at most 64 KiB of them and never beyond what is there.
HelloState readClientHello(QByteArrayView stream, ClientHello& hello);

} // namespace sw
