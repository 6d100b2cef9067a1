// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"
#include "core/capture/recordingsink.h"

#include <QIODevice>

namespace sw {

// Readers of what the recorders of the same names write, and of what other programs write like it. What cannot be read
// is told to the sink, with its line; errors: nothing could be read, or the user cancelled. They block; any thread.

Result<void> importJsonLines(QIODevice& device, RecordingSink& sink);
Result<void> importCsv(QIODevice& device, RecordingSink& sink);
/// Hex dumps: our own, xxd's, hexdump -C's, and Wireshark's, where an offset of 0 begins a packet and I or O before it
/// say the direction.
Result<void> importHex(QIODevice& device, const QString& name, RecordingSink& sink);
/// The whole file as received bytes; `sent`: as sent ones, before them. Files have no times: that of the file is used.
Result<void> importBinary(QIODevice& device, const QString& name, qint64 wall, RecordKind kind, quint64 conversation,
                          RecordingSink& sink);

} // namespace sw
