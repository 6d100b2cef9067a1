// SPDX-License-Identifier: MIT
#include "core/base/appendfile.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

namespace sw {

char* BlockBuffer::extend(std::size_t size) {
    if (m_size + size > m_capacity) {
        const std::size_t least = std::max({m_size + size, m_usual, std::min(m_capacity * 2, 2 * m_usual)});
        const std::size_t wanted = (least + AppendFile::block - 1) / AppendFile::block * AppendFile::block;
        auto* larger = static_cast<char*>(::operator new(wanted, std::align_val_t(AppendFile::block)));
        if (m_size > 0)
            std::memcpy(larger, m_data, m_size);
        release();
        m_data = larger;
        m_capacity = wanted;
    }
    m_size += size;
    return m_data + m_size - size;
}

/// What remains is less than a block.
void BlockBuffer::keepOnly(std::size_t from, std::size_t size) {
    std::array<char, AppendFile::block> kept{};
    if (size > 0)
        std::memcpy(kept.data(), m_data + from, size);
    if (m_capacity > 2 * m_usual)
        release(); // a giant does not keep its room for ever
    m_size = 0;
    if (size > 0)
        std::memcpy(extend(size), kept.data(), size);
    m_kept = size;
}

void BlockBuffer::release() {
    ::operator delete(m_data, std::align_val_t(AppendFile::block));
    m_data = nullptr;
    m_capacity = 0;
}

Result<void> AppendFile::append(BlockBuffer& buffer, WholePrefix whole) {
    const quint64 end = m_size + buffer.size();
    bool isWhole = m_wantsBlocks && buffer.size() > 0 && end % block == 0;
    if (!passCache(isWhole)) {
        m_wantsBlocks = false;
        isWhole = false;
    }
    std::size_t done = 0;
    auto written = isWhole ? write(buffer.m_data, buffer.m_size, m_size - buffer.m_kept, done)
                           : write(buffer.data(), buffer.size(), m_size, done);
    if (!written) {
        const std::size_t before = isWhole ? buffer.m_kept : 0;
        const std::size_t fits = done > before ? done - before : 0;
        const std::size_t kept = whole == nullptr ? 0 : whole(buffer.data(), fits);
        m_size += kept;
        m_wantsBlocks = m_wantsBlocks && kept == 0; // the buffer does not know the last block any more
        buffer.clear();
        const auto shortened = shorten();
        return shortened ? written : shortened;
    }
    m_size = end;
    const auto tail = static_cast<std::size_t>(end % block);
    buffer.keepOnly(buffer.m_size - tail, tail);
    return {};
}

} // namespace sw
