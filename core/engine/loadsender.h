// SPDX-License-Identifier: MIT
#pragma once

#include "core/engine/engine.h"
#include "core/workspace/messages.h"

#include <QElapsedTimer>
#include <QObject>
#include <QSet>
#include <QTimer>

#include <vector>

namespace sw {

/// What to load a server with.
struct LoadPlan {
    Address address{};
    SavedMessage message{};               ///< its pauses do not count here
    quint64 count = 1000;                 ///< messages in all, 1 to 10,000,000
    double rate = 0;                      ///< messages a second over all connections; 0: as fast as the peer takes them
    int connections = 1;                  ///< 1 to 1000
    std::chrono::milliseconds wait{1000}; ///< for the last answers

    /// The error says what is out of its range.
    Result<void> validate() const;
};

/// What came of it. Round trips are from the record of a message being sent to the record of the first bytes that came
/// after it on the same connection, by the clock of the sockets; a message whose answer came together with an earlier
/// one's has none.
struct LoadReport {
    int opened = 0;
    int failed = 0;   ///< connections that could not be opened
    int opening = 0;  ///< that were still being opened when the load was stopped
    quint64 sent = 0; ///< messages that were handed to a connection
    quint64 left =
        0; ///< of the plan, that were not: it was stopped, the peers had ended, or the message cannot be made
    quint64 sentBytes = 0;
    quint64 unsentBytes = 0; ///< of the messages that were handed to a connection, that no longer went out
    quint64 receivedBytes = 0;
    quint64 answered = 0;
    std::chrono::nanoseconds duration{0}; ///< from the first message to the last
    std::vector<qint64> roundTrips{};     ///< nanoseconds, in ascending order
    bool isCancelled = false;
    bool isSpoilt = false;        ///< the message could not be made: see `error`
    std::optional<Error> error{}; ///< the first one

    /// Messages a second, of those that were sent.
    double rate() const;
    /// Of the round trips, 0 to 1; nothing without any.
    std::optional<std::chrono::nanoseconds> percentile(double part) const;
    QJsonObject toJson() const;
    QString toText() const;
};

/// Opens connections, sends messages over them in turn at a rate, and measures. The engine's thread.
class LoadSender final : public QObject {
    Q_OBJECT

public:
    explicit LoadSender(Engine& engine, QObject* parent = nullptr);
    /// Closes what it opened.
    ~LoadSender() override;
    LoadSender(const LoadSender&) = delete;
    LoadSender& operator=(const LoadSender&) = delete;
    LoadSender(LoadSender&&) = delete;
    LoadSender& operator=(LoadSender&&) = delete;

    /// Begins; finished() follows. The error says why it cannot.
    Result<void> start(const LoadPlan& plan);
    /// Sends no more and closes what it opened; what was measured is reported once that is closed.
    void cancel();
    /// Sends no more. Somebody else closes everything, and takes the report then.
    void stop();
    /// What was measured by now.
    LoadReport report();
    bool isRunning() const { return m_phase != Phase::Idle; }

signals:
    void advanced(quint64 sent, quint64 count);
    void finished(const LoadReport& report);

private:
    enum class Phase { Idle, Opening, Sending, Waiting, Stopping };
    /// What was offered to a connection, and how far its records were read.
    struct Progress {
        quint64 messages = 0;
        quint64 bytes = 0;
        quint64 lastSize = 0; // of a message
        RecordIndex next = 0; // record to read
        qint64 sentAt = -1;   // of the message that waits for its answer, monotonic ns
        bool hasOpened = false;
        bool hasEnded = false;
    };

    void update(const QVector<EndpointSnapshot>& snapshots);
    void tick();
    void sendDue();
    void finish();
    void finishStopping();
    void readRecords(EndpointId id, Progress& progress);

    Engine& m_engine;
    LoadPlan m_plan;
    LoadReport m_report;
    Phase m_phase = Phase::Idle;
    QTimer m_timer;
    QElapsedTimer m_sinceStart;
    QElapsedTimer m_sincePhase;
    std::vector<EndpointId> m_all;
    std::vector<EndpointId> m_open;
    QSet<EndpointId> m_known;               // that the engine has told of
    QHash<EndpointId, Progress> m_progress; // of each in m_all
    std::vector<qint64> m_roundTrips;
    qint64 m_firstSent = 0; // monotonic ns; 0: none
    qint64 m_lastSent = 0;
    std::size_t m_next = 0;
    quint64 m_lastMoved = 0;
    TemplateState m_state;
};

} // namespace sw
