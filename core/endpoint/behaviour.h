// SPDX-License-Identifier: MIT
#pragma once

#include "core/endpoint/snapshot.h"

#include <QByteArrayView>

#include <functional>
#include <memory>

namespace sw {

/// What a behaviour can do with the connection (or the flow of datagrams) it serves. The I/O thread.
class Peer {
public:
    virtual ~Peer() = default;

    /// Sends bytes after those sent before; for datagrams, one datagram. Refused, with a NotSent event, when more than
    /// the write bound waits already: heed wantsMore().
    virtual void send(QByteArrayView bytes) = 0;
    /// False when enough waits to be sent; Behaviour::writable() says when there is room again.
    virtual bool wantsMore() const = 0;
    /// Orderly: what was sent before still goes out.
    virtual void close() = 0;
    virtual bool isDatagram() const = 0;
    /// The peer's address, as text.
    virtual QString peerName() const = 0;

protected:
    Peer() = default;
    Peer(const Peer&) = default;
    Peer& operator=(const Peer&) = default;
    Peer(Peer&&) = default;
    Peer& operator=(Peer&&) = default;
};

/// What an endpoint does by itself: three hooks, called on the I/O thread, one object for each connection.
/// Order: acceptor, (opened), filter and writable as things come, endOfStream at most once, sentinel exactly once.
class Behaviour {
public:
    virtual ~Behaviour() = default;
    Behaviour(const Behaviour&) = delete;
    Behaviour& operator=(const Behaviour&) = delete;
    Behaviour(Behaviour&&) = delete;
    Behaviour& operator=(Behaviour&&) = delete;

    /// Takes or refuses a new connection; a refused one is reset and recorded.
    virtual bool acceptor(const Peer& peer);
    /// Bytes arrived (for datagrams: one whole datagram). The view is valid during the call.
    virtual void filter(Peer& peer, QByteArrayView bytes) = 0;
    /// The connection ended, and why.
    virtual void sentinel(const ClosingRecord& closing);

    /// The connection can be used from now on.
    virtual void opened(Peer& peer);
    /// Room to send again after wantsMore() was false.
    virtual void writable(Peer& peer);
    /// The peer sends no more. By default a serving behaviour closes once its answers are out (close).
    virtual void endOfStream(Peer& peer);

protected:
    Behaviour() = default;
};

/// Makes the object for one connection. An empty one is manual: the user does everything.
using BehaviourFactory = std::function<std::unique_ptr<Behaviour>()>;

} // namespace sw
