// SPDX-License-Identifier: MIT
#pragma once

#include "core/endpoint/snapshot.h"
#include "core/tls/clienthello.h"
#include "core/transcript/record.h"

#include <QByteArrayView>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace sw {

/// Whose events a behaviour can record.
class EventTeller {
public:
    virtual ~EventTeller() = default;

    /// Records an event: something the behaviour did or that went wrong in it.
    virtual void tell(EventKind kind, const Sentence& text, const Facts& facts) = 0;

protected:
    EventTeller() = default;
    EventTeller(const EventTeller&) = default;
    EventTeller& operator=(const EventTeller&) = default;
    EventTeller(EventTeller&&) = default;
    EventTeller& operator=(EventTeller&&) = default;
};

/// What a behaviour can do with a stream beyond LocalEnd: its two directions, and TLS. The I/O thread.
class StreamEnd {
public:
    virtual ~StreamEnd() = default;

    /// We send no more: what was sent before still goes out, and receiving goes on.
    virtual void endSending() = 0;
    /// Takes nothing more from the peer.
    virtual void endReceiving() = 0;
    /// Whether its end of sending leaves the other direction open: not on TLS before 1.3, nor with Qt's sockets.
    virtual bool hasHalfClose() const = 0;
    /// While held, nothing is received, and the peer is stopped by its window.
    virtual void holdReceiving(bool isHeld) = 0;
    /// What Behaviour::offered() kept goes out now, in the order in which it was kept.
    virtual void sendKept(QByteArrayView bytes) = 0;
    /// Begins TLS once what was sent before is out. `options` as in an address, such as
    /// `name=example.org&verify=off`; the side is the server's on accepted connections. An error is recorded.
    virtual void beginTls(const QString& options) = 0;
    /// TLS was asked for and is not there yet: what a filter was handed beyond that is clear text that does not count.
    virtual bool isStartingTls() const = 0;
    /// After Behaviour::hello() asked for a wait: goes on with the handshake, and agrees on that protocol (ALPN) if it
    /// is not empty.
    virtual void proceedTls(const QString& protocol) = 0;
    /// What was agreed on by ALPN; empty: nothing, or no TLS.
    virtual QString agreedProtocol() const = 0;

protected:
    StreamEnd() = default;
    StreamEnd(const StreamEnd&) = default;
    StreamEnd& operator=(const StreamEnd&) = default;
    StreamEnd(StreamEnd&&) = default;
    StreamEnd& operator=(StreamEnd&&) = default;
};

/// Our end of what a behaviour serves: of a connection, a flow of datagrams, or a socket with one peer. The I/O thread.
class LocalEnd : public EventTeller {
public:
    /// nullptr: datagrams.
    virtual StreamEnd* stream() = 0;
    virtual bool isDatagram() const = 0;

    /// Sends bytes after those sent before; for datagrams, one datagram. Refused, with a NotSent event, when more than
    /// the write bound waits already: heed wantsMore().
    virtual void send(QByteArrayView bytes) = 0;
    /// The same, without a copy of what has to wait.
    virtual void sendShared(const QByteArray& bytes) { send(bytes); }
    /// False when enough waits to be sent; Behaviour::writable() says when there is room again.
    virtual bool wantsMore() const = 0;
    /// False once sending was ended or the connection closes: what is sent then is refused, with a NotSent event each.
    virtual bool maySend() const { return true; }
    /// Orderly: what was sent before still goes out. A flow of datagrams goes on.
    virtual void close() = 0;
    /// What a server does when its peer sends no more: close(), unless the address says eof=keep.
    virtual void closeAfterPeer() = 0;
    /// With a reset; for datagrams the flow ends.
    virtual void abort() = 0;
    /// The same, told in the closing record: why, and the error behind it if there is one.
    virtual void abortBecause(const Sentence& why, const std::optional<Error>& error) = 0;
    /// After Acceptance::isPending: takes the connection, or refuses it.
    virtual void decide(bool isTaken) = 0;
    /// Who is at the other end of a Unix socket; nullptr where the system does not tell.
    virtual std::shared_ptr<const PeerCredentials> credentials() const = 0;
    /// From now on what passes is counted but not recorded, or recorded again.
    virtual void setRecorded(bool isRecorded) = 0;
    /// Calls Behaviour::woken() with the token after a while, if the connection is still open and has the same
    /// behaviour.
    virtual void wake(std::chrono::milliseconds delay, quint64 token) = 0;
    /// The peer's address, as text.
    virtual QString peerName() const = 0;
    virtual EndpointId ownId() const = 0;
    /// The endpoint's own name.
    virtual QString ownName() const = 0;
    /// Of an accepted connection, the listener's; otherwise empty.
    virtual QString listenerName() const { return {}; }

protected:
    LocalEnd() = default;
    LocalEnd(const LocalEnd&) = default;
    LocalEnd& operator=(const LocalEnd&) = default;
    LocalEnd(LocalEnd&&) = default;
    LocalEnd& operator=(LocalEnd&&) = default;
};

/// What only streams have, for behaviours that serve datagrams too, where it is nothing: they have no window, and what
/// is not taken would be lost.
inline void holdReceiving(LocalEnd& local, bool isHeld) {
    if (StreamEnd* stream = local.stream())
        stream->holdReceiving(isHeld);
}
inline void endSending(LocalEnd& local) {
    if (StreamEnd* stream = local.stream())
        stream->endSending();
}
inline void sendKept(LocalEnd& local, QByteArrayView bytes) {
    if (StreamEnd* stream = local.stream())
        stream->sendKept(bytes);
}
inline bool isStartingTls(LocalEnd& local) {
    return local.stream() != nullptr && local.stream()->isStartingTls();
}
/// A warning is recorded where there is no stream.
void beginTls(LocalEnd& local, const QString& options);

class Behaviour;

/// What an acceptor decides about a new connection.
struct Acceptance {
    bool isTaken = true;               ///< false: it is reset, and that is recorded
    bool isPending = false;            ///< LocalEnd::decide() says it later; nothing is received until then
    std::unique_ptr<Behaviour> filter; ///< serves this connection instead of the one that was asked
    std::function<void(const ClosingRecord&)> sentinel; ///< hears its end too, before the behaviour's own sentinel
};

/// What an endpoint does by itself: three hooks (acceptor, filter, sentinel) and what goes with them. One object for
/// each connection or flow, on the I/O thread.
///
/// Order: acceptor (accepted connections only); opened, once bytes can be exchanged; then filter, writable and woken as
/// things come; endOfStream at most once; sentinel exactly once, also for a connection that was refused or never
/// opened. A behaviour that is taken off an open endpoint hears no sentinel; its successor hears opened. None of these
/// throws; a behaviour whose own code fails (a script, a pattern) records BehaviourFailed with the place, and the
/// connection goes on.
class Behaviour {
public:
    virtual ~Behaviour() = default;
    Behaviour(const Behaviour&) = delete;
    Behaviour& operator=(const Behaviour&) = delete;
    Behaviour(Behaviour&&) = delete;
    Behaviour& operator=(Behaviour&&) = delete;

    /// Takes or refuses a new connection.
    virtual Acceptance acceptor(LocalEnd& local);
    /// Bytes arrived (for datagrams: one whole datagram). The view is valid during the call.
    virtual void filter(LocalEnd& local, QByteArrayView bytes) = 0;
    /// The connection ended, and why. Nothing can be sent any more.
    virtual void sentinel(const ClosingRecord& closing);

    /// The connection can be used from now on.
    virtual void opened(LocalEnd& local);
    /// The connection has become TLS in the middle.
    virtual void secured(LocalEnd& local);
    /// Room to send again after wantsMore() was false.
    virtual void writable(LocalEnd& local);
    /// The user (not the behaviour itself) sends something; it goes out after this. True: the behaviour keeps it, and
    /// has it sent with StreamEnd::sendKept() in its time; the end of sending waits for that. Streams only.
    virtual bool offered(LocalEnd& local, QByteArrayView bytes);
    /// What LocalEnd::wake() asked for.
    virtual void woken(LocalEnd& local, quint64 token);
    /// We send no more from now on, whoever ended it: what was offered before is all. At most once.
    virtual void sendingEnds(LocalEnd& local);
    /// The peer sends no more; also after we have ended sending, but not while the connection closes. By default a
    /// serving behaviour closes once its answers are out (closeAfterPeer).
    virtual void endOfStream(LocalEnd& local);
    /// A TLS client's first message has come to us as its server. True: the handshake waits for
    /// StreamEnd::proceedTls(). Asked only of behaviours that pass on.
    virtual bool hello(LocalEnd& local, const ClientHello& hello);
    /// What it receives it passes on elsewhere: bytes come to filter() also while this end closes, receiving does not
    /// wait for its own answers, and endOfStream() comes in every case.
    virtual bool passesOn() const { return false; }
    /// The user changed something that the behaviour can take over without losing its state (a script, rules); false:
    /// it has to be replaced.
    virtual bool reload(LocalEnd& local);
    /// Another behaviour follows: what it keeps (offered()) goes out.
    virtual void takenOff(LocalEnd& /*local*/) {}
    /// While it holds receiving: what has arrived is left unread at the end, so that the peer sees a reset (TCP).
    /// False: the hold is only for want of room, and what has arrived is taken before the end.
    virtual bool leavesUnread() const { return true; }
    /// After its sentinel: it has not told everything yet (a script's sentinel is still running).
    virtual bool hasMoreToTell() const { return false; }

protected:
    Behaviour() = default;
};

class ListenerHandle;

/// What a behaviour does for the listener (or bound datagram socket) itself, beside its connections. One object for
/// each listener, on the I/O thread.
class ListenerBehaviour {
public:
    virtual ~ListenerBehaviour() = default;
    ListenerBehaviour(const ListenerBehaviour&) = delete;
    ListenerBehaviour& operator=(const ListenerBehaviour&) = delete;
    ListenerBehaviour(ListenerBehaviour&&) = delete;
    ListenerBehaviour& operator=(ListenerBehaviour&&) = delete;

    /// It is bound, or has this behaviour from now on.
    virtual void listening(const ListenerHandle& listener) = 0;
    /// It has ended, whoever ended it. Not called for one that was never bound or has got another behaviour.
    virtual void listenerClosed(const ClosingRecord& closing) = 0;
    /// After that: it has not told everything yet.
    virtual bool hasMoreToTell() const { return false; }

protected:
    ListenerBehaviour() = default;
};

/// Makes the object for one connection. An empty one is manual: the user does everything.
class BehaviourFactory {
public:
    using Make = std::function<std::unique_ptr<Behaviour>()>;

    BehaviourFactory() = default;
    template <typename Maker>
    requires(std::is_invocable_v<Maker&> && !std::is_same_v<std::remove_cvref_t<Maker>, BehaviourFactory>)
        BehaviourFactory(Maker make, std::shared_ptr<ListenerBehaviour> listener = nullptr)
        : m_make(std::move(make)),
          m_listener(std::move(listener)) {}

    std::unique_ptr<Behaviour> operator()() const { return m_make(); }
    explicit operator bool() const { return static_cast<bool>(m_make); }
    /// nullptr: the listener is not its business.
    const std::shared_ptr<ListenerBehaviour>& listener() const { return m_listener; }

private:
    Make m_make;
    std::shared_ptr<ListenerBehaviour> m_listener;
};

} // namespace sw
