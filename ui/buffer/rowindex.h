// SPDX-License-Identifier: MIT
#pragma once

#include "core/transcript/recordsource.h"

#include <functional>
#include <vector>

namespace sw::ui {

/// How a record's bytes are broken into rows.
struct RowRule {
    bool breakAtLineFeed = true;
    qsizetype width = 512; ///< bytes in a row at most

    bool operator==(const RowRule&) const = default;
};

/// One row of a buffer: a run of bytes of one record.
struct Row {
    RecordIndex record = 0;
    quint32 offset = 0; ///< in the record's bytes
    quint32 size = 0;

    bool operator==(const Row&) const = default;
};

/// The size of the row that starts at `start`. A row never cuts a UTF-8 character where lines are broken as text.
qsizetype rowSize(QByteArrayView bytes, qsizetype start, const RowRule& rule);
/// Rows that a record makes: at least one; events and notes are one.
quint64 rowCount(const RecordView& record, const RowRule& rule);

/// Which row shows what, for any number of records. Keeps a checkpoint for every 64 KiB or 256 records only, and looks
/// again between them. The UI thread.
class RowIndex {
public:
    explicit RowIndex(RowRule rule = {});

    const RowRule& rule() const { return m_rule; }
    void clear();
    /// Takes in records from where it stopped, at most about `mostBytes` of them. True when nothing is left to do.
    bool update(const RecordSource& source, quint64 mostBytes = 64ULL << 20U);

    quint64 count() const { return m_rows; }
    /// Calls with `wanted` rows from `first` on, in order.
    void visit(const RecordSource& source, quint64 first, quint64 wanted,
               const std::function<void(quint64 number, const Row& row)>& call) const;
    Row rowAt(const RecordSource& source, quint64 number) const;
    /// The row that shows this byte of a record.
    quint64 rowOf(const RecordSource& source, RecordIndex record, quint32 offset) const;

private:
    struct Checkpoint {
        RecordIndex record;
        quint64 row;
    };

    RowRule m_rule;
    std::vector<Checkpoint> m_checkpoints;
    RecordIndex m_nextRecord = 0;
    quint64 m_rows = 0;
    quint64 m_sinceCheckpointBytes = 0;
};

} // namespace sw::ui
