// SPDX-License-Identifier: MIT
#pragma once

#include "core/capture/importedrecording.h"
#include "core/replay/replayoptions.h"

#include <chrono>
#include <memory>
#include <vector>

namespace sw {

/// One thing that one side did.
struct ReplayStep {
    ReplaySide side = ReplaySide::Client;
    QByteArray bytes;
    std::chrono::nanoseconds time{0}; ///< since the conversation's first record
    bool isEnd = false;               ///< it sent no more
};

/// One conversation of a recording, ready to be played.
struct ReplayConversation {
    QString name;
    bool isDatagram = false;
    std::vector<ReplayStep> steps;

    /// How many messages, and how many bytes, that side sent.
    std::size_t messages(ReplaySide side) const;
    qint64 bytes(ReplaySide side) const;
};

/// The conversations of a recording that have data. Immutable, at most 256 MiB of bytes; any thread.
class ReplayScript {
public:
    /// Reads any recording; see readRecording(). Errors: it cannot be read, or there is nothing to play.
    static Result<std::shared_ptr<const ReplayScript>> read(const QString& path);
    static Result<std::shared_ptr<const ReplayScript>> of(const std::vector<SourcePart>& parts, const QString& name,
                                                          const QStringList& problems = {});

    const std::vector<ReplayConversation>& conversations() const { return m_conversations; }
    const QString& name() const { return m_name; }
    /// What of the recording could not be read, for people.
    const QStringList& problems() const { return m_problems; }

private:
    std::vector<ReplayConversation> m_conversations;
    QString m_name;
    QStringList m_problems;
};

/// `1`, `10`, `0.5`, `max`. Errors say what is accepted.
Result<double> parseReplaySpeed(const QString& text);

} // namespace sw
