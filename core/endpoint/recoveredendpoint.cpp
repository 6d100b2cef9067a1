// SPDX-License-Identifier: MIT
#include "core/endpoint/recoveredendpoint.h"

#include <algorithm>

namespace sw {

namespace {

EndpointKind kindOf(const QJsonObject& label) {
    const QString name = label.value(QStringLiteral("kind")).toString();
    for (const EndpointKind kind :
         {EndpointKind::Listener, EndpointKind::DatagramSocket, EndpointKind::Flow, EndpointKind::Recording}) {
        if (name == kindName(kind))
            return kind;
    }
    return EndpointKind::Connection;
}

/// By the event near its beginning.
bool wasAccepted(const std::shared_ptr<const Transcript>& transcript) {
    constexpr RecordIndex looked = 20;
    const TranscriptReader reader(transcript);
    for (RecordIndex i = 0; i < std::min(reader.count(), looked); ++i) {
        if (reader.header(i).kind == RecordKind::Event && reader.header(i).event == EventKind::Accepted)
            return true;
    }
    return false;
}

EndpointRequest requestOf(EndpointId id, EndpointId parent, const QJsonObject& label) {
    EndpointRequest request{.id = id, .parent = parent, .address = {}, .name = {}, .behaviour = {}};
    request.name = label.value(QStringLiteral("name")).toString();
    if (!label.contains(QStringLiteral("file")))
        request.name += QStringLiteral(" (recovered)");
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
    own.isAccepted = wasAccepted(recovered.transcript);
    const QString file = recovered.label.value(QStringLiteral("file")).toString();
    own.closing = file.isEmpty() ? sentence(QT_TRANSLATE_NOOP("Core", "recovered from an earlier session"))
                                 : sentence(QT_TRANSLATE_NOOP("Core", "read from %1"), file);
    readCounters(recovered.label.value(QStringLiteral("counters")).toObject());
    own.state = EndpointState::Closed;
}

void RecoveredEndpoint::readCounters(const QJsonObject& counted) {
    const auto number = [&counted](const char* name) {
        return static_cast<quint64>(std::max<qint64>(counted.value(QLatin1String(name)).toInteger(), 0));
    };
    Counters& counters = mutableSnapshot().counters;
    counters.sentBytes = number("sentBytes");
    counters.sentRecords = number("sentRecords");
    counters.receivedBytes = number("receivedBytes");
    counters.receivedRecords = number("receivedRecords");
}

} // namespace sw
