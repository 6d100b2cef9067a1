// SPDX-License-Identifier: MIT
#include "core/transcript/filter.h"
#include "core/transcript/pattern.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    constexpr size_t longest = 400;
    const QString text =
        QString::fromUtf8(reinterpret_cast<const char*>(data), static_cast<qsizetype>(std::min(size, longest)));
    const auto filter = sw::Filter::parse(text, 1'000'000'000);
    if (!filter && (filter.error().position < 0 || filter.error().position > text.size()))
        std::abort();
    for (qsizetype cursor = 0; cursor <= text.size(); ++cursor)
        (void)sw::filterCompletions(text, cursor);
    (void)sw::requiredBytes(text);
    const QByteArrayView bytes(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
    const sw::DecodedText decoded = sw::decodeText(bytes);
    if (decoded.byteOf(decoded.text.size()) != bytes.size())
        std::abort();
    return 0;
}
