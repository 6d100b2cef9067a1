// SPDX-License-Identifier: MIT
#pragma once

#include "ui/buffer/bufferrenderer.h"

namespace sw::ui {

/// The bytes received and sent between two places, in order. At most `most` bytes.
QByteArray selectedBytes(const RecordSource& source, BufferPosition from, BufferPosition to, qsizetype most);

/// The selection as text: bytes as UTF-8 (each record on a line of its own), events as their sentences.
QString copyAsText(const RecordSource& source, BufferPosition from, BufferPosition to);
/// `48 65 6c 6c 6f`
QString copyAsHex(const QByteArray& bytes);
/// `static const unsigned char data[5] = {…};`
QString copyAsCArray(const QByteArray& bytes);

} // namespace sw::ui
