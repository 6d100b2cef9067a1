// SPDX-License-Identifier: MIT
#include "ui/buffer/wrapping.h"

#include "core/payload/visibletext.h"

#include <algorithm>

namespace sw::ui {

namespace {

constexpr qsizetype controlColumns = 2;
constexpr qsizetype invalidColumns = 4; // \xHH

/// Columns of a character on the screen.
qsizetype columnsOf(char32_t code) {
    if (code < 0x20 || (code >= 0x7f && code < 0xa0))
        return controlColumns;
    if (code < 0x300)
        return 1;
    if (isDeceptive(code))
        return code > 0xffff ? 10 : 8;     // ⟦U+202E⟧
    constexpr char32_t firstWide = 0x1100; // Hangul; what follows may be wide, and a row that is too short does no harm
    return code < firstWide ? 1 : 2;
}

struct Character {
    qsizetype bytes = 1;
    qsizetype columns = invalidColumns;
    bool isBlank = false;
};

/// The character that begins at `at`; one byte where it is none.
Character characterAt(QByteArrayView bytes, qsizetype at) {
    const auto first = static_cast<uchar>(bytes.at(at));
    if (first < 0x80)
        return {.bytes = 1, .columns = columnsOf(first), .isBlank = first == ' ' || first == '\t'};
    const qsizetype length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;
    if (length == 1 || first > 0xf4 || at + length > bytes.size())
        return {};
    char32_t code = first & (0xffU >> (length + 1));
    for (qsizetype i = 1; i < length; ++i) {
        const auto next = static_cast<uchar>(bytes.at(at + i));
        if ((next & 0xc0U) != 0x80)
            return {};
        code = (code << 6U) | (next & 0x3fU);
    }
    return {.bytes = length, .columns = columnsOf(code)};
}

/// Nothing but visible ASCII: a byte is a column.
bool isPlain(const char* begin, const char* end) {
    return std::all_of(begin, end, [](char c) { return c >= 0x20 && c < 0x7f; });
}

/// Where the last blank before `size` ends, as far as that leaves half of the row.
qsizetype sizeToBlank(QByteArrayView row, qsizetype size) {
    for (qsizetype at = size; at > size / 2; --at) {
        if (row.at(at - 1) == ' ' || row.at(at - 1) == '\t')
            return at;
    }
    return size;
}

} // namespace

qsizetype wrappedSize(QByteArrayView bytes, qsizetype start, qsizetype end, qsizetype columns) {
    const qsizetype most = std::min(end - start, columns);
    if (isPlain(bytes.data() + start, bytes.data() + start + most))
        return most == end - start ? most : sizeToBlank(bytes.sliced(start, most), most);
    qsizetype at = start;
    qsizetype used = 0;
    while (at < end) {
        const Character next = characterAt(bytes, at);
        if (used + next.columns > columns && at > start)
            return sizeToBlank(bytes.sliced(start, at - start), at - start);
        used += next.columns;
        at += std::min(next.bytes, end - at);
    }
    return end - start;
}

std::vector<QString> wrappedLines(const QString& text, qsizetype columns) {
    const QByteArray bytes = text.toUtf8();
    std::vector<QString> lines;
    qsizetype at = 0;
    do {
        const qsizetype size = wrappedSize(bytes, at, bytes.size(), columns);
        lines.push_back(QString::fromUtf8(QByteArrayView(bytes).sliced(at, size)));
        at += std::max<qsizetype>(size, 1);
    } while (at < bytes.size());
    return lines;
}

} // namespace sw::ui
