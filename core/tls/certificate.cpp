// SPDX-License-Identifier: MIT
#include "core/tls/certificate.h"

#include "core/tls/handles.h"

#include <QHostAddress>
#include <QJsonArray>
#include <QTimeZone>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <array>

namespace sw {

namespace {

QByteArray contentOf(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<qsizetype>(size)};
}

QString nameText(const X509_NAME* name) {
    const tls::BioHandle out(BIO_new(BIO_s_mem()));
    // as UTF-8; control characters and what RFC 4514 reserves stay escaped
    X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB));
    return QString::fromUtf8(contentOf(out.get()));
}

/// Text of a peer's field, its control characters written out: a NUL inside a name is an old trick.
QString plainText(const ASN1_STRING* text) {
    const auto* data = reinterpret_cast<const char*>(ASN1_STRING_get0_data(text));
    QString shown;
    for (const QChar c : QString::fromUtf8(data, ASN1_STRING_length(text)))
        shown += c.unicode() < 0x20 || c.unicode() == 0x7f
                     ? QStringLiteral("\\x%1").arg(c.unicode(), 2, 16, QLatin1Char('0'))
                     : QString(c);
    return shown;
}

QString commonNameOf(const X509_NAME* name) {
    const int index = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
    return index < 0 ? QString() : plainText(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index)));
}

QString generalName(const GENERAL_NAME* name) {
    switch (name->type) {
    case GEN_DNS:
        return QStringLiteral("DNS:") + plainText(name->d.dNSName);
    case GEN_EMAIL:
        return QStringLiteral("email:") + plainText(name->d.rfc822Name);
    case GEN_URI:
        return QStringLiteral("URI:") + plainText(name->d.uniformResourceIdentifier);
    case GEN_IPADD: {
        constexpr int ipv6Size = 16;
        const unsigned char* data = ASN1_STRING_get0_data(name->d.iPAddress);
        if (ASN1_STRING_length(name->d.iPAddress) == ipv6Size)
            return QStringLiteral("IP:") + QHostAddress(data).toString();
        if (ASN1_STRING_length(name->d.iPAddress) == 4)
            return QStringLiteral("IP:%1.%2.%3.%4").arg(data[0]).arg(data[1]).arg(data[2]).arg(data[3]);
        return QStringLiteral("IP: of a wrong length");
    }
    case GEN_DIRNAME:
        return QStringLiteral("directory:") + nameText(name->d.directoryName);
    default:
        return QStringLiteral("another kind of name");
    }
}

QStringList alternativeNames(const X509* certificate) {
    QStringList names;
    auto* all = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
    for (int i = 0; i < sk_GENERAL_NAME_num(all); ++i)
        names.append(generalName(sk_GENERAL_NAME_value(all, i)));
    GENERAL_NAMES_free(all);
    return names;
}

QDateTime timeOf(const ASN1_TIME* time) {
    tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1)
        return {};
    constexpr int firstYear = 1900;
    return {QDate(parts.tm_year + firstYear, parts.tm_mon + 1, parts.tm_mday),
            QTime(parts.tm_hour, parts.tm_min, parts.tm_sec), QTimeZone::utc()};
}

QString keyText(const X509* certificate) {
    EVP_PKEY* key = X509_get0_pubkey(certificate);
    if (key == nullptr)
        return QStringLiteral("of a kind that is not known");
    const char* type = EVP_PKEY_get0_type_name(key);
    std::array<char, 80> group{};
    if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
        EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) == 1) {
        const char* known = EC_curve_nid2nist(OBJ_sn2nid(group.data()));
        return QStringLiteral("EC ") + QString::fromLatin1(known != nullptr ? known : group.data());
    }
    return QStringLiteral("%1 %2 bits")
        .arg(QString::fromLatin1(type != nullptr ? type : "key"))
        .arg(EVP_PKEY_get_bits(key));
}

QStringList usageOf(X509* certificate) {
    struct Named {
        unsigned bit;
        const char* name;
    };
    constexpr std::array keyUsages{
        Named{KU_DIGITAL_SIGNATURE, "digital signature"}, Named{KU_NON_REPUDIATION, "non-repudiation"},
        Named{KU_KEY_ENCIPHERMENT, "key encipherment"},   Named{KU_DATA_ENCIPHERMENT, "data encipherment"},
        Named{KU_KEY_AGREEMENT, "key agreement"},         Named{KU_KEY_CERT_SIGN, "signs certificates"},
        Named{KU_CRL_SIGN, "signs revocations"}};
    constexpr std::array extendedUsages{Named{XKU_SSL_SERVER, "TLS server"},
                                        Named{XKU_SSL_CLIENT, "TLS client"},
                                        Named{XKU_SMIME, "e-mail"},
                                        Named{XKU_CODE_SIGN, "code signing"},
                                        Named{XKU_OCSP_SIGN, "OCSP"},
                                        Named{XKU_TIMESTAMP, "time stamps"},
                                        Named{XKU_ANYEKU, "any extended usage"}};
    QStringList usage;
    const unsigned flags = X509_get_extension_flags(certificate);
    if ((flags & EXFLAG_KUSAGE) != 0) {
        for (const Named& one : keyUsages) {
            if ((X509_get_key_usage(certificate) & one.bit) != 0)
                usage.append(QString::fromLatin1(one.name));
        }
    }
    if ((flags & EXFLAG_XKUSAGE) != 0) {
        for (const Named& one : extendedUsages) {
            if ((X509_get_extended_key_usage(certificate) & one.bit) != 0)
                usage.append(QString::fromLatin1(one.name));
        }
    }
    return usage;
}

QString authorityOf(X509* certificate) {
    const unsigned flags = X509_get_extension_flags(certificate);
    if ((flags & EXFLAG_BCONS) == 0)
        return {};
    if ((flags & EXFLAG_CA) == 0)
        return QStringLiteral("no");
    const long below = X509_get_pathlen(certificate);
    return below < 0 ? QStringLiteral("yes") : QStringLiteral("yes, with at most %1 below it").arg(below);
}

QString fingerprint(const X509* certificate, const EVP_MD* digest) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned size = 0;
    X509_digest(certificate, digest, bytes.data(), &size);
    return QString::fromLatin1(
        QByteArray(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(size)).toHex(':').toUpper());
}

} // namespace

QString Certificate::title() const {
    if (!commonName.isEmpty())
        return commonName;
    return names.isEmpty() ? subject : names.constFirst();
}

QJsonObject Certificate::toJson() const {
    return {{QStringLiteral("subject"), subject},
            {QStringLiteral("issuer"), issuer},
            {QStringLiteral("names"), QJsonArray::fromStringList(names)},
            {QStringLiteral("serial"), serial},
            {QStringLiteral("notBefore"), notBefore.toString(Qt::ISODate)},
            {QStringLiteral("notAfter"), notAfter.toString(Qt::ISODate)},
            {QStringLiteral("key"), key},
            {QStringLiteral("signature"), signature},
            {QStringLiteral("usage"), QJsonArray::fromStringList(usage)},
            {QStringLiteral("authority"), authority},
            {QStringLiteral("sha256"), sha256}};
}

namespace tls {

Certificate describe(X509* certificate) {
    Certificate known;
    known.subject = nameText(X509_get_subject_name(certificate));
    known.issuer = nameText(X509_get_issuer_name(certificate));
    known.commonName = commonNameOf(X509_get_subject_name(certificate));
    known.names = alternativeNames(certificate);
    if (BIGNUM* serial = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr)) {
        char* hex = BN_bn2hex(serial);
        known.serial = QString::fromLatin1(hex);
        OPENSSL_free(hex);
        BN_free(serial);
    }
    known.notBefore = timeOf(X509_get0_notBefore(certificate));
    known.notAfter = timeOf(X509_get0_notAfter(certificate));
    known.key = keyText(certificate);
    const char* signature = OBJ_nid2ln(X509_get_signature_nid(certificate));
    known.signature = QString::fromLatin1(signature != nullptr ? signature : "unknown");
    known.usage = usageOf(certificate);
    known.authority = authorityOf(certificate);
    known.sha256 = fingerprint(certificate, EVP_sha256());
    known.sha1 = fingerprint(certificate, EVP_sha1());
    const BioHandle out(BIO_new(BIO_s_mem()));
    if (PEM_write_bio_X509(out.get(), certificate) == 1)
        known.pem = contentOf(out.get());
    return known;
}

} // namespace tls

Result<std::vector<Certificate>> parseCertificates(const QByteArray& pem, const QString& whence) {
    std::vector<Certificate> all;
    const tls::BioHandle in(BIO_new_mem_buf(pem.constData(), static_cast<int>(pem.size())));
    while (X509* raw = PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)) {
        const tls::CertificateHandle certificate(raw);
        all.push_back(tls::describe(certificate.get()));
    }
    ERR_clear_error();
    if (all.empty())
        return tl::unexpected(badInput(
            QStringLiteral("certificate"),
            sentence(QT_TRANSLATE_NOOP("Core", "%1 holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)."),
                     whence)));
    return all;
}

} // namespace sw
