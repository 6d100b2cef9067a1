// SPDX-License-Identifier: MIT
#include "core/payload/utf8pieces.h"

#include <algorithm>
#include <utility>

namespace sw {

namespace {

/// How many bytes at the end begin a character that is not complete (RFC 3629 section 3).
qsizetype unfinished(QByteArrayView bytes) {
    constexpr qsizetype longest = 4;
    const qsizetype most = std::min(bytes.size(), longest - 1);
    for (qsizetype back = 1; back <= most; ++back) {
        const auto byte = static_cast<unsigned char>(bytes[bytes.size() - back]);
        if ((byte & 0xc0U) == 0x80U)
            continue; // in the middle of one
        const qsizetype length = byte >= 0xf0 && byte <= 0xf4   ? 4
                                 : byte >= 0xe0 && byte <= 0xef ? 3
                                 : byte >= 0xc2 && byte <= 0xdf ? 2
                                                                : 1;
        return length > back ? back : 0;
    }
    return 0;
}

} // namespace

QByteArray Utf8Pieces::take(QByteArrayView bytes) {
    QByteArray all = std::exchange(m_kept, {});
    all.append(bytes);
    const qsizetype rest = unfinished(all);
    m_kept = all.last(rest);
    all.chop(rest);
    return all;
}

QByteArray Utf8Pieces::flush() {
    return std::exchange(m_kept, {});
}

} // namespace sw
