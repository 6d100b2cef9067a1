// SPDX-License-Identifier: MIT
#pragma once

#include "app/cli/outputwriter.h"
#include "core/capture/recorder.h"
#include "core/engine/engine.h"
#include "core/payload/utf8pieces.h"

#include <QElapsedTimer>
#include <QObject>
#include <QSet>
#include <QTimer>

#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace sw::cli {

enum class OutputForm { Raw, Text, Hex, Lines };

/// What all commands that open sockets share on the command line.
struct SessionOptions {
    bool json = false;
    bool verbose = false;
    std::string record;
    std::string dump;
    std::string hexDump;
    bool force = false;    ///< files that are there already are replaced
    bool passesOn = false; ///< a relay: dumps have what was passed on, not what came too
    std::string as;
    std::string idle;
    std::string name;           ///< of the endpoint; empty: derived from its address
    std::string tcpInfo;        ///< how often the system is asked what its TCP knows; empty: never
    bool quietOutput = false;   ///< received bytes are not shown
    bool keepsRecords = false;  ///< transcripts are looked at at the end
    bool endsWithReset = false; ///< what is open at the end is reset, not closed orderly
};

/// Exit statuses of swright.
enum ExitStatus { Done = 0, TaskFailed = 1, WrongUsage = 2 };

/// Runs the engine for one command: brings received bytes to standard output (exact, or as --as says), events to
/// standard error, records to the --record file; keeps no more in memory than is under way; ends on signals.
class Session final : public QObject {
    Q_OBJECT

public:
    explicit Session(const SessionOptions& options, QObject* parent = nullptr);
    ~Session() override;
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    Session(Session&&) = delete;
    Session& operator=(Session&&) = delete;

    /// Checks the options and opens the recording. On an error, says it and gives the exit status.
    std::optional<int> prepare();
    Engine& engine() { return m_engine; }
    /// Runs until finish(), a signal, or an idle time that is over.
    int run();
    /// Ends run() once everything is closed, written and recorded. `reason` says in the closing records what ended it,
    /// where it was no end of the connections themselves.
    void finish(int status, const QString& reason = {});
    /// As finish(), within a second whatever peers and the reader of standard output do: for signals and time limits.
    void finishNow(int status, const QString& reason);
    /// finishNow() with status 0 after a time that --for gave; call it before prepare(), which may wait for a reader.
    void endAfter(std::chrono::milliseconds time, const std::string& written);
    /// Standard output ends for its reader once what has come is written: nothing more will come.
    void endOutput();
    /// A part of the task has failed, and the rest goes on: run() returns TaskFailed instead of Done.
    void noteFailure() { m_hasFailed = true; }
    /// What to do with files that are there already.
    Existing existing() const { return m_options.force ? Existing::Replace : Existing::Refuse; }
    /// The same with how long readers of pipes are waited for: until the end is asked for, by whatever.
    Opening opening() const { return {existing(), m_patience}; }
    /// Status of an end by a signal; Done unless set.
    void setInterruptStatus(int status) { m_interruptStatus = status; }
    /// Status of an end by --idle; that of a signal unless set.
    void setIdleStatus(int status) { m_idleStatus = status; }

    /// What a record that is being taken looks like on standard output, as --as says.
    QByteArray formatted(EndpointId from, const RecordView& record);

    /// Says an error on standard error, in the form that --json asks for.
    void say(const Error& error);
    /// sayNote() in the form that --json asks for.
    void note(const QString& text);
    static void sayPlain(const QString& text);

signals:
    /// Once, before everything is closed for a reason of our own (a signal, a time limit, silence, a failed output):
    /// what follows is not the peers' doing.
    void stopping();
    /// After the records of these endpoints were taken.
    void changed(const QVector<sw::EndpointSnapshot>& snapshots);
    /// Each record, in order, as it is taken.
    void recordTaken(sw::EndpointId from, const sw::RecordView& record);
    /// Each event, in order, as it is said.
    void eventTaken(sw::EventKind event, const sw::Facts& facts);

private:
    struct Followed {
        SourcePart part;
        TranscriptReader reader;
        RecordIndex next = 0;
        RecordIndex end = 0;    // of the records that are being taken
        bool isLeaving = false; // has ended, and is forgotten once all is taken
        QString shownName{};
        Utf8Pieces pieces{}; // for --as text and lines
        qint64 lastTime = 0;
    };
    struct Recording {
        std::unique_ptr<Recorder> recorder;
        bool saidError = false;
    };

    std::optional<int> openRecordings();
    void take(const QVector<EndpointSnapshot>& snapshots);
    void takeUpTo(qint64 time);
    void forgetTaken();
    Followed& follow(const EndpointSnapshot& snapshot);
    void takeRecord(Followed& followed, const RecordView& record);
    void takeEvents(qint64 upTo);
    void sayEvent(const RecordView& record);
    QByteArray formatted(Followed& followed, const RecordView& record);
    static QByteArray lines(const Followed& followed, QByteArrayView bytes);
    void flushPieces(Followed& followed);
    void flushRecordings();
    void heed(Recording& recording, const Result<void>& written);
    void sampleKernel();
    void sayKernel(const KernelSample& sample);
    void end();
    void exit();

    SessionOptions m_options;
    std::shared_ptr<Patience> m_patience;
    OutputForm m_form = OutputForm::Raw;
    Engine m_engine;
    OutputWriter m_output;
    std::vector<Recording> m_recordings; // of --record and the dumps
    std::unordered_map<quint64, Followed> m_followed;
    std::unordered_set<quint64> m_untaken;          // of those: what has records that were not taken
    std::unordered_map<quint64, quint64> m_offsets; // received so far, for hex dumps
    TranscriptReader m_events;
    RecordIndex m_nextEvent = 0;
    QTimer m_flushTimer;
    QTimer m_idleTimer;
    QTimer m_kernelTimer;
    int m_status = Done;
    int m_interruptStatus = Done;
    std::optional<int> m_idleStatus;
    QSet<EndpointId> m_forgotten; // ended and taken in full; the engine was told to remove them
    bool m_isFinishing = false;
    bool m_isHurried = false; // finishNow()
    bool m_hasEnded = false;  // everything was taken
    bool m_hasRun = false;
    bool m_hasFailed = false; // a part of the task
    QSet<qint64> m_announced; // endpoints whose start was said
};

/// The exit status for an endpoint that could not be asked for: what the system refuses is no wrong usage.
int openingStatus(const Error& error);

/// The error on standard error: a sentence, or a JSON line.
void sayError(const Error& error, bool json = false);
/// Writes to standard output. False: it cannot be written, which is said, unless its reader has seen enough.
bool print(QByteArrayView text, bool json = false);
/// Why standard output cannot be written; nothing when its reader has seen enough.
void sayOutputError(const Error& error, bool json = false);
/// A remark on standard error: `swright: …`, or a JSON line whose event is `note`.
void sayNote(const QString& text, bool json);
/// The error with what can be done about a file that is there already, for commands that have --force.
Error withForceHint(Error error);

} // namespace sw::cli
