// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/outputfile.h"
#include "core/capture/importedrecording.h"

#include <functional>

namespace sw {

/// Which records are to be written, by their position in the source; empty: all.
using RecordChoice = std::function<bool(RecordIndex)>;

/// Writes the records of a source to a file (or folder) by its ending; see Recorder::open(). `progress` counts records.
/// Returns how many were written. What was written of a cancelled one is removed. `existing`: see Recorder::open().
/// Errors: those of the recorder.
/// Blocks; any thread.
Result<RecordIndex> writeRecording(const RecordSource& source, const QString& path, const RecordChoice& isWanted,
                                   ImportProgress* progress = nullptr, Existing existing = Existing::Refuse);

} // namespace sw
