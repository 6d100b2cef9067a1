// SPDX-License-Identifier: MIT
#include "core/payload/commands.h"
#include "core/payload/shellwords.h"

#include <cstdlib>

using namespace sw;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const QByteArray bytes(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
    const QString text = QString::fromUtf8(bytes);
    if (const auto pasted = fromCommand(text)) {
        // what was read can be written, and read again as the same
        const auto written = toCommand(CommandTool::Swright, pasted->address, pasted->role);
        const auto again = written ? fromCommand(*written) : Result<PastedCommand>(*pasted);
        if (!again || !(again->address == pasted->address) || again->role != pasted->role)
            std::abort();
    }
    // what is quoted is read as one word, and what is printed as the same bytes
    if (!text.contains(QChar(0))) {
        const auto words = shellPipeline(shellQuoted(text));
        if (!words || words->size() != 1 || words->front() != QStringList{text})
            std::abort();
    }
    const auto printed = shellPipeline(shellPrintf(bytes));
    if (!printed || *printedBytes(printed->front()) != bytes)
        std::abort();
    return 0;
}
