// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"
#include "core/capture/recordingsink.h"

#include <QHash>
#include <QIODevice>

#include <optional>

namespace sw {

// What the readers of text formats share.

/// The error of a reading that the user has cancelled.
Error readingCancelled();

/// Nanoseconds since 1970 of `2026-01-31T12:00:00.123456789Z`, with a blank instead of T, a comma instead of the dot,
/// or without Z too.
std::optional<qint64> wallTimeOf(QString text);

/// Whether no more bytes come in a direction (Received or Sent) after a record: what is held back of them is due.
bool endsDirection(const RecordHeader& header, RecordKind direction);

/// `received`, `sent`, `event`, `note`.
std::optional<RecordKind> recordKindOf(const QString& name);

/// Walks over lines; says where it is when something is wrong with one.
class TextLines {
public:
    /// A line has at most so many bytes; a longer one comes in pieces.
    static constexpr qsizetype longest = 8 << 20;

    TextLines(QIODevice& device, RecordingSink& sink) : m_device(device), m_sink(sink) {}

    /// Without its end; nothing after the last.
    std::optional<QByteArray> next();
    /// From 1.
    quint64 number() const { return m_number; }
    /// The line is longer than what was read of it.
    bool isCut() const { return m_isCut; }
    /// Tells that this line was left out.
    void wrong(const Sentence& why);
    /// After the last line.
    void tellRest();
    bool goesOn() { return m_number % 1024 != 0 || m_sink.progress(m_read); }

private:
    static constexpr quint64 mostTold = 10;

    QIODevice& m_device;
    RecordingSink& m_sink;
    QByteArray m_buffer;
    quint64 m_number = 0;
    quint64 m_wrong = 0;
    qint64 m_read = 0;
    bool m_isCut = false;
};

/// Conversations by what a file calls them.
class ConversationNames {
public:
    explicit ConversationNames(RecordingSink& sink) : m_sink(sink) {}

    /// Nothing: there are too many.
    std::optional<quint64> of(const QString& key, const Conversation& conversation);

private:
    RecordingSink& m_sink;
    QHash<QString, quint64> m_known;
};

} // namespace sw
