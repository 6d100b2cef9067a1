// SPDX-License-Identifier: MIT
#include "core/tls/tlssessioncache.h"

#include <openssl/ssl.h>

namespace sw {

namespace {
constexpr std::size_t most = 256;
}

void TlsSessionCache::Freed::operator()(SSL_SESSION* session) const {
    SSL_SESSION_free(session);
}

void TlsSessionCache::put(const QString& key, SSL_SESSION* session) {
    if (m_sessions.size() >= most && m_sessions.find(key) == m_sessions.end())
        m_sessions.erase(m_sessions.begin());
    m_sessions[key].reset(session);
}

SSL_SESSION* TlsSessionCache::take(const QString& key) {
    const auto found = m_sessions.find(key);
    if (found == m_sessions.end())
        return nullptr;
    SSL_SESSION* session = found->second.release();
    m_sessions.erase(found);
    return session;
}

} // namespace sw
