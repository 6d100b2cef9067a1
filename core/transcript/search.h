// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"
#include "core/transcript/bytesearch.h"
#include "core/transcript/recordsource.h"

#include <QMetaType>
#include <QRegularExpression>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <vector>

namespace sw {

/// What to look for in the bytes of received, sent and note records.
struct SearchQuery {
    enum class Form { Bytes, Pattern };

    Form form = Form::Bytes;
    QByteArray needle{};       ///< for Bytes; empty finds nothing
    QString pattern{};         ///< for Pattern: a Perl-compatible regular expression over text in UTF-8
    bool caseSensitive = true; ///< otherwise, in bytes, A-Z and a-z are the same, and bytes above 127 differ
    bool wholeWord = false;    ///< no letter, digit or underscore before or after

    bool isEmpty() const { return form == Form::Bytes ? needle.isEmpty() : pattern.isEmpty(); }
    bool operator==(const SearchQuery&) const = default;
};

/// A match, or one piece of it: bytes of a stream that were read in several turns match across the records.
struct SearchMatch {
    RecordIndex record = 0;
    quint32 offset = 0; ///< in the record's bytes
    quint32 size = 0;
    bool isContinued = false; ///< goes on with a match that began in an earlier record; not counted

    bool operator==(const SearchMatch&) const = default;
    auto operator<=>(const SearchMatch&) const = default;
};

/// What a search found since it was asked last.
struct SearchResult {
    std::vector<SearchMatch> matches; ///< in the order found; at most `matchLimit` over the whole search
    quint64 total = 0;                ///< all of them, also beyond the limit; without continued pieces
    RecordIndex searched = 0;         ///< records looked at
    std::optional<Error> error;       ///< the search gave up: the pattern is too costly
    static constexpr std::size_t matchLimit = 1'000'000;
};

/// Looks through a growing sequence of records, a slice at a time. Each direction of each connection is one stream:
/// matches go across its records; datagrams and notes stand for themselves. Matches do not overlap. A regular
/// expression sees at most 64 KiB at once, whole lines where they are not longer, and its cost is bounded: one that
/// takes more than about a second for a megabyte ends the search with an error. One thread at a time; blocks.
class Searcher {
public:
    /// Errors: a pattern that is none, with the offending position.
    static Result<std::unique_ptr<Searcher>> create(const SearchQuery& query);
    ~Searcher();
    Searcher(const Searcher&) = delete;
    Searcher& operator=(const Searcher&) = delete;
    Searcher(Searcher&&) = delete;
    Searcher& operator=(Searcher&&) = delete;

    /// Looks at records from where it stopped, until the end, the time is over, or `cancelled`. Records looked at
    /// before must still be there as they were.
    SearchResult run(const RecordSource& source, std::chrono::milliseconds time, const std::atomic<bool>& cancelled);
    bool isDone(const RecordSource& source) const { return m_next >= source.count() || m_hasFailed; }

private:
    struct Piece { // of a stream's bytes
        RecordIndex record;
        quint32 offset; // in the record
        quint32 size;
        qsizetype start; // among the bytes that the pieces make up
    };
    using Pieces = std::vector<Piece>;
    struct Stream {
        QByteArray carry; // bytes in which a match may begin that goes on in the next record
        Pieces pieces;
        qsizetype blocked = 0; // of `carry`: matches begin after it
    };
    struct Run {
        QByteArrayView bytes;
        Pieces pieces;
        RecordIndex end = 0;
        bool isStream = false;
        quint32 part = 0;
        RecordKind kind = RecordKind::Received;
        std::vector<std::shared_ptr<const Segment>> pins;
    };

    explicit Searcher(const SearchQuery& query);

    Run takeRun(const RecordSource& source) const;
    void searchRun(const Run& run);
    void searchBytes(const Run& run, Stream& stream);
    void searchPattern(const Run& run, Stream& stream, bool isLast);
    qsizetype searchWindow(QByteArrayView window, const Pieces& pieces, qsizetype base, qsizetype from);
    void add(const Pieces& pieces, qsizetype start, qsizetype size);
    static Pieces joined(const Pieces& first, const Pieces& second);
    static void keepTail(Stream& stream, QByteArrayView bytes, const Pieces& pieces, qsizetype size, qsizetype blocked);

    SearchQuery m_query;
    ByteSearch m_search;
    QRegularExpression m_expression;
    ByteSearch m_required; // bytes that every match of the pattern has; may be empty
    std::map<std::pair<quint32, RecordKind>, Stream> m_streams;
    RecordIndex m_next = 0;
    quint64 m_kept = 0; // matches handed out
    SearchResult m_result;
    qsizetype m_window;
    std::chrono::nanoseconds m_slowTime{0};
    quint64 m_slowBytes = 0;
    bool m_hasFailed = false;
    QByteArray m_folded;
};

} // namespace sw

Q_DECLARE_METATYPE(sw::SearchResult)
