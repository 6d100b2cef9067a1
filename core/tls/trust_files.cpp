// SPDX-License-Identifier: MIT
#include "core/tls/trust.h"

#include <openssl/ssl.h>

namespace sw::tls {

/// The folder and file that the system's OpenSSL was built with, or SSL_CERT_DIR and SSL_CERT_FILE; read as needed.
void addSystemAuthorities(SSL_CTX* context) {
    SSL_CTX_set_default_verify_paths(context);
}

} // namespace sw::tls
