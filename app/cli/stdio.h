// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <functional>

#include <optional>

namespace sw::cli {

enum class StandardStream { Input = 0, Output = 1, Error = 2 };

bool isTerminal(StandardStream stream);
/// Bytes as they are, without translation of line ends.
void makeBinary();
/// What came of one read: bytes, the end (none), or why nothing can be read.
struct InputPiece {
    QByteArray bytes{};
    std::optional<Error> error{};
};
/// Blocks until something comes.
InputPiece readInput(qsizetype most);
/// A reader of a file, FIFO or descriptor (`/dev/fd/3`) that gives the next piece, however long that takes. A FIFO does
/// not end when a writer closes it.
std::function<InputPiece()> openControl(const QString& path);
/// Blocks until all is written; false when the reader is gone or the write fails: outputError() says why. Standard
/// error waits for its reader no longer than isEndOver() lets it.
bool writeOutput(StandardStream stream, QByteArrayView bytes);
/// Why the last writeOutput() to standard output failed on this thread; call it at once.
Error outputError();
/// Lets the reader of our standard output see its end. The descriptor stays taken (by the null device), so that nothing
/// else gets its number.
void closeOutput();
/// Whether a read of the terminal would stop us: we run in its background (POSIX.1-2017 11.1.4). False where there is
/// no such thing, and where standard input is no terminal.
bool isInBackground();

/// Asks on the terminal of standard input, without showing what is typed. Nothing: given up (Ctrl+C, Ctrl+D), or there
/// is no terminal.
std::optional<QByteArray> askSecret(const QByteArray& question);

} // namespace sw::cli
