// SPDX-License-Identifier: MIT
#pragma once

#include "core/transcript/recordsource.h"

#include <chrono>
#include <functional>
#include <vector>

namespace sw::ui {

/// How a record's bytes are broken into rows.
struct RowRule {
    bool breakAtLineFeed = true;
    qsizetype width = 512;   ///< bytes in a row at most
    bool wraps = false;      ///< the width is columns, and words stay whole (see wrappedSize())
    qsizetype textWidth = 0; ///< columns at which events and notes wrap; 0: they do not

    bool operator==(const RowRule&) const = default;
};

/// One row of a buffer: a run of bytes of one record.
struct Row {
    RecordIndex record = 0;
    quint32 offset = 0; ///< in the record's bytes
    quint32 size = 0;
    quint64 stream =
        0; ///< bytes of the same direction before the record, where all records are of one endpoint and shown

    /// Of what it shows, wherever that is in a stream.
    bool operator==(const Row& other) const {
        return record == other.record && offset == other.offset && size == other.size;
    }
};

/// The size of the row that starts at `start`. A row never cuts a UTF-8 character where lines are broken as text.
qsizetype rowSize(QByteArrayView bytes, qsizetype start, const RowRule& rule);
/// The text of an event or a note, in the rows that it takes.
std::vector<QString> textRows(const RecordView& record, const RowRule& rule);
/// Rows that a record makes: at least one. Those of an event or a note have the offsets 0, 1, 2, …
quint64 rowCount(const RecordView& record, const RowRule& rule);

/// Which row shows what, for any number of records. Keeps a checkpoint for every 64 KiB or 256 records only, and looks
/// again between them. The UI thread.
class RowIndex {
public:
    explicit RowIndex(RowRule rule = {});

    const RowRule& rule() const { return m_rule; }
    void clear();
    /// Takes in records from where it stopped, for about this time. True when nothing is left to do.
    bool update(const RecordSource& source, std::chrono::microseconds time = std::chrono::hours(1));

    quint64 count() const { return m_rows; }
    /// Calls with `wanted` rows from `first` on, in order.
    void visit(const RecordSource& source, quint64 first, quint64 wanted,
               const std::function<void(quint64 number, const Row& row)>& call) const;
    Row rowAt(const RecordSource& source, quint64 number) const;
    /// The row that shows this byte of a record.
    quint64 rowOf(const RecordSource& source, RecordIndex record, quint32 offset) const;
    /// About where a record is, from 0 (first row) to 1, without looking at it.
    double placeOf(RecordIndex record) const;
    /// The sent and received bytes, and records of them, before a place.
    struct Totals {
        quint64 bytes = 0;
        RecordIndex records = 0;
    };
    Totals totalsBefore(const RecordSource& source, RecordIndex record, quint32 offset) const;
    /// Records taken in.
    RecordIndex records() const { return m_nextRecord; }
    /// Where a byte is, counted over all sent and received bytes; the end if there are fewer.
    Row atByte(const RecordSource& source, quint64 byte) const;

private:
    struct Checkpoint {
        RecordIndex record;
        quint64 row;
        quint64 bytes;    // sent and received before it
        quint64 received; // of them
        RecordIndex data; // records of them
    };

    RowRule m_rule;
    std::vector<Checkpoint> m_checkpoints;
    RecordIndex m_nextRecord = 0;
    quint64 m_rows = 0;
    quint64 m_bytes = 0;
    quint64 m_received = 0; // of them
    RecordIndex m_data = 0;
    quint64 m_sinceCheckpointBytes = 0;
};

} // namespace sw::ui
