// SPDX-License-Identifier: MIT
#include "core/tls/clienthello.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    sw::ClientHello hello;
    if (sw::readClientHello(QByteArrayView(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size)), hello) ==
        sw::HelloState::Complete)
        (void)hello.toText();
    return 0;
}
