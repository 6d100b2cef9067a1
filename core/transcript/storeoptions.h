// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

#include <chrono>
#include <memory>

namespace sw {

/// Where transcripts go beyond memory. A plain value.
struct StoreOptions {
    /// The run's private directory, in which the journal is kept; empty: everything stays in memory.
    QString directory{};
    /// Bytes of memory that records may take, 16 MiB at least. Beyond five eighths of it the oldest live in the journal
    /// only, at three quarters whoever receives waits; the rest is for what readers hold.
    qint64 budget = 256LL << 20U;
    /// Bytes that the journal may take on disk; 0: as many as there are.
    qint64 quota = 0;
    /// What is recorded is in the journal after this time at the latest.
    std::chrono::milliseconds interval{500};
    /// Lives as long as the store: whoever owns the directory.
    std::shared_ptr<void> holds{};
};

} // namespace sw
