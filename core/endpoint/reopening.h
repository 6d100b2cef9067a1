// SPDX-License-Identifier: MIT
#pragma once

#include "core/endpoint/snapshot.h"

namespace sw {

/// Why Engine::openAgain() would not take it, as a sentence; empty: it can be opened again once it has ended.
Sentence whyNotOpenAgain(const EndpointSnapshot& snapshot);

/// The certificate of the peer that an outgoing connection failed at; nullptr: it did not fail at one.
const Certificate* refusedCertificate(const EndpointSnapshot& snapshot);

} // namespace sw
