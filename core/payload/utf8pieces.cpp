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

Utf8Character decodeUtf8(QByteArrayView bytes, qsizetype at) {
    const auto byte = [&](qsizetype i) { return static_cast<uchar>(bytes.at(i)); };
    const uchar first = byte(at);
    if (first < 0x80)
        return {.codePoint = first, .length = 1};
    qsizetype length = 0;
    char32_t code = 0;
    char32_t smallest = 0;
    if (first >= 0xc2 && first <= 0xdf) {
        length = 2, code = first & 0x1fU, smallest = 0x80;
    } else if (first >= 0xe0 && first <= 0xef) {
        length = 3, code = first & 0x0fU, smallest = 0x800;
    } else if (first >= 0xf0 && first <= 0xf4) {
        length = 4, code = first & 0x07U, smallest = 0x10000;
    } else {
        return {};
    }
    if (at + length > bytes.size())
        return {};
    for (qsizetype i = 1; i < length; ++i) {
        if ((byte(at + i) & 0xc0U) != 0x80)
            return {};
        code = (code << 6U) | (byte(at + i) & 0x3fU);
    }
    if (code < smallest || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return {};
    return {.codePoint = code, .length = length};
}

CutCharacters cutCharacters(QByteArrayView bytes, QByteArrayView before, QByteArrayView after) {
    static constexpr qsizetype longest = 4;
    const auto startOf = [](QByteArrayView piece) { return piece.first(std::min(piece.size(), longest)); };
    CutCharacters cut;
    if (const qsizetype begun = unfinished(before); begun > 0) {
        QByteArray joined = before.last(begun).toByteArray();
        joined.append(startOf(bytes));
        if (bytes.size() < longest)
            joined.append(startOf(after));
        if (const qsizetype length = decodeUtf8(joined, 0).length; length > begun)
            cut.leading = std::min(length - begun, bytes.size());
    }
    const QByteArrayView own = bytes.sliced(cut.leading);
    if (const qsizetype begun = unfinished(own); begun > 0) {
        QByteArray joined = own.last(begun).toByteArray();
        joined.append(startOf(after));
        if (const qsizetype length = decodeUtf8(joined, 0).length; length > begun)
            cut.completing = joined.sliced(begun, length - begun);
    }
    return cut;
}

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
