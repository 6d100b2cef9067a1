// SPDX-License-Identifier: MIT
#pragma once

#include "core/channel/streamchannel.h"

namespace sw {

/// A socket that listens for streams, from the moment it was made. Takes one when it is asked to; the others wait in
/// the system's queue. Never blocks and calls nobody back but the target of watch(). Closing it leaves what was taken
/// open, and removes the file that it made. The I/O thread.
class Acceptor {
public:
    /// One that was taken.
    struct Taken {
        std::unique_ptr<StreamChannel> channel;
        QString peer; ///< as StreamSocket::peerName()
    };

    virtual ~Acceptor() = default;
    Acceptor(const Acceptor&) = delete;
    Acceptor& operator=(const Acceptor&) = delete;
    Acceptor(Acceptor&&) = delete;
    Acceptor& operator=(Acceptor&&) = delete;

    /// Done: `taken` is one. Again: nobody waits. Ended: the one that waited has gone meanwhile; ask again. Failed: see
    /// error().
    virtual IoResult take(Taken& taken) = 0;
    /// What take() failed of.
    virtual Error error() const = 0;
    /// After take() failed, or the target heard of a hang-up: it will never take one again.
    virtual bool isBroken() const = 0;

    /// From now on the target hears what setInterest() asks for: that somebody waits (ReadInterest), or only that the
    /// socket broke (HangUpInterest, where the system tells).
    virtual void watch(PollTarget* target) = 0;
    virtual bool isWatched() const = 0;
    /// Of a watched channel: PollInterest.
    virtual void setInterest(unsigned interest) = 0;
    /// Nothing is heard any more; it goes on listening.
    virtual void unwatch() = 0;

    /// Where it listens, with the port that the system chose.
    virtual native::SocketAddress bound() const = 0;
    /// The system's number of it; nothing where it has none.
    virtual std::optional<qint64> number() const = 0;
    /// How long the system's queue may be and is.
    virtual native::AcceptQueue queue() const = 0;
    /// The error that waits on the socket, which is cleared by asking; 0: none.
    virtual int takeError() = 0;

    /// Sets one option, with its value in normal form; also `backlog`.
    virtual Result<void> changeOption(const OptionSpec& spec, const QString& value, bool leave) = 0;
    virtual QVector<OptionState> readOptions(const Address& address) const = 0;

protected:
    Acceptor() = default;
};

} // namespace sw
