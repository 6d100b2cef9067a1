// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"

#include <QByteArray>
#include <QDateTime>
#include <QJsonObject>
#include <QStringList>

#include <vector>

using X509 = struct x509_st;

namespace sw {

/// What an X.509 certificate says (RFC 5280). A plain value; any thread. Everything in it may come from a peer: it is
/// text to be shown as text. Control characters in names are escaped as RFC 4514 does.
struct Certificate {
    QString subject; ///< `CN=localhost,O=Example`, as RFC 4514 writes it
    QString issuer;
    QString commonName;
    QStringList names; ///< of the extension subjectAltName: `DNS:example.org`, `IP:127.0.0.1`, `URI:…`
    QString serial;    ///< hexadecimal
    QDateTime notBefore;
    QDateTime notAfter;
    QString key;       ///< `EC P-256`, `RSA 2048 bits`
    QString signature; ///< `ecdsa-with-SHA256`
    QStringList usage; ///< keyUsage and extendedKeyUsage, in words
    QString authority; ///< `yes, at most 1 below it`, `no`, or empty where it does not say
    QString sha256;    ///< fingerprints, `AB:CD:…`
    QString sha1;
    QByteArray pem;

    bool isSelfIssued() const { return subject == issuer; }
    /// The name by which people know it: the common name, else its first alternative name, else the subject.
    QString title() const;
    QJsonObject toJson() const;

    bool operator==(const Certificate&) const = default;
};

namespace tls {
/// Reads a certificate that OpenSSL holds.
Certificate describe(X509* certificate);
} // namespace tls

/// All certificates of a PEM text, in order.
Result<std::vector<Certificate>> parseCertificates(const QByteArray& pem, const QString& whence);

} // namespace sw
