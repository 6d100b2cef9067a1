// SPDX-License-Identifier: MIT
#include "core/tls/certificatemaker.h"

#include "core/address/hosts.h"
#include "core/base/outputfile.h"
#include "core/tls/handles.h"
#include "core/tls/keyfile.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

namespace sw {

namespace {

using tls::BioHandle;
using tls::CertificateHandle;
using tls::KeyHandle;

constexpr qint64 secondsOfADay = 86400;
constexpr qint64 mostDays = 3650;
constexpr qsizetype mostCommonName = 64;

tl::unexpected<Error> failed(const QString& what) {
    const unsigned long code = ERR_peek_last_error();
    const char* reason = ERR_reason_error_string(code);
    ERR_clear_error();
    return tl::unexpected(Error{.id = ErrorId::TlsConfiguration,
                                .situation = QStringLiteral("certificate"),
                                .detail = reason == nullptr ? Sentence(what)
                                                            : sentence(QT_TRANSLATE_NOOP("Core", "%1 (%2)"), what,
                                                                       QString::fromLatin1(reason))});
}

bool addName(X509_NAME* name, const char* field, const QString& value) {
    const QByteArray text = value.toUtf8();
    return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(text.data()),
                                      static_cast<int>(text.size()), -1, 0) == 1;
}

bool addExtension(X509* certificate, X509* issuer, int nid, const QByteArray& value) {
    X509V3_CTX context{};
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_nconf_nid(nullptr, &context, nid, value.constData());
    if (extension == nullptr)
        return false;
    const bool ok = X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return ok;
}

bool isDnsName(const QString& name) {
    static const QRegularExpression pattern(QStringLiteral(
        "^(\\*\\.)?[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*$"));
    return name.size() <= 253 && pattern.match(name).hasMatch();
}

/// `DNS:localhost,IP:127.0.0.1`: only checked names come here, so none can bring another field with it.
QByteArray namesExtension(const QStringList& names) {
    QStringList parts;
    for (const QString& name : names)
        parts.append((!isIpLiteral(name) ? QStringLiteral("DNS:") : QStringLiteral("IP:")) + name);
    return parts.join(QLatin1Char(',')).toLatin1();
}

bool addExtensions(X509* certificate, X509* issuer, const CertificateWish& wish) {
    bool ok = addExtension(certificate, issuer, NID_subject_key_identifier, "hash");
    if (issuer != certificate)
        ok = ok && addExtension(certificate, issuer, NID_authority_key_identifier, "keyid");
    if (wish.purpose == CertificatePurpose::Authority)
        return ok && addExtension(certificate, issuer, NID_basic_constraints, "critical,CA:TRUE") &&
               addExtension(certificate, issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
    ok = ok && addExtension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
         addExtension(certificate, issuer, NID_key_usage, "critical,digitalSignature") &&
         addExtension(certificate, issuer, NID_ext_key_usage,
                      wish.purpose == CertificatePurpose::Server ? "serverAuth" : "clientAuth");
    return ok && (wish.names.isEmpty() ||
                  addExtension(certificate, issuer, NID_subject_alt_name, namesExtension(wish.names)));
}

bool setSerial(X509* certificate) {
    constexpr int bytes = 16;
    std::array<unsigned char, bytes> random{};
    if (RAND_bytes(random.data(), bytes) != 1)
        return false;
    random[0] &= 0x7fU; // positive (RFC 5280 section 4.1.2.2)
    BIGNUM* number = BN_bin2bn(random.data(), bytes, nullptr);
    const bool ok = number != nullptr && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nullptr;
    BN_free(number);
    return ok;
}

QByteArray contentOf(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<qsizetype>(size)};
}

CertificateHandle firstCertificate(const QByteArray& pem) {
    const BioHandle in(BIO_new_mem_buf(pem.constData(), static_cast<int>(pem.size())));
    return CertificateHandle(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
}

KeyHandle privateKey(const QByteArray& pem) {
    const BioHandle in(BIO_new_mem_buf(pem.constData(), static_cast<int>(pem.size())));
    // no question on a terminal for an encrypted one
    return KeyHandle(PEM_read_bio_PrivateKey(
        in.get(), nullptr, [](char*, int, int, void*) { return 0; }, nullptr));
}

/// Writes a new file; `isSecret`: readable by the owner only, from the first moment.
Result<void> writeNew(const QString& path, const QByteArray& bytes, bool isSecret) {
    QFile file(path);
    const auto permissions =
        isSecret ? QFileDevice::ReadOwner | QFileDevice::WriteOwner
                 : QFileDevice::ReadOwner | QFileDevice::WriteOwner | QFileDevice::ReadGroup | QFileDevice::ReadOther;
    const bool isOpen = file.open(QIODevice::WriteOnly | QIODevice::NewOnly, permissions);
    if (isOpen && file.write(bytes) == bytes.size() && file.flush())
        return {};
    const Error error{.id = ErrorId::WriteFailed,
                      .situation = QStringLiteral("certificate"),
                      .detail =
                          sentence(QT_TRANSLATE_NOOP("Core", "%1 cannot be written: %2."), path, file.errorString())};
    if (isOpen) { // a part of it serves nobody, and would be in the way of the next try
        file.close();
        QFile::remove(path); // the member function does not where closing has failed
    }
    return tl::unexpected(error);
}

} // namespace

Result<void> CertificateWish::validate() const {
    const auto refuse = [](const Sentence& detail) -> Result<void> {
        return tl::unexpected(badInput(QStringLiteral("certificate"), detail));
    };
    if (commonName.isEmpty() || commonName.size() > mostCommonName)
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "A certificate takes a name of 1 to 64 characters.")));
    if (days < 1 || days > mostDays)
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "A certificate is valid for 1 to %1 days."), mostDays));
    if (purpose == CertificatePurpose::Server && names.isEmpty())
        return refuse(
            sentence(QT_TRANSLATE_NOOP("Core", "A server's certificate takes at least one DNS name or IP address.")));
    for (const QString& name : names) {
        if (const auto problem = ambiguityOfHost(name))
            return refuse(*problem);
        if (!isIpLiteral(name) && !isDnsName(name))
            return refuse(sentence(
                QT_TRANSLATE_NOOP(
                    "Core", "“%1” is neither a DNS name (such as example.org or *.example.org) nor an IP address."),
                name));
    }
    return {};
}

Result<Identity> makeIdentity(const CertificateWish& wish, const Identity* issuer) {
    if (const auto valid = wish.validate(); !valid)
        return tl::unexpected(valid.error());
    const KeyHandle key(EVP_EC_gen("P-256"));
    const CertificateHandle made(X509_new());
    if (key == nullptr || made == nullptr)
        return failed(QStringLiteral("A key could not be made."));
    CertificateHandle issuerCertificate;
    KeyHandle issuerKey;
    if (issuer != nullptr) {
        issuerCertificate = firstCertificate(issuer->certificate);
        issuerKey = privateKey(issuer->key);
        if (issuerCertificate == nullptr || issuerKey == nullptr)
            return failed(QStringLiteral("The authority's certificate and key cannot be used."));
        if (X509_check_ca(issuerCertificate.get()) != 1)
            return failed(QStringLiteral("The issuer's certificate is not one of an authority (CA:TRUE)."));
    }
    X509* certificate = made.get();
    X509* signer = issuerCertificate != nullptr ? issuerCertificate.get() : certificate;
    constexpr long version3 = 2;
    const long start = wish.startsInDays * secondsOfADay - 60; // clocks differ a little
    bool ok = X509_set_version(certificate, version3) == 1 && setSerial(certificate) &&
              X509_gmtime_adj(X509_getm_notBefore(certificate), start) != nullptr &&
              X509_gmtime_adj(X509_getm_notAfter(certificate), start + wish.days * secondsOfADay) != nullptr &&
              X509_set_pubkey(certificate, key.get()) == 1 &&
              addName(X509_get_subject_name(certificate), "CN", wish.commonName) &&
              X509_set_issuer_name(certificate, X509_get_subject_name(signer)) == 1 &&
              addExtensions(certificate, signer, wish) &&
              X509_sign(certificate, issuerKey != nullptr ? issuerKey.get() : key.get(), EVP_sha256()) > 0;
    const BioHandle certificateText(BIO_new(BIO_s_mem()));
    const BioHandle keyText(BIO_new(BIO_s_mem()));
    ok = ok && PEM_write_bio_X509(certificateText.get(), certificate) == 1 &&
         PEM_write_bio_PrivateKey(keyText.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1;
    if (!ok)
        return failed(QStringLiteral("The certificate could not be made."));
    return Identity{.certificate = contentOf(certificateText.get()), .key = contentOf(keyText.get())};
}

Result<Identity> makeThrowAwayIdentity() {
    constexpr qint64 week = 7;
    return makeIdentity({.purpose = CertificatePurpose::Server,
                         .commonName = QStringLiteral("localhost"),
                         .names = {QStringLiteral("localhost"), QStringLiteral("127.0.0.1"), QStringLiteral("::1")},
                         .days = week});
}

Result<Identity> makeTestIdentity(TestCertificate kind) {
    CertificateWish wish{.commonName = QStringLiteral("localhost"),
                         .names = {QStringLiteral("localhost"), QStringLiteral("127.0.0.1"), QStringLiteral("::1")}};
    if (kind == TestCertificate::SelfSigned)
        return makeIdentity(wish);
    if (kind == TestCertificate::Expired) {
        constexpr qint64 month = 30;
        wish.days = month;
        wish.startsInDays = -month - 1;
    } else {
        wish.commonName = QStringLiteral("wrong.example");
        wish.names = {QStringLiteral("wrong.example")};
    }
    auto authority = makeIdentity(
        {.purpose = CertificatePurpose::Authority, .commonName = QStringLiteral("Authority of a test certificate")});
    if (!authority)
        return authority;
    auto made = makeIdentity(wish, &*authority);
    if (made)
        made->certificate += authority->certificate;
    return made;
}

Result<QStringList> writeIdentity(const Identity& identity, const QString& folder, const QString& name) {
    static const QRegularExpression allowed(QStringLiteral("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$"));
    if (!allowed.match(name).hasMatch())
        return tl::unexpected(
            badInput(QStringLiteral("certificate"),
                     sentence(QT_TRANSLATE_NOOP("Core", "“%1” is no name for a file here: up to 100 letters, digits, "
                                                        "dots, - and _, not beginning with a dot."),
                              name)));
    const QDir directory(folder);
    if (auto ready = makePrivateFolder(folder, QStringLiteral("certificate")); !ready)
        return tl::unexpected(ready.error());
    const QString certificateFile = directory.filePath(name + QStringLiteral(".crt"));
    const QString keyFile = directory.filePath(name + QStringLiteral(".key"));
    for (const QString& path : {certificateFile, keyFile}) {
        if (hasFile(path))
            return tl::unexpected(
                Error{.id = ErrorId::WriteFailed,
                      .situation = QStringLiteral("certificate"),
                      .detail = sentence(QT_TRANSLATE_NOOP("Core", "%1 exists, and nothing is overwritten."), path)});
    }
    if (const auto written = writeNew(keyFile, identity.key, true); !written)
        return tl::unexpected(written.error());
    if (const auto written = writeNew(certificateFile, identity.certificate, false); !written) {
        QFile::remove(keyFile);
        return tl::unexpected(written.error());
    }
    return QStringList{certificateFile, keyFile};
}

Result<Identity> readIdentity(const IdentityFiles& files) {
    const auto option = [](const char* name) { return QString::fromLatin1(name); };
    const auto read = readKeyFile(files.certificate, option("cert"));
    if (!read)
        return tl::unexpected(read.error());
    const auto certificate = certificatesIn(*read, files.certificatePassphrase, files.certificate, option("cert"));
    if (!certificate)
        return tl::unexpected(certificate.error());
    const bool isOneFile = files.key.isEmpty() || files.key == files.certificate;
    const QString& keyFile = isOneFile ? files.certificate : files.key;
    const auto keyBytes = isOneFile ? read : readKeyFile(keyFile, option("key"));
    if (!keyBytes)
        return tl::unexpected(keyBytes.error());
    const auto key =
        privateKeyIn(*keyBytes, isOneFile ? files.certificatePassphrase : files.keyPassphrase, keyFile, option("key"));
    if (!key)
        return tl::unexpected(key.error());
    const CertificateHandle leaf = firstCertificate(*certificate);
    const KeyHandle secret = privateKey(*key);
    const bool fits = leaf != nullptr && secret != nullptr && X509_check_private_key(leaf.get(), secret.get()) == 1;
    ERR_clear_error();
    if (!fits)
        return tl::unexpected(Error{
            .id = ErrorId::TlsConfiguration,
            .situation = option("key"),
            .detail =
                sentence(QT_TRANSLATE_NOOP("Core", "The key in %1 does not belong to the first certificate in %2."),
                         keyFile, files.certificate)});
    return Identity{.certificate = *certificate, .key = *key};
}

} // namespace sw
