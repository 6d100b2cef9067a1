// SPDX-License-Identifier: MIT
#include "core/workspace/workspace.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const QByteArray json(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
    const auto workspace = sw::Workspace::parse(json);
    if (!workspace) {
        if (workspace.error().position < 0 || workspace.error().position > json.size() ||
            workspace.error().detail.isEmpty())
            std::abort();
    } else if (sw::Workspace::parse(workspace->format()) != *workspace) {
        std::abort();
    }
    (void)sw::jsonPosition(json, {QStringLiteral("endpoints"), QStringLiteral("0"), QStringLiteral("listen")});
    return 0;
}
