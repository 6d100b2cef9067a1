// SPDX-License-Identifier: MIT
#include "core/engine/openendpoint.h"

#include "core/engine/relayrequest.h"

namespace sw {

Result<EndpointId> openEndpoint(Engine& engine, const WorkspaceEndpoint& endpoint, bool allowsRemoteConsole) {
    if (endpoint.relay)
        return engine.relay(endpoint.address, {.target = endpoint.relay->target,
                                               .faults = endpoint.relay->faults,
                                               .seed = endpoint.relay->seed,
                                               .intercept = endpoint.relay->intercept,
                                               .name = endpoint.name});
    const OpenRequest request{
        .behaviour = endpoint.behaviour, .name = endpoint.name, .allowsRemoteConsole = allowsRemoteConsole};
    return endpoint.role == Role::Listen ? engine.listen(endpoint.address, request)
                                         : engine.connectTo(endpoint.address, request);
}

} // namespace sw
