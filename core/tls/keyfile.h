// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"
#include "core/tls/tlssettings.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <optional>

namespace sw {

/// Reads the files in which people keep certificates and private keys, and where they keep the secrets for them. All
/// functions: any thread; at most 1 MiB is read of a file. Errors name the file and the reason, never a secret.
/// `option`: the option that named the file, for the error.

/// The bytes of a file. Errors: not there, not readable, a folder, empty, or too long.
Result<QByteArray> readKeyFile(const QString& path, const QString& option);

/// All certificates in `bytes`, in PEM and in their order; of PKCS#12 the one of its key first, then those that signed
/// it. Takes PEM, DER (one certificate after the other) and PKCS#12 (RFC 7292). `path`: where the bytes are from.
Result<QByteArray> certificatesIn(const QByteArray& bytes, const std::optional<QByteArray>& passphrase,
                                  const QString& path, const QString& option);

/// The first private key in `bytes`, decrypted, in PEM. Takes PEM, DER (PKCS#8, or of RSA and EC alone) and PKCS#12.
Result<QByteArray> privateKeyIn(const QByteArray& bytes, const std::optional<QByteArray>& passphrase,
                                const QString& path, const QString& option);

/// The files of these settings that cannot be used without a passphrase which they do not say the place of: a person
/// can be asked for it.
QStringList filesToAskFor(const TlsSettings& settings);

/// Whether something can be taken out of the file with it.
bool isPassphraseOf(const QString& path, const QByteArray& passphrase);

/// Whether a passphrase is needed to take a key (or, of PKCS#12, anything) out of these bytes.
bool needsPassphrase(const QByteArray& bytes);

/// What stands where `source` says: `env:NAME`, a variable of the environment, or `file:PATH`, the first line of a
/// file. At most 4096 bytes.
Result<QByteArray> readSecret(const QString& source, const QString& option);

} // namespace sw
