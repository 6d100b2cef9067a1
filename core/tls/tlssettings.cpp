// SPDX-License-Identifier: MIT
#include "core/tls/tlssettings.h"

#include "core/base/units.h"

namespace sw {

TlsSettings TlsSettings::of(const Address& address) {
    TlsSettings settings{.certificateFile = address.value("cert"),
                         .keyFile = address.value("key"),
                         .authorityFile = address.value("ca"),
                         .passphrase = address.value("passphrase"),
                         .askedPassphrases = {},
                         .psk = address.value("psk"),
                         .pskIdentity = address.value("pskid"),
                         .verify = address.value("verify") != QLatin1String("off"),
                         .pin = address.value("pin"),
                         .name = address.value("name"),
                         .alpn = address.value("alpn").split(QLatin1Char(','), Qt::SkipEmptyParts),
                         .maximum = address.value("max-version"),
                         .ciphers = address.value("ciphers"),
                         .keyLogFile = address.value("keylog"),
                         .resume = address.value("resume") != QLatin1String("off")};
    if (settings.name.isEmpty())
        settings.name = address.place.host;
    if (const QString minimum = address.value("min"); !minimum.isEmpty())
        settings.minimum = minimum;
    const QString asked = address.value("clientcert");
    settings.clientCertificate = asked == QLatin1String("require") ? ClientCertificate::Require
                                 : asked == QLatin1String("ask")   ? ClientCertificate::Ask
                                                                   : ClientCertificate::Off;
    if (const auto limit = parseDuration(address.value("handshake")))
        settings.handshake = std::chrono::duration_cast<std::chrono::milliseconds>(*limit);
    return settings;
}

} // namespace sw
