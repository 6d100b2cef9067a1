// SPDX-License-Identifier: MIT
#pragma once

#include "core/transcript/transcript.h"

#include <QSet>

#include <vector>

namespace sw {

/// One transcript of a source, with the name that people know it by.
struct SourcePart {
    EndpointId id = EndpointId::None;
    QString name;
    std::shared_ptr<const Transcript> transcript;
};

/// The records of one or more transcripts as one sequence, ordered by time; what buffers, search and export read.
/// Holds no copy of them: 12 bytes a record when there are several transcripts, nothing when there is one.
/// Belongs to one thread; several sources over the same transcripts give the same sequence.
class RecordSource {
public:
    explicit RecordSource(std::vector<SourcePart> parts = {});

    /// Adds a transcript. Its records join at the next update().
    void addPart(SourcePart part);
    bool hasPart(EndpointId id) const { return m_ids.contains(id); }
    const std::vector<SourcePart>& parts() const { return m_parts; }

    enum class Update { None, Appended, Rebuilt };
    /// Takes in what was recorded since the last call. Rebuilt: positions before mean something else now.
    Update update();

    RecordIndex count() const { return m_count; }
    RecordView at(RecordIndex index) const;
    RecordHeader header(RecordIndex index) const;
    /// Which of parts() the record comes from.
    std::size_t partOf(RecordIndex index) const;

private:
    struct Place {
        quint32 part;
        quint32 indexLow;
        quint32 indexHigh;
        RecordIndex index() const { return (static_cast<quint64>(indexHigh) << 32U) | indexLow; }
    };
    struct Fresh {
        qint64 mono;
        quint32 part;
        RecordIndex index;
    };

    bool takeFresh(qint64 watermark);

    std::vector<SourcePart> m_parts;
    QSet<EndpointId> m_ids;
    std::vector<TranscriptReader> m_readers;
    std::vector<RecordIndex> m_taken; // per part
    std::vector<Place> m_order;       // empty while there is one part only
    RecordIndex m_count = 0;
    qint64 m_lastMono = 0;
};

} // namespace sw
