// SPDX-License-Identifier: MIT
#include "core/relay/faultstream.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const QByteArray bytes(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
    (void)sw::FaultScript::parse(bytes, QStringLiteral("log"));
    sw::FaultPlan plan;
    for (const QByteArray& line : bytes.split('\n')) {
        const auto fault = sw::parseFault(QString::fromUtf8(line));
        if (!fault)
            continue;
        const auto again = sw::parseFault(sw::formatFault(*fault));
        if (!again || *again != *fault)
            std::abort();
        plan.faults.append(*fault);
    }
    sw::StreamFaults stream(1, sw::RelayDirection::Up, plan);
    sw::MessageFaults messages(1, sw::RelayDirection::Up, plan);
    stream.feed(bytes.left(2000), std::chrono::microseconds(0));
    messages.feed(bytes, std::chrono::microseconds(0));
    const auto late = std::chrono::microseconds(1LL << 60);
    while (stream.next(late)) {
    }
    while (messages.next(late)) {
    }
    return stream.waiting() == 0 ? 0 : 1;
}
