// SPDX-License-Identifier: MIT
#include "core/transcript/search.h"

#include <QByteArrayMatcher>

#include <algorithm>
#include <functional>

namespace sw {

namespace {

QByteArray folded(QByteArrayView bytes) {
    QByteArray low = bytes.toByteArray();
    for (char& c : low) {
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c + ('a' - 'A'));
    }
    return low;
}

} // namespace

SearchResult searchRecords(const RecordSource& source, RecordIndex from, const SearchQuery& query,
                           const std::atomic<bool>& cancelled) {
    SearchResult result;
    result.searched = from;
    if (query.needle.isEmpty()) {
        result.searched = source.count();
        return result;
    }
    const QByteArray needle = query.caseSensitive ? query.needle : folded(query.needle);
    const QByteArrayMatcher matcher(needle);
    for (RecordIndex index = from; index < source.count() && !cancelled.load(std::memory_order_relaxed); ++index) {
        const RecordView record = source.at(index);
        result.searched = index + 1;
        if (record.header.kind == RecordKind::Event || record.bytes.size() < needle.size())
            continue;
        const QByteArray low = query.caseSensitive ? QByteArray() : folded(record.bytes);
        const QByteArrayView bytes = query.caseSensitive ? record.bytes : QByteArrayView(low);
        qsizetype at = matcher.indexIn(bytes.data(), bytes.size(), 0);
        while (at >= 0) {
            ++result.total;
            if (result.matches.size() < SearchResult::matchLimit)
                result.matches.push_back({index, static_cast<quint32>(at), static_cast<quint32>(needle.size())});
            at = matcher.indexIn(bytes.data(), bytes.size(), at + needle.size());
        }
    }
    return result;
}

} // namespace sw
