// SPDX-License-Identifier: MIT
#pragma once

#include "core/tls/certificatemaker.h"
#include "core/tls/tlssettings.h"

#include <QByteArray>

#include <memory>
#include <optional>
#include <vector>

using SSL = struct ssl_st;
using SSL_CTX = struct ssl_ctx_st;

namespace sw {

class AppendFile;

class TlsSessionCache;

enum class TlsTransport { Stream, Datagram };

/// What the sessions of one listener, or one connection, have in common: certificates, trust, versions. Made once and
/// shared; the thread of its sessions.
class TlsContext {
public:
    /// Reads the files that the settings name. Errors name the option and what it takes. `cache` may be nullptr; it
    /// must outlive the context. `cacheKey`: only sessions made with the same key are resumed.
    static Result<std::shared_ptr<TlsContext>> make(const TlsSettings& settings, TlsSide side, TlsTransport transport,
                                                    TlsSessionCache* cache = nullptr, const QString& cacheKey = {});
    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;
    TlsContext(TlsContext&&) = delete;
    TlsContext& operator=(TlsContext&&) = delete;

    const TlsSettings& settings() const { return m_settings; }
    TlsSide side() const { return m_side; }
    TlsTransport transport() const { return m_transport; }
    bool isThrowAway() const { return m_isThrowAway; }
    /// Our own chain, the leaf first; empty where we have none.
    const std::vector<Certificate>& own() const { return m_own; }
    SSL_CTX* native() const { return m_native; }
    TlsSessionCache* cache() const { return m_cache; }
    const QString& cacheKey() const { return m_cacheKey; }
    bool hasPsk() const { return !m_psk.isEmpty(); }
    /// The name of the pre-shared key that a client says, or that a server insists on; empty: it takes any.
    QByteArray pskIdentity() const;
    /// For DTLS: the cookie of a peer's address, which only this context can make (RFC 6347 section 4.2.1).
    QByteArray cookieFor(const QByteArray& peer) const;

private:
    TlsContext() = default;

    Result<void> setUp();
    Result<void> setVersions();
    Result<void> setIdentity();
    Result<Identity> readOwnIdentity() const;
    Result<void> useIdentity(const Identity& identity);
    Result<std::optional<QByteArray>> passphraseOf(const QString& file) const;
    Result<void> addAuthorities();
    Result<void> setPsk();
    Result<void> setTrust();
    Result<void> setAlpn();
    Result<void> setKeyLog();

    TlsSettings m_settings;
    TlsSide m_side = TlsSide::Client;
    TlsTransport m_transport = TlsTransport::Stream;
    TlsSessionCache* m_cache = nullptr;
    QString m_cacheKey;
    SSL_CTX* m_native = nullptr;
    bool m_isThrowAway = false;
    std::vector<Certificate> m_own;
    QByteArray m_alpn; // as it goes over the wire
    QByteArray m_cookieSecret;
    QByteArray m_psk;                         // empty: none
    std::unique_ptr<AppendFile> m_keyLogPipe; // where the key log is one

    friend struct TlsCallbacks;
};

} // namespace sw
