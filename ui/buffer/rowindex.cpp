// SPDX-License-Identifier: MIT
#include "ui/buffer/rowindex.h"

#include "ui/buffer/wrapping.h"
#include "ui/widgets/eventtext.h"

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
    if (rule.wraps)
        return wrappedSize(bytes, start,
                           feed != nullptr ? static_cast<const char*>(feed) - bytes.data() + 1 : bytes.size(),
                           rule.width);
    if (feed != nullptr)
        return static_cast<const char*>(feed) - (bytes.data() + start) + 1;
    if (most == left)
        return most;
    qsizetype size = most; // at most three bytes back, to the start of a character
    while (size > most - 4 && size > 1 && isContinuation(bytes.at(start + size)))
        --size;
    return isContinuation(bytes.at(start + size)) ? most : size;
}

std::vector<QString> textRows(const RecordView& record, const RowRule& rule) {
    const QString text = eventText(record);
    return rule.textWidth > 0 ? wrappedLines(text, rule.textWidth) : std::vector<QString>{text};
}

quint64 rowCount(const RecordView& record, const RowRule& rule) {
    if (record.header.size == 0)
        return 1;
    if (!isData(record.header.kind)) {
        const auto size = static_cast<qsizetype>(record.header.size);
        const bool isShort = size < rule.textWidth / 2; // with its fields; also in another language
        return rule.textWidth > 0 && !isShort ? std::min<quint64>(textRows(record, rule).size(), record.header.size)
                                              : 1;
    }
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
    *this = RowIndex(m_rule);
}

bool RowIndex::update(const RecordSource& source, std::chrono::microseconds time) {
    constexpr quint64 unwatched = 256 * 1024; // bytes between two looks at the clock
    const auto end = std::chrono::steady_clock::now() + time;
    quint64 looked = 0;
    for (; m_nextRecord < source.count(); ++m_nextRecord) {
        if (looked > unwatched) {
            if (std::chrono::steady_clock::now() >= end)
                return false;
            looked = 0;
        }
        const bool isDue = m_checkpoints.empty() || m_sinceCheckpointBytes >= checkpointBytes ||
                           m_nextRecord - m_checkpoints.back().record >= checkpointRecords;
        if (isDue) {
            m_checkpoints.push_back({m_nextRecord, m_rows, m_bytes, m_received, m_data});
            m_sinceCheckpointBytes = 0;
        }
        const RecordView record = source.at(m_nextRecord);
        m_rows += rowCount(record, m_rule);
        if (isData(record.header.kind)) {
            m_bytes += record.header.size;
            m_received += record.header.kind == RecordKind::Received ? record.header.size : 0;
            ++m_data;
        }
        m_sinceCheckpointBytes += record.header.size;
        looked += record.header.size + sizeof(RecordHeader);
    }
    return true;
}

RowIndex::Totals RowIndex::totalsBefore(const RecordSource& source, RecordIndex record, quint32 offset) const {
    if (m_checkpoints.empty())
        return {};
    const auto after =
        std::upper_bound(m_checkpoints.begin(), m_checkpoints.end(), record,
                         [](RecordIndex index, const Checkpoint& point) { return index < point.record; });
    const Checkpoint& start = *std::prev(after);
    Totals totals{.bytes = start.bytes, .records = start.data};
    for (RecordIndex index = start.record; index <= record && index < m_nextRecord; ++index) {
        const RecordHeader header = source.header(index);
        if (!isData(header.kind))
            continue;
        const quint32 here = index < record ? header.size : std::min(offset, header.size);
        totals.bytes += here;
        totals.records += index < record || here > 0 ? 1 : 0;
    }
    return totals;
}

double RowIndex::placeOf(RecordIndex record) const {
    if (m_checkpoints.empty() || m_rows == 0)
        return 0;
    const auto after =
        std::upper_bound(m_checkpoints.begin(), m_checkpoints.end(), record,
                         [](RecordIndex index, const Checkpoint& point) { return index < point.record; });
    const Checkpoint& start = *std::prev(after);
    const RecordIndex endRecord = after == m_checkpoints.end() ? m_nextRecord : after->record;
    const quint64 endRow = after == m_checkpoints.end() ? m_rows : after->row;
    const double share = static_cast<double>(std::min(record, endRecord) - start.record) /
                         static_cast<double>(std::max<RecordIndex>(endRecord - start.record, 1));
    return (static_cast<double>(start.row) + share * static_cast<double>(endRow - start.row)) /
           static_cast<double>(m_rows);
}

Row RowIndex::atByte(const RecordSource& source, quint64 byte) const {
    if (m_checkpoints.empty())
        return {};
    const auto after = std::upper_bound(m_checkpoints.begin(), m_checkpoints.end(), byte,
                                        [](quint64 b, const Checkpoint& point) { return b < point.bytes; });
    const Checkpoint& start = *std::prev(after);
    quint64 place = start.bytes;
    for (RecordIndex index = start.record; index < m_nextRecord; ++index) {
        const RecordHeader header = source.header(index);
        if (!isData(header.kind))
            continue;
        if (byte < place + header.size)
            return {.record = index, .offset = static_cast<quint32>(byte - place), .size = 0};
        place += header.size;
    }
    return {.record = m_nextRecord - 1, .offset = 0, .size = 0};
}

void RowIndex::visit(const RecordSource& source, quint64 first, quint64 wanted,
                     const std::function<void(quint64, const Row&)>& call) const {
    const quint64 end = std::min(first + wanted, m_rows);
    if (first >= end || m_checkpoints.empty())
        return;
    auto after = std::upper_bound(m_checkpoints.begin(), m_checkpoints.end(), first,
                                  [](quint64 row, const Checkpoint& point) { return row < point.row; });
    const Checkpoint& start = *std::prev(after);
    const bool isOneStream = source.parts().size() == 1 && !source.isFiltered();
    quint64 received = start.received;
    quint64 sent = start.bytes - start.received;
    quint64 number = start.row;
    for (RecordIndex index = start.record; index < m_nextRecord && number < end; ++index) {
        const RecordView record = source.at(index);
        const quint64 rows = rowCount(record, m_rule);
        const bool isText = !isData(record.header.kind);
        quint64& direction = record.header.kind == RecordKind::Received ? received : sent;
        const bool isDatagram = (record.header.flags & DatagramFlag) != 0;
        const quint64 stream = isOneStream && !isText && !isDatagram ? direction : 0;
        direction += isText ? 0 : record.header.size;
        if (number + rows <= first) {
            number += rows;
            continue;
        }
        qsizetype at = 0;
        for (quint64 i = 0; i < rows && number < end; ++i, ++number) {
            const bool isRest = record.bytes.isEmpty() || (isText && i + 1 == rows);
            const qsizetype size = isRest   ? static_cast<qsizetype>(record.header.size) - at
                                   : isText ? 1
                                            : rowSize(record.bytes, at, m_rule);
            if (number >= first)
                call(number, {index, static_cast<quint32>(at), static_cast<quint32>(size), stream});
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
    if (!isData(view.header.kind))
        return number + std::min<quint64>(offset, rowCount(view, m_rule) - 1);
    if (view.bytes.isEmpty())
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
