// SPDX-License-Identifier: MIT
#include "core/framing/framer.h"

#include <cstdlib>
#include <iterator>

/// The first byte chooses the framing and the second the size of the pieces; the stream has to come out whole, in any
/// pieces.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const char* const specs[] = {"none",
                                        "lines",
                                        "delimiter=ab",
                                        "fixed=3",
                                        "length=1",
                                        "length=2le,includes=all",
                                        "length=4be,offset=2",
                                        "length=8le,includes=length",
                                        "idle=5ms",
                                        "slip",
                                        "cobs"};
    if (size < 2)
        return 0;
    auto spec = *sw::parseFramer(QString::fromLatin1(specs[data[0] % std::size(specs)]));
    spec.limit = 1000;
    sw::Framer framer(spec);
    const QByteArray stream(reinterpret_cast<const char*>(data) + 2, static_cast<qsizetype>(size - 2));
    const qsizetype piece = data[1] % 17 + 1;
    QByteArray raw;
    for (qsizetype at = 0; at < stream.size(); at += piece) {
        for (const sw::Message& message :
             framer.feed(QByteArrayView(stream).sliced(at, std::min(piece, stream.size() - at)))) {
            raw += message.raw;
            if (spec.framing != sw::Framing::None && !framer.error() &&
                message.content.size() > spec.limit + spec.offset)
                std::abort();
        }
        if (framer.pending() > 2 * spec.limit + 64)
            std::abort();
    }
    if (const auto rest = framer.flush())
        raw += rest->raw;
    if (spec.framing != sw::Framing::Slip && raw != stream)
        std::abort();
    (void)sw::parseFramer(QString::fromUtf8(stream));
    return 0;
}
