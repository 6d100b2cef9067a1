// SPDX-License-Identifier: MIT
#include "core/engine/loadsender.h"

#include "core/transcript/transcript.h"

#include <algorithm>
#include <cmath>

namespace sw {

namespace {
constexpr quint64 mostMessages = 10'000'000;
constexpr int mostConnections = 1000;
constexpr quint64 mostWaiting = 1 << 20; // bytes a connection that are not sent yet
constexpr quint64 mostUnsent = 4096;     // the same in messages: each takes memory on its way to the socket
constexpr quint64 mostDatagrams = 256;   // the same in datagrams, which may be empty
constexpr quint64 mostATick = 20000;     // messages
} // namespace

Result<void> LoadPlan::validate() const {
    const auto refuse = [](const Sentence& detail) -> Result<void> {
        return tl::unexpected(badInput(QStringLiteral("load"), detail));
    };
    if (count < 1 || count > mostMessages)
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "The number of messages is 1 to 10000000.")));
    if (connections < 1 || connections > mostConnections)
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "The number of connections is 1 to 1000.")));
    if (!std::isfinite(rate) || rate < 0)
        return refuse(sentence(
            QT_TRANSLATE_NOOP("Core", "The rate is a number of messages a second, or 0 for as many as possible.")));
    if (message.steps.isEmpty())
        return refuse(sentence(QT_TRANSLATE_NOOP("Core", "There is no message to send.")));
    return {};
}

double LoadReport::rate() const {
    return duration.count() > 0 ? static_cast<double>(sent) * 1e9 / static_cast<double>(duration.count()) : 0;
}

std::optional<std::chrono::nanoseconds> LoadReport::percentile(double part) const {
    if (roundTrips.empty())
        return std::nullopt;
    const auto index = static_cast<std::size_t>(std::ceil(part * static_cast<double>(roundTrips.size())));
    return std::chrono::nanoseconds(roundTrips.at(std::clamp<std::size_t>(index, 1, roundTrips.size()) - 1));
}

QJsonObject LoadReport::toJson() const {
    QJsonObject json{{QStringLiteral("opened"), opened},
                     {QStringLiteral("failed"), failed},
                     {QStringLiteral("opening"), opening},
                     {QStringLiteral("sent"), static_cast<qint64>(sent)},
                     {QStringLiteral("left"), static_cast<qint64>(left)},
                     {QStringLiteral("sentBytes"), static_cast<qint64>(sentBytes)},
                     {QStringLiteral("unsentBytes"), static_cast<qint64>(unsentBytes)},
                     {QStringLiteral("receivedBytes"), static_cast<qint64>(receivedBytes)},
                     {QStringLiteral("answered"), static_cast<qint64>(answered)},
                     {QStringLiteral("seconds"), static_cast<double>(duration.count()) / 1e9},
                     {QStringLiteral("rate"), rate()},
                     {QStringLiteral("cancelled"), isCancelled}};
    for (const auto& [name, part] :
         {std::pair{"p50", 0.5}, std::pair{"p90", 0.9}, std::pair{"p99", 0.99}, std::pair{"max", 1.0}}) {
        if (const auto time = percentile(part))
            json.insert(QLatin1String(name), static_cast<double>(time->count()) / 1e6);
    }
    if (error)
        json.insert(QStringLiteral("error"), error->toJson());
    return json;
}

QString LoadReport::toText() const {
    QString text = QStringLiteral("%1 messages in %2 s over %3 connections: %4 a second")
                       .arg(sent)
                       .arg(static_cast<double>(duration.count()) / 1e9, 0, 'f', 3)
                       .arg(opened)
                       .arg(rate(), 0, 'f', 0);
    if (unsentBytes > 0)
        text += QStringLiteral(", %1 bytes of which were not sent").arg(unsentBytes);
    if (failed > 0)
        text += QStringLiteral("; %1 connections failed").arg(failed);
    if (opening > 0)
        text += QStringLiteral("; %1 connections were still being opened").arg(opening);
    if (isSpoilt)
        text += QStringLiteral("; %1 messages could not be made").arg(left);
    else if (isCancelled)
        text += left > 0 ? QStringLiteral("; stopped with %1 messages to go").arg(left)
                         : QStringLiteral("; stopped before the answers were complete");
    else if (left > 0)
        text += QStringLiteral("; %1 messages found no open connection: the peers had ended").arg(left);
    if (error)
        text += QStringLiteral(" (%1)").arg(error->detail);
    if (const auto median = percentile(0.5)) {
        const auto ms = [](std::chrono::nanoseconds time) {
            return QString::number(static_cast<double>(time.count()) / 1e6, 'f', 3);
        };
        text += QStringLiteral("\n%1 round trips: p50 %2 ms, p90 %3 ms, p99 %4 ms, longest %5 ms")
                    .arg(QString::number(answered), ms(*median), ms(*percentile(0.9)), ms(*percentile(0.99)),
                         ms(*percentile(1)));
    } else {
        text += QStringLiteral("\nNothing came back.");
    }
    return text;
}

LoadSender::LoadSender(Engine& engine, QObject* parent) : QObject(parent), m_engine(engine), m_timer(this) {
    m_timer.setTimerType(Qt::PreciseTimer);
    m_timer.setInterval(std::chrono::milliseconds(1));
    QObject::connect(&m_timer, &QTimer::timeout, this, &LoadSender::tick);
    QObject::connect(&m_engine, &Engine::endpointsChanged, this, &LoadSender::update);
    QObject::connect(&m_engine, &Engine::endpointRemoved, this, &LoadSender::finishStopping);
}

LoadSender::~LoadSender() {
    if (m_phase == Phase::Idle)
        return;
    for (const EndpointId id : m_all)
        m_engine.close(id);
}

Result<void> LoadSender::start(const LoadPlan& plan) {
    if (auto valid = plan.validate(); !valid)
        return valid;
    m_plan = plan;
    m_report = {};
    m_all.clear();
    m_open.clear();
    m_progress.clear();
    m_roundTrips.clear();
    m_firstSent = 0;
    m_lastSent = 0;
    m_known.clear();
    m_next = 0;
    m_state = {};
    m_phase = Phase::Opening;
    m_sincePhase.start();
    for (int i = 0; i < plan.connections; ++i) {
        const auto id = m_engine.connectTo(plan.address);
        if (!id) {
            m_phase = Phase::Idle;
            return tl::unexpected(id.error());
        }
        m_all.push_back(*id);
        m_progress.insert(*id, {});
    }
    m_timer.start();
    return {};
}

void LoadSender::update(const QVector<EndpointSnapshot>& snapshots) {
    if (m_phase == Phase::Idle)
        return;
    for (const EndpointSnapshot& one : snapshots) {
        const auto progress = m_progress.find(one.id);
        if (progress == m_progress.end())
            continue;
        m_known.insert(one.id);
        readRecords(one.id, *progress);
        const auto place = std::find(m_open.begin(), m_open.end(), one.id);
        progress->hasEnded = isEnded(one.state);
        if (one.error && !m_report.error) // of a datagram socket also what the network said of a datagram
            m_report.error = one.error;
        if (progress->hasEnded) {
            if (place != m_open.end())
                m_open.erase(place);
        } else if (place == m_open.end() && isConnected(one.state)) {
            m_open.push_back(one.id);
            progress->hasOpened = true;
            ++m_report.opened;
        }
    }
    finishStopping();
}

/// Once everything that was opened has ended, or was removed by somebody.
void LoadSender::finishStopping() {
    const bool isOver = std::all_of(m_all.begin(), m_all.end(), [this](EndpointId id) {
        return m_progress.value(id).hasEnded || (m_known.contains(id) && !m_engine.snapshot(id));
    });
    if (m_phase == Phase::Stopping && isOver)
        finish();
}

void LoadSender::tick() {
    if (m_phase == Phase::Opening) {
        std::size_t ended = 0;
        for (const EndpointId id : m_all) {
            const auto snapshot = m_engine.snapshot(id);
            const bool isOpen = std::find(m_open.begin(), m_open.end(), id) != m_open.end();
            ended += !isOpen && ((snapshot && isEnded(snapshot->state)) || (!snapshot && m_known.contains(id))) ? 1 : 0;
            if (snapshot)
                m_known.insert(id);
        }
        if (m_open.size() + ended < m_all.size())
            return;
        m_phase = m_open.empty() ? Phase::Waiting : Phase::Sending;
        m_sinceStart.start();
        m_sincePhase.start();
    }
    if (m_phase == Phase::Sending)
        sendDue();
    if (m_phase != Phase::Waiting)
        return;
    quint64 moved = 0;
    for (const EndpointId id : m_all) {
        if (const auto snapshot = m_engine.snapshot(id))
            moved += snapshot->counters.receivedBytes + snapshot->counters.sentBytes;
    }
    if (moved != m_lastMoved) { // answers still come, or a slow peer still takes what waits
        m_lastMoved = moved;
        m_sincePhase.start();
    }
    if (m_open.empty() || m_sincePhase.elapsed() >= m_plan.wait.count())
        finish();
}

void LoadSender::sendDue() {
    const double seconds = static_cast<double>(m_sinceStart.nsecsElapsed()) / 1e9;
    const quint64 due = m_plan.rate <= 0
                            ? m_plan.count
                            : std::min<quint64>(m_plan.count, static_cast<quint64>(seconds * m_plan.rate) + 1);
    std::size_t full = 0;
    for (quint64 i = 0; m_report.sent < due && i < mostATick && full < m_open.size() && !m_open.empty(); ++i) {
        m_next = (m_next + 1) % m_open.size();
        const EndpointId id = m_open.at(m_next);
        const auto snapshot = m_engine.snapshot(id);
        if (!snapshot) { // removed by the user meanwhile
            m_open.erase(m_open.begin() + static_cast<std::ptrdiff_t>(m_next));
            continue;
        }
        Progress& offered = m_progress[id];
        const bool isDatagram = snapshot->kind == EndpointKind::DatagramSocket;
        const Counters& counters = snapshot->counters;
        const bool isFull =
            isDatagram ? offered.messages > counters.sentRecords + counters.refused + mostDatagrams
                       : offered.bytes > counters.sentBytes + std::min(mostWaiting, mostUnsent * offered.lastSize);
        if (isFull) {
            ++full; // that peer does not take more now
            continue;
        }
        full = 0;
        for (const MessageStep& step : m_plan.message.steps) {
            if (step.isPause())
                continue;
            const auto bytes = step.render(m_state, Timestamp::now().wall);
            if (!bytes) {
                m_report.error = bytes.error();
                m_report.isSpoilt = true;
                finish();
                return;
            }
            const QByteArray message = *bytes + lineEndingBytes(m_plan.message.ending, m_plan.message.encoding);
            if (isDatagram || !message.isEmpty()) // nothing of a stream is nothing
                m_engine.send(id, message);
            ++offered.messages;
            offered.lastSize = static_cast<quint64>(message.size());
            offered.bytes += offered.lastSize;
        }
        ++m_report.sent;
    }
    emit advanced(m_report.sent, m_plan.count);
    if (m_report.sent < m_plan.count && !m_open.empty())
        return;
    m_phase = Phase::Waiting;
    m_sincePhase.start();
}

void LoadSender::stop() {
    if (m_phase == Phase::Idle || m_phase == Phase::Stopping)
        return;
    m_timer.stop();
    m_phase = Phase::Stopping;
    m_report.isCancelled = true;
    for (const Progress& one : std::as_const(m_progress))
        m_report.opening += one.hasOpened || one.hasEnded ? 0 : 1;
}

void LoadSender::cancel() {
    if (m_phase == Phase::Idle)
        return;
    stop();
    for (const EndpointId id : m_all)
        m_engine.close(id);
}

/// Takes the times from the records that have come since the last look: at the end there are millions of them, and who
/// ends a load does not wait for those.
void LoadSender::readRecords(EndpointId id, Progress& progress) {
    const auto transcript = m_engine.transcript(id);
    if (transcript == nullptr)
        return;
    const TranscriptReader reader(transcript);
    progress.next = std::max(progress.next, reader.first());
    for (const RecordIndex end = reader.count(); progress.next < end; ++progress.next) {
        const RecordHeader header = reader.header(progress.next);
        if (header.kind == RecordKind::Sent) {
            m_firstSent = m_firstSent == 0 ? header.time.mono : std::min(m_firstSent, header.time.mono);
            m_lastSent = std::max(m_lastSent, header.time.mono);
            if (progress.sentAt < 0)
                progress.sentAt = header.time.mono;
        } else if (header.kind == RecordKind::Received && progress.sentAt >= 0) {
            m_roundTrips.push_back(header.time.mono - progress.sentAt);
            progress.sentAt = -1;
        }
    }
}

LoadReport LoadSender::report() {
    LoadReport report = m_report;
    for (auto one = m_progress.begin(); one != m_progress.end(); ++one) {
        readRecords(one.key(), *one);
        const auto snapshot = m_engine.snapshot(one.key());
        if (!snapshot)
            continue;
        const Counters& counters = snapshot->counters;
        report.sentBytes += counters.sentBytes;
        report.unsentBytes += one->bytes - std::min(one->bytes, counters.sentBytes);
        report.receivedBytes += counters.receivedBytes;
        report.failed += one->hasOpened || !snapshot->error ? 0 : 1;
    }
    report.duration = std::chrono::nanoseconds(m_lastSent - m_firstSent);
    report.left = m_plan.count - m_report.sent;
    report.roundTrips = m_roundTrips;
    report.answered = report.roundTrips.size();
    std::sort(report.roundTrips.begin(), report.roundTrips.end());
    return report;
}

void LoadSender::finish() {
    m_timer.stop();
    const LoadReport done = report();
    m_phase = Phase::Idle;
    for (const EndpointId id : m_all)
        m_engine.close(id);
    emit finished(done);
}

} // namespace sw
