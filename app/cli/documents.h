// SPDX-License-Identifier: MIT
#pragma once

#include "app/cli/commands.h"

#include <string>
#include <vector>

namespace sw::cli {

/// swright(1) in man(7), made from the program's own options and help texts.
std::string manualPage(const CLI::App& program);

std::string bashCompletion(const CLI::App& program);
std::string zshCompletion(const CLI::App& program);
std::string fishCompletion(const CLI::App& program);

/// Commands that people use, without the hidden one.
std::vector<const CLI::App*> visibleCommands(const CLI::App& program);

} // namespace sw::cli
