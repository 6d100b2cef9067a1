// SPDX-License-Identifier: MIT
#include "app/cli/session.h"

#include "app/cli/stdio.h"
#include "app/signals.h"
#include "core/base/units.h"
#include "core/engine/kernelsample.h"
#include "core/payload/visibletext.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QFileInfo>
#include <QJsonDocument>

#include <limits>
#include <queue>

namespace sw::cli {

namespace {

constexpr quint64 window = 4ULL << 20U;
constexpr std::chrono::milliseconds flushInterval(500);
constexpr std::chrono::milliseconds closingGrace(300);
constexpr std::chrono::milliseconds drainTime(500);

void writeError(const QByteArray& line) {
    writeOutput(StandardStream::Error, QByteArray(line).append('\n'));
}

std::optional<OutputForm> outputForm(const std::string& name) {
    if (name.empty())
        return isTerminal(StandardStream::Output) ? OutputForm::Text : OutputForm::Raw;
    if (name == "text")
        return OutputForm::Text;
    if (name == "hex")
        return OutputForm::Hex;
    if (name == "lines")
        return OutputForm::Lines;
    if (name == "raw")
        return OutputForm::Raw;
    return std::nullopt;
}

/// Said without --verbose too: what a person needs to know.
bool isImportant(EventKind event, const Facts& facts) {
    switch (event) {
    case EventKind::Started:
    case EventKind::NotSent:
    case EventKind::AcceptFailed:
    case EventKind::DatagramError:
    case EventKind::Dropped:
    case EventKind::Warning:
    case EventKind::ListenerBroken:
    case EventKind::Reopened:
    case EventKind::BehaviourLog:
    case EventKind::BehaviourFailed:
    case EventKind::Malformed:
    case EventKind::ReplayStarted:
    case EventKind::ReplayDifference:
    case EventKind::ReplayEnded:
        return true;
    case EventKind::TlsEstablished:
        return facts.object(Fact::Tls).value(QStringLiteral("verifyOff")).toBool();
    case EventKind::Closed:
        return facts.contains(Fact::Error);
    default:
        return false;
    }
}

} // namespace

int openingStatus(const Error& error) {
    return error.id == ErrorId::NoThread ? TaskFailed : WrongUsage;
}

void sayError(const Error& error, bool json) {
    if (json)
        writeError(toJsonLine(QJsonDocument(QJsonObject{{QStringLiteral("event"), QStringLiteral("error")},
                                                        {QStringLiteral("error"), error.toJson()}})));
    else
        writeError(QByteArray("swright: ").append(toTerminalLine(toText(error).toUtf8())));
}

bool print(QByteArrayView text, bool json) {
    if (writeOutput(StandardStream::Output, text))
        return true;
    sayOutputError(outputError(), json);
    return false;
}

void sayOutputError(const Error& error, bool json) {
    if (error.id != ErrorId::BrokenPipe)
        sayError(error, json);
}

void sayNote(const QString& text, bool json) {
    if (json)
        writeError(toJsonLine(QJsonDocument(
            QJsonObject{{QStringLiteral("event"), QStringLiteral("note")}, {QStringLiteral("text"), text}})));
    else
        writeError(toTerminalLine((QStringLiteral("swright: ") + text).toUtf8()));
}

Error withForceHint(Error error) {
    if (error.id == ErrorId::AlreadyExists)
        error.detail += QStringLiteral(" Give another name, or --force to replace what is there.");
    return error;
}

Session::Session(const SessionOptions& options, QObject* parent)
    : QObject(parent),
      m_options(options),
      m_patience(std::make_shared<Patience>(
          Patience::Opening::Waits,
          [json = options.json](const QString& path) {
              sayNote(QStringLiteral("waiting for somebody to read the pipe %1").arg(path), json);
          })),
      m_engine({.notifyInterval = std::chrono::milliseconds(0), .receiveWindow = window}),
      m_events(m_engine.eventLog()) {
    QObject::connect(&m_engine, &Engine::endpointsChanged, this, [this](const QVector<EndpointSnapshot>& snapshots) {
        takeEvents(m_engine.completeUpTo());
        take(snapshots);
        if (m_idleTimer.interval() > 0 && !m_isFinishing)
            m_idleTimer.start();
        emit changed(snapshots);
    });
    QObject::connect(&m_engine, &Engine::endpointRemoved, this, [this](EndpointId id) { m_forgotten.remove(id); });
    QObject::connect(&m_output, &OutputWriter::written, this,
                     [this](EndpointId source, quint64 credit) { m_engine.consumed(source, credit); });
    QObject::connect(&m_output, &OutputWriter::failed, this, [this](const Error& error) {
        sayOutputError(error, m_options.json);
        finish(TaskFailed, QStringLiteral("standard output cannot be written"));
    });
    QObject::connect(&m_output, &OutputWriter::idle, this, [this] {
        if (m_hasEnded && m_output.pending() == 0)
            exit();
    });
    m_idleTimer.setSingleShot(true);
    QObject::connect(&m_idleTimer, &QTimer::timeout, this, [this] {
        finish(m_idleStatus.value_or(m_interruptStatus),
               QStringLiteral("nothing happened for %1").arg(QString::fromStdString(m_options.idle)));
    });
    QObject::connect(&m_kernelTimer, &QTimer::timeout, this, &Session::sampleKernel);
    QObject::connect(&m_engine, &Engine::kernelSampled, this, &Session::sayKernel);
    m_flushTimer.setInterval(flushInterval);
    QObject::connect(&m_flushTimer, &QTimer::timeout, this, &Session::flushRecordings);
}

Session::~Session() {
    if (m_hasRun)
        return;
    for (Recording& recording : m_recordings)
        recording.recorder->discard(); // the command came to nothing
}

std::optional<int> Session::prepare() {
    const auto form = outputForm(m_options.as);
    if (!form) {
        say(badInput(
            QStringLiteral("--as"),
            QStringLiteral("--as takes raw, text, hex or lines, not “%1”.").arg(QString::fromStdString(m_options.as))));
        return WrongUsage;
    }
    m_form = *form;
    if (!m_options.idle.empty()) {
        const auto idle = parseDuration(QString::fromStdString(m_options.idle));
        if (!idle) {
            say(idle.error());
            return WrongUsage;
        }
        m_patience->setLongest(std::chrono::duration_cast<std::chrono::milliseconds>(*idle));
        m_idleTimer.setInterval(
            std::max(std::chrono::duration_cast<std::chrono::milliseconds>(*idle), std::chrono::milliseconds(1)));
    }
    if (!m_options.tcpInfo.empty()) {
        const auto every = parseDuration(QString::fromStdString(m_options.tcpInfo));
        if (!every) {
            say(every.error());
            return WrongUsage;
        }
        m_kernelTimer.start(
            std::max(std::chrono::duration_cast<std::chrono::milliseconds>(*every), std::chrono::milliseconds(10)));
    }
    onEndRequested(this, m_patience, [this](const QString& signal) { finishNow(m_interruptStatus, signal); });
    if (const auto status = openRecordings())
        return status;
    makeBinary();
    return std::nullopt;
}

std::optional<int> Session::openRecordings() {
    const auto fail = [this](const Error& error) {
        say(withForceHint(error));
        return error.id == ErrorId::InvalidArgument ? WrongUsage : TaskFailed;
    };
    const auto absolute = [](const std::string& path) {
        return QFileInfo(QString::fromStdString(path)).absoluteFilePath();
    };
    QStringList taken;
    for (const std::string* path : {&m_options.record, &m_options.dump, &m_options.hexDump}) {
        if (path->empty())
            continue;
        if (taken.contains(absolute(*path)))
            return fail(badInput(QStringLiteral("record"),
                                 QStringLiteral("%1 is given for two recordings: each takes a file of its own.")
                                     .arg(QString::fromStdString(*path))));
        for (const QString& file : filesOfRecording(QString::fromStdString(*path)))
            taken.append(absolute(file.toStdString()));
        const QString file = QString::fromStdString(*path);
        auto recorder = path == &m_options.record
                            ? Recorder::open(file, opening())
                            : Recorder::openDump(file, path == &m_options.hexDump, m_options.passesOn, opening());
        if (!recorder)
            return fail(recorder.error());
        m_recordings.push_back({.recorder = std::move(*recorder)});
        m_flushTimer.start();
    }
    return std::nullopt;
}

int Session::run() {
    m_hasRun = true;
    if (m_idleTimer.interval() > 0)
        m_idleTimer.start();
    return QCoreApplication::exec();
}

void Session::finish(int status, const QString& reason) {
    if (m_isFinishing)
        return;
    m_isFinishing = true;
    m_status = status;
    if (!reason.isEmpty())
        emit stopping();
    // what is still open gets its closing record, and what happened up to then is taken
    QObject::connect(&m_engine, &Engine::allClosed, &m_engine, &Engine::settle);
    QObject::connect(&m_engine, &Engine::settled, this, &Session::end);
    m_engine.closeAll(closingGrace, m_options.endsWithReset, reason);
}

void Session::finishNow(int status, const QString& reason) {
    if (std::exchange(m_isHurried, true))
        return;
    m_patience->stop();
    finish(status, reason);
    if (m_hasEnded) // only the reader of standard output was waited for
        QTimer::singleShot(drainTime, this, &Session::exit);
}

void Session::endAfter(std::chrono::milliseconds time, const std::string& written) {
    constexpr std::chrono::milliseconds last(200); // for what is written at the end
    m_patience->endAt(std::chrono::steady_clock::now() + time + last);
    QTimer::singleShot(time, this, [this, written] {
        finishNow(Done, QStringLiteral("--for %1 is over").arg(QString::fromStdString(written)));
    });
}

void Session::endOutput() {
    takeUpTo(std::numeric_limits<qint64>::max());
    for (auto& [id, followed] : m_followed)
        flushPieces(followed);
    m_output.close();
}

/// Everything is closed and taken. Whoever reads our output may take their time, unless we were asked to end now.
void Session::end() {
    if (std::exchange(m_hasEnded, true))
        return;
    takeEvents(std::numeric_limits<qint64>::max());
    takeUpTo(std::numeric_limits<qint64>::max());
    for (auto& [id, followed] : m_followed)
        flushPieces(followed);
    for (Recording& recording : m_recordings)
        heed(recording, recording.recorder->finish());
    if (m_hasFailed && m_status == Done)
        m_status = TaskFailed;
    if (m_output.pending() == 0 || m_output.error())
        exit();
    else if (m_isHurried)
        QTimer::singleShot(drainTime, this, &Session::exit);
}

void Session::exit() {
    const quint64 left = m_output.pending();
    if (left > 0)
        say({.id = ErrorId::BrokenPipe,
             .situation = QStringLiteral("write"),
             .detail = QStringLiteral("%1 bytes of standard output were not written: nobody reads it.").arg(left)});
    if ((m_output.error() || left > 0) && m_status == Done)
        m_status = TaskFailed;
    QCoreApplication::exit(m_status);
}

void Session::sampleKernel() {
    const auto all = m_engine.snapshots();
    for (const EndpointSnapshot& snapshot : all) {
        if (snapshot.kind == EndpointKind::Connection && !isEnded(snapshot.state))
            m_engine.sampleKernel(snapshot.id);
    }
}

void Session::sayKernel(const KernelSample& sample) {
    const auto snapshot = m_engine.snapshot(sample.id);
    if (!sample.tcp || !snapshot)
        return;
    if (m_options.json) {
        writeError(toJsonLine(QJsonDocument(QJsonObject{{QStringLiteral("event"), QStringLiteral("tcp-info")},
                                                        {QStringLiteral("endpoint"), static_cast<qint64>(sample.id)},
                                                        {QStringLiteral("name"), snapshot->name},
                                                        {QStringLiteral("time"), toIsoString(sample.time.wall)},
                                                        {QStringLiteral("tcp"), sample.tcp->toJson()}})));
        return;
    }
    QStringList parts{sample.tcp->state};
    for (const TcpFigure& figure : tcpFigures()) {
        if (const TcpInfo::Figure& told = *sample.tcp.*figure.value)
            parts.append(QString::fromLatin1(figure.title).toLower() + QLatin1Char(' ') + toText(figure, *told));
    }
    sayPlain(QStringLiteral("swright: %1: %2").arg(snapshot->name, parts.join(QLatin1String(", "))));
}

void Session::flushRecordings() {
    for (Recording& recording : m_recordings)
        heed(recording, recording.recorder->flush());
}

/// The first error of each recording is said; traffic goes on.
void Session::heed(Recording& recording, const Result<void>& written) {
    if (written || std::exchange(recording.saidError, true))
        return;
    noteFailure();
    Error error = written.error();
    error.detail += QStringLiteral(" Traffic goes on.");
    say(error);
}

Session::Followed& Session::follow(const EndpointSnapshot& snapshot) {
    auto found = m_followed.find(static_cast<quint64>(snapshot.id));
    if (found == m_followed.end()) {
        auto transcript = m_engine.transcript(snapshot.id);
        found = m_followed
                    .emplace(static_cast<quint64>(snapshot.id),
                             Followed{.part = {.id = snapshot.id, .name = snapshot.name, .transcript = transcript},
                                      .reader = TranscriptReader(transcript)})
                    .first;
    }
    found->second.part.name = snapshot.name;
    found->second.shownName = snapshot.shortName();
    return found->second;
}

/// Takes what was recorded up to now: in the order of time, over all endpoints.
void Session::take(const QVector<EndpointSnapshot>& snapshots) {
    for (const EndpointSnapshot& snapshot : snapshots) {
        if (m_forgotten.contains(snapshot.id) || m_engine.transcript(snapshot.id) == nullptr)
            continue;
        m_untaken.insert(static_cast<quint64>(snapshot.id));
        // a server that runs for days forgets
        follow(snapshot).isLeaving = isEnded(snapshot.state) && snapshot.parent != EndpointId::None;
    }
    takeUpTo(m_engine.completeUpTo());
    forgetTaken();
}

/// What is newer waits for the next notification: an endpoint that we do not know yet may have records before it.
void Session::takeUpTo(qint64 time) {
    using Next = std::pair<qint64, Followed*>; // the time of the next record
    std::priority_queue<Next, std::vector<Next>, std::greater<>> queue;
    const auto enqueue = [&queue](Followed& followed) {
        if (followed.next < followed.end)
            queue.push({followed.reader.header(followed.next).time.mono, &followed});
    };
    for (const quint64 id : m_untaken) {
        Followed& followed = m_followed.at(id);
        followed.end = followed.reader.count();
        while (followed.end > followed.next && followed.reader.header(followed.end - 1).time.mono > time)
            --followed.end;
        enqueue(followed);
    }
    while (!queue.empty()) {
        Followed& followed = *queue.top().second;
        queue.pop();
        takeRecord(followed, followed.reader.at(followed.next));
        ++followed.next;
        enqueue(followed);
        if (followed.next == followed.end && !m_options.keepsRecords)
            m_engine.forget(followed.part.id, followed.end);
    }
}

void Session::forgetTaken() {
    for (auto at = m_untaken.begin(); at != m_untaken.end();) {
        const auto found = m_followed.find(*at);
        Followed& followed = found->second;
        if (followed.next < followed.reader.count()) {
            ++at;
            continue;
        }
        at = m_untaken.erase(at); // until it is told of again
        if (!followed.isLeaving)
            continue;
        flushPieces(followed);
        const EndpointId id = followed.part.id;
        m_followed.erase(found);
        m_offsets.erase(static_cast<quint64>(id));
        m_forgotten.insert(id);
        m_engine.remove(id);
    }
}

void Session::takeRecord(Followed& followed, const RecordView& record) {
    for (Recording& recording : m_recordings)
        heed(recording, recording.recorder->write(followed.part, record));
    emit recordTaken(followed.part.id, record);
    if (record.header.kind != RecordKind::Received)
        return;
    if (m_options.quietOutput || m_output.error())
        m_engine.consumed(followed.part.id, record.header.size);
    else
        m_output.write(formatted(followed, record), followed.part.id, record.header.size);
}

QByteArray Session::formatted(EndpointId from, const RecordView& record) {
    const auto found = m_followed.find(static_cast<quint64>(from));
    return found == m_followed.end() ? QByteArray() : formatted(found->second, record);
}

QByteArray Session::formatted(Followed& followed, const RecordView& record) {
    const bool isWhole = (record.header.flags & DatagramFlag) != 0;
    switch (m_form) {
    case OutputForm::Raw:
        return record.bytes.toByteArray();
    case OutputForm::Text:
        return toTerminalText(isWhole ? record.bytes.toByteArray() : followed.pieces.take(record.bytes));
    case OutputForm::Hex: {
        quint64& offset = m_offsets[static_cast<quint64>(followed.part.id)];
        const QByteArray dump = toHexDump(record.bytes, offset).toLatin1();
        offset += record.header.size;
        return dump;
    }
    case OutputForm::Lines:
        break;
    }
    followed.lastTime = record.header.time.wall;
    if (isWhole)
        return lines(followed, record.bytes);
    const QByteArray whole = followed.pieces.take(record.bytes);
    return whole.isEmpty() ? QByteArray() : lines(followed, whole);
}

/// Each line with its time and endpoint before it.
QByteArray Session::lines(const Followed& followed, QByteArrayView bytes) {
    const QString time =
        QDateTime::fromMSecsSinceEpoch(followed.lastTime / 1'000'000).toString(QStringLiteral("HH:mm:ss.zzz"));
    const QByteArray prefix = time.toLatin1() + ' ' + toTerminalText(followed.shownName.toUtf8()) + ": ";
    QByteArray text;
    QByteArrayView rest = bytes;
    do {
        const qsizetype end = rest.indexOf('\n');
        const QByteArrayView line = end < 0 ? rest : rest.first(end);
        text += prefix + toTerminalText(line) + '\n';
        rest = end < 0 ? QByteArrayView() : rest.sliced(end + 1);
    } while (!rest.isEmpty());
    return text;
}

/// The beginning of a character whose rest will not come.
void Session::flushPieces(Followed& followed) {
    const QByteArray rest = followed.pieces.flush();
    if (!rest.isEmpty() && !m_options.quietOutput)
        m_output.write(m_form == OutputForm::Lines ? lines(followed, rest) : toTerminalText(rest), followed.part.id, 0);
}

/// What is newer is said with the next notification: who reads that a connection is there may count on it, and the rest
/// of us gets to know it only then.
void Session::takeEvents(qint64 upTo) {
    const RecordIndex end = m_events.count();
    for (; m_nextEvent < end && m_events.header(m_nextEvent).time.mono <= upTo; ++m_nextEvent)
        sayEvent(m_events.at(m_nextEvent));
    m_engine.forgetEvents(m_nextEvent);
}

void Session::sayEvent(const RecordView& record) {
    const Facts facts = record.facts();
    if (facts.contains(Fact::IsIncomplete))
        noteFailure(); // a file that was asked for lacks something
    emit eventTaken(record.header.event, facts);
    if (m_options.json) {
        QJsonObject line = facts.toJson();
        line.insert(QStringLiteral("event"), eventName(record.header.event));
        line.insert(QStringLiteral("time"), toIsoString(record.header.time.wall));
        writeError(toJsonLine(QJsonDocument(line)));
        return;
    }
    const qint64 endpoint = facts.number(Fact::Endpoint).value_or(0);
    if (record.header.event == EventKind::Started)
        m_announced.insert(endpoint);
    // what was announced, or ended by somebody outside, is not gone without a word
    const bool isEnd =
        record.header.event == EventKind::Closed &&
        (m_announced.remove(endpoint) || (facts.contains(Fact::Reason) && !facts.contains(Fact::Listener)));
    if (!m_options.verbose && !isEnd && !isImportant(record.header.event, facts))
        return;
    const QString text = facts.text(Fact::Text);
    const bool isPlain = record.header.event == EventKind::Started;
    const QString name = facts.text(Fact::Name);
    const QString line = isPlain ? text : QStringLiteral("swright: ") + name + QStringLiteral(": ") + text;
    writeError(toTerminalLine(line.toUtf8()));
}

void Session::say(const Error& error) {
    sayError(error, m_options.json);
}

void Session::note(const QString& text) {
    sayNote(text, m_options.json);
}

void Session::sayPlain(const QString& text) {
    writeError(toTerminalText(text.toUtf8()));
}

} // namespace sw::cli
