// SPDX-License-Identifier: MIT
#pragma once

#include "core/address/address.h"
#include "core/channel/ioresult.h"
#include "core/channel/native.h"
#include "core/channel/poller.h"

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace sw {

/// A datagram socket that is bound, connected to one peer, or both. Never blocks and calls nobody back but the target
/// of watch(). Closing it removes the file that it made. The I/O thread.
class DatagramChannel {
public:
    virtual ~DatagramChannel() = default;
    DatagramChannel(const DatagramChannel&) = delete;
    DatagramChannel& operator=(const DatagramChannel&) = delete;
    DatagramChannel(DatagramChannel&&) = delete;
    DatagramChannel& operator=(DatagramChannel&&) = delete;

    /// Takes what has arrived, at most `infos.size()` datagrams: the first to `room`, the next `each` bytes further,
    /// and so on. Done: `bytes` is how many there were.
    virtual IoResult receive(std::span<char> room, std::size_t each, std::span<native::DatagramInfo> infos) = 0;
    /// Sends one datagram, to the connected peer without `destination`. `source`: the local address to send from, where
    /// the channel can choose one; the system chooses without it. Done: `bytes` were sent, which may be none.
    virtual IoResult send(QByteArrayView bytes, const native::SocketAddress* destination = nullptr,
                          const native::SocketAddress* source = nullptr) = 0;
    /// What a call failed of.
    virtual Error error(const IoResult& result, const QString& situation, const QString& about) const = 0;
    /// The next report about a datagram that was sent earlier; nothing when there is none, or no such thing.
    virtual std::optional<native::DatagramFault> takeFault() = 0;
    /// How many datagrams the system has dropped so far; nothing where it does not tell.
    virtual std::optional<quint32> dropCount() const = 0;

    /// From now on the target hears when there is something to receive, until the channel goes.
    virtual void watch(PollTarget* target) = 0;
    virtual bool isWatched() const = 0;
    /// Of a watched channel: PollInterest, joined by |.
    virtual void setInterest(unsigned interest) = 0;

    virtual native::SocketAddress bound() const = 0;
    virtual std::optional<qint64> number() const = 0;

    /// Options of the address that could not be set when it was opened, each naming its option.
    virtual std::vector<Error> takeWarnings() = 0;
    /// Sets one option, with its value in normal form. `leave`: gives up a group instead of joining it.
    virtual Result<void> changeOption(const OptionSpec& spec, const QString& value, bool leave) = 0;
    virtual QVector<OptionState> readOptions(const Address& address, Role role) const = 0;

protected:
    DatagramChannel() = default;
};

} // namespace sw
