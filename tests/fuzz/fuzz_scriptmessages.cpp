// SPDX-License-Identifier: MIT
// A script's process may be anybody's once a script has broken out of its engine: what it says is read like a peer's.
#include "core/behaviour/scriptmessages.h"

#include <cstdlib>

namespace {

/// What was understood says the same again.
template <typename Message>
void checkAgain(const Message& message, std::optional<Message> (sw::ScriptFrames::*next)()) {
    const QByteArray frame = sw::toFrame(message);
    sw::ScriptFrames again;
    again.feed(frame);
    const auto read = (again.*next)();
    if (!read || sw::toFrame(*read) != frame)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const QByteArrayView bytes(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
    sw::ScriptFrames toScript;
    toScript.feed(bytes);
    while (const auto message = toScript.nextToScript())
        checkAgain<sw::ToScript>(*message, &sw::ScriptFrames::nextToScript);
    sw::ScriptFrames fromScript;
    for (const char byte : bytes) { // in the smallest pieces
        fromScript.feed(QByteArrayView(&byte, 1));
        while (const auto message = fromScript.nextFromScript())
            checkAgain<sw::FromScript>(*message, &sw::ScriptFrames::nextFromScript);
    }
    return 0;
}
