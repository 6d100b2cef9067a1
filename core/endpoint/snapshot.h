// SPDX-License-Identifier: MIT
#pragma once

#include "core/address/address.h"
#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/channel/socketfacts.h"
#include "core/endpoint/connectreport.h"
#include "core/tls/tlsreport.h"
#include "core/transcript/record.h"

#include <QMetaType>
#include <QString>
#include <QVector>

#include <memory>
#include <optional>

namespace sw {

/// Recording: a file that was read; its conversations are below it.
enum class EndpointKind : quint8 { Listener, Connection, DatagramSocket, Flow, Recording };

/// States of all kinds of endpoints. A listener: Idle, Listening, Reopening (the
/// system broke it, and it tries to bind the same port again), Paused, Closed, Failed. A connection: Resolving,
/// Connecting, Handshaking (TLS), Open, then ReadEnded (the peer sends no more) or WriteEnded (we send no more),
/// Closing (pending bytes still go out), Closed or Failed. A datagram socket: Resolving, Open, Closed, Failed.
enum class EndpointState : quint8 {
    Idle,
    Resolving,
    Connecting,
    Handshaking,
    Listening,
    Reopening,
    Paused,
    Open,
    ReadEnded,
    WriteEnded,
    Closing,
    Closed,
    Failed,
};

QString stateName(EndpointState state);
QString kindName(EndpointKind kind);
inline bool isEnded(EndpointState state) {
    return state == EndpointState::Closed || state == EndpointState::Failed;
}
/// Bytes can go at least one way. The first state that is told of a connection may be any of these: a peer that ends at
/// once is read before anybody looks.
inline bool isConnected(EndpointState state) {
    return state == EndpointState::Open || state == EndpointState::ReadEnded || state == EndpointState::WriteEnded;
}
inline bool canSend(EndpointState state) {
    return state == EndpointState::Open || state == EndpointState::ReadEnded;
}

struct Counters {
    quint64 receivedBytes = 0;
    quint64 receivedRecords = 0;
    quint64 sentBytes = 0;
    quint64 sentRecords = 0;
    quint64 queuedBytes = 0; ///< taken from us, not yet taken by the system
    quint64 refused = 0;     ///< messages that were offered and not sent; an event each says why
    quint64 dropped = 0;     ///< datagrams that the system dropped before they could be received
    quint64 unrecorded = 0;  ///< bytes that passed while recording was stopped
    quint64 connections = 0; ///< a listener's open ones
    quint64 accepted = 0;    ///< all that a listener ever took
};

/// An endpoint at one moment; what the window and the command line see of it. A plain value; any thread.
struct EndpointSnapshot {
    EndpointId id = EndpointId::None;
    /// The listener, the datagram socket of a flow, or the client whose bytes a relay passes on to this one.
    EndpointId parent = EndpointId::None;
    EndpointKind kind = EndpointKind::Listener;
    EndpointState state = EndpointState::Idle;
    Address address; ///< as asked for; a listener's has the port that it really got
    QString name;
    QString local; ///< `127.0.0.1:10244`; empty while there is none
    QString peer;
    QString behaviour;
    Sentence closing;                         ///< of the closing record
    std::optional<ClosingCause> closingCause; ///< likewise
    quint32 life = 0;                         ///< how often it was opened again (Engine::openAgain())
    bool isNamed = false;                     ///< the name was given, not derived
    bool isRecovered = false;                 ///< of a run before this one, or of a file; to be read only
    bool isReachable = false;                 ///< from other machines
    bool isAccepted = false;                  ///< a connection that a listener took, not one that was made
    bool isAcceptManual = false;
    bool hasPeerEnded = false;        ///< its end of stream has come
    bool isPaused = false;            ///< a listener, also while it is being reopened
    QString family;                   ///< which a listener took: `IPv4`, `IPv6`, `IPv4 and IPv6`; empty for others
    bool isPassive = false;           ///< waited for its peer (passive OPEN, RFC 9293 section 3.9.1), or is bound
    std::optional<qint64> descriptor; ///< the system's number of its socket, while it has one
    std::optional<int> waiting;       ///< connections in a listener's queue, where it holds them and the system tells
    std::optional<Error> error;
    Counters counters;
    std::shared_ptr<const QVector<OptionState>> options;
    std::shared_ptr<const ConnectReport> report; ///< of an outgoing connection: what was tried, and what came of it
    std::shared_ptr<const PeerCredentials> credentials; ///< of a Unix socket's peer
    std::shared_ptr<const TlsReport> tls; ///< of a connection: once its handshake has ended, well or not; of a
                                          ///< listener: with its own certificate

    /// The name, or only the peer's address where that is what tells it from the others below the same listener.
    const QString& shortName() const;
    /// `stream` or `datagram` (socket(2): SOCK_STREAM, SOCK_DGRAM).
    QString socketType() const;
    /// `passive` or `active`.
    QString openName() const;
    /// TLS whose other end was not checked, by choice: whoever is in the middle can read and change everything.
    bool isUnverified() const;
};

/// Who ended it and how, as the closing record says it.
struct ClosingRecord {
    ClosingCause cause = ClosingCause::Error;
    Sentence text; ///< for people
    std::optional<Error> error;
};

/// What a connection or flow is called by its listener's or socket's name and its peer: `web ← 127.0.0.1:50702`.
QString childName(const QString& parent, const QString& peer);

} // namespace sw

Q_DECLARE_METATYPE(sw::EndpointSnapshot)
