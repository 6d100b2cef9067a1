// SPDX-License-Identifier: MIT
#include "core/workspace/messages.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const QString text = QString::fromUtf8(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
    const auto library = sw::MessageLibrary::parse(text);
    if (!library) {
        if (library.error().position < 0 || library.error().position > text.size())
            std::abort();
    } else if (sw::MessageLibrary::parse(library->format()) != *library) {
        std::abort();
    }
    return 0;
}
