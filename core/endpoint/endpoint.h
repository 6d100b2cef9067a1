// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/postbox.h"
#include "core/channel/poller.h"
#include "core/channel/tcpinfo.h"
#include "core/endpoint/behaviour.h"
#include "core/endpoint/eventlimit.h"
#include "core/endpoint/snapshot.h"
#include "core/tls/tlscontext.h"
#include "core/tls/tlssessioncache.h"
#include "core/transcript/transcript.h"

#include <chrono>
#include <functional>
#include <memory>

namespace sw {

class Endpoint;
class SocketFamily;

struct EndpointRequest;

/// Opens endpoints for a behaviour, such as a relay's target. The I/O thread.
class EndpointOpener {
public:
    virtual ~EndpointOpener() = default;
    /// Connects to the request's address; `id` is filled in. The new endpoint's behaviour hears of the rest.
    virtual EndpointId openConnection(EndpointRequest request) = 0;

protected:
    EndpointOpener() = default;
    EndpointOpener(const EndpointOpener&) = default;
    EndpointOpener& operator=(const EndpointOpener&) = default;
    EndpointOpener(EndpointOpener&&) = default;
    EndpointOpener& operator=(EndpointOpener&&) = default;
};

/// What endpoints need from whoever owns them. The I/O thread.
class EndpointHost {
public:
    virtual ~EndpointHost() = default;

    /// What makes the sockets of an address.
    virtual SocketFamily& sockets(const Address& address) = 0;
    /// For calls that come back later from other threads.
    virtual const Postbox& postbox() const = 0;
    /// A transcript for a new endpoint, in the store of all.
    virtual std::shared_ptr<Transcript> newTranscript() = 0;
    /// A number that no endpoint had.
    virtual EndpointId newId() = 0;
    /// Takes over an endpoint that another one made: an accepted connection, a flow.
    virtual void adopt(std::unique_ptr<Endpoint> endpoint) = 0;
    /// nullptr when it was forgotten.
    virtual Endpoint* find(EndpointId id) = 0;
    /// An endpoint that has ended is not needed any more; it goes later, not in this call.
    virtual void forget(EndpointId id) = 0;
    /// The wanted name, with a suffix where it is taken.
    virtual QString uniqueName(const QString& wanted) = 0;
    /// A name that is free again.
    virtual void releaseName(const QString& name) = 0;
    /// The snapshot of an endpoint is out of date.
    virtual void changed(EndpointId id) = 0;
    /// An event was recorded; it also goes to the event log.
    virtual void logEvent(const Endpoint& endpoint, EventKind event, const Facts& facts, Timestamp time) = 0;
    /// Calls back after a while, if the endpoint is still there.
    virtual void after(std::chrono::milliseconds delay, EndpointId id, std::function<void(Endpoint&)> call) = 0;
    /// False: the journal of what is recorded does not keep up; the endpoint waits, and hears roomAgain() then.
    virtual bool hasRoom(EndpointId id) = 0;
    /// Room to receive datagrams into before it is known whose they are; shared by all, valid until the next call.
    virtual std::span<char> datagramRoom(std::size_t size) = 0;
    /// How many bytes of received records may wait for a consumer; 0: no consumer, no bound (see Engine::consumed()).
    virtual quint64 receiveWindow() const = 0;
    /// TLS sessions that clients may resume.
    virtual TlsSessionCache& tlsSessions() = 0;
    /// Passphrases of key files that a person was asked for, by file.
    virtual const QHash<QString, QByteArray>& passphrases() const = 0;

protected:
    EndpointHost() = default;
    EndpointHost(const EndpointHost&) = default;
    EndpointHost& operator=(const EndpointHost&) = default;
    EndpointHost(EndpointHost&&) = default;
    EndpointHost& operator=(EndpointHost&&) = default;
};

/// What an endpoint that is opened again had before.
struct EarlierLife {
    std::shared_ptr<Transcript> transcript; ///< goes on
    Counters counters;
    bool isNamed = false;
    quint32 number = 0; ///< of the life that ended: the first is 0
};

/// How an endpoint was asked for.
struct EndpointRequest {
    EndpointId id = EndpointId::None;
    EndpointId parent = EndpointId::None;
    Address address;
    QString name;      ///< empty: derived from the address
    QString behaviour; ///< its name, for people
    BehaviourFactory makeBehaviour;
    quint64 acceptLimit = 0;           ///< a listener closes itself after so many connections; 0: never
    std::shared_ptr<TlsContext> tls{}; ///< an accepted connection has its listener's
    TestCertificate certificate = TestCertificate::None; ///< a listener shows this one
    std::shared_ptr<const EarlierLife> earlier{};        ///< it is opened again
};

/// What all kinds of endpoints have: an identity, a transcript, a state, and exactly one closing record. The I/O
/// thread.
class Endpoint {
public:
    virtual ~Endpoint();
    Endpoint(const Endpoint&) = delete;
    Endpoint& operator=(const Endpoint&) = delete;
    Endpoint(Endpoint&&) = delete;
    Endpoint& operator=(Endpoint&&) = delete;

    EndpointId id() const { return m_snapshot.id; }
    EndpointState state() const { return m_snapshot.state; }
    bool hasEnded() const { return isEnded(m_snapshot.state); }
    const EndpointSnapshot& snapshot() const { return m_snapshot; }
    /// For the host that was told changed(): the snapshot as it is now. The next change is told again.
    const EndpointSnapshot& takeSnapshot();
    const std::shared_ptr<Transcript>& transcript() const { return m_transcript; }
    /// How often it was opened again.
    quint32 life() const { return m_request.earlier == nullptr ? 0 : m_request.earlier->number + 1; }

    /// Begins to bind or connect. Called once, after the endpoint is registered.
    virtual void start() = 0;
    /// Sends bytes, to `destination` (HOST:PORT or a path) where the endpoint sends datagrams and one is given.
    virtual void offer(const QByteArray& bytes, const QString& destination) = 0;
    /// Sends the content of a file, as far as it reaches at that time. Streams only.
    virtual void offerFile(const QString& path);
    /// Closes once what waits is sent. An endpoint that has ended does nothing.
    virtual void closeOrderly() = 0;
    /// Closes at once: a stream with a reset, and what waits is dropped.
    virtual void abort() = 0;
    /// The time for an orderly end is over: what the system has is left to it, what it has not is dropped as abort()
    /// does.
    virtual void endNow() { abort(); }
    /// Why we are about to end it (`SIGTERM`, `--for 3s`), for the closing record.
    void setEndReason(const QString& reason) { m_endReason = reason; }
    /// Gives it another name, made unique by a suffix.
    void rename(const QString& name);
    /// Ends our direction once what waits is sent (RFC 9293 section 3.6). Streams only.
    virtual void shutDownSending();
    /// Takes nothing more from the peer. Streams only.
    virtual void shutDownReceiving();
    /// Begins TLS on an open stream; see LocalEnd::beginTls().
    virtual void startTls(const QString& options);
    /// A paused listener leaves connections in the system's queue.
    virtual void setPaused(bool paused);
    /// Takes one connection of a listener with accept=manual; a warning is recorded where none waits.
    virtual void acceptOne();
    /// Takes the next so many connections of a listener with accept=manual: those that wait, and then those that come.
    virtual void acceptNext(quint64 count);
    /// Changes an option of an open endpoint, and tells what is in force then. `name` may be `leave`, with a group.
    void changeOption(const QString& name, const QString& value);
    /// What the system's TCP knows of it now; nothing where there is no such thing.
    virtual std::optional<TcpInfo> tcpInfo() const { return std::nullopt; }
    /// A consumer has dealt with so many more received bytes.
    virtual void consumed(quint64 bytes);
    /// Another behaviour serves it from now on; an empty factory: none. `name` is for people.
    virtual void setBehaviour(const QString& name, BehaviourFactory factory) = 0;
    /// The behaviour takes over what the user changed (Behaviour::reload()), or is made anew with its state lost.
    virtual void reloadBehaviour() {}
    /// After EndpointHost::hasRoom() was false.
    virtual void roomAgain() {}
    /// Reads the options in force into the snapshot. Accepted connections do that only when somebody wants to see them:
    /// it costs a system call for each option.
    virtual void describe() {}
    /// A connection of this listener has ended.
    virtual void childEnded(EndpointId child);
    /// It has ended, and its behaviour has not told everything yet.
    virtual bool hasMoreToTell() const { return m_endedBehaviour && m_endedBehaviour->hasMoreToTell(); }
    /// A listener takes nothing from the system's queue until its behaviour is ready.
    virtual void setHeld(bool /*isHeld*/) {}
    /// Records what the listener's behaviour says of it.
    void tellOf(EventKind event, const Sentence& text, const Facts& facts) { record(event, text, facts); }

protected:
    /// Carries out a change; `value` is in normal form.
    virtual Result<void> applyChange(const OptionSpec& spec, const QString& value, bool leave);
    /// The error where there is none to carry it out on.
    static Error noSocket();
    /// `transcript`: one that there is already; otherwise the host makes one.
    Endpoint(EndpointHost& host, EndpointKind kind, EndpointRequest request,
             std::shared_ptr<Transcript> transcript = nullptr);

    EndpointHost& host() const { return m_host; }
    /// Calls a member of this endpoint after a while, if it is still there.
    template <typename Derived, typename... Wanted, typename... Given>
    void later(std::chrono::milliseconds delay, void (Derived::*call)(Wanted...), Given... arguments) {
        m_host.after(delay, id(), [call, life = life(), arguments...](Endpoint& endpoint) {
            if (endpoint.life() == life) // it may have been opened again since
                (static_cast<Derived&>(endpoint).*call)(arguments...);
        });
    }
    static constexpr std::chrono::milliseconds soon{0}; ///< for later(): after what is going on now
    EndpointSnapshot& mutableSnapshot() { return m_snapshot; }
    const Address& address() const { return m_snapshot.address; }
    const EndpointRequest& request() const { return m_request; }
    void setBehaviourFactory(const QString& name, BehaviourFactory factory);
    /// It is bound: its behaviour may take part in its life from now on, until the closing record.
    void serveListener();
    void setState(EndpointState state);
    void touch() {
        if (m_isChanged)
            return;
        m_isChanged = true;
        m_host.changed(id());
    }

    /// Records an event with its sentence and facts; of a kind that others can cause at will, only so many one by one
    /// (EventLimit).
    void record(EventKind event, const Sentence& text, const Facts& facts = {});
    /// Whether the behaviour wants what passes recorded; the option buffer decides too.
    void recordTraffic(bool isWanted);
    /// The name that follows from the address as it is now, unless one was given.
    void takeDerivedName();
    /// Takes the facts of the endpoint's own socket into the snapshot and the record that tells of its opening.
    /// `number`: of the system, where it has one.
    void noteSocket(std::optional<qint64> number, bool isPassive, Facts& facts);
    void recordNotSent(const Error& error);
    /// The TLS key log lacks keys of this connection.
    void recordKeyLogError(const Error& error);
    /// Records the closing record and takes the final state; false if that was done before.
    bool recordClosing(const ClosingRecord& closing);
    /// Records what the system accepted for sending.
    void recordSent(QByteArrayView bytes, quint8 flags = NoFlag);
    void countReceived(quint64 bytes);
    void recordCut(qint64 trueSize, qint64 size);

private:
    void recordNow(EventKind event, const Sentence& text, const Facts& facts);
    void recordRest();

    EndpointHost& m_host;
    EndpointRequest m_request;
    std::unique_ptr<EventLimit> m_limit; // once there was an event that it concerns
    EndpointSnapshot m_snapshot;
    std::shared_ptr<Transcript> m_transcript;
    QString m_endReason;
    bool m_isRecordingWanted = true;                        // by the behaviour
    std::shared_ptr<ListenerBehaviour> m_listenerBehaviour; // that takes part
    std::shared_ptr<ListenerBehaviour> m_endedBehaviour;    // that took part until the end
    bool m_isServed = false;                                // serveListener() was called
    bool m_hasClosingRecord = false;
    bool m_isChanged = false; // since takeSnapshot()
};

/// The error for an operation that an endpoint does not have.
Error notSupportedBy(EndpointKind kind, const QString& operation);

} // namespace sw
