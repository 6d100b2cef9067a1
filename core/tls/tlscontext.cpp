// SPDX-License-Identifier: MIT
#include "core/tls/tlscontext.h"

#include "core/base/appendfile.h"
#include "core/tls/certificatemaker.h"
#include "core/tls/keyfile.h"
#include "core/tls/tlscallbacks.h"
#include "core/tls/trust.h"

#include <QCryptographicHash>
#include <QFile>
#include <QMessageAuthenticationCode>
#include <QRegularExpression>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include <array>

namespace sw {

namespace {

constexpr int cookieSecretSize = 32;

Error badOption(const char* option, const Sentence& detail) {
    ERR_clear_error();
    return {.id = ErrorId::TlsConfiguration, .situation = QString::fromLatin1(option), .detail = detail};
}

/// TLS1_2_VERSION for `1.2`; 0 where the library has no such version for this transport.
int versionNumber(const QString& text, TlsTransport transport) {
    const bool isDatagram = transport == TlsTransport::Datagram;
    if (text == QLatin1String("1.0"))
        return isDatagram ? DTLS1_VERSION : TLS1_VERSION;
    if (text == QLatin1String("1.1")) // DTLS 1.0 is based on TLS 1.1; there is no DTLS 1.1 (RFC 6347)
        return isDatagram ? DTLS1_VERSION : TLS1_1_VERSION;
    if (text == QLatin1String("1.2"))
        return isDatagram ? DTLS1_2_VERSION : TLS1_2_VERSION;
    return isDatagram ? 0 : TLS1_3_VERSION;
}

QByteArray wireFormat(const QStringList& protocols) {
    QByteArray wire;
    for (const QString& protocol : protocols) {
        const QByteArray name = protocol.toUtf8();
        wire.append(static_cast<char>(name.size()));
        wire.append(name);
    }
    return wire;
}

} // namespace

TlsContext::~TlsContext() {
    SSL_CTX_free(m_native);
}

Result<std::shared_ptr<TlsContext>> TlsContext::make(const TlsSettings& settings, TlsSide side, TlsTransport transport,
                                                     TlsSessionCache* cache, const QString& cacheKey) {
    const std::shared_ptr<TlsContext> context(new TlsContext); // NOLINT: the constructor is private
    context->m_settings = settings;
    if (!settings.psk.isEmpty()) // a session that was resumed could not be told from one with the key (TLS 1.3)
        context->m_settings.resume = false;
    context->m_side = side;
    context->m_transport = transport;
    context->m_cache = context->m_settings.resume ? cache : nullptr;
    context->m_cacheKey = cacheKey;
    if (const auto done = context->setUp(); !done)
        return tl::unexpected(done.error());
    return context;
}

Result<void> TlsContext::setUp() {
    const bool isDatagram = m_transport == TlsTransport::Datagram;
    const bool isServer = m_side == TlsSide::Server;
    m_native = SSL_CTX_new(isDatagram ? (isServer ? DTLS_server_method() : DTLS_client_method())
                                      : (isServer ? TLS_server_method() : TLS_client_method()));
    if (m_native == nullptr)
        return tl::unexpected(
            badOption("tls", sentence(QT_TRANSLATE_NOOP("Core", "The TLS library could not be set up."))));
    SSL_CTX_set_options(m_native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                      (isDatagram ? SSL_OP_NO_QUERY_MTU | SSL_OP_COOKIE_EXCHANGE : 0U));
    SSL_CTX_set_mode(m_native,
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_info_callback(m_native, &TlsCallbacks::info);
    for (const auto step : {&TlsContext::setVersions, &TlsContext::setIdentity, &TlsContext::setTrust,
                            &TlsContext::setPsk, &TlsContext::setAlpn, &TlsContext::setKeyLog}) {
        if (auto done = (this->*step)(); !done)
            return done;
    }
    if (isServer) {
        SSL_CTX_set_session_id_context(m_native, reinterpret_cast<const unsigned char*>("sw"), 2);
        SSL_CTX_set_tlsext_servername_callback(m_native, &TlsCallbacks::serverName);
        if (!m_settings.resume) {
            SSL_CTX_set_session_cache_mode(m_native, SSL_SESS_CACHE_OFF);
            SSL_CTX_set_options(m_native, SSL_OP_NO_TICKET);
            SSL_CTX_set_num_tickets(m_native, 0);
        }
        m_cookieSecret.resize(cookieSecretSize);
        RAND_bytes(reinterpret_cast<unsigned char*>(m_cookieSecret.data()), cookieSecretSize);
        SSL_CTX_set_cookie_generate_cb(m_native, &TlsCallbacks::makeCookie);
        SSL_CTX_set_cookie_verify_cb(m_native, &TlsCallbacks::checkCookie);
    } else if (m_cache != nullptr) {
        SSL_CTX_set_session_cache_mode(m_native, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(m_native, &TlsCallbacks::newSession);
    } else {
        SSL_CTX_set_session_cache_mode(m_native, SSL_SESS_CACHE_OFF);
    }
    return {};
}

Result<void> TlsContext::setVersions() {
    const int least = versionNumber(m_settings.minimum, m_transport);
    const int most = m_settings.maximum.isEmpty() ? 0 : versionNumber(m_settings.maximum, m_transport);
    if (least == 0 || (most == 0 && !m_settings.maximum.isEmpty()))
        return tl::unexpected(
            badOption(least == 0 ? "min" : "max-version",
                      sentence(QT_TRANSLATE_NOOP("Core", "This build has no DTLS 1.3; it takes 1.0 to 1.2."))));
    if (!m_settings.maximum.isEmpty() && m_settings.maximum < m_settings.minimum)
        return tl::unexpected(
            badOption("max-version", sentence(QT_TRANSLATE_NOOP("Core", "max-version=%1 is below min=%2."),
                                              m_settings.maximum, m_settings.minimum)));
    SSL_CTX_set_min_proto_version(m_native, least);
    SSL_CTX_set_max_proto_version(m_native, most);
    // the library offers versions below 1.2 at level 0 only: their signatures are made of SHA-1
    constexpr int normalLevel = 2;
    SSL_CTX_set_security_level(m_native, m_settings.minimum < QLatin1String("1.2") ? 0 : normalLevel);
    if (m_settings.ciphers.isEmpty())
        return {};
    QStringList suites;
    QStringList older;
    for (const QString& one : m_settings.ciphers.split(QLatin1Char(':'), Qt::SkipEmptyParts))
        (one.startsWith(QLatin1String("TLS_")) ? suites : older).append(one); // those of TLS 1.3
    const auto refuse = [this] {
        return tl::unexpected(badOption(
            "ciphers",
            sentence(QT_TRANSLATE_NOOP(
                         "Core", "“%1” names no cipher that this build has. It takes OpenSSL's names, separated by "
                                 "colons: TLS_AES_128_GCM_SHA256 (TLS 1.3), ECDHE-RSA-AES128-GCM-SHA256, HIGH:!aNULL."),
                     m_settings.ciphers)));
    };
    if (!suites.isEmpty() && SSL_CTX_set_ciphersuites(m_native, suites.join(QLatin1Char(':')).toLatin1()) != 1)
        return refuse();
    if (!older.isEmpty() && SSL_CTX_set_cipher_list(m_native, older.join(QLatin1Char(':')).toLatin1()) != 1)
        return refuse();
    if (suites.isEmpty() && m_settings.maximum.isEmpty()) // only older ones were asked for
        SSL_CTX_set_max_proto_version(m_native, versionNumber(QStringLiteral("1.2"), m_transport));
    if (older.isEmpty())
        SSL_CTX_set_min_proto_version(m_native, TLS1_3_VERSION);
    return {};
}

/// What was asked for by a person, else what stands where the option says.
Result<std::optional<QByteArray>> TlsContext::passphraseOf(const QString& file) const {
    if (const auto asked = m_settings.askedPassphrases.constFind(file); asked != m_settings.askedPassphrases.cend())
        return *asked;
    if (m_settings.passphrase.isEmpty())
        return std::optional<QByteArray>();
    const auto secret = readSecret(m_settings.passphrase, QStringLiteral("passphrase"));
    if (!secret)
        return tl::unexpected(secret.error());
    return *secret;
}

Result<Identity> TlsContext::readOwnIdentity() const {
    const QString& keyFile = m_settings.keyFile.isEmpty() ? m_settings.certificateFile : m_settings.keyFile;
    const auto certificatePassphrase = passphraseOf(m_settings.certificateFile);
    if (!certificatePassphrase)
        return tl::unexpected(certificatePassphrase.error());
    const auto keyPassphrase = passphraseOf(keyFile);
    if (!keyPassphrase)
        return tl::unexpected(keyPassphrase.error());
    return readIdentity({.certificate = m_settings.certificateFile,
                         .key = keyFile,
                         .certificatePassphrase = *certificatePassphrase,
                         .keyPassphrase = *keyPassphrase});
}

Result<void> TlsContext::setIdentity() {
    const bool isOurs = m_settings.test == TestCertificate::None && !m_settings.certificateFile.isEmpty();
    if (m_settings.test == TestCertificate::None && !isOurs) {
        if (!m_settings.keyFile.isEmpty())
            return tl::unexpected(badOption(
                "key", sentence(QT_TRANSLATE_NOOP("Core", "key=FILE needs the certificate too: cert=FILE."))));
        if (m_side == TlsSide::Client || !m_settings.psk.isEmpty())
            return {};
    }
    m_isThrowAway = !isOurs;
    const auto identity = isOurs                                     ? readOwnIdentity()
                          : m_settings.test != TestCertificate::None ? makeTestIdentity(m_settings.test)
                                                                     : makeThrowAwayIdentity();
    if (!identity)
        return tl::unexpected(identity.error());
    return useIdentity(*identity);
}

Result<void> TlsContext::useIdentity(const Identity& identity) {
    const tls::BioHandle certificates(
        BIO_new_mem_buf(identity.certificate.constData(), static_cast<int>(identity.certificate.size())));
    const tls::BioHandle keyText(BIO_new_mem_buf(identity.key.constData(), static_cast<int>(identity.key.size())));
    const tls::KeyHandle key(PEM_read_bio_PrivateKey(keyText.get(), nullptr, nullptr, nullptr));
    bool isFirst = true;
    bool ok = key != nullptr;
    while (X509* raw = ok ? PEM_read_bio_X509(certificates.get(), nullptr, nullptr, nullptr) : nullptr) {
        const tls::CertificateHandle certificate(raw);
        m_own.push_back(tls::describe(raw));
        ok = (isFirst ? SSL_CTX_use_certificate(m_native, raw) : SSL_CTX_add1_chain_cert(m_native, raw)) == 1;
        isFirst = false;
    }
    const unsigned long reason = ERR_peek_last_error();
    ok = ok && SSL_CTX_use_PrivateKey(m_native, key.get()) == 1;
    if (!ok) {
        const char* text = ERR_reason_error_string(reason);
        return tl::unexpected(
            badOption("cert", sentence(QT_TRANSLATE_NOOP("Core", "The certificate in %1 cannot be used: %2."),
                                       m_settings.certificateFile,
                                       QString::fromLatin1(text != nullptr ? text : "unknown reason"))));
    }
    ERR_clear_error();
    return {};
}

Result<void> TlsContext::addAuthorities() {
    const auto bytes = readKeyFile(m_settings.authorityFile, QStringLiteral("ca"));
    if (!bytes)
        return tl::unexpected(bytes.error());
    const auto passphrase = passphraseOf(m_settings.authorityFile);
    if (!passphrase)
        return tl::unexpected(passphrase.error());
    const auto pem = certificatesIn(*bytes, *passphrase, m_settings.authorityFile, QStringLiteral("ca"));
    if (!pem)
        return tl::unexpected(pem.error());
    const tls::BioHandle in(BIO_new_mem_buf(pem->constData(), static_cast<int>(pem->size())));
    X509_STORE* store = SSL_CTX_get_cert_store(m_native);
    while (X509* raw = PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)) {
        const tls::CertificateHandle authority(raw);
        X509_STORE_add_cert(store, raw);
        if (m_side == TlsSide::Server)
            SSL_CTX_add_client_CA(m_native, raw);
    }
    return {};
}

Result<void> TlsContext::setTrust() {
    const bool asks = m_settings.clientCertificate != ClientCertificate::Off;
    if (m_side == TlsSide::Server && asks && m_settings.verify && m_settings.authorityFile.isEmpty())
        return tl::unexpected(badOption(
            "clientcert",
            sentence(QT_TRANSLATE_NOOP("Core", "clientcert=ask and clientcert=require need ca=FILE, the authority that "
                                               "signs clients' certificates (or verify=off to take any)."))));
    if (!m_settings.authorityFile.isEmpty()) {
        if (auto added = addAuthorities(); !added)
            return added;
    } else if (m_side == TlsSide::Client && m_settings.verify) {
        tls::addSystemAuthorities(m_native);
    }
    int mode = SSL_VERIFY_NONE;
    if (m_side == TlsSide::Client || asks)
        mode = SSL_VERIFY_PEER;
    if (m_settings.clientCertificate == ClientCertificate::Require)
        mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    SSL_CTX_set_verify(m_native, mode, nullptr);
    SSL_CTX_set_cert_verify_callback(m_native, &TlsCallbacks::verify, nullptr);
    ERR_clear_error();
    return {};
}

/// The same callbacks serve TLS 1.2 and, with SHA-256, TLS 1.3 (SSL_CTX_set_psk_client_callback(3)).
Result<void> TlsContext::setPsk() {
    if (m_settings.psk.isEmpty()) {
        if (!m_settings.pskIdentity.isEmpty())
            return tl::unexpected(badOption(
                "pskid",
                sentence(QT_TRANSLATE_NOOP("Core", "pskid=NAME needs the key too: psk=env:NAME or psk=file:PATH."))));
        return {};
    }
    const auto digits = readSecret(m_settings.psk, QStringLiteral("psk"));
    if (!digits)
        return tl::unexpected(digits.error());
    static const QRegularExpression hexadecimal(QStringLiteral("^([0-9A-Fa-f]{2})+$"));
    m_psk = QByteArray::fromHex(digits->trimmed());
    if (!hexadecimal.match(QString::fromLatin1(digits->trimmed())).hasMatch() || m_psk.size() > PSK_MAX_PSK_LEN)
        return tl::unexpected(badOption(
            "psk",
            sentence(
                QT_TRANSLATE_NOOP(
                    "Core",
                    "What %1 names is no pre-shared key: it takes 1 to %2 bytes as hexadecimal digits, two for each."),
                m_settings.psk, PSK_MAX_PSK_LEN)));
    if (m_settings.pskIdentity.toUtf8().size() > PSK_MAX_IDENTITY_LEN)
        return tl::unexpected(
            badOption("pskid", sentence(QT_TRANSLATE_NOOP("Core", "pskid takes a name of at most %1 bytes."),
                                        PSK_MAX_IDENTITY_LEN)));
    if (m_side == TlsSide::Server)
        SSL_CTX_set_psk_server_callback(m_native, &TlsCallbacks::checkPsk);
    else
        SSL_CTX_set_psk_client_callback(m_native, &TlsCallbacks::offerPsk);
    return {};
}

QByteArray TlsContext::pskIdentity() const {
    return m_settings.pskIdentity.isEmpty() && m_side == TlsSide::Client ? QByteArrayLiteral("Client_identity")
                                                                         : m_settings.pskIdentity.toUtf8();
}

Result<void> TlsContext::setAlpn() {
    constexpr qsizetype longest = 255;
    for (const QString& protocol : m_settings.alpn) {
        if (protocol.toUtf8().size() > longest)
            return tl::unexpected(
                badOption("alpn", sentence(QT_TRANSLATE_NOOP("Core", "A protocol's name has at most 255 bytes."))));
    }
    m_alpn = wireFormat(m_settings.alpn);
    if (m_side == TlsSide::Server)
        SSL_CTX_set_alpn_select_cb(m_native, &TlsCallbacks::selectAlpn, this);
    else if (!m_alpn.isEmpty())
        SSL_CTX_set_alpn_protos(m_native, reinterpret_cast<const unsigned char*>(m_alpn.constData()),
                                static_cast<unsigned>(m_alpn.size()));
    return {};
}

Result<void> TlsContext::setKeyLog() {
    if (m_settings.keyLogFile.isEmpty())
        return {};
    // the secrets of others stay in it, and ours are for nobody else
    auto file = AppendFile::open(m_settings.keyLogFile, Existing::Append);
    if (!file)
        return tl::unexpected(badOption("keylog", file.error().detail));
    if ((*file)->isSequential()) // its reader would take a close for the end; a file may be replaced meanwhile
        m_keyLogPipe = std::move(*file);
    SSL_CTX_set_keylog_callback(m_native, &TlsCallbacks::keyLog);
    return {};
}

QByteArray TlsContext::cookieFor(const QByteArray& peer) const {
    return QMessageAuthenticationCode::hash(peer, m_cookieSecret, QCryptographicHash::Sha256);
}

} // namespace sw
