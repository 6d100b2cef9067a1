// SPDX-License-Identifier: MIT
#include "core/base/appendfile.h"

#include <algorithm>
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
        const std::size_t used = m_size;
        release();
        m_data = larger;
        m_size = used;
        m_capacity = wanted;
    }
    m_size += size;
    return m_data + m_size - size;
}

void BlockBuffer::pad(std::size_t step) {
    if (const std::size_t over = m_size % step; over != 0) {
        const std::size_t missing = step - over;
        std::memset(extend(missing), 0, missing);
    }
}

void BlockBuffer::clear() {
    if (m_capacity > 2 * m_usual)
        release(); // a giant does not keep its room for ever
    m_size = 0;
}

void BlockBuffer::release() {
    ::operator delete(m_data, std::align_val_t(AppendFile::block));
    m_data = nullptr;
    m_size = 0;
    m_capacity = 0;
}

} // namespace sw
