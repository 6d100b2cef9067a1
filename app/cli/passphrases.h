// SPDX-License-Identifier: MIT
#pragma once

#include "core/address/address.h"
#include "core/engine/engine.h"

#include <initializer_list>

namespace sw::cli {

/// On a terminal, asks for the passphrases of the encrypted files that these addresses name in key, cert and ca and
/// that the option passphrase is not given for, and for the passwords of proxies that name a user; the engine keeps
/// them in memory. Elsewhere nothing is asked, and
/// opening them fails with a sentence that says what to do. False: the person gave up.
bool askPassphrases(Engine& engine, std::initializer_list<const Address*> addresses);

} // namespace sw::cli
