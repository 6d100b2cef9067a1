// SPDX-License-Identifier: MIT
#pragma once

#include "core/transcript/transcript.h"

#include <QDateTime>
#include <QJsonObject>
#include <QLockFile>

namespace sw {

/// The private directory of one run (0700), in which its journal lives; removed at an orderly end. Locked while the
/// run lives, so that a directory without a living owner is one of a killed run. One thread.
class RunDirectory {
public:
    /// A new one below `base`, which is made if it is not there. Errors: what the system says.
    static Result<std::unique_ptr<RunDirectory>> create(const QString& base);
    ~RunDirectory();
    RunDirectory(const RunDirectory&) = delete;
    RunDirectory& operator=(const RunDirectory&) = delete;
    RunDirectory(RunDirectory&&) = delete;
    RunDirectory& operator=(RunDirectory&&) = delete;

    const QString& path() const { return m_path; }
    /// It stays at the end, as a run whose records were kept on purpose. False: the system does not let us say so; it
    /// stays all the same.
    bool keep();

private:
    explicit RunDirectory(QString path);

    QString m_path;
    QLockFile m_lock;
    bool m_isKept = false;
};

/// A run that was killed, or whose records were kept at its end, and what it left.
struct KilledRun {
    QString directory{};
    QDateTime started{};
    QDateTime lastWritten{};
    quint64 bytes = 0;
    bool wasKept = false; ///< on purpose, see RunDirectory::keep()
};
/// The killed and kept runs below `base`, newest first. Empty ones are removed on the way.
std::vector<KilledRun> findKilledRuns(const QString& base);
/// Removes what a killed run left. False if the system does not let us, or the run is alive.
bool removeKilledRun(const KilledRun& run);

/// One transcript of a killed run, to be read.
struct RecoveredTranscript {
    QJsonObject label;
    std::shared_ptr<Transcript> transcript;
};
/// Rebuilds the index of a killed run from its journal. Blocks for as long as reading the headers of all pieces takes;
/// any thread. The files stay.
std::vector<RecoveredTranscript> openKilledRun(const KilledRun& run);

} // namespace sw
