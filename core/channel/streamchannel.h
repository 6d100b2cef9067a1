// SPDX-License-Identifier: MIT
#pragma once

#include "core/address/address.h"
#include "core/base/error.h"
#include "core/channel/ioresult.h"
#include "core/channel/poller.h"
#include "core/channel/socketfacts.h"
#include "core/channel/tcpinfo.h"

#include <QByteArrayView>

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace sw {

/// The system's socket at the bottom of a stream's channels: when it is ready, and what the system knows of it. The I/O
/// thread.
class StreamSocket {
public:
    virtual ~StreamSocket() = default;
    StreamSocket(const StreamSocket&) = delete;
    StreamSocket& operator=(const StreamSocket&) = delete;
    StreamSocket(StreamSocket&&) = delete;
    StreamSocket& operator=(StreamSocket&&) = delete;

    /// False once it was closed or aborted.
    virtual bool isOpen() const = 0;

    /// From now on the target hears when the socket can be received from, until it is closed or aborted.
    virtual void watch(PollTarget* target) = 0;
    virtual bool isWatched() const = 0;
    /// The target hears no more; another may watch.
    virtual void unwatch() = 0;
    /// Of a watched socket: PollInterest, joined by |.
    virtual void setInterest(unsigned interest) = 0;

    /// `127.0.0.1:80`, `[::1]:80`, a path, `@name`, or nothing for an unnamed Unix socket.
    virtual QString localName() const = 0;
    virtual QString peerName() const = 0;
    /// Who is at the other end of a Unix socket; nothing where the system does not tell.
    virtual std::optional<PeerCredentials> credentials() const = 0;
    /// The system's number of it; nothing where it has none.
    virtual std::optional<qint64> number() const = 0;
    virtual std::optional<TcpInfo> tcpInfo() const = 0;
    /// Bytes that were sent and not yet acknowledged by the peer's system; nothing where it is not told.
    virtual std::optional<qint64> undelivered() const = 0;
    /// The error that waits on the socket, which is cleared by asking; 0: none.
    virtual int takeError() = 0;
    /// After the peer's end of stream: whether its end was closed altogether. False where the system does not tell.
    virtual bool hasPeerGone() const = 0;

    /// Applies the options of the address that concern an open stream; gives all failures, each naming its option.
    virtual std::vector<Error> applyOptions(const Address& address) = 0;
    /// Sets one option, with its value in normal form.
    virtual Result<void> changeOption(const OptionSpec& spec, const QString& value, bool leave) = 0;
    /// Every option that the scheme has, as requested and as read back.
    virtual QVector<OptionState> readOptions(const Address& address, Role role) const = 0;

protected:
    StreamSocket() = default;
};

/// What carries the bytes of a connection: a socket, or something that makes other bytes of them and hands those to the
/// channel below it (TLS). Each direction ends by itself. Never blocks, and calls nobody back but the target that
/// watches its socket. The I/O thread.
class StreamChannel {
public:
    virtual ~StreamChannel() = default;
    StreamChannel(const StreamChannel&) = delete;
    StreamChannel& operator=(const StreamChannel&) = delete;
    StreamChannel(StreamChannel&&) = delete;
    StreamChannel& operator=(StreamChannel&&) = delete;

    /// Takes what has arrived, at most what there is room for (not nothing).
    virtual IoResult receive(std::span<char> room) = 0;
    /// Takes bytes to be sent, or some of them. It may hold them until flush().
    virtual IoResult send(QByteArrayView bytes) = 0;
    /// Hands on what it holds; Done once that is nothing, see holdsUnsent().
    virtual IoResult flush() { return IoResult::done(); }
    /// It, or a channel below it, has taken what the system has not. To be flushed before endSending() and close().
    virtual bool holdsUnsent() const { return false; }
    /// Of what it had taken, so many bytes will not go out: it was closed before, by the peer or for an error.
    virtual quint64 dropped() const { return 0; }
    /// It may hold what has arrived and readiness no longer tells of: receive() until Again.
    virtual bool readsAhead() const { return false; }
    /// False: nothing is to be received before flush() was Done, for a peer that makes the channel answer and does not
    /// read.
    virtual bool mayReceive() const { return true; }

    /// Says the channel's own end, where it has one (TLS: close_notify); flush() hands it on, and endSending() follows.
    virtual void sayEnd() {}
    /// We send no more: a FIN.
    virtual void endSending() = 0;
    /// We take no more.
    virtual void endReceiving() = 0;
    /// Orderly, as far as the system does that with what it has not sent or we have not received.
    virtual void close() = 0;
    /// With a reset: what was not sent is dropped.
    virtual void abort() = 0;

    /// Whether the end of one direction leaves the other open.
    virtual bool hasHalfClose() const { return true; }
    /// Whether the peer learns of endSending() before the connection is closed.
    virtual bool passesEnd() const { return true; }
    /// Why one of them is not so, and what follows, for people: after “we send no more; ”.
    virtual QString whyNoHalfClose() const { return {}; }
    /// False: a reset by the peer looks like its end of stream.
    virtual bool tellsResets() const { return true; }
    /// What failed of itself, for IoResult::code 0.
    virtual Error error() const { return {}; }

    virtual StreamSocket& socket() = 0;
    bool isOpen() { return socket().isOpen(); }

protected:
    StreamChannel() = default;
};

} // namespace sw
