// SPDX-License-Identifier: MIT
#include "ui/buffer/rowindex.h"

#include <algorithm>
#include <cstring>

namespace sw::ui {

namespace {
constexpr quint64 checkpointBytes = 64 * 1024;
constexpr RecordIndex checkpointRecords = 256;

bool isContinuation(char c) {
    return (static_cast<uchar>(c) & 0xc0U) == 0x80;
}

bool isData(RecordKind kind) {
    return kind == RecordKind::Received || kind == RecordKind::Sent;
}
} // namespace

qsizetype rowSize(QByteArrayView bytes, qsizetype start, const RowRule& rule) {
    const qsizetype left = bytes.size() - start;
    const qsizetype most = std::min(left, rule.width);
    if (!rule.breakAtLineFeed)
        return most;
    const void* feed = most > 0 ? std::memchr(bytes.data() + start, '\n', static_cast<size_t>(most)) : nullptr;
    if (feed != nullptr)
        return static_cast<const char*>(feed) - (bytes.data() + start) + 1;
    if (most == left)
        return most;
    qsizetype size = most; // at most three bytes back, to the start of a character
    while (size > most - 4 && size > 1 && isContinuation(bytes.at(start + size)))
        --size;
    return isContinuation(bytes.at(start + size)) ? most : size;
}

quint64 rowCount(const RecordView& record, const RowRule& rule) {
    if (!isData(record.header.kind) || record.header.size == 0)
        return 1;
    if (!rule.breakAtLineFeed)
        return (record.header.size + static_cast<quint64>(rule.width) - 1) / static_cast<quint64>(rule.width);
    if (record.bytes.isEmpty())
        return 1; // released
    quint64 rows = 0;
    for (qsizetype at = 0; at < record.bytes.size(); at += rowSize(record.bytes, at, rule))
        ++rows;
    return rows;
}

RowIndex::RowIndex(RowRule rule) : m_rule(rule) {}

void RowIndex::clear() {
    m_checkpoints.clear();
    m_nextRecord = 0;
    m_rows = 0;
    m_sinceCheckpointBytes = 0;
}

bool RowIndex::update(const RecordSource& source, quint64 mostBytes) {
    quint64 looked = 0;
    for (; m_nextRecord < source.count(); ++m_nextRecord) {
        if (looked > mostBytes)
            return false;
        const bool isDue = m_checkpoints.empty() || m_sinceCheckpointBytes >= checkpointBytes ||
                           m_nextRecord - m_checkpoints.back().record >= checkpointRecords;
        if (isDue) {
            m_checkpoints.push_back({m_nextRecord, m_rows});
            m_sinceCheckpointBytes = 0;
        }
        const RecordView record = source.at(m_nextRecord);
        m_rows += rowCount(record, m_rule);
        m_sinceCheckpointBytes += record.header.size;
        looked += record.header.size + sizeof(RecordHeader);
    }
    return true;
}

void RowIndex::visit(const RecordSource& source, quint64 first, quint64 wanted,
                     const std::function<void(quint64, const Row&)>& call) const {
    const quint64 end = std::min(first + wanted, m_rows);
    if (first >= end || m_checkpoints.empty())
        return;
    auto after = std::upper_bound(m_checkpoints.begin(), m_checkpoints.end(), first,
                                  [](quint64 row, const Checkpoint& point) { return row < point.row; });
    const Checkpoint& start = *std::prev(after);
    quint64 number = start.row;
    for (RecordIndex index = start.record; index < m_nextRecord && number < end; ++index) {
        const RecordView record = source.at(index);
        const quint64 rows = rowCount(record, m_rule);
        if (number + rows <= first) {
            number += rows;
            continue;
        }
        const bool isWhole = !isData(record.header.kind) || record.bytes.isEmpty();
        qsizetype at = 0;
        for (quint64 i = 0; i < rows && number < end; ++i, ++number) {
            const qsizetype size = isWhole ? record.header.size : rowSize(record.bytes, at, m_rule);
            if (number >= first)
                call(number, {index, static_cast<quint32>(at), static_cast<quint32>(size)});
            at += size;
        }
    }
}

Row RowIndex::rowAt(const RecordSource& source, quint64 number) const {
    Row found;
    visit(source, number, 1, [&found](quint64, const Row& row) { found = row; });
    return found;
}

quint64 RowIndex::rowOf(const RecordSource& source, RecordIndex record, quint32 offset) const {
    if (m_checkpoints.empty())
        return 0;
    auto after = std::upper_bound(m_checkpoints.begin(), m_checkpoints.end(), record,
                                  [](RecordIndex index, const Checkpoint& point) { return index < point.record; });
    const Checkpoint& start = *std::prev(after);
    quint64 number = start.row;
    for (RecordIndex index = start.record; index < record; ++index)
        number += rowCount(source.at(index), m_rule);
    const RecordView view = source.at(record);
    if (!isData(view.header.kind) || view.bytes.isEmpty())
        return number;
    qsizetype at = 0;
    while (at < view.bytes.size()) {
        const qsizetype size = rowSize(view.bytes, at, m_rule);
        if (offset < at + size || at + size >= view.bytes.size())
            break;
        at += size;
        ++number;
    }
    return number;
}

} // namespace sw::ui
