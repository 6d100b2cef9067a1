// SPDX-License-Identifier: MIT
#pragma once

#include "core/tls/certificate.h"
#include "core/tls/tlssettings.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <optional>

namespace sw {

/// A certificate with its private key, both as PEM. The certificate's text begins with the leaf and may go on with
/// those that it was signed by.
struct Identity {
    QByteArray certificate;
    QByteArray key;
};

/// What a certificate of the classroom's own is for.
enum class CertificatePurpose { Authority, Server, Client };

struct CertificateWish {
    CertificatePurpose purpose = CertificatePurpose::Server;
    QString commonName;      ///< not empty, at most 64 characters (RFC 5280 ub-common-name)
    QStringList names{};     ///< DNS names and IP addresses that a server's certificate is good for
    qint64 days = 30;        ///< 1 to 3650
    qint64 startsInDays = 0; ///< below 0: valid since then

    Result<void> validate() const;
};

/// Makes a certificate with a new EC key (P-256), signed by `issuer`, or by itself without one. Takes about a
/// millisecond; any thread.
Result<Identity> makeIdentity(const CertificateWish& wish, const Identity* issuer = nullptr);

/// For listeners without a certificate of their own: self-signed, for localhost, 127.0.0.1 and ::1, good for a week.
Result<Identity> makeThrowAwayIdentity();

/// A server's certificate with one thing wrong; but for SelfSigned it ends in an authority made for it, which a client
/// under test has to trust: the last of its chain.
Result<Identity> makeTestIdentity(TestCertificate kind);

/// Writes NAME.crt and NAME.key into a folder, the key readable by the owner only. Existing files are never
/// overwritten. The name becomes a file name inside the folder, or is refused.
Result<QStringList> writeIdentity(const Identity& identity, const QString& folder, const QString& name);

/// Where a certificate and its key stand, in PEM, DER or PKCS#12.
struct IdentityFiles {
    QString certificate;
    QString key{}; ///< empty: in the same file
    std::optional<QByteArray> certificatePassphrase{};
    std::optional<QByteArray> keyPassphrase{};
};

/// Reads a certificate and its key, decrypted, and checks that they belong together.
Result<Identity> readIdentity(const IdentityFiles& files);

} // namespace sw
