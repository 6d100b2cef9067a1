// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"
#include "core/transcript/record.h"

#include <optional>

namespace sw {

/// What a line of a hex dump with offsets says: `00000010: 6869 0a   hi.`, `00000010  68 69 0a  |hi.|`.
struct DumpLine {
    std::optional<RecordKind> direction; ///< I or O before it (Wireshark)
    QByteArray offset;                   ///< its digits
    bool hasColon = false;
    QByteArray bytes;       ///< in the order of the digits
    qsizetype unit = 0;     ///< bytes in a group of digits; 0: there are none
    bool isRagged = false;  ///< the last group is shorter
    bool hasText = false;   ///< characters stand beside the bytes
    bool isInOrder = true;  ///< they are those of the bytes in the order of the digits
    bool isSwapped = false; ///< they are those of words whose bytes are the other way round
};

/// Reads one. Errors: why it is none, to follow a line number.
Result<DumpLine> readDumpLine(QByteArrayView text);

/// Whether a line has hexadecimal digits and blanks only.
bool isDigitsAlone(QByteArrayView line);

/// Bytes of digits without offsets (`xxd -p`): pairs with blanks between them, or one row of digits. Errors: as above.
Result<QByteArray> readPlainHexLine(QByteArrayView line);

/// Words of so many bytes with the bytes of each the other way round.
QByteArray swappedWords(QByteArray bytes, qsizetype unit);

} // namespace sw
