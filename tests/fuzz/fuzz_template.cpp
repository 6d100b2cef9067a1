// SPDX-License-Identifier: MIT
#include "core/payload/template.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const QString text = QString::fromUtf8(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
    const auto made = sw::Template::parse(text);
    if (!made) {
        if (made.error().position < 0 || made.error().position > text.size())
            std::abort();
        return 0;
    }
    sw::TemplateState state;
    for (const QString& name : made->names())
        state.values.insert(name, "value");
    const auto bytes = made->render(state, 1'000'000'000);
    if (bytes && state.n != 2)
        std::abort();
    return 0;
}
