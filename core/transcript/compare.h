// SPDX-License-Identifier: MIT
#pragma once

#include "core/transcript/recordsource.h"

#include <QByteArray>

#include <optional>
#include <vector>

namespace sw {

/// A message to compare: one record's bytes, or one line of them.
struct ComparedMessage {
    RecordKind direction = RecordKind::Received;
    QByteArray bytes;
    RecordIndex record = 0;
    quint32 offset = 0; ///< in the record

    bool operator==(const ComparedMessage&) const = default;
};

struct CompareOptions {
    bool byLine = true;        ///< compare lines, however they were read; else whole records
    bool masksTimes = false;   ///< dates and times of day are all alike
    bool masksNumbers = false; ///< numbers are all alike
};

/// The sent and received messages of records [from, to), at most `most` of them and of 64 MiB. Lines go on across the
/// records of one direction.
std::vector<ComparedMessage> messagesOf(const RecordSource& source, RecordIndex from, RecordIndex to,
                                        const CompareOptions& options, std::size_t most);

enum class DifferenceKind { Same, SameMasked, Changed, OnlyLeft, OnlyRight };

/// One row of two sequences side by side.
struct ComparedRow {
    DifferenceKind kind = DifferenceKind::Same;
    std::optional<std::size_t> left;
    std::optional<std::size_t> right;
    qsizetype firstDifference = -1; ///< of a changed message: the first byte that differs

    bool operator==(const ComparedRow&) const = default;
};

/// Aligns two sequences of messages so that as many as possible stand beside their like (Myers' shortest edit script);
/// what was replaced stands side by side. Where more than some thousands differ, the rest is aligned in order. Pure;
/// any thread.
std::vector<ComparedRow> compareMessages(const std::vector<ComparedMessage>& left,
                                         const std::vector<ComparedMessage>& right, const CompareOptions& options);

/// The bytes with dates, times and numbers replaced as the options say.
QByteArray maskedBytes(const QByteArray& bytes, const CompareOptions& options);

} // namespace sw
