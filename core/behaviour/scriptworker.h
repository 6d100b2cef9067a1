// SPDX-License-Identifier: MIT
#pragma once

namespace sw {

/// What the program calls itself with to run a script; it is for itself alone.
constexpr const char* scriptWorkerCommand = "script-process";

/// The whole life of a script's process: reads messages from standard input, runs the script within its limits, writes
/// what it asks for to standard output. Gives the exit status. Call it first in main(), before anything is opened.
int runScriptWorker(int argc, char** argv);

} // namespace sw
