// SPDX-License-Identifier: MIT
#include "core/tls/tlsreport.h"

#include "core/base/units.h"

#include <QJsonArray>

namespace sw {

QString TlsReport::toText() const {
    QStringList parts{version, cipher};
    if (!group.isEmpty())
        parts.append(group);
    if (!alpn.isEmpty())
        parts.append(QStringLiteral("ALPN %1").arg(alpn));
    if (!serverName.isEmpty())
        parts.append(QStringLiteral("SNI %1").arg(serverName));
    if (!psk.isEmpty())
        parts.append(QStringLiteral("pre-shared key “%1”").arg(psk));
    if (isResumed)
        parts.append(QStringLiteral("resumed"));
    if (isVerifyOff)
        parts.append(QStringLiteral("NOT VERIFIED (verify=off)"));
    else if (isPinned)
        parts.append(QStringLiteral("verified by its fingerprint (pin)"));
    else if (isVerified)
        parts.append(side == TlsSide::Client ? QStringLiteral("verified as “%1”").arg(expectedName)
                                             : QStringLiteral("client verified"));
    return parts.join(QLatin1String(", "));
}

QJsonObject TlsReport::toJson() const {
    QJsonObject json{
        {QStringLiteral("side"), side == TlsSide::Client ? QStringLiteral("client") : QStringLiteral("server")},
        {QStringLiteral("established"), isEstablished},
        {QStringLiteral("verified"), isVerified},
        {QStringLiteral("pinned"), isPinned},
        {QStringLiteral("verifyOff"), isVerifyOff},
        {QStringLiteral("resumed"), isResumed},
        {QStringLiteral("milliseconds"), static_cast<double>(duration.count()) / 1e6}};
    const auto add = [&json](const QString& name, const QString& value) {
        if (!value.isEmpty())
            json.insert(name, value);
    };
    add(QStringLiteral("version"), version);
    add(QStringLiteral("cipher"), cipher);
    add(QStringLiteral("group"), group);
    add(QStringLiteral("alpn"), alpn);
    add(QStringLiteral("psk"), psk);
    add(QStringLiteral("serverName"), serverName);
    add(QStringLiteral("expectedName"), expectedName);
    if (!alpnOffered.isEmpty())
        json.insert(QStringLiteral("alpnOffered"), QJsonArray::fromStringList(alpnOffered));
    QJsonArray certificates;
    for (const Certificate& one : chain)
        certificates.append(one.toJson());
    json.insert(QStringLiteral("chain"), certificates);
    QJsonArray wrong;
    for (const CertificateProblem& one : problems)
        wrong.append(QJsonObject{{QStringLiteral("depth"), one.depth},
                                 {QStringLiteral("code"), one.code},
                                 {QStringLiteral("reason"), one.reason}});
    if (!wrong.isEmpty())
        json.insert(QStringLiteral("problems"), wrong);
    return json;
}

} // namespace sw
