// SPDX-License-Identifier: MIT
#pragma once

#include "core/transcript/recordsource.h"

#include <QByteArray>
#include <QMetaType>

#include <atomic>
#include <functional>
#include <vector>

namespace sw {

/// What to look for in the bytes of received, sent and note records.
struct SearchQuery {
    QByteArray needle;         ///< empty finds nothing
    bool caseSensitive = true; ///< otherwise A-Z and a-z are the same; bytes above 127 always differ

    bool operator==(const SearchQuery&) const = default;
};

struct SearchMatch {
    RecordIndex record = 0;
    quint32 offset = 0; ///< in the record's bytes
    quint32 size = 0;

    bool operator==(const SearchMatch&) const = default;
};

/// What a search found so far.
struct SearchResult {
    std::vector<SearchMatch> matches; ///< in order; at most `matchLimit`
    quint64 total = 0;                ///< all of them, also beyond the limit
    RecordIndex searched = 0;         ///< records looked at
    static constexpr std::size_t matchLimit = 1'000'000;
};

/// Looks through records [from, source.count()). Stops early when `cancelled` becomes true. Blocks: any thread but the
/// UI's. The source must belong to the calling thread.
SearchResult searchRecords(const RecordSource& source, RecordIndex from, const SearchQuery& query,
                           const std::atomic<bool>& cancelled);

} // namespace sw

Q_DECLARE_METATYPE(sw::SearchResult)
