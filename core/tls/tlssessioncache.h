// SPDX-License-Identifier: MIT
#pragma once

#include <QHash>
#include <QString>

#include <memory>
#include <unordered_map>

using SSL_SESSION = struct ssl_session_st;

namespace sw {

/// Sessions that clients may resume, by whom they are with and under which settings (RFC 8446 section 2.2): never one
/// that was made with other settings, since resuming skips the certificate. At most 256. The I/O thread.
class TlsSessionCache {
public:
    /// Takes over one reference.
    void put(const QString& key, SSL_SESSION* session);
    /// The caller owns what it gets; a ticket is used once (RFC 8446 appendix C.4). nullptr: none.
    SSL_SESSION* take(const QString& key);
    void clear() { m_sessions.clear(); }

private:
    struct Freed {
        void operator()(SSL_SESSION* session) const;
    };

    std::unordered_map<QString, std::unique_ptr<SSL_SESSION, Freed>> m_sessions;
};

} // namespace sw
