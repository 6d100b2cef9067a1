// SPDX-License-Identifier: MIT
#pragma once

#include "core/address/address.h"

#include <QHash>
#include <QString>
#include <QStringList>

#include <chrono>

namespace sw {

enum class TlsSide { Client, Server };
enum class ClientCertificate { Off, Ask, Require };

/// A certificate of our own making with one thing wrong, to see whether clients check it.
enum class TestCertificate { None, Expired, WrongName, SelfSigned };

/// How an end of a connection wants its TLS; from the options of an address. A plain value.
struct TlsSettings {
    QString certificateFile; ///< the leaf first; empty: a server makes a throw-away one
    QString keyFile;         ///< empty: in the same file
    QString authorityFile;   ///< whom to trust instead of the system's authorities
    QString passphrase;      ///< where that of the files stands: `env:NAME`, `file:PATH`; empty: there is none
    QHash<QString, QByteArray> askedPassphrases; ///< that a person was asked for, by file
    QString psk;                                 ///< where a pre-shared key stands, in hexadecimal digits; empty: none
    QString pskIdentity; ///< its name; empty: a client says `Client_identity`, a server takes any
    bool verify = true;  ///< the chain and, for a client, the name
    QString
        pin; ///< SHA-256 of the one certificate that a server may show, in lower-case digits; empty: any that is right
    QString name;     ///< whom a client asks for (SNI, RFC 6066) and expects; a name or an IP address
    QStringList alpn; ///< RFC 7301, in order of preference
    QString minimum = QStringLiteral("1.2");
    QString maximum; ///< empty: the newest
    QString ciphers; ///< OpenSSL's cipher list; empty: its own
    ClientCertificate clientCertificate = ClientCertificate::Off;
    std::chrono::milliseconds handshake{10000};
    QString keyLogFile; ///< where to write the session's keys, in the format of NSS (SSLKEYLOGFILE); empty: nowhere
    bool resume = true;
    TestCertificate test = TestCertificate::None;

    /// From an address; the name is its host unless the option `name` says another.
    static TlsSettings of(const Address& address);
};

} // namespace sw
