// SPDX-License-Identifier: MIT
#include "core/capture/gunzip.h"

#include <QBuffer>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    QByteArray bytes(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
    QBuffer file(&bytes);
    file.open(QIODevice::ReadOnly);
    sw::Gunzip unpacked(file);
    while (!unpacked.read(1 << 16).isEmpty()) {
    }
    return 0;
}
