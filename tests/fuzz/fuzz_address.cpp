// SPDX-License-Identifier: MIT
#include "core/address/address.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const QString text = QString::fromUtf8(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
    const auto address = sw::parseAddress(text);
    if (!address) {
        if (address.error().position < 0 || address.error().position > text.size() || address.error().detail.isEmpty())
            std::abort();
        return 0;
    }
    const auto again = sw::parseAddress(sw::formatAddress(*address));
    if (!again || *again != *address)
        std::abort();
    return 0;
}
