// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <chrono>
#include <optional>

namespace sw::scriptpipe {

/// The script's end of its process's standard input and output, and its standard error for last words. One file per
/// platform; one thread, but for lastWords().

/// Makes the three ready: bytes as they are, and of what the program had open nothing else (Unix). False: there is no
/// pipe, as when somebody starts the process by hand.
bool prepare();
/// What has come, after waiting for it at most so long (below 0: for ever); empty: nothing yet. Nothing: the program
/// has gone.
std::optional<QByteArray> read(std::chrono::milliseconds wait);
/// All of it, however long that takes; false: the program has gone.
bool write(QByteArrayView bytes);
/// What runs from now on: told if that crashes the process. `place`: how many messages were dealt with since the
/// program was told of some.
void calls(int id, int hook, unsigned place);
/// The program was told of all that were dealt with: what runs now is the first of the others.
void told();
/// `WHY ID HOOK PLACE` of what runs on standard error, from any thread; then the process ends, without cleaning up.
[[noreturn]] void lastWords(const char* why, int status);

} // namespace sw::scriptpipe
