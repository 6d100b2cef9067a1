// SPDX-License-Identifier: MIT
#include "core/payload/visibletext.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const QByteArrayView bytes(data, static_cast<qsizetype>(size));
    const sw::VisibleText visible = sw::toVisibleText(bytes);
    qsizetype at = 0;
    for (const auto& piece : visible.pieces) {
        if (piece.byteStart != at || piece.byteLength <= 0)
            std::abort();
        at += piece.byteLength;
    }
    if (at != bytes.size())
        std::abort();
    for (const char c : sw::toTerminalText(bytes)) {
        if ((static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
            std::abort();
    }
    return 0;
}
