// SPDX-License-Identifier: MIT
#pragma once

#include "core/tls/certificate.h"
#include "core/tls/tlssettings.h"

#include <QJsonObject>
#include <QStringList>

#include <chrono>
#include <vector>

namespace sw {

/// One thing that is wrong with a chain of certificates.
struct CertificateProblem {
    int depth = 0;  ///< 0: the peer's own certificate, 1 its issuer, …; -1: not about one certificate
    int code = 0;   ///< OpenSSL's X509_V_ERR_…
    QString reason; ///< one sentence

    bool operator==(const CertificateProblem&) const = default;
};

/// What a TLS handshake came to; complete once it has ended, whether well or not. A plain value, shared by snapshot,
/// records and details. All names may come from the peer.
struct TlsReport {
    TlsSide side = TlsSide::Client;
    bool isEstablished = false;
    QString version; ///< `TLS 1.3`
    QString cipher;  ///< `TLS_AES_256_GCM_SHA384`
    QString group;   ///< of the key exchange, `x25519`; empty where the version does not tell
    QString alpn;    ///< what was agreed on; empty: nothing
    QStringList alpnOffered;
    QString serverName; ///< SNI, as the client asked
    QString psk;        ///< the name of the pre-shared key that both ends have proved to have; empty: none was used
    bool isResumed = false;
    bool isVerified = false;        ///< the peer's chain (and name) was checked and found right
    bool isPinned = false;          ///< it is the one certificate that the option pin names
    bool isVerifyOff = false;       ///< by choice: nothing that follows is protected from a man in the middle
    bool isThrowAway = false;       ///< our own certificate was made for this listener
    QString expectedName;           ///< whom the certificate was checked for
    std::vector<Certificate> chain; ///< of the peer, as it was sent; the leaf first
    std::vector<CertificateProblem> problems;
    std::vector<Certificate> own; ///< what we showed
    std::chrono::nanoseconds duration{0};

    /// `TLS 1.3, TLS_AES_128_GCM_SHA256, ALPN h2, verified as “example.org”`
    QString toText() const;
    QJsonObject toJson() const;
};

} // namespace sw
