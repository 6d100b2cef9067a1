// SPDX-License-Identifier: MIT
#pragma once

#include "core/endpoint/snapshot.h"

namespace sw::ui {

/// One character that tells what an endpoint is: a listener, an outgoing or accepted connection, a datagram socket, a
/// flow, a relay's side, a recording.
QString kindGlyph(const EndpointSnapshot& snapshot);
/// The same in words, for people who cannot see it.
QString kindWord(const EndpointSnapshot& snapshot);
/// What tells an endpoint from others, first: its own name, or HOST:PORT or path without scheme and options; `:PORT`
/// for a peer of a listener, below which it stands.
QString placeText(const EndpointSnapshot& snapshot);

} // namespace sw::ui
