// SPDX-License-Identifier: MIT
#pragma once

#include "core/capture/importedrecording.h"

#include <chrono>
#include <memory>
#include <vector>

namespace sw {

/// Which side of a recorded conversation is played.
enum class ReplaySide { Client, Server };

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

/// How it is played.
struct ReplayOptions {
    ReplaySide side = ReplaySide::Client;
    double speed = 0;                         ///< of the recorded pauses: 1, 10, …; 0: none
    bool waitsForPeer = true;                 ///< until the peer has said what it said before; false: only for the time
    std::chrono::milliseconds patience{5000}; ///< with the peer: then that is a difference, and it goes on
    std::size_t conversation = 0; ///< of the script's, for the first connection; each further one has the next
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
