// SPDX-License-Identifier: MIT
#pragma once

#include "core/transcript/record.h"

#include <QByteArrayView>
#include <QJsonObject>
#include <QString>

namespace sw {

/// What a file says about one connection or exchange of datagrams. All of it comes from the file.
struct Conversation {
    QString name;
    QString scheme; ///< `tcp`, `udp`, …; empty: not known
    QString local;  ///< `10.0.0.1:41234`; the side whose bytes are the sent ones
    QString peer;
    bool isDatagram = false;
};

/// What readers of recordings and captures fill: conversations and their records, by time within each.
class RecordingSink {
public:
    virtual ~RecordingSink() = default;
    RecordingSink(const RecordingSink&) = delete;
    RecordingSink& operator=(const RecordingSink&) = delete;
    RecordingSink(RecordingSink&&) = delete;
    RecordingSink& operator=(RecordingSink&&) = delete;

    /// A number for the functions below.
    virtual quint64 begin(const Conversation& conversation) = 0;
    /// Bytes of a conversation, `wall` in nanoseconds since 1970.
    virtual void data(quint64 conversation, RecordKind kind, QByteArrayView bytes, qint64 wall, quint8 flags) = 0;
    /// `text`: the sentence, which is not among `facts`.
    virtual void event(quint64 conversation, EventKind kind, const Sentence& text, const Facts& facts, qint64 wall) = 0;
    /// What somebody wrote beside it.
    virtual void note(quint64 conversation, const QString& text, qint64 wall) = 0;
    /// Something could not be read, and why; the rest goes on.
    virtual void problem(const QString& text) = 0;
    /// So many bytes of the file are read. False: the user has cancelled.
    virtual bool progress(qint64 bytes) = 0;

protected:
    RecordingSink() = default;
};

} // namespace sw
