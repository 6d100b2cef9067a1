// SPDX-License-Identifier: MIT
#include "core/endpoint/recoveredendpoint.h"

namespace sw {

namespace {

EndpointKind kindOf(const QJsonObject& label) {
    const QString name = label.value(QStringLiteral("kind")).toString();
    for (const EndpointKind kind : {EndpointKind::Listener, EndpointKind::DatagramSocket, EndpointKind::Flow}) {
        if (name == kindName(kind))
            return kind;
    }
    return EndpointKind::Connection;
}

EndpointRequest requestOf(EndpointId id, EndpointId parent, const QJsonObject& label) {
    EndpointRequest request{.id = id, .parent = parent, .address = {}, .name = {}, .behaviour = {}};
    request.name = label.value(QStringLiteral("name")).toString() + QStringLiteral(" (recovered)");
    const QString address = label.value(QStringLiteral("address")).toString();
    for (const Role role : {Role::Listen, Role::Connect}) {
        if (const auto parsed = parseAddress(address, role)) {
            request.address = *parsed;
            break;
        }
    }
    return request;
}

} // namespace

RecoveredEndpoint::RecoveredEndpoint(EndpointHost& host, EndpointId id, EndpointId parent,
                                     const RecoveredTranscript& recovered)
    : Endpoint(host, kindOf(recovered.label), requestOf(id, parent, recovered.label), recovered.transcript) {
    EndpointSnapshot& own = mutableSnapshot();
    own.local = recovered.label.value(QStringLiteral("local")).toString();
    own.peer = recovered.label.value(QStringLiteral("peer")).toString();
    own.isRecovered = true;
    own.closing = QStringLiteral("recovered from a run that did not end by itself");
    own.state = EndpointState::Closed;
}

} // namespace sw
