// SPDX-License-Identifier: MIT
#include "core/transcript/bytesearch.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace sw {

namespace {

/// How common a byte is in what protocols carry; the higher the rarer.
int rarity(char byte) {
    using namespace std::string_view_literals; // which count the NUL
    static constexpr std::string_view common = "\0 etaoinsrhldcu0m1fp2-g./:w,yb=\n\r3v4956k78\"AE_TSxIC"sv;
    const std::size_t place = common.find(byte);
    return static_cast<int>(place == std::string_view::npos ? common.size() : place);
}

} // namespace

ByteSearch::ByteSearch(QByteArray needle) : m_needle(std::move(needle)), m_skips(256, '\0') {
    for (qsizetype i = 1; i < m_needle.size(); ++i) {
        if (rarity(m_needle.at(i)) > rarity(m_needle.at(m_rarest)))
            m_rarest = i;
    }
    constexpr qsizetype mostSkipped = 255;
    m_skips.fill(static_cast<char>(std::min(m_needle.size(), mostSkipped)));
    for (qsizetype i = 0; i + 1 < m_needle.size(); ++i) {
        const qsizetype skip = std::min(m_needle.size() - 1 - i, mostSkipped);
        m_skips[static_cast<uchar>(m_needle.at(i))] = static_cast<char>(skip);
    }
}

qsizetype ByteSearch::find(QByteArrayView bytes, qsizetype from) const {
    const qsizetype size = m_needle.size();
    if (size == 0)
        return -1;
    // so many false candidates, and the byte is not rare here
    constexpr int mostCandidates = 64;
    constexpr qsizetype frequent = 32; // bytes between two
    int candidates = 0;
    const qsizetype start = from;
    while (from + size <= bytes.size()) {
        const char* first = bytes.data() + from + m_rarest;
        const void* hit =
            std::memchr(first, m_needle.at(m_rarest), static_cast<std::size_t>(bytes.size() - size - from + 1));
        if (hit == nullptr)
            return -1;
        from += static_cast<const char*>(hit) - first;
        if (std::memcmp(bytes.data() + from, m_needle.constData(), static_cast<std::size_t>(size)) == 0)
            return from;
        ++from;
        if (++candidates >= mostCandidates && (from - start) / candidates < frequent && size > 3)
            return findBySkipping(bytes, from);
    }
    return -1;
}

qsizetype ByteSearch::findBySkipping(QByteArrayView bytes, qsizetype from) const {
    const qsizetype size = m_needle.size();
    const char last = m_needle.back();
    while (from + size <= bytes.size()) {
        const char here = bytes.at(from + size - 1);
        if (here == last &&
            std::memcmp(bytes.data() + from, m_needle.constData(), static_cast<std::size_t>(size - 1)) == 0)
            return from;
        from += static_cast<uchar>(m_skips.at(static_cast<uchar>(here)));
    }
    return -1;
}

} // namespace sw
