// SPDX-License-Identifier: MIT
#include "core/tls/trust.h"

#include "core/tls/handles.h"

#include <QSslCertificate>
#include <QSslConfiguration>

namespace sw::tls {

/// The system's own store (Windows, macOS), which Qt reads.
void addSystemAuthorities(SSL_CTX* context) {
    X509_STORE* store = SSL_CTX_get_cert_store(context);
    const auto authorities = QSslConfiguration::systemCaCertificates();
    for (const QSslCertificate& authority : authorities) {
        const QByteArray der = authority.toDer();
        const auto* data = reinterpret_cast<const unsigned char*>(der.constData());
        const CertificateHandle certificate(d2i_X509(nullptr, &data, static_cast<long>(der.size())));
        if (certificate != nullptr)
            X509_STORE_add_cert(store, certificate.get());
    }
}

} // namespace sw::tls
