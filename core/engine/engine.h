// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/postbox.h"
#include "core/behaviour/source.h"
#include "core/endpoint/snapshot.h"
#include "core/engine/requests.h"
#include "core/relay/fault.h"

#include <QHash>
#include <QMap>
#include <QObject>
#include <QSet>
#include <QThread>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <semaphore>

namespace sw {

class EngineWorker;
struct RelayBook;
class Transcript;
class TranscriptStore;
struct HeldMessage;
struct Intercept;
struct KernelSample;
struct RecoveredTranscript;
struct RelayRequest;
struct Release;

/// The one door to sockets. Owns the I/O thread, on which all of them live, and the list of endpoints. Speaks in ids
/// and values: commands are queued to the I/O thread and never block; what came of them arrives as snapshots and
/// records. All functions and signals: the thread that made it. Transcripts may be read by any thread.
class Engine final : public QObject {
    Q_OBJECT

public:
    /// For programs that may serve thousands of sockets: call it first in main(), before there is a second thread. See
    /// native::reserveDescriptors().
    static void prepareProcess();
    /// Whether the system leaves this process enough descriptors to begin with: the error says that it does not.
    static Result<void> checkDescriptors();

    /// Throws std::system_error, as std::thread does, where the system starts no thread for it.
    explicit Engine(const EngineOptions& options = {}, QObject* parent = nullptr);
    /// Closes what is open, waits at most a second for pending bytes, and ends the I/O thread.
    ~Engine() override;
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    Engine(Engine&&) = delete;
    Engine& operator=(Engine&&) = delete;

    /// The passphrase of a file of certificates or keys, or the password for a proxy (by ProxySettings::name()), for
    /// what is opened from now on: kept in memory only.
    void keepPassphrase(const QString& file, const QByteArray& passphrase);
    /// Whether there is one; a proxy's is forgotten when the proxy did not take it.
    bool keepsPassphrase(const QString& file) const { return m_keptFor.contains(file); }

    /// Opens a listener (tcp, unix) or a bound datagram socket (udp, unixgram). Errors that can be known at once (an
    /// unknown behaviour, an address of the wrong use) are returned; what the system says comes as a snapshot.
    Result<EndpointId> listen(const Address& address, const OpenRequest& request = {});
    Result<EndpointId> connectTo(const Address& address, const OpenRequest& request = {});

    /// Opens an endpoint that has ended once more: same id, name and transcript, with an OpenedAgain event between. A
    /// listener takes the port that it had. `address`: another one of the same scheme and use, such as with other
    /// options; None: as it was. Errors: those of listen() and connectTo(); not for what is open, was accepted, was
    /// read from a file, or relays or replays.
    Result<void> openAgain(EndpointId id, const std::optional<Address>& address = {}, bool allowsRemoteConsole = false);

    /// Listens, and passes everything on between each client and a connection to the target. A client's connection is
    /// below the listener, and its target's below that. Errors: those of listen(), and faults or conditions that make
    /// no sense there.
    Result<EndpointId> relay(const Address& address, const RelayRequest& request);
    /// What a relay does now; nothing for other endpoints.
    std::optional<RelayRequest> relayRequest(EndpointId id) const;
    /// Other faults, from the next byte or message on. Errors: faults that make no sense there.
    Result<void> setFaults(EndpointId relay, const QVector<Fault>& faults, quint64 seed);
    /// Which messages are held from now on; those that are held already stay.
    Result<void> setIntercept(EndpointId relay, const Intercept& intercept);
    /// What relays hold, by relay and in order.
    /// Those that are held, each with its first HeldMessage::listed bytes.
    QVector<HeldMessage> heldMessages() const;
    /// All bytes of one of them: heldFetched() follows, unless it is gone.
    void fetchHeld(quint64 number);
    /// Decides about a message that is held; nothing if it is gone.
    void release(quint64 number, const Release& release);

    /// Sends bytes; a listener sends them to each of its connections. `destination` (HOST:PORT or a path) is for
    /// datagram sockets. What could not be sent is recorded as a NotSent event.
    void send(EndpointId id, const QByteArray& bytes, const QString& destination = {});
    /// Sends a file, read piece by piece as the peer takes it.
    void sendFile(EndpointId id, const QString& path);
    void shutDownSending(EndpointId id);
    void shutDownReceiving(EndpointId id);
    /// Orderly: pending bytes are sent first.
    void close(EndpointId id);
    /// With a reset; pending bytes are dropped.
    void abort(EndpointId id);
    /// Closes everything that is open, so that each has its closing record: orderly, or with resets. What has not ended
    /// after `grace` is reset. `reason` (`SIGTERM`) goes into those records; allClosed() comes once.
    void closeAll(std::chrono::milliseconds grace, bool withReset, const QString& reason);
    /// Gives an endpoint another name; a suffix makes it unique.
    void rename(EndpointId id, const QString& name);
    /// Begins TLS on an open stream, once what was sent before is out; as server on an accepted connection. `options`
    /// as in an address: `name=example.org&verify=off`.
    void startTls(EndpointId id, const QString& options = {});
    void setPaused(EndpointId id, bool paused);
    /// Takes one waiting connection of a listener with accept=manual.
    void acceptOne(EndpointId id);
    /// Takes the next `count` connections of such a listener: those that wait, and then those that come.
    void acceptNext(EndpointId id, quint64 count);
    /// Changes an option of an open endpoint; an OptionChanged event tells what is in force then, a Warning why not.
    void changeOption(EndpointId id, const QString& name, const QString& value);
    void joinGroup(EndpointId id, const QString& group) { changeOption(id, QStringLiteral("join"), group); }
    void leaveGroup(EndpointId id, const QString& group) { changeOption(id, QStringLiteral("leave"), group); }
    /// Asks what the system knows of it now; kernelSampled() comes once.
    void sampleKernel(EndpointId id);
    /// Gives an open endpoint another behaviour; a listener's goes to its further connections.
    Result<void> setBehaviour(EndpointId id, const QString& behaviour);
    /// Gives both ends of a loop that was paused their behaviours back, and lets it run. Errors: a file of theirs
    /// cannot be read any more.
    Result<void> resumeLoop(const AnsweringLoop& loop);
    /// Reads the file of the endpoint's behaviour again; it and its connections take that over, and keep their state.
    /// What is wrong in the file is returned, and everything stays as it was.
    Result<void> reloadBehaviour(EndpointId id);
    /// How often each rule of the endpoint's behaviour has hit; of a connection, those of its listener. Empty: no
    /// rules.
    QVector<BehaviourCounter> behaviourCounters(EndpointId id) const;
    /// The file of the endpoint's behaviour; empty: it has none.
    QString behaviourFile(EndpointId id) const;
    /// Reads the options in force of an endpoint; its next snapshot has them.
    void describe(EndpointId id);
    /// Tells that received bytes were dealt with; see EngineOptions::receiveWindow.
    void consumed(EndpointId id, quint64 bytes);
    /// Asks for everything that happened up to now: endpointsChanged() as needed, then settled().
    void settle();
    /// Tries to record again after recordingStopped().
    void resumeRecording();
    /// Adds what a killed run left: endpoints that have ended, to be read.
    void adopt(const std::vector<RecoveredTranscript>& recovered);
    /// Forgets an endpoint that has ended, and its transcript once no reader holds it.
    void remove(EndpointId id);

    /// The last known state; nothing for an endpoint that was removed or never was.
    std::optional<EndpointSnapshot> snapshot(EndpointId id) const;
    QVector<EndpointSnapshot> snapshots() const;
    /// The steady-clock time up to which all records belong to endpoints that endpointsChanged() has told of: whoever
    /// merges the records of several takes those up to then, and later ones are never older. Goes up with each
    /// endpointsChanged().
    qint64 completeUpTo() const { return m_completeUpTo; }
    /// nullptr if there is no such endpoint.
    std::shared_ptr<const Transcript> transcript(EndpointId id) const;
    /// Lets go of the memory of its records before `before`: nobody reads them any more.
    void forget(EndpointId id, RecordIndex before);
    /// The events of all endpoints in order, each with `endpoint` (its id) and `name` among its facts.
    std::shared_ptr<const Transcript> eventLog() const;
    /// The same of the event log.
    void forgetEvents(RecordIndex before);
    std::shared_ptr<TranscriptStore> store() const;

signals:
    /// What a relay's faults decided, in order; see FaultLog.
    void faultsDecided(EndpointId relay, const QVector<FaultDecision>& decisions);
    /// heldMessages() of that relay are others now.
    void heldChanged(EndpointId relay);
    void heldFetched(quint64 number, const QByteArray& bytes);
    /// The answer to sampleKernel().
    void kernelSampled(const KernelSample& sample);
    /// Something about these endpoints changed: state, counters, or new records in their transcripts.
    void endpointsChanged(const QVector<EndpointSnapshot>& snapshots);
    void endpointRemoved(EndpointId id);
    /// Two behaviours of ours answered each other at least a thousand times in a second, and are manual now.
    void loopPaused(const AnsweringLoop& loop);
    /// The answer to settle().
    void settled();
    /// The answer to closeAll().
    void allClosed();
    /// Transcripts are no longer recorded: the journal cannot be written. Traffic goes on.
    void recordingStopped(const Error& error);
    void recordingResumed();

private:
    void connectRelays();
    Result<EndpointId> open(const Address& address, const OpenRequest& request, Role role);
    void connectWorker();
    std::shared_ptr<BehaviourSource> sourceOf(EndpointId id) const;
    void post(std::function<void(EngineWorker&)> call);

    QThread m_thread;
    Postbox m_postbox{this};
    std::shared_ptr<TranscriptStore> m_store;
    std::binary_semaphore m_finished{0}; // the worker has closed everything
    EngineWorker* m_worker;              // lives on m_thread, which deletes it at its end
    QHash<EndpointId, EndpointSnapshot> m_snapshots;
    QSet<QString> m_keptFor; // passphrases and passwords
    qint64 m_completeUpTo = 0;
    QHash<EndpointId, std::shared_ptr<BehaviourSource>> m_sources;
    std::unique_ptr<RelayBook> m_relays; // what they do and hold
};

} // namespace sw
