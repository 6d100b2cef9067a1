// SPDX-License-Identifier: MIT
#include "core/endpoint/behaviour.h"

namespace sw {

void beginTls(LocalEnd& local, const QString& options) {
    if (StreamEnd* stream = local.stream())
        stream->beginTls(options);
    else
        local.tell(EventKind::Warning,
                   sentence(QT_TRANSLATE_NOOP("Core", "TLS is for streams: datagrams have no “start TLS”.")), {});
}

Acceptance Behaviour::acceptor(LocalEnd&) {
    return {};
}

void Behaviour::sentinel(const ClosingRecord&) {}

void Behaviour::opened(LocalEnd&) {}

void Behaviour::secured(LocalEnd&) {}

void Behaviour::writable(LocalEnd&) {}

bool Behaviour::offered(LocalEnd&, QByteArrayView) {
    return false;
}

void Behaviour::sendingEnds(LocalEnd&) {}

void Behaviour::woken(LocalEnd&, quint64) {}

bool Behaviour::hello(LocalEnd&, const ClientHello&) {
    return false;
}

bool Behaviour::reload(LocalEnd&) {
    return false;
}

void Behaviour::endOfStream(LocalEnd& local) {
    local.closeAfterPeer();
}

} // namespace sw
