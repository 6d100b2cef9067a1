// SPDX-License-Identifier: MIT
#pragma once

#include "core/channel/nativefamily.h"
#include "core/channel/qtfamily.h"
#include "core/endpoint/endpoint.h"
#include "core/engine/kernelsample.h"
#include "core/engine/requests.h"
#include "core/relay/relay.h"

#include <QElapsedTimer>
#include <QObject>
#include <QSet>
#include <QTimer>

#include <atomic>
#include <mutex>
#include <unordered_map>

namespace sw {

struct RecoveredTranscript;

/// The half of the Engine that lives on the I/O thread: the registry of endpoints and what they need from their host.
class EngineWorker final : public QObject, public EndpointHost, public EndpointOpener {
    Q_OBJECT

public:
    EngineWorker(EngineOptions options, std::shared_ptr<TranscriptStore> store);
    ~EngineWorker() override;
    EngineWorker(const EngineWorker&) = delete;
    EngineWorker& operator=(const EngineWorker&) = delete;
    EngineWorker(EngineWorker&&) = delete;
    EngineWorker& operator=(EngineWorker&&) = delete;

    // --- the I/O thread ---

    void start();
    /// Sets the behaviours of a loop again, and lets it be from now on.
    void resumeLoop(const AnsweringLoop& loop, const BehaviourFactory& one, const BehaviourFactory& other);
    void keepPassphrase(const QString& file, const QByteArray& passphrase) { m_passphrases.insert(file, passphrase); }
    void open(EndpointRequest request, Role role);
    /// Opens an endpoint that has ended once more, with its id, name, transcript and counters; nothing where it is open
    /// or gone.
    void openAgain(EndpointRequest request, Role role);
    /// A listener, or bound datagram socket, whose clients are relayed.
    void openRelay(EndpointRequest request, const RelayPlan& plan);
    /// nullptr: it is no relay.
    Relay* relay(EndpointId id) const;
    void releaseHeld(quint64 number, const Release& release);
    /// heldFetched() follows, unless it is gone.
    void fetchHeld(quint64 number);
    EndpointId openConnection(EndpointRequest request) override;
    /// Calls with the endpoint, if it is there.
    template <typename Call>
    void with(EndpointId id, Call call) {
        if (Endpoint* endpoint = find(id))
            call(*endpoint);
    }
    void remove(EndpointId id);
    /// The endpoint and those below it with the same behaviour take over what the user changed.
    void reloadBehaviour(EndpointId owner);
    /// Notifies at once, whatever the interval, then emits settled().
    void settle();
    /// The last notification was dealt with; the next may be sent.
    void acknowledge();
    /// Endpoints that wait for room may go on.
    void tellRoom();
    void recordingStopped(const Error& error);
    void recordingResumed();
    void adoptRecovered(const std::vector<RecoveredTranscript>& recovered);
    /// Closes what is open: orderly, or at once with resets; what has not ended after `grace` is reset. `closed` comes
    /// once all has ended. `reason` goes into the closing records.
    void closeAll(std::chrono::milliseconds grace, bool withReset, const QString& reason);
    /// Closes everything; `finished` comes once, when all is closed or the time is over.
    void shutDown(std::chrono::milliseconds grace);

    // --- any thread ---

    EndpointId newId() override { return static_cast<EndpointId>(m_lastId.fetch_add(1) + 1); }
    std::shared_ptr<Transcript> transcript(EndpointId id) const;
    std::shared_ptr<Transcript> eventLog() const { return m_eventLog; }
    const std::shared_ptr<Postbox::Slot>& slot() const { return m_postbox.slot(); }

signals:
    void decided(sw::EndpointId relay, const QVector<sw::FaultDecision>& decisions);
    void held(sw::EndpointId relay, const QVector<sw::HeldMessage>& messages);
    void heldFetched(quint64 number, const QByteArray& bytes);
    /// `completeUpTo`: see Engine::completeUpTo().
    void changed(const QVector<sw::EndpointSnapshot>& snapshots, qint64 completeUpTo);
    void removed(sw::EndpointId id);
    void settled();
    void stoppedRecording(const sw::Error& error);
    void resumedRecording();
    /// Two behaviours of ours answered each other, and are manual now. See Engine::loopPaused().
    void loopPaused(const sw::AnsweringLoop& loop);
    void finished();
    void closed();

private:
    static constexpr std::size_t mostNotified = 200;

    SocketFamily& sockets(const Address& address) override;
    const Postbox& postbox() const override { return m_postbox; }
    std::shared_ptr<Transcript> newTranscript() override;
    void adopt(std::unique_ptr<Endpoint> endpoint) override;
    Endpoint* find(EndpointId id) override;
    void forget(EndpointId id) override;
    QString uniqueName(const QString& wanted) override;
    void releaseName(const QString& name) override { m_names.remove(name); }
    void changed(EndpointId id) override;
    void logEvent(const Endpoint& endpoint, EventKind event, const Facts& facts, Timestamp time) override;
    void after(std::chrono::milliseconds delay, EndpointId id, std::function<void(Endpoint&)> call) override;
    bool hasRoom(EndpointId id) override;
    std::span<char> datagramRoom(std::size_t size) override;
    quint64 receiveWindow() const override { return m_options.receiveWindow; }
    TlsSessionCache& tlsSessions() override { return m_tlsSessions; }
    const QHash<QString, QByteArray>& passphrases() const override { return m_passphrases; }

    void watchPace(const EndpointSnapshot& snapshot);
    const Endpoint* otherEndOf(const EndpointSnapshot& snapshot) const;
    void pauseLoop(EndpointId one, EndpointId other, quint64 perSecond);
    void tellHeld(EndpointId relay);
    void logOwn(EventKind event, const Sentence& text, const Facts& facts);
    void sealIdle();
    void notify() { notifyOf(mostNotified); }
    void notifyOf(std::size_t most);
    /// What has not ended, in the order in which it was opened.
    bool isOver();
    std::vector<EndpointId> openOnes() const;
    void checkClosed();
    qint64 completeUpTo() const;
    void checkShutDown();
    void finish();

    Postbox m_postbox{this};
    EngineOptions m_options;
    std::shared_ptr<TranscriptStore> m_store;
    std::shared_ptr<Transcript> m_eventLog;
    std::unique_ptr<Poller> m_poller;
    std::unique_ptr<NativeFamily> m_native;
    TlsSessionCache m_tlsSessions; // outlives the endpoints
    QHash<QString, QByteArray> m_passphrases;
    QtFamily m_qt;
    std::unordered_map<quint64, std::unique_ptr<Endpoint>> m_endpoints;
    std::unordered_map<quint64, std::shared_ptr<Relay>> m_relays;
    QSet<EndpointId> m_heldChanged; // not told yet
    quint64 m_lastHeld = 0;
    std::atomic<quint64> m_lastId{0};
    QSet<QString> m_names;
    QSet<EndpointId> m_dirty;
    QSet<EndpointId> m_untold; // new ones that no notification has named yet
    /// How fast an endpoint with a behaviour receives, taken once a second.
    struct Pace {
        std::chrono::steady_clock::time_point since;
        quint64 records = 0;   ///< received by then
        quint64 sent = 0;      ///< likewise
        quint64 perSecond = 0; ///< the lesser of what it received and what it sent
        bool isLetBe = false;  ///< the user wants it so
    };
    std::unordered_map<quint64, Pace> m_paces;
    QSet<EndpointId> m_waitForRoom;
    QByteArray m_datagramRoom;
    QTimer m_sealTimer;
    std::unordered_map<quint64, RecordIndex> m_seen; // records of each endpoint when idle ones were last looked for
    QTimer m_notifyTimer;
    QElapsedTimer m_sinceNotify;
    bool m_awaitsAcknowledge = false;
    EndpointId m_lastTold = EndpointId::None;
    bool m_hasMore = false; // changed endpoints that the last notification left out
    bool m_isClosingAll = false;
    bool m_isShuttingDown = false;
    bool m_hasFinished = false;
    QElapsedTimer m_sinceEnd; // since all have ended, once they were told to

    mutable std::mutex m_transcriptsMutex; // guards m_transcripts
    std::unordered_map<quint64, std::shared_ptr<Transcript>> m_transcripts;
};

} // namespace sw
