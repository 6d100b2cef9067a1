// SPDX-License-Identifier: MIT
#pragma once

#include "app/cli/control.h"
#include "app/cli/session.h"
#include "app/cli/wire.h"
#include "core/address/address.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <functional>

namespace sw::cli {

/// What a parsed command line asks for; runs after the parsing.
using Run = std::function<int()>;

// One file for each command. They add themselves to the program and set `run` when they were chosen.
void addListen(CLI::App& program, Run& run);
void addConnect(CLI::App& program, Run& run);
void addSend(CLI::App& program, Run& run);
void addReceive(CLI::App& program, Run& run);
void addRelay(CLI::App& program, Run& run);
void addConvert(CLI::App& program, Run& run);
void addReplay(CLI::App& program, Run& run);
void addShow(CLI::App& program, Run& run);
void addLoad(CLI::App& program, Run& run);
void addOpen(CLI::App& program, Run& run);
void addCertificate(CLI::App& program, Run& run);
void addLookup(CLI::App& program, Run& run);
void addTranslate(CLI::App& program, Run& run);
void addList(CLI::App& program, Run& run);
void addDocuments(CLI::App& program, Run& run);

/// --json, --verbose, --record, --dump, --hex-dump, --force, --as, --idle and --tcp-info.
void addSessionOptions(CLI::App& command, SessionOptions& options, bool hasIdle = true);
/// --crlf, --send-only, --receive-only, --shutdown-receiving, --abort and --control.
void addWireOptions(CLI::App& command, WireOptions& options, std::string& control);
/// nullptr without a path. Errors: nothing can be read there.
Result<std::unique_ptr<ControlInput>> openControlInput(Session& session, const std::string& path);
/// What --for or --idle say; nothing after the error was said.
std::optional<std::chrono::milliseconds> readDuration(const std::string& text, bool json);

/// The address, or nothing after the error was said with a mark under the offending part (as JSON: with its position).
std::optional<Address> readAddress(const std::string& text, Role role, bool json);

/// Text that follows the options in --help, and its chapter in the manual page.
void addExamples(CLI::App& command, const std::string& about, const std::vector<std::string>& examples);

/// Builds the whole program, for main() and for the documents made from it.
void buildProgram(CLI::App& program, Run& run);

} // namespace sw::cli
