// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"
#include "core/capture/recordingsink.h"

#include <QIODevice>

namespace sw {

// Text may be in UTF-8 or, with a byte order mark, in UTF-16 or UTF-32.
//
// Readers of what the recorders of the same names write, and of what other programs write like it. What cannot be read
// is told to the sink, with its line; errors: nothing could be read, or the user cancelled. They block; any thread.

Result<void> importJsonLines(QIODevice& device, RecordingSink& sink);
Result<void> importCsv(QIODevice& device, RecordingSink& sink);
/// Hex dumps: our own, those of xxd, hexdump and od (bytes and words in hexadecimal, `*` for repeated lines, offsets in
/// hexadecimal, octal or decimal), digits alone (`xxd -p`), and Wireshark's, where an offset of 0 begins a packet and I
/// or O before it say the direction. A line that cannot be read is an error with its number.
Result<void> importHex(QIODevice& device, const QString& name, RecordingSink& sink);
/// The whole file as received bytes; `sent`: as sent ones, before them. Files have no times: that of the file is used.
Result<void> importBinary(QIODevice& device, const QString& name, qint64 wall, RecordKind kind, quint64 conversation,
                          RecordingSink& sink);

} // namespace sw
