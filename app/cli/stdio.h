// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <optional>

namespace sw::cli {

enum class StandardStream { Input = 0, Output = 1, Error = 2 };

bool isTerminal(StandardStream stream);
/// Bytes as they are, without translation of line ends.
void makeBinary();
/// Blocks until something comes; empty at the end, or on an error.
QByteArray readInput(qsizetype most);
/// Blocks until all is written; false when the reader is gone or the write fails.
bool writeOutput(StandardStream stream, QByteArrayView bytes);

/// Asks on the terminal of standard input, without showing what is typed. Nothing: given up (Ctrl+C, Ctrl+D), or there
/// is no terminal.
std::optional<QByteArray> askSecret(const QByteArray& question);

} // namespace sw::cli
