// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"
#include "core/transcript/recordsource.h"
#include "core/transcript/recovery.h"

#include <QStringList>

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

namespace sw {

/// What was read from a recording or capture. Its transcripts live as long as anybody holds them; beyond a bound of
/// memory they lie in a private directory that goes with the last of them.
struct ImportedRecording {
    RecoveredTranscript file;                       ///< what there is to say about the file as a whole
    std::vector<RecoveredTranscript> conversations; ///< as of a killed run: labels with names and addresses
    QStringList problems;                           ///< what could not be read, for people

    /// The file and its conversations below it, for Engine::adopt().
    std::vector<RecoveredTranscript> all() const;

    /// All of them as parts of a source, numbered from 1.
    std::vector<SourcePart> parts() const;
};

/// How far the reading is. Any thread.
struct ImportProgress {
    std::atomic<qint64> done{0};
    std::atomic<qint64> size{0}; ///< of the file, in bytes
    std::atomic<bool> isCancelled{false};
};

/// Reads any recording: .pcapng, .pcap (gzip of them too), .jsonl, .csv, .hex, .bin. Captures are known by their
/// content, the others by their ending. Errors: nothing could be read, and why. Blocks; any thread. Opening a file
/// never does anything else.
Result<ImportedRecording> readRecording(const QString& path, ImportProgress* progress = nullptr);

} // namespace sw
