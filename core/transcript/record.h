// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/transcript/facts.h"

#include <QByteArrayView>
#include <QJsonObject>
#include <QString>

#include <memory>
#include <optional>

namespace sw {

enum class RecordKind : quint8 { Received, Sent, Event, Note };

/// What an event record tells; journals keep the numbers, so new ones go to the end. Its bytes are Facts, the sentence
/// (Fact::Text) among them.
enum class EventKind : quint16 {
    None,
    Started,       ///< a listener or datagram socket is bound
    Resolving,     ///< a name is being looked up
    Resolved,      ///< the addresses it has
    Connecting,    ///< an attempt on one address
    AttemptFailed, ///< that attempt ended; another may follow
    Opened,
    Accepted,
    Refused,        ///< the acceptor did not take a connection
    EndOfStream,    ///< the peer sends no more
    SendingEnded,   ///< we send no more
    ReceivingEnded, ///< we receive no more
    Paused,
    Resumed,
    NotSent,       ///< something offered for sending was not taken, and why
    AcceptFailed,  ///< the system could not accept; the listener tries again
    DatagramError, ///< the system reported an error about a datagram sent earlier (ICMP)
    Dropped,       ///< the system dropped datagrams before they could be received
    Warning,
    RecordingStopped, ///< what follows is not recorded, and why
    RecordingResumed,
    Closed,         ///< the one closing record
    OptionChanged,  ///< an option of an open endpoint: what was asked for, what is in force now
    ListenerBroken, ///< the system took a listener's socket or address away; it reopens by itself
    Reopened,       ///< on the same port
    TlsStarted,     ///< what follows is TLS; on a stream that was plain before, the mark between the two
    TlsEstablished, ///< the handshake's facts
    TlsAlert,       ///< sent or received (RFC 8446 section 6)
    BehaviourChanged,
    BehaviourLog,     ///< what a behaviour says: a rule that hit, a script's log()
    BehaviourFailed,  ///< a script or rule went wrong, and where; the connection goes on
    Marked,           ///< a mark that a rule or script set
    FaultApplied,     ///< a relay disturbed what it passes on, as decided
    MessageHeld,      ///< a relay's intercept holds a message until somebody decides
    MessageReleased,  ///< what became of it
    TlsHelloSeen,     ///< a TLS client's first message, read on its way
    CaptureGap,       ///< of an imported capture: bytes that it does not have
    ReplayStarted,    ///< a recording is being played
    ReplayDifference, ///< the peer did not say what it said in the recording
    ReplayEnded,      ///< how it went
    Renamed,          ///< the endpoint has another name from here on
    Malformed,        ///< bytes that are no whole message by the framer: what is wrong, and the bytes in hex
    OpenedAgain,      ///< an endpoint that had ended begins anew, with the same transcript
};
constexpr EventKind lastEventKind = EventKind::OpenedAgain;

/// The event's name in JSON and files, such as `end-of-stream`.
QString eventName(EventKind kind);
/// The event of that name; None if there is none.
EventKind eventKindOf(const QString& name);

/// Who ended an endpoint, and how: a fact of its closing record.
enum class ClosingCause : quint8 { ClosedByUs, ClosedByPeer, AbortedByUs, Reset, Refused, TimedOut, TlsFailure, Error };

/// Its name in JSON, files and scripts, such as `closed-by-us`.
QString causeName(ClosingCause cause);
/// The cause that the facts of a closing record name; nothing where they name none that is known.
std::optional<ClosingCause> causeOf(const Facts& facts);

/// Flags of a record.
enum RecordFlag : quint8 {
    NoFlag = 0,
    CutFlag = 1,      ///< a datagram longer than the receive size; the rest is lost
    DatagramFlag = 2, ///< the record is one whole datagram
};

/// All of a record but its bytes. Immutable once it can be read.
struct RecordHeader {
    Timestamp time;
    quint64 offset = 0; ///< of its first byte, counted over all bytes of the transcript
    quint32 size = 0;   ///< in bytes
    RecordKind kind = RecordKind::Event;
    quint8 flags = NoFlag;
    EventKind event = EventKind::None;
};
static_assert(sizeof(RecordHeader) == 32);

class Segment;

/// A record as it is read: the view stays valid while `pin` is held, whatever happens to the transcript.
struct RecordView {
    RecordHeader header;
    QByteArrayView bytes;
    std::shared_ptr<const Segment> pin;

    bool isReleased = false; ///< it was there once; its bytes are gone

    bool isValid() const { return !isReleased; }
    /// The facts of an event record; empty for other kinds.
    Facts facts() const;
    /// The sentence of an event, in English, or the text of a note.
    QString text() const;
};

} // namespace sw
