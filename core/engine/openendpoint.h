// SPDX-License-Identifier: MIT
#pragma once

#include "core/engine/engine.h"
#include "core/workspace/workspace.h"

namespace sw {

/// Opens an endpoint as a workspace has it: a listener, a relay, a connection. Errors: those of the engine.
Result<EndpointId> openEndpoint(Engine& engine, const WorkspaceEndpoint& endpoint, bool allowsRemoteConsole);

} // namespace sw
