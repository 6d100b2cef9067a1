// SPDX-License-Identifier: MIT
#pragma once

#include "core/transcript/transcript.h"

#include <QSet>

#include <limits>
#include <optional>
#include <vector>

namespace sw {

/// One transcript of a source, with the name that people know it by.
struct SourcePart {
    EndpointId id = EndpointId::None;
    QString name;
    std::shared_ptr<const Transcript> transcript;
};

/// A sequence of (part, record) pairs in which neighbours mostly follow each other in the same part: kept as runs.
class RecordRuns {
public:
    struct Place {
        quint32 part = 0;
        RecordIndex record = 0;
    };

    RecordIndex count() const { return m_count; }
    bool isEmpty() const { return m_count == 0; }
    void clear();
    /// Adds `count` records of one part that follow each other.
    void append(quint32 part, RecordIndex first, RecordIndex count = 1);
    Place at(RecordIndex position) const;
    /// The first position whose record is not below `record`, where the records of one part ascend.
    RecordIndex positionOf(RecordIndex record) const;

private:
    struct Run {
        RecordIndex position;
        RecordIndex first;
        quint32 part;
    };

    std::vector<Run> m_runs;
    RecordIndex m_count = 0;
    mutable std::size_t m_last = 0; // the run that was asked for last
};

/// The records of one or more transcripts as one sequence, ordered by time; what buffers, search and export read.
/// Holds no copy of them: nothing for one transcript, 24 bytes for each change from one to another when there are
/// several. May show only some of them, which a filter found. Belongs to one thread; several sources over the same
/// transcripts give the same sequence.
class RecordSource {
public:
    explicit RecordSource(std::vector<SourcePart> parts = {});

    /// Adds a transcript. Its records join at the next update().
    void addPart(SourcePart part);
    /// False: it has that name already, or is no part.
    bool renamePart(EndpointId id, const QString& name);
    bool hasPart(EndpointId id) const { return m_ids.contains(id); }
    const std::vector<SourcePart>& parts() const { return m_parts; }

    enum class Update { None, Appended, Rebuilt };
    /// Takes in what was recorded since the last call, at most `most` records when they have to be merged. Rebuilt:
    /// positions before mean something else now.
    Update update(RecordIndex most = std::numeric_limits<RecordIndex>::max());
    /// Whether update() stopped at its limit.
    bool isBehind() const { return m_isBehind; }

    RecordIndex count() const { return m_shown ? m_shown->count() : m_total; }
    RecordView at(RecordIndex index) const;
    RecordHeader header(RecordIndex index) const;
    /// Which of parts() the record comes from.
    std::size_t partOf(RecordIndex index) const { return placeOf(index).part; }
    /// Where in its part the record is.
    RecordIndex recordInPart(RecordIndex index) const { return placeOf(index).record; }
    /// The first record that was not before a time of the wall clock; count() if all were.
    RecordIndex firstSince(qint64 wall) const;
    /// The position of a part's record; nothing if it is not shown.
    std::optional<RecordIndex> find(EndpointId part, RecordIndex record) const;

    /// From now on only what show() adds is there; or everything again.
    void setFiltered(bool filtered);
    bool isFiltered() const { return m_shown.has_value(); }
    /// All records, shown or not; show() takes positions among them, ascending.
    RecordIndex total() const { return m_total; }
    /// From now on only the records at these positions, which are in order.
    void show(const std::vector<RecordIndex>& positions);
    /// The position among all records.
    RecordIndex unfiltered(RecordIndex index) const { return m_shown ? m_shown->at(index).record : index; }
    /// The first shown position at or after a position among all records.
    RecordIndex shownFrom(RecordIndex position) const { return m_shown ? m_shown->positionOf(position) : position; }

private:
    bool merge(qint64 watermark, RecordIndex most);
    RecordRuns::Place placeOf(RecordIndex index) const;
    RecordIndex readableEnd(std::size_t part, qint64 watermark) const;

    std::vector<SourcePart> m_parts;
    QSet<EndpointId> m_ids;
    std::vector<TranscriptReader> m_readers;
    std::vector<RecordIndex> m_taken; // per part
    RecordRuns m_order;               // empty while there is one part only
    std::optional<RecordRuns> m_shown;
    RecordIndex m_total = 0;
    qint64 m_lastMono = std::numeric_limits<qint64>::min();
    bool m_isBehind = false;
};

} // namespace sw
