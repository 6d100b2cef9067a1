// SPDX-License-Identifier: MIT
#pragma once

#include "core/transcript/segment.h"
#include "core/transcript/spillfile.h"

#include <memory>
#include <span>
#include <vector>

namespace sw {

enum class JournalPiece : quint32 { Records = 1, Label, Removed };

/// A run of records of one transcript as it stands in a journal: this, then the record headers, then the bytes. In the
/// byte order of the machine; a journal is read where it was written.
struct PieceHeader {
    quint32 magic = 0;
    quint32 check = 0; ///< CRC-32 of what follows in this structure
    quint64 transcript = 0;
    RecordIndex firstRecord = 0;
    quint64 firstOffset = 0;
    quint32 records = 0;
    quint32 bytes = 0; ///< of the records, or of a label's facts
    JournalPiece kind = JournalPiece::Records;
    quint32 reserved = 0;

    quint64 size() const { return sizeof(PieceHeader) + records * sizeof(RecordHeader) + bytes; }
};
static_assert(sizeof(PieceHeader) == 48);

/// Where a piece is.
struct Extent {
    RecordIndex firstRecord = 0;
    quint64 firstOffset = 0;
    quint32 records = 0;
    quint32 bytes = 0;
    quint64 position = 0; ///< of its header
    std::shared_ptr<SpillFile> file;

    RecordIndex endRecord() const { return firstRecord + records; }
    quint64 endOffset() const { return firstOffset + bytes; }
    quint64 indexSize() const { return records * sizeof(RecordHeader); }
};

/// The headers of a piece read back; nullptr when they cannot be read or do not describe its bytes.
std::shared_ptr<const IndexChunk> loadIndex(const Extent& extent, const std::shared_ptr<SegmentMemory>& memory);
/// The bytes of a piece read back; nullptr when they cannot be read.
std::shared_ptr<const Segment> loadBytes(const Extent& extent, const std::shared_ptr<SegmentMemory>& memory);

/// Collects pieces and appends them to the journal's files, several at a time. One thread.
class JournalWriter {
public:
    /// Pieces of records are about this large at most, unless a single record is larger.
    static constexpr std::size_t pieceLimit = 512U << 10U;
    /// Write when so much is staged.
    static constexpr std::size_t batchLimit = 4U << 20U;

    explicit JournalWriter(QString directory);

    struct Room {
        RecordHeader* headers;
        char* bytes;
        quint64 position; ///< in the batch
    };
    /// Adds a piece; the caller fills its room before the next call.
    Room stage(PieceHeader piece);
    std::size_t staged() const { return m_batch.size(); }
    void discard() { m_batch.clear(); }

    /// Where a batch went.
    struct Written {
        std::shared_ptr<SpillFile> file;
        quint64 base = 0;
    };
    /// Appends what is staged; on an error nothing was, and nothing is staged any more.
    Result<Written> write();
    /// All files that are there stay, and those that come; see SpillFile::keep().
    void keep();
    /// Bytes appended so far.
    quint64 total() const { return m_total; }

private:
    QString m_directory;
    std::shared_ptr<SpillFile> m_file;
    std::vector<std::weak_ptr<SpillFile>> m_files; // all of them, whoever uses them
    bool m_keeps = false;
    int m_fileNumber = 0;
    BlockBuffer m_batch{batchLimit + 2 * pieceLimit};
    quint64 m_total = 0;
};

/// One transcript as a journal has it.
struct JournaledTranscript {
    quint64 id = 0;
    QByteArray label; ///< as Facts keeps it, or JSON of an older version; see Transcript::setLabel()
    std::vector<Extent> extents;
};
/// Reads the headers of all pieces in a directory's journal files: what a killed run left. Skips what was torn or
/// removed; a transcript with a gap ends before it. Blocks; any thread.
std::vector<JournaledTranscript> scanJournal(const QString& directory);

} // namespace sw
