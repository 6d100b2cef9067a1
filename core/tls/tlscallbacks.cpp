// SPDX-License-Identifier: MIT
#include "core/tls/tlscallbacks.h"

#include "core/base/appendfile.h"
#include "core/tls/tlssessioncache.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstring>

namespace sw {

namespace {

QStringList readAlpn(const unsigned char* in, unsigned size) {
    QStringList names;
    const QByteArrayView all(reinterpret_cast<const char*>(in), static_cast<qsizetype>(size));
    for (qsizetype at = 0; at < all.size();) {
        const auto length = static_cast<qsizetype>(static_cast<unsigned char>(all[at]));
        if (at + 1 + length > all.size())
            break;
        names.append(QString::fromUtf8(all.sliced(at + 1, length)));
        at += 1 + length;
    }
    return names;
}

QString dateText(const ASN1_TIME* time) {
    tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1)
        return QStringLiteral("an unreadable date");
    constexpr int firstYear = 1900;
    return QDateTime(QDate(parts.tm_year + firstYear, parts.tm_mon + 1, parts.tm_mday),
                     QTime(parts.tm_hour, parts.tm_min, parts.tm_sec))
        .toString(QStringLiteral("yyyy-MM-dd HH:mm:ss 'UTC'"));
}

/// One sentence for people about a code of X509_STORE_CTX_get_error(3).
QString reasonOf(int code, const X509* certificate, const QString& expectedName) {
    switch (code) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return QStringLiteral("it expired on %1").arg(dateText(X509_get0_notAfter(certificate)));
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return QStringLiteral("it is not valid before %1").arg(dateText(X509_get0_notBefore(certificate)));
    case X509_V_ERR_HOSTNAME_MISMATCH:
        return X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1) < 0
                   ? QStringLiteral("it has no alternative names (subjectAltName), and the common name does not count "
                                    "(RFC 9525): it is good for no host, “%1” included")
                         .arg(expectedName)
                   : QStringLiteral("it is not for “%1”").arg(expectedName);
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return QStringLiteral("it is not for the IP address %1").arg(expectedName);
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        return QStringLiteral("it is signed by itself, and not trusted here");
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        return QStringLiteral("the chain ends in an authority that is not trusted here");
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        return QStringLiteral("its issuer is neither in the chain nor trusted here: an intermediate certificate is "
                              "missing, or the authority is not known");
    case X509_V_ERR_INVALID_PURPOSE:
        return QStringLiteral("its usage (extendedKeyUsage) does not allow this");
    case X509_V_ERR_INVALID_CA:
        return QStringLiteral("it signed another certificate, but is not an authority (CA:FALSE)");
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
        return QStringLiteral("there are more authorities below it than it allows (pathlen)");
    case X509_V_ERR_PERMITTED_VIOLATION:
    case X509_V_ERR_EXCLUDED_VIOLATION:
        return QStringLiteral("an authority above it is not allowed to certify this name (nameConstraints)");
    case X509_V_ERR_EE_KEY_TOO_SMALL:
        return QStringLiteral("its key is too small to be safe");
    case X509_V_ERR_CA_KEY_TOO_SMALL:
        return QStringLiteral("the key of this authority is too small to be safe");
    case X509_V_ERR_CA_MD_TOO_WEAK:
        return QStringLiteral("it is signed with a hash that is no longer safe (such as SHA-1 or MD5)");
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
        return QStringLiteral("its signature is wrong: it was changed, or signed with another key");
    case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION:
        return QStringLiteral("it has a critical extension that is not known here");
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
        return QStringLiteral("it signed another certificate, but its usage (keyUsage) does not allow that");
    default:
        return QString::fromLatin1(X509_verify_cert_error_string(code));
    }
}

} // namespace

TlsSession* TlsCallbacks::sessionOf(const SSL* ssl) {
    return static_cast<TlsSession*>(SSL_get_app_data(ssl));
}

void TlsCallbacks::info(const SSL* ssl, int where, int value) {
    if ((where & SSL_CB_ALERT) == 0)
        return;
    constexpr int codeMask = 0xff;
    if ((value & codeMask) == SSL_AD_CLOSE_NOTIFY)
        return; // an end of stream, told as such
    TlsSession* session = sessionOf(ssl);
    const QString name =
        QStringLiteral("%1 (%2)").arg(QString::fromLatin1(SSL_alert_desc_string_long(value))).arg(value & codeMask);
    if ((where & SSL_CB_READ) != 0) {
        session->m_peerAlert = name;
        session->m_alerts.append(QStringLiteral("received the alert “%1”").arg(name));
    } else {
        session->m_alerts.append(QStringLiteral("sent the alert “%1”").arg(name));
    }
}

int TlsCallbacks::collectProblem(int ok, X509_STORE_CTX* store) {
    if (ok == 1)
        return 1;
    const auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    TlsSession* session = sessionOf(ssl);
    const int code = X509_STORE_CTX_get_error(store);
    const X509* about = X509_STORE_CTX_get_current_cert(store);
    if (about == nullptr)
        about = X509_STORE_CTX_get0_cert(store);
    auto& problems = session->m_report.problems;
    const bool follows = code == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE || code == X509_V_ERR_CERT_UNTRUSTED;
    constexpr std::size_t most = 20;
    if (problems.size() < most && !(follows && !problems.empty()))
        problems.push_back({.depth = X509_STORE_CTX_get_error_depth(store),
                            .code = code,
                            .reason = reasonOf(code, about, session->m_report.expectedName)});
    return 1; // go on: what else is wrong is told too
}

int TlsCallbacks::verify(X509_STORE_CTX* store, void*) {
    const auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    TlsSession* session = sessionOf(ssl);
    TlsReport& report = session->m_report;
    report.chain.clear();
    report.problems.clear();
    STACK_OF(X509)* sent = X509_STORE_CTX_get0_untrusted(store);
    constexpr int mostShown = 20;
    for (int i = 0; i < std::min(sk_X509_num(sent), mostShown); ++i)
        report.chain.push_back(tls::describe(sk_X509_value(sent, i)));
    if (report.chain.empty())
        report.chain.push_back(tls::describe(X509_STORE_CTX_get0_cert(store)));
    X509_STORE_CTX_set_verify_cb(store, &TlsCallbacks::collectProblem);
    const int ended = X509_verify_cert(store);
    ERR_clear_error(); // what is wrong stands in the report
    if (ended < 1 && report.problems.empty()) {
        const int code = X509_STORE_CTX_get_error(store);
        report.problems.push_back({.depth = X509_STORE_CTX_get_error_depth(store),
                                   .code = code,
                                   .reason = QString::fromLatin1(X509_verify_cert_error_string(code))});
    }
    if (const QString& pin = session->context().settings().pin; !pin.isEmpty()) {
        const Certificate shown = tls::describe(X509_STORE_CTX_get0_cert(store));
        report.isVerified = report.isPinned = QString(shown.sha256).remove(QLatin1Char(':')).toLower() == pin;
        report.problems.clear();
        if (!report.isPinned)
            report.problems.push_back({.depth = 0,
                                       .code = X509_V_ERR_CERT_REJECTED,
                                       .reason = QStringLiteral("it is not the one whose fingerprint pin names")});
        X509_STORE_CTX_set_error(store, report.isPinned ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
        return report.isPinned ? 1 : 0;
    }
    if (!session->context().settings().verify) {
        X509_STORE_CTX_set_error(store, X509_V_OK);
        return 1;
    }
    report.isVerified = report.problems.empty();
    if (report.isVerified)
        return 1;
    X509_STORE_CTX_set_error(store, report.problems.front().code); // decides which alert the peer gets
    return 0;
}

int TlsCallbacks::serverName(SSL* ssl, int*, void*) {
    if (const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name))
        sessionOf(ssl)->m_report.serverName = QString::fromUtf8(name);
    return SSL_TLSEXT_ERR_OK;
}

int TlsCallbacks::selectAlpn(SSL* ssl, const unsigned char** out, unsigned char* outSize, const unsigned char* in,
                             unsigned inSize, void* context) {
    TlsSession* session = sessionOf(ssl);
    const QByteArray& ours = session->m_protocol ? *session->m_protocol : static_cast<TlsContext*>(context)->m_alpn;
    session->m_report.alpnOffered = readAlpn(in, inSize);
    if (ours.isEmpty())
        return SSL_TLSEXT_ERR_NOACK;
    unsigned char* selected = nullptr;
    const int found =
        SSL_select_next_proto(&selected, outSize, reinterpret_cast<const unsigned char*>(ours.constData()),
                              static_cast<unsigned>(ours.size()), in, inSize);
    *out = selected;
    return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

int TlsCallbacks::newSession(SSL* ssl, SSL_SESSION* session) {
    const TlsContext& context = sessionOf(ssl)->context();
    if (context.cache() == nullptr)
        return 0;
    context.cache()->put(context.cacheKey(), session);
    return 1; // the cache owns it now
}

void TlsCallbacks::keyLog(const SSL* ssl, const char* line) {
    TlsSession* session = sessionOf(ssl);
    const TlsContext& context = session->context();
    BlockBuffer buffer(AppendFile::block);
    const QByteArray text = QByteArray(line) + '\n';
    std::copy(text.begin(), text.end(), buffer.extend(static_cast<std::size_t>(text.size())));
    const auto write = [&]() -> Result<void> { // in one write: others may log to it too
        if (context.m_keyLogPipe)
            return context.m_keyLogPipe->append(buffer);
        const auto file = AppendFile::open(context.settings().keyLogFile, Existing::Append);
        if (!file)
            return tl::unexpected(file.error());
        if (auto written = (*file)->append(buffer); !written)
            return written;
        return (*file)->close();
    };
    if (const auto written = write(); !written)
        session->m_keyLogError = written.error();
}

/// A client's pre-shared key; 0: none.
unsigned TlsCallbacks::offerPsk(SSL* ssl, const char*, char* identity, unsigned identitySize, unsigned char* key,
                                unsigned keySize) {
    TlsSession* session = sessionOf(ssl);
    const QByteArray name = session->context().pskIdentity();
    const QByteArray& secret = session->context().m_psk;
    if (static_cast<unsigned>(name.size()) >= identitySize || static_cast<unsigned>(secret.size()) > keySize)
        return 0;
    std::memcpy(identity, name.constData(), static_cast<std::size_t>(name.size()) + 1);
    std::memcpy(key, secret.constData(), static_cast<std::size_t>(secret.size()));
    session->m_offeredPsk = QString::fromUtf8(name);
    return static_cast<unsigned>(secret.size());
}

/// A server's key for the name that a client says; 0: there is none, and the handshake fails.
unsigned TlsCallbacks::checkPsk(SSL* ssl, const char* identity, unsigned char* key, unsigned keySize) {
    TlsSession* session = sessionOf(ssl);
    const QByteArray wanted = session->context().pskIdentity();
    const QByteArray& secret = session->context().m_psk;
    session->m_offeredPsk = QString::fromUtf8(identity);
    if ((!wanted.isEmpty() && wanted != identity) || static_cast<unsigned>(secret.size()) > keySize)
        return 0;
    std::memcpy(key, secret.constData(), static_cast<std::size_t>(secret.size()));
    return static_cast<unsigned>(secret.size());
}

int TlsCallbacks::makeCookie(SSL* ssl, unsigned char* cookie, unsigned* size) {
    const TlsSession* session = sessionOf(ssl);
    const QByteArray made = session->context().cookieFor(session->m_cookiePeer);
    std::memcpy(cookie, made.constData(), static_cast<std::size_t>(made.size()));
    *size = static_cast<unsigned>(made.size());
    return 1;
}

int TlsCallbacks::checkCookie(SSL* ssl, const unsigned char* cookie, unsigned size) {
    const TlsSession* session = sessionOf(ssl);
    const QByteArray made = session->context().cookieFor(session->m_cookiePeer);
    return made.size() == static_cast<qsizetype>(size) && CRYPTO_memcmp(made.constData(), cookie, size) == 0 ? 1 : 0;
}

int TlsCallbacks::bioRead(BIO* bio, char* data, int size) {
    auto* session = static_cast<TlsSession*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    QByteArrayView next;
    const bool isDatagram = session->m_context->transport() == TlsTransport::Datagram;
    if (isDatagram)
        next = session->m_datagramsIn.empty() ? QByteArrayView() : QByteArrayView(session->m_datagramsIn.front());
    else
        next = QByteArrayView(session->m_incoming).sliced(session->m_incomingTaken);
    if (next.isEmpty()) {
        BIO_set_retry_read(bio);
        return -1;
    }
    const auto count = std::min(next.size(), static_cast<qsizetype>(size));
    std::memcpy(data, next.data(), static_cast<std::size_t>(count));
    if (isDatagram) {
        session->m_datagramsIn.pop_front(); // what does not fit is lost, as with a socket
    } else {
        session->m_incomingTaken += count;
        if (session->m_incomingTaken == session->m_incoming.size()) {
            session->m_incoming.resize(0); // keeps its room
            session->m_incomingTaken = 0;
        }
    }
    return static_cast<int>(count);
}

int TlsCallbacks::bioWrite(BIO* bio, const char* data, int size) {
    auto* session = static_cast<TlsSession*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    if (session->m_context->transport() == TlsTransport::Datagram)
        session->m_datagramsOut.emplace_back(data, size);
    else
        session->m_outgoing.append(data, size);
    return size;
}

long TlsCallbacks::bioControl(BIO*, int command, long, void*) {
    switch (command) {
    case BIO_CTRL_FLUSH:
    case BIO_CTRL_DUP:
        return 1;
    default:
        return 0;
    }
}

const BIO_METHOD* TlsCallbacks::bioMethod() {
    static const BIO_METHOD* const method = [] { // constant, and OpenSSL's own way to have one
        BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socketwright");
        BIO_meth_set_read(made, &TlsCallbacks::bioRead);
        BIO_meth_set_write(made, &TlsCallbacks::bioWrite);
        BIO_meth_set_ctrl(made, &TlsCallbacks::bioControl);
        return made;
    }();
    return method;
}

BIO* TlsCallbacks::newBio(TlsSession* session) {
    BIO* bio = BIO_new(bioMethod());
    BIO_set_data(bio, session);
    BIO_set_init(bio, 1);
    return bio;
}

} // namespace sw
