// SPDX-License-Identifier: MIT
#include "core/payload/payload.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const QByteArray bytes(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
    const QString text = QString::fromUtf8(bytes);
    const auto escaped = sw::parseEscapedText(text);
    if (!escaped && (escaped.error().position < 0 || escaped.error().position >= text.size()))
        std::abort();
    if (*sw::parseEscapedText(sw::toEscapedText(bytes)) != bytes)
        std::abort();
    const auto hex = sw::parseHex(text);
    if (!hex && (hex.error().position < 0 || hex.error().position >= text.size()))
        std::abort();
    (void)sw::parseBase64(text);
    return 0;
}
