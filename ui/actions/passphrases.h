// SPDX-License-Identifier: MIT
#pragma once

#include "core/address/address.h"
#include "core/engine/engine.h"
#include "ui/actions/prompter.h"

namespace sw::ui {

/// Asks for the passphrases of the encrypted files that this address names and says no place of, and for the password
/// of its proxy; the engine keeps them in memory. False: the user changed their mind.
bool askPassphrases(Engine& engine, Prompter& prompter, QWidget* parent, const Address& address);

} // namespace sw::ui
