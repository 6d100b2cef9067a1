// SPDX-License-Identifier: MIT
#pragma once

using SSL_CTX = struct ssl_ctx_st;

namespace sw::tls {

/// Trusts the authorities that this system trusts. One file for systems where they are files for OpenSSL, one for those
/// that keep them elsewhere.
void addSystemAuthorities(SSL_CTX* context);

} // namespace sw::tls
