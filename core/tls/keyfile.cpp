// SPDX-License-Identifier: MIT
#include "core/tls/keyfile.h"

#include "core/base/inputfile.h"
#include "core/base/textdecoding.h"
#include "core/tls/handles.h"

#include <QFile>
#include <QFileInfo>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace sw {

namespace {

using tls::BioHandle;
using tls::CertificateHandle;
using tls::Freed;
using tls::KeyHandle;
using EncryptedKeyHandle = std::unique_ptr<X509_SIG, Freed<X509_SIG_free>>;
using PlainKeyHandle = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Freed<PKCS8_PRIV_KEY_INFO_free>>;
using Pkcs12Handle = std::unique_ptr<PKCS12, Freed<PKCS12_free>>;
using LibraryHandle = std::unique_ptr<OSSL_LIB_CTX, Freed<OSSL_LIB_CTX_free>>;
using ProviderHandle = std::unique_ptr<OSSL_PROVIDER, Freed<OSSL_PROVIDER_unload>>;

using Passphrase = std::optional<QByteArray>;

constexpr qint64 mostFileSize = 1LL << 20;
constexpr qint64 mostSecretSize = 4096;

tl::unexpected<Error> refuse(const QString& option, const Sentence& detail) {
    ERR_clear_error();
    return tl::unexpected(Error{.id = ErrorId::TlsConfiguration, .situation = option, .detail = detail});
}

/// OpenSSL's older ciphers, which files of some years ago are encrypted with (RC2, DES): in a library context of their
/// own, so that nothing else can come to use them.
class OlderCiphers {
public:
    OlderCiphers()
        : m_library(OSSL_LIB_CTX_new()),
          m_older(OSSL_PROVIDER_load(m_library.get(), "legacy")),
          m_usual(OSSL_PROVIDER_load(m_library.get(), "default")) {}
    OSSL_LIB_CTX* library() const { return m_older != nullptr && m_usual != nullptr ? m_library.get() : nullptr; }

private:
    LibraryHandle m_library;
    ProviderHandle m_older;
    ProviderHandle m_usual;
};

const unsigned char* dataOf(const QByteArray& bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.constData());
}

QByteArray contentOf(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<qsizetype>(size)};
}

QByteArray pemOf(X509* certificate) {
    const BioHandle out(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(out.get(), certificate);
    return contentOf(out.get());
}

QByteArray pemOf(const EVP_PKEY* key) {
    const BioHandle out(BIO_new(BIO_s_mem()));
    PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
    return contentOf(out.get());
}

/// One `-----BEGIN NAME-----` of a PEM text (RFC 7468, and RFC 1421 for its headers).
struct PemBlock {
    QByteArray name;
    QByteArray header;
    QByteArray data;

    bool isCertificate() const { return name.endsWith("CERTIFICATE"); }
    bool isKey() const { return name.endsWith("PRIVATE KEY") && !name.startsWith("OPENSSH"); }
    bool isEncrypted() const { return name == "ENCRYPTED PRIVATE KEY" || header.contains("ENCRYPTED"); }
};

struct PemText {
    std::vector<PemBlock> blocks;
    bool isDamaged = false; ///< after those blocks
};

bool isPem(const QByteArray& bytes) {
    return bytes.contains("-----BEGIN ");
}

PemText readPem(const QByteArray& bytes) {
    PemText text;
    const QByteArray whole = bytes.mid(bytes.indexOf("-----BEGIN ")); // without a byte order mark before it
    const BioHandle in(BIO_new_mem_buf(whole.constData(), static_cast<int>(whole.size())));
    ERR_clear_error();
    for (;;) {
        char* name = nullptr;
        char* header = nullptr;
        unsigned char* data = nullptr;
        long size = 0;
        if (PEM_read_bio(in.get(), &name, &header, &data, &size) != 1)
            break;
        text.blocks.push_back({name, header, QByteArray(reinterpret_cast<const char*>(data), size)});
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_free(data);
    }
    text.isDamaged = ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE;
    ERR_clear_error();
    return text;
}

/// What a file holds instead of what was wanted; empty: nothing that is known.
QString describeContent(const QByteArray& bytes) {
    if (isPem(bytes)) {
        const PemText text = readPem(bytes);
        if (text.blocks.empty())
            return QStringLiteral("a damaged PEM text");
        const QByteArray name = text.blocks.front().name;
        if (name.startsWith("OPENSSH"))
            return QStringLiteral("a private key of SSH");
        if (name.endsWith("CERTIFICATE REQUEST"))
            return QStringLiteral("a request for a certificate");
        if (name.endsWith("PUBLIC KEY"))
            return QStringLiteral("a public key");
        if (text.blocks.front().isKey())
            return QStringLiteral("a private key");
        if (text.blocks.front().isCertificate())
            return QStringLiteral("a certificate");
        return QString::fromLatin1(name.left(40));
    }
    const unsigned char* at = dataOf(bytes);
    if (CertificateHandle(d2i_X509(nullptr, &at, static_cast<long>(bytes.size()))) != nullptr)
        return QStringLiteral("a certificate");
    at = dataOf(bytes);
    if (KeyHandle(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(bytes.size()))) != nullptr)
        return QStringLiteral("a private key");
    at = dataOf(bytes);
    if (EncryptedKeyHandle(d2i_X509_SIG(nullptr, &at, static_cast<long>(bytes.size()))) != nullptr)
        return QStringLiteral("a private key");
    return {};
}

tl::unexpected<Error> refuseContent(const QByteArray& bytes, const char* wanted, const QString& path,
                                    const QString& option) {
    const QString found = describeContent(bytes);
    return refuse(option, sentence(QT_TRANSLATE_NOOP("Core", "%1 holds no %2%3. It may be in PEM, DER or PKCS#12."),
                                   path, QString::fromLatin1(wanted),
                                   found.isEmpty() ? QString() : QStringLiteral(" but %1").arg(found)));
}

tl::unexpected<Error> refusePassphrase(const Passphrase& passphrase, const char* what, const QString& path,
                                       const QString& option) {
    constexpr int unsupportedCipher = ERR_R_UNSUPPORTED;
    const unsigned long code = ERR_peek_error();
    const int reason = ERR_GET_REASON(code);
    // a wrong passphrase gives bytes with a good padding now and then (1 of 256), which no decoder then understands
    const bool isOnlyUnread = ERR_GET_LIB(code) == ERR_LIB_OSSL_DECODER;
    if (passphrase && !isOnlyUnread && (reason == unsupportedCipher || reason == EVP_R_UNSUPPORTED_ALGORITHM))
        return refuse(option, sentence(QT_TRANSLATE_NOOP(
                                           "Core", "%1 is encrypted with a cipher that this build of OpenSSL has not."),
                                       path));
    if (passphrase)
        return refuse(option, sentence(QT_TRANSLATE_NOOP("Core", "The passphrase is not that of %1."), path));
    return refuse(option,
                  sentence(QT_TRANSLATE_NOOP(
                               "Core", "%1 in %2 is encrypted. Say where its passphrase stands: passphrase=env:NAME (a "
                                       "variable of the environment) or passphrase=file:PATH."),
                           QString::fromLatin1(what), path));
}

/// With the usual ciphers, else with the older ones.
template <typename Handle, typename Call>
Handle withEitherCiphers(Call call) {
    ERR_clear_error();
    Handle made = call(nullptr);
    if (made != nullptr || ERR_GET_REASON(ERR_peek_error()) != ERR_R_UNSUPPORTED)
        return made;
    const OlderCiphers older;
    if (older.library() == nullptr)
        return nullptr; // the error says "unsupported"
    ERR_clear_error();
    return call(older.library());
}

KeyHandle decryptKey(const QByteArray& der, const QByteArray& passphrase) {
    const unsigned char* at = dataOf(der);
    const EncryptedKeyHandle encrypted(d2i_X509_SIG(nullptr, &at, static_cast<long>(der.size())));
    if (encrypted == nullptr)
        return nullptr;
    const auto plain = withEitherCiphers<PlainKeyHandle>([&](OSSL_LIB_CTX* library) {
        return PlainKeyHandle(PKCS8_decrypt_ex(encrypted.get(), passphrase.constData(),
                                               static_cast<int>(passphrase.size()), library, nullptr));
    });
    return plain == nullptr ? nullptr : KeyHandle(EVP_PKCS82PKEY(plain.get()));
}

/// A key whose PEM says `DEK-Info` (RFC 1421), as `openssl rsa -aes128` writes it.
KeyHandle decryptOldKey(PemBlock block, const QByteArray& passphrase) {
    EVP_CIPHER_INFO cipher{};
    auto size = static_cast<long>(block.data.size());
    const auto give = [](char* to, int most, int, void* from) {
        const auto* secret = static_cast<const QByteArray*>(from);
        const int count = std::min(most, static_cast<int>(secret->size()));
        std::memcpy(to, secret->constData(), static_cast<std::size_t>(count));
        return count;
    };
    auto* data = reinterpret_cast<unsigned char*>(block.data.data());
    if (PEM_get_EVP_CIPHER_INFO(block.header.data(), &cipher) != 1 ||
        PEM_do_header(&cipher, data, &size, give, const_cast<QByteArray*>(&passphrase)) != 1)
        return nullptr;
    const unsigned char* at = data;
    return KeyHandle(d2i_AutoPrivateKey(nullptr, &at, size));
}

Result<QByteArray> keyInPem(const QByteArray& bytes, const Passphrase& passphrase, const QString& path,
                            const QString& option) {
    const PemText text = readPem(bytes);
    const auto block = std::find_if(text.blocks.begin(), text.blocks.end(), [](const auto& b) { return b.isKey(); });
    if (block == text.blocks.end()) {
        if (text.isDamaged)
            return refuse(
                option, sentence(QT_TRANSLATE_NOOP("Core", "%1 is damaged: a PEM block in it cannot be read."), path));
        return refuseContent(bytes, "private key", path, option);
    }
    KeyHandle key;
    if (!block->isEncrypted()) {
        const unsigned char* at = dataOf(block->data);
        key.reset(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(block->data.size())));
        if (key == nullptr)
            return refuse(
                option,
                sentence(QT_TRANSLATE_NOOP("Core", "The private key in %1 is damaged, or of an unknown kind."), path));
    } else {
        if (passphrase)
            key = block->header.contains("ENCRYPTED") ? decryptOldKey(*block, *passphrase)
                                                      : decryptKey(block->data, *passphrase);
        if (key == nullptr)
            return refusePassphrase(passphrase, "The private key", path, option);
    }
    ERR_clear_error();
    return pemOf(key.get());
}

Result<QByteArray> certificatesInPem(const QByteArray& bytes, const QString& path, const QString& option) {
    const PemText text = readPem(bytes);
    QByteArray all;
    for (const PemBlock& block : text.blocks) {
        if (!block.isCertificate())
            continue;
        const unsigned char* at = dataOf(block.data);
        const auto size = static_cast<long>(block.data.size());
        const CertificateHandle one(block.name.startsWith("TRUSTED") ? d2i_X509_AUX(nullptr, &at, size)
                                                                     : d2i_X509(nullptr, &at, size));
        if (one == nullptr)
            return refuse(option, sentence(QT_TRANSLATE_NOOP("Core", "A certificate in %1 is damaged."), path));
        all += pemOf(one.get());
    }
    if (text.isDamaged)
        return refuse(option,
                      sentence(QT_TRANSLATE_NOOP("Core", "%1 is damaged: a PEM block in it cannot be read."), path));
    if (all.isEmpty())
        return refuseContent(bytes, "certificate", path, option);
    return all;
}

/// What a PKCS#12 file holds (RFC 7292); key and own certificate may be missing.
struct Container {
    KeyHandle key;
    std::vector<CertificateHandle> certificates; ///< that of the key first, then up the chain, then the others
};

bool isPkcs12(const QByteArray& bytes) {
    const unsigned char* at = dataOf(bytes);
    const Pkcs12Handle read(d2i_PKCS12(nullptr, &at, static_cast<long>(bytes.size())));
    ERR_clear_error();
    return read != nullptr;
}

/// The issuer of each follows it, as TLS sends a chain (RFC 8446 section 4.4.2).
void sortChain(std::vector<CertificateHandle>& certificates) {
    for (std::size_t i = 1; i + 1 < certificates.size(); ++i) {
        const X509_NAME* issuer = X509_get_issuer_name(certificates[i - 1].get());
        const auto next = std::find_if(certificates.begin() + static_cast<std::ptrdiff_t>(i), certificates.end(),
                                       [issuer](const CertificateHandle& one) {
                                           return X509_NAME_cmp(X509_get_subject_name(one.get()), issuer) == 0;
                                       });
        if (next == certificates.end())
            return;
        std::swap(*next, certificates[i]);
    }
}

std::unique_ptr<Container> openPkcs12(const QByteArray& bytes, const char* passphrase, OSSL_LIB_CTX* library) {
    const BioHandle in(BIO_new_mem_buf(bytes.constData(), static_cast<int>(bytes.size())));
    PKCS12* target = PKCS12_init_ex(NID_pkcs7_data, library, nullptr);
    if (d2i_PKCS12_bio(in.get(), &target) == nullptr)
        return nullptr;
    const Pkcs12Handle file(target);
    EVP_PKEY* key = nullptr;
    X509* own = nullptr;
    STACK_OF(X509)* others = nullptr;
    if (PKCS12_parse(file.get(), passphrase, &key, &own, &others) != 1)
        return nullptr;
    auto content = std::make_unique<Container>();
    content->key.reset(key);
    if (own != nullptr)
        content->certificates.emplace_back(own);
    for (int i = 0; i < sk_X509_num(others); ++i)
        content->certificates.emplace_back(sk_X509_value(others, i));
    sk_X509_free(others);
    if (own != nullptr)
        sortChain(content->certificates);
    return content;
}

std::unique_ptr<Container> openPkcs12(const QByteArray& bytes, const QByteArray& passphrase) {
    return withEitherCiphers<std::unique_ptr<Container>>(
        [&](OSSL_LIB_CTX* library) { return openPkcs12(bytes, passphrase.constData(), library); });
}

} // namespace

Result<QByteArray> readKeyFile(const QString& path, const QString& option) {
    if (QFileInfo(path).isDir())
        return refuse(option, sentence(QT_TRANSLATE_NOOP("Core", "%1 is a folder; %2 takes a file."), path, option));
    if (const QString why = whyNoInputFile(path); !why.isEmpty())
        return refuse(option, sentence(QT_TRANSLATE_NOOP("Core", "%1 cannot be read: %2."), path, why));
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return refuse(option, sentence(QT_TRANSLATE_NOOP("Core", "%1 cannot be read: %2."), path, file.errorString()));
    QByteArray bytes = file.read(mostFileSize + 1);
    if (bytes.isEmpty() && file.error() != QFileDevice::NoError)
        return refuse(option, sentence(QT_TRANSLATE_NOOP("Core", "%1 cannot be read: %2."), path, file.errorString()));
    if (bytes.isEmpty())
        return refuse(option, sentence(QT_TRANSLATE_NOOP("Core", "%1 is empty."), path));
    if (bytes.size() > mostFileSize)
        return refuse(option, sentence(QT_TRANSLATE_NOOP("Core", "%1 is longer than 1 MiB."), path));
    return bytes;
}

Result<QByteArray> certificatesIn(const QByteArray& bytes, const Passphrase& passphrase, const QString& path,
                                  const QString& option) {
    if (isPem(bytes))
        return certificatesInPem(bytes, path, option);
    QByteArray all;
    if (isPkcs12(bytes)) {
        const auto content = openPkcs12(bytes, passphrase.value_or(QByteArray()));
        if (content == nullptr)
            return refusePassphrase(passphrase, "What stands", path, option);
        for (const CertificateHandle& one : content->certificates)
            all += pemOf(one.get());
    } else {
        const unsigned char* at = dataOf(bytes);
        const unsigned char* end = at + bytes.size();
        while (at < end) {
            const CertificateHandle one(d2i_X509(nullptr, &at, static_cast<long>(end - at)));
            if (one == nullptr)
                break;
            all += pemOf(one.get());
        }
        if (at < end && !all.isEmpty())
            return refuse(option, sentence(QT_TRANSLATE_NOOP(
                                               "Core", "%1 is damaged: after its certificate comes something else."),
                                           path));
    }
    if (all.isEmpty())
        return refuseContent(bytes, "certificate", path, option);
    ERR_clear_error();
    return all;
}

Result<QByteArray> privateKeyIn(const QByteArray& bytes, const Passphrase& passphrase, const QString& path,
                                const QString& option) {
    if (isPem(bytes))
        return keyInPem(bytes, passphrase, path, option);
    KeyHandle key;
    const auto size = static_cast<long>(bytes.size());
    const unsigned char* at = dataOf(bytes);
    if (isPkcs12(bytes)) {
        auto content = openPkcs12(bytes, passphrase.value_or(QByteArray()));
        if (content == nullptr)
            return refusePassphrase(passphrase, "What stands", path, option);
        key = std::move(content->key);
    } else if (EncryptedKeyHandle(d2i_X509_SIG(nullptr, &at, size)) != nullptr) {
        if (passphrase)
            key = decryptKey(bytes, *passphrase);
        if (key == nullptr)
            return refusePassphrase(passphrase, "The private key", path, option);
    } else {
        at = dataOf(bytes);
        key.reset(d2i_AutoPrivateKey(nullptr, &at, size));
    }
    if (key == nullptr)
        return refuseContent(bytes, "private key", path, option);
    ERR_clear_error();
    return pemOf(key.get());
}

bool needsPassphrase(const QByteArray& bytes) {
    if (isPem(bytes)) {
        const PemText text = readPem(bytes);
        const auto key = std::find_if(text.blocks.begin(), text.blocks.end(), [](const auto& b) { return b.isKey(); });
        return key != text.blocks.end() && key->isEncrypted();
    }
    const unsigned char* at = dataOf(bytes);
    const bool isNeeded =
        isPkcs12(bytes) ? openPkcs12(bytes, QByteArray()) == nullptr
                        : EncryptedKeyHandle(d2i_X509_SIG(nullptr, &at, static_cast<long>(bytes.size()))) != nullptr;
    ERR_clear_error();
    return isNeeded;
}

QStringList filesToAskFor(const TlsSettings& settings) {
    if (!settings.passphrase.isEmpty())
        return {};
    QStringList wanted;
    const auto look = [&wanted](const QString& file, bool isForCertificates) {
        if (file.isEmpty() || wanted.contains(file))
            return;
        const auto bytes = readKeyFile(file, {}); // what is wrong with it is said when it is used
        if (bytes && needsPassphrase(*bytes) && (!isForCertificates || isPkcs12(*bytes)))
            wanted.append(file);
    };
    look(settings.certificateFile, !settings.keyFile.isEmpty());
    look(settings.keyFile, false);
    look(settings.authorityFile, true);
    return wanted;
}

bool isPassphraseOf(const QString& path, const QByteArray& passphrase) {
    const auto bytes = readKeyFile(path, {});
    // a PKCS#12 file may hold certificates only
    return bytes && (privateKeyIn(*bytes, passphrase, path, {}) ||
                     (isPkcs12(*bytes) && certificatesIn(*bytes, passphrase, path, {})));
}

Result<QByteArray> readSecret(const QString& source, const QString& option) {
    const QString place = source.mid(source.indexOf(QLatin1Char(':')) + 1);
    if (source.startsWith(QLatin1String("env:"))) {
        const QByteArray name = place.toLocal8Bit();
        if (!qEnvironmentVariableIsSet(name.constData()))
            return refuse(option,
                          sentence(QT_TRANSLATE_NOOP("Core", "The environment has no variable %1, which %2=%3 names."),
                                   place, option, source));
        const QByteArray value = qgetenv(name.constData());
        if (value.isEmpty())
            return refuse(option, sentence(QT_TRANSLATE_NOOP("Core", "The variable %1, which %2=%3 names, is empty."),
                                           place, option, source));
        return value;
    }
    auto bytes = readKeyFile(place, option);
    if (!bytes)
        return bytes;
    if (const auto [encoding, mark] = textEncodingOf(*bytes); encoding || mark > 0) { // as PowerShell and Notepad save
        const auto text = decodeText(*bytes, option);
        if (!text)
            return refuse(option,
                          sentence(QT_TRANSLATE_NOOP("Core", "%1 cannot be read: %2"), place, text.error().detail));
        *bytes = text->toUtf8();
    }
    QByteArray line = bytes->contains('\n') ? bytes->left(bytes->indexOf('\n')) : *bytes;
    if (line.endsWith('\r'))
        line.chop(1);
    if (line.isEmpty() || line.size() > mostSecretSize)
        return refuse(option, line.isEmpty()
                                  ? sentence(QT_TRANSLATE_NOOP("Core", "The first line of %1 is empty."), place)
                                  : sentence(QT_TRANSLATE_NOOP("Core", "The first line of %1 is longer than %2 bytes."),
                                             place, QString::number(mostSecretSize)));
    return line;
}

} // namespace sw
