// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"
#include "core/transcript/recordsource.h"

#include <QStringList>

#include <functional>
#include <memory>

namespace sw {

/// Chooses records, as people write it: `dir:sent len>100 "GET" peer:10.0.0.1 /re/ since:12:00`. Terms side by side
/// must all hold; `or`, `not` (or `-` before a term) and parentheses work as expected. Words and quoted text are looked
/// for in a record's bytes (in the sentence of an event), without regard to case for words in lower case. Immutable;
/// any thread.
class Filter {
public:
    /// What a filter may ask besides the record itself.
    struct Context {
        /// Whether the user marked this record of that endpoint.
        std::function<bool(EndpointId, RecordIndex)> isMarked{};
    };

    /// Errors: what cannot be read, where, and what is taken there. `now`: nanoseconds since 1970, for times of today
    /// and `since:-5m`.
    static Result<Filter> parse(const QString& text, qint64 now);

    /// Whether the record at a position of a source is taken. Its bytes are read only if what was asked needs them.
    bool matches(const RecordSource& source, RecordIndex position, const Context& context) const;
    /// Whether nothing is asked for.
    bool isEmpty() const { return m_root == nullptr; }

    struct Node;

private:
    std::shared_ptr<const Node> m_root;
};

/// What could stand at the place of the word that ends at `cursor`: whole terms, such as `dir:sent`.
QStringList filterCompletions(const QString& text, qsizetype cursor);

/// The positions, among all records of a source, of those from `from` to `end` that a filter takes. Stops early when
/// `cancelled`. Blocks; any thread.
std::vector<RecordIndex> filterRecords(const RecordSource& source, RecordIndex from, RecordIndex end,
                                       const Filter& filter, const Filter::Context& context,
                                       const std::atomic<bool>& cancelled);

} // namespace sw
