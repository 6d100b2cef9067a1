// SPDX-License-Identifier: MIT
#pragma once

#include <QString>
#include <QtGlobal>

namespace sw {

/// When something was observed, by both clocks. Any thread.
struct Timestamp {
    qint64 wall = 0; ///< nanoseconds since 1970-01-01 UTC; may jump when the system's clock is set
    qint64 mono = 0; ///< nanoseconds of the steady clock; never goes back, meaningful only as a difference

    /// Both clocks, read one right after the other.
    static Timestamp now();
};

/// The wall clock as `2026-01-31T12:00:00.123456789Z`.
QString toIsoString(qint64 wallNanoseconds);

} // namespace sw
