// SPDX-License-Identifier: MIT
#include "core/tls/tlssession.h"

#include "core/payload/payload.h"
#include "core/tls/tlscallbacks.h"
#include "core/tls/tlssessioncache.h"

#include <QHostAddress>
#include <QUrl>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>

#ifdef Q_OS_WIN
#include <winsock2.h>
#else
#include <sys/time.h>
#endif

namespace sw {

namespace {

constexpr qsizetype keptFirstBytes = 48;
constexpr unsigned datagramSize = 1400; // of a handshake's datagrams: passes everywhere

QString versionName(const SSL* ssl) {
    QString name = QString::fromLatin1(SSL_get_version(ssl)); // TLSv1.3
    const qsizetype v = name.indexOf(QLatin1Char('v'));
    return v < 0 ? name : name.replace(v, 1, QLatin1Char(' '));
}

} // namespace

TlsSession::TlsSession(std::shared_ptr<TlsContext> context, const QString& serverName)
    : m_context(std::move(context)),
      m_ssl(SSL_new(m_context->native())) {
    m_sinceStart.start();
    m_report.side = m_context->side();
    m_report.own = m_context->own();
    m_report.isThrowAway = m_context->isThrowAway();
    SSL_set_app_data(m_ssl, this);
    BIO* bio = TlsCallbacks::newBio(this);
    SSL_set_bio(m_ssl, bio, bio);
    if (m_context->transport() == TlsTransport::Datagram)
        SSL_set_mtu(m_ssl, datagramSize);
    if (m_context->side() == TlsSide::Server) {
        SSL_set_accept_state(m_ssl);
        m_report.isVerifyOff =
            !m_context->settings().verify && m_context->settings().clientCertificate != ClientCertificate::Off;
        return;
    }
    SSL_set_connect_state(m_ssl);
    m_report.isVerifyOff = !m_context->settings().verify && m_context->settings().pin.isEmpty();
    m_report.alpnOffered = m_context->settings().alpn;
    m_report.expectedName = serverName;
    X509_VERIFY_PARAM* parameters = SSL_get0_param(m_ssl);
    QHostAddress literal(serverName);
    if (!literal.isNull()) {
        literal.setScopeId({});
        X509_VERIFY_PARAM_set1_ip_asc(parameters, literal.toString().toLatin1());
    } else {
        const QByteArray name = QUrl::toAce(serverName);
        const QByteArray asked = name.isEmpty() ? serverName.toUtf8() : name;
        m_report.serverName = QString::fromUtf8(asked);
        SSL_set_tlsext_host_name(m_ssl, asked.constData());
        X509_VERIFY_PARAM_set_hostflags(parameters,
                                        X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
        X509_VERIFY_PARAM_set1_host(parameters, asked.constData(), 0);
    }
    if (m_context->cache() != nullptr) {
        if (SSL_SESSION* session = m_context->cache()->take(m_context->cacheKey())) {
            SSL_set_session(m_ssl, session);
            SSL_SESSION_free(session);
        }
    }
}

TlsSession::~TlsSession() {
    if (m_isClosed || m_report.isEstablished)
        SSL_set_shutdown(m_ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN); // keeps the session resumable
    SSL_free(m_ssl);
}

void TlsSession::setProtocol(const QString& protocol) {
    const QByteArray name = protocol.toUtf8().left(255);
    m_protocol = name.isEmpty() ? QByteArray() : QByteArray(1, static_cast<char>(name.size())) + name;
}

void TlsSession::feed(QByteArrayView bytes) {
    if (m_first.size() < keptFirstBytes)
        m_first.append(bytes.first(std::min(bytes.size(), keptFirstBytes - m_first.size())));
    if (m_context->transport() == TlsTransport::Datagram)
        m_datagramsIn.emplace_back(bytes.toByteArray());
    else
        m_incoming.append(bytes);
}

qint64 TlsSession::handshake() {
    if (m_hasFailed)
        return failed;
    if (m_report.isEstablished)
        return 0;
    ERR_clear_error();
    const int value = SSL_do_handshake(m_ssl);
    if (value == 1) {
        complete();
        return 0;
    }
    return result(value, "handshake");
}

void TlsSession::complete() {
    m_report.isEstablished = true;
    m_report.duration = std::chrono::nanoseconds(m_sinceStart.nsecsElapsed());
    m_report.version = versionName(m_ssl);
    m_report.cipher = QString::fromLatin1(SSL_CIPHER_get_name(SSL_get_current_cipher(m_ssl)));
    const auto group = SSL_get_negotiated_group(m_ssl);
    if (const char* name = group > 0 ? OBJ_nid2sn(static_cast<int>(group & 0xffff)) : nullptr)
        m_report.group = QString::fromLatin1(name);
    const unsigned char* alpn = nullptr;
    unsigned alpnSize = 0;
    SSL_get0_alpn_selected(m_ssl, &alpn, &alpnSize);
    m_report.alpn = QString::fromUtf8(reinterpret_cast<const char*>(alpn), static_cast<qsizetype>(alpnSize));
    m_report.isResumed = SSL_session_reused(m_ssl) == 1;
    // with a pre-shared key nothing is resumed, and TLS 1.3 has it as a session of its own (RFC 8446 section 2.2)
    if (m_context->hasPsk() &&
        (m_report.isResumed || SSL_CIPHER_get_auth_nid(SSL_get_current_cipher(m_ssl)) == NID_auth_psk)) {
        m_report.isResumed = false;
        m_report.psk = m_offeredPsk;
        m_report.isVerifyOff = false; // there was no certificate to look at
    }
    if (!m_report.isResumed)
        return;
    // the certificates were checked when the session was made, with the same settings
    if (X509* leaf = m_context->side() == TlsSide::Server ? SSL_get0_peer_certificate(m_ssl) : nullptr)
        m_report.chain.push_back(tls::describe(leaf)); // a server's chain of the client leaves it out
    if (STACK_OF(X509)* chain = SSL_get_peer_cert_chain(m_ssl)) {
        for (int i = 0; i < sk_X509_num(chain); ++i)
            m_report.chain.push_back(tls::describe(sk_X509_value(chain, i)));
    }
    const TlsSettings& settings = m_context->settings();
    m_report.isVerified = (settings.verify || !settings.pin.isEmpty()) && !m_report.chain.empty();
    m_report.isPinned = m_report.isVerified && !settings.pin.isEmpty();
}

qint64 TlsSession::read(char* data, std::size_t size) {
    if (!m_report.isEstablished) {
        if (const qint64 state = handshake(); state != 0)
            return state;
    }
    if (m_hasFailed)
        return failed;
    ERR_clear_error();
    std::size_t count = 0;
    const int value = SSL_read_ex(m_ssl, data, size, &count);
    if (value != 1)
        return result(value, "receive");
    m_hasReadSinceClose = m_isClosed;
    return static_cast<qint64>(count);
}

qint64 TlsSession::write(const char* data, std::size_t size) {
    if (m_hasFailed)
        return failed;
    if (!m_report.isEstablished)
        return again;
    ERR_clear_error();
    std::size_t count = 0;
    const int value = SSL_write_ex(m_ssl, data, size, &count);
    return value == 1 ? static_cast<qint64>(count) : result(value, "send");
}

void TlsSession::close() {
    if (m_isClosed || m_hasFailed || !m_report.isEstablished)
        return;
    m_isClosed = true;
    ERR_clear_error();
    SSL_shutdown(m_ssl); // says close_notify, and does not wait for the peer's
    ERR_clear_error();
}

void TlsSession::outgoingSent(qsizetype count) {
    m_outgoingTaken += count;
    if (m_outgoingTaken == m_outgoing.size()) {
        m_outgoing.resize(0);
        m_outgoingTaken = 0;
    }
}

std::optional<QByteArray> TlsSession::takeDatagram() {
    if (m_datagramsOut.empty())
        return std::nullopt;
    QByteArray first = std::move(m_datagramsOut.front());
    m_datagramsOut.pop_front();
    return first;
}

qint64 TlsSession::result(int value, const char* situation) {
    switch (SSL_get_error(m_ssl, value)) {
    case SSL_ERROR_ZERO_RETURN:
        return 0;
    case SSL_ERROR_WANT_READ:
        if (!m_hasEnded)
            return again;
        // before TLS 1.3 our close_notify ends both directions, and nobody has to wait for the peer's (RFC 5246
        // section 7.2.1)
        if (m_isClosed && !m_hasReadSinceClose && m_report.version != QLatin1String("TLS 1.3"))
            return 0;
        m_hasFailed = true;
        m_error =
            m_report.isEstablished
                ? Error{.id = ErrorId::TlsTruncated,
                        .situation = QString::fromLatin1(situation),
                        .detail = sentence(QT_TRANSLATE_NOOP(
                            "Core", "The stream ended without TLS's own end (close_notify): what came before may be "
                                    "cut short, by a fault or by somebody on the way."))}
                : describePlainText().value_or(Error{
                      .id = ErrorId::TlsHandshakeFailed,
                      .situation = QString::fromLatin1(situation),
                      .detail = sentence(QT_TRANSLATE_NOOP(
                          "Core", "The peer closed the connection during the TLS handshake, without an alert."))});
        return failed;
    case SSL_ERROR_WANT_WRITE:
        return again; // cannot be: what goes out is always taken
    default:
        setError(situation);
        return failed;
    }
}

void TlsSession::setError(const char* situation) {
    m_hasFailed = true;
    m_error = describeFailure(situation);
    ERR_clear_error();
}

Error TlsSession::describeCertificate() const {
    Error error{.id = ErrorId::TlsCertificateRejected, .situation = QStringLiteral("certificate"), .detail = {}};
    if (m_report.problems.empty()) {
        error.detail = sentence(QT_TRANSLATE_NOOP("Core", "The peer's certificate was not accepted."));
        return error;
    }
    const CertificateProblem& first = m_report.problems.front();
    const auto depth = static_cast<std::size_t>(std::max(first.depth, 0));
    const QString about = depth < m_report.chain.size() ? QStringLiteral("“%1”").arg(m_report.chain.at(depth).title())
                                                        : QStringLiteral("above those that were sent");
    error.detail =
        sentence(QT_TRANSLATE_NOOP("Core", "The %1's certificate is refused: %2 (%3, number %4 of the chain)."),
                 m_context->side() == TlsSide::Client ? QStringLiteral("server") : QStringLiteral("client"),
                 first.reason, about, QString::number(depth + 1));
    if (m_report.problems.size() > 1)
        error.detail += m_report.problems.size() == 2
                            ? QStringLiteral(" 1 more problem.")
                            : QStringLiteral(" %1 more problems.").arg(m_report.problems.size() - 1);
    return error;
}

/// What the peer speaks when it does not speak TLS: a record begins with its type, 20 to 24, and 3 (RFC 8446
/// section 5.1).
std::optional<Error> TlsSession::describePlainText() const {
    if (m_first.isEmpty() || m_context->transport() == TlsTransport::Datagram)
        return std::nullopt;
    constexpr unsigned char firstType = 20;
    constexpr unsigned char lastType = 24;
    const auto type = static_cast<unsigned char>(m_first.at(0));
    const bool isRecord = type >= firstType && type <= lastType && (m_first.size() < 2 || m_first.at(1) == 3);
    constexpr unsigned char oldHello = 0x80; // of SSL 2
    if (isRecord || (type & oldHello) != 0)
        return std::nullopt;
    struct Known {
        const char* begin;
        const char* name;
    };
    static constexpr std::array known{Known{"GET ", "plain HTTP"},
                                      Known{"POST ", "plain HTTP"},
                                      Known{"HEAD ", "plain HTTP"},
                                      Known{"PUT ", "plain HTTP"},
                                      Known{"OPTIONS ", "plain HTTP"},
                                      Known{"DELETE ", "plain HTTP"},
                                      Known{"CONNECT ", "plain HTTP"},
                                      Known{"HTTP/", "plain HTTP"},
                                      Known{"SSH-", "SSH"},
                                      Known{"220", "a greeting as of SMTP or FTP"},
                                      Known{"+OK", "POP3"},
                                      Known{"* OK", "IMAP"}};
    QString what = QStringLiteral("no TLS");
    for (const Known& one : known) {
        if (m_first.startsWith(one.begin))
            what = QString::fromLatin1(one.name);
    }
    const QString advice = m_context->side() == TlsSide::Client
                               ? QStringLiteral("Connect with tcp:// instead, or begin TLS later with STARTTLS.")
                               : QStringLiteral("The client has to begin with TLS here (https:// for a browser).");
    return Error{.id = ErrorId::TlsNotTls,
                 .situation = QStringLiteral("handshake"),
                 .detail =
                     QStringLiteral("The peer speaks %1 on a connection that is to be TLS; it began with “%2”. %3")
                         .arg(what, toEscapedText(m_first), advice)};
}

Error TlsSession::describeFailure(const char* situation) {
    const unsigned long code = ERR_peek_error();
    const int reason = ERR_GET_REASON(code);
    const char* text = ERR_reason_error_string(code);
    Error error{.id = m_report.isEstablished ? ErrorId::TlsProtocolError : ErrorId::TlsHandshakeFailed,
                .situation = QString::fromLatin1(situation),
                .detail = {}};
    if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED)
        return describeCertificate();
    if (!m_peerAlert.isEmpty()) {
        error.id = ErrorId::TlsAlert;
        error.detail = sentence(QT_TRANSLATE_NOOP("Core", "The peer ended TLS with the alert “%1”."), m_peerAlert);
        if (m_context->hasPsk())
            error.detail += QStringLiteral(" It may have another pre-shared key, know it by another name (options psk "
                                           "and pskid), or take none.");
        else if (reason == SSL_R_TLSV1_ALERT_UNKNOWN_CA || reason == SSL_R_SSLV3_ALERT_BAD_CERTIFICATE ||
                 reason == SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN || reason == SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED)
            error.detail += QStringLiteral(" It does not accept our certificate.");
        else if (reason == SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED || reason == SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE)
            error.detail += QStringLiteral(" It may want a certificate of ours (options cert and key), or another "
                                           "version or cipher.");
        return error;
    }
    if (!m_report.isEstablished) {
        if (auto plain = describePlainText())
            return *plain;
    }
    switch (reason) {
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
        error.id = ErrorId::TlsCertificateRejected;
        error.detail = sentence(
            QT_TRANSLATE_NOOP("Core", "The client showed no certificate, and clientcert=require asks for one."));
        break;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_UNKNOWN_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
        error.detail =
            QStringLiteral("The two ends have no version of TLS in common: we take %1 to %2 (options min and "
                           "max-version).")
                .arg(m_context->settings().minimum,
                     m_context->settings().maximum.isEmpty() ? QStringLiteral("1.3") : m_context->settings().maximum);
        break;
    case SSL_R_PSK_IDENTITY_NOT_FOUND:
        error.detail =
            sentence(QT_TRANSLATE_NOOP("Core", "The client names the pre-shared key “%1”, and pskid says “%2”."),
                     m_offeredPsk, m_context->settings().pskIdentity);
        break;
    case SSL_R_BINDER_DOES_NOT_VERIFY:
        error.detail = sentence(QT_TRANSLATE_NOOP("Core", "The two ends have different pre-shared keys (option psk)."));
        break;
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
        if (m_context->hasPsk() && m_context->own().empty()) {
            error.detail =
                m_offeredPsk.isEmpty()
                    ? sentence(QT_TRANSLATE_NOOP(
                          "Core",
                          "The client brought no pre-shared key, and we show no certificate (options psk and cert)."))
                    : sentence(
                          QT_TRANSLATE_NOOP("Core", "The client names the pre-shared key “%1”, and pskid says “%2”."),
                          m_offeredPsk, m_context->settings().pskIdentity);
            break;
        }
        error.detail = sentence(QT_TRANSLATE_NOOP("Core", "The two ends have no cipher in common (option ciphers)."));
        break;
    case SSL_R_NO_APPLICATION_PROTOCOL:
        error.detail = sentence(QT_TRANSLATE_NOOP("Core", "The client offered %1, and we take %2 (option alpn)."),
                                m_report.alpnOffered.join(QLatin1String(", ")),
                                m_context->settings().alpn.join(QLatin1String(", ")));
        break;
    default:
        error.detail = sentence(QT_TRANSLATE_NOOP("Core", "The TLS library reports: %1."),
                                QString::fromLatin1(text != nullptr ? text : "an unknown error"));
    }
    return error;
}

std::optional<std::chrono::milliseconds> TlsSession::timeout() const {
    timeval left{};
    if (DTLSv1_get_timeout(m_ssl, &left) != 1)
        return std::nullopt;
    constexpr long perMilli = 1000;
    return std::chrono::milliseconds(left.tv_sec * perMilli + left.tv_usec / perMilli + 1);
}

void TlsSession::handleTimeout() {
    ERR_clear_error();
    if (DTLSv1_handle_timeout(m_ssl) < 0)
        setError("handshake");
}

bool TlsSession::listenFor(const QByteArray& peerAddress) {
    m_cookiePeer = peerAddress;
    ERR_clear_error();
    BIO_ADDR* unused = BIO_ADDR_new();
    const int value = DTLSv1_listen(m_ssl, unused);
    BIO_ADDR_free(unused);
    ERR_clear_error();
    m_datagramsIn.clear();
    m_first.clear();
    return value == 1;
}

} // namespace sw
