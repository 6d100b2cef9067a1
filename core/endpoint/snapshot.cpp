// SPDX-License-Identifier: MIT
#include "core/endpoint/snapshot.h"

#include <array>

namespace sw {

QString stateName(EndpointState state) {
    static constexpr std::array names{"idle",      "resolving", "connecting", "handshaking", "listening",
                                      "reopening", "paused",    "open",       "read-ended",  "write-ended",
                                      "closing",   "closed",    "failed"};
    return QString::fromLatin1(names.at(static_cast<std::size_t>(state)));
}

QString kindName(EndpointKind kind) {
    static constexpr std::array names{"listener", "connection", "datagram-socket", "flow", "recording"};
    return QString::fromLatin1(names.at(static_cast<std::size_t>(kind)));
}

const QString& EndpointSnapshot::shortName() const {
    const bool isChild = isAccepted || kind == EndpointKind::Flow;
    return isChild && !isNamed && !peer.isEmpty() ? peer : name;
}

QString childName(const QString& parent, const QString& peer) {
    return parent + QStringLiteral(" ← ") + peer;
}

QString EndpointSnapshot::socketType() const {
    return isDatagram(address.scheme) ? QStringLiteral("datagram") : QStringLiteral("stream");
}

QString EndpointSnapshot::openName() const {
    return isPassive ? QStringLiteral("passive") : QStringLiteral("active");
}

bool EndpointSnapshot::isUnverified() const {
    if (tls != nullptr)
        return tls->isVerifyOff;
    const bool isClient = kind == EndpointKind::Connection && !isAccepted;
    return isClient && address.value("verify") == QLatin1String("off") && address.value("pin").isEmpty();
}

} // namespace sw
