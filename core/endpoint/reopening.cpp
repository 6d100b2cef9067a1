// SPDX-License-Identifier: MIT
#include "core/endpoint/reopening.h"

namespace sw {

Sentence whyNotOpenAgain(const EndpointSnapshot& snapshot) {
    const bool isOwn = snapshot.parent == EndpointId::None && !snapshot.isRecovered && !snapshot.isAccepted &&
                       (snapshot.kind == EndpointKind::Listener || snapshot.kind == EndpointKind::Connection ||
                        snapshot.kind == EndpointKind::DatagramSocket);
    if (!isOwn)
        return sentence(QT_TRANSLATE_NOOP("Core", "%1 was not opened here: only what was opened can be opened again."),
                        snapshot.name);
    if (snapshot.behaviour.startsWith(QLatin1String("relay=")) ||
        snapshot.behaviour.startsWith(QLatin1String("replay=")))
        return sentence(QT_TRANSLATE_NOOP("Core", "%1 relays or replays: open a new one."), snapshot.name);
    return {};
}

const Certificate* refusedCertificate(const EndpointSnapshot& snapshot) {
    const bool isRefused = snapshot.state == EndpointState::Failed && snapshot.kind == EndpointKind::Connection &&
                           !snapshot.isAccepted && snapshot.error &&
                           snapshot.error->id == ErrorId::TlsCertificateRejected && snapshot.tls != nullptr &&
                           !snapshot.tls->chain.empty();
    return isRefused ? &snapshot.tls->chain.front() : nullptr;
}

} // namespace sw
