// SPDX-License-Identifier: MIT
#pragma once

#include "core/endpoint/snapshot.h"
#include "core/transcript/record.h"

namespace sw {

/// What is recorded when a stream is opened, and when it ends. Any thread.

/// The sentence and the facts of a connection that has its socket.
struct OpeningRecord {
    Sentence text;
    Facts facts;
};
/// `listenerName`: of an accepted one. `sockets`: see SocketFamily::name().
OpeningRecord streamOpened(const EndpointSnapshot& snapshot, const QString& listenerName, const QString& sockets);

/// No address of the host could be connected to.
ClosingRecord notConnected(const Error& error);
/// Before anything was sent: its TLS options cannot be used.
ClosingRecord notConnectedForTls(const Error& error);
/// By its acceptor.
ClosingRecord refusedByUs();
/// Before anything was exchanged: `why` is what it was about to do.
ClosingRecord givenUp(const Sentence& why);
/// Orderly. `byPeer`: it ended first; `hasPeerEnded`: it has ended at all.
ClosingRecord closedOrderly(bool byPeer, bool hasPeerEnded);
/// The same where the channel was closed with so many bytes that it had taken and not sent (StreamChannel::dropped()).
ClosingRecord closedWithLoss(bool byPeer, quint64 lost, const QString& peer);
/// The peer's end is closed altogether.
ClosingRecord peerIsGone();
/// linger=0: `unsent` bytes had not left this machine.
ClosingRecord resetAtClose(qint64 unsent);
/// linger=N was over, and `unacknowledged` bytes were not with the peer.
ClosingRecord resetAfterLinger(qint64 seconds, qint64 unacknowledged);
/// By us, with a reset; `unsent` bytes were dropped.
ClosingRecord aborted(quint64 unsent);
/// By an error of the system. `afterEnd`: the peer's end of stream had come. `inHandshake`: TLS was not there yet.
ClosingRecord closedByError(Error error, bool afterEnd, bool inHandshake);

} // namespace sw
