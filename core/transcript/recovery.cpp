// SPDX-License-Identifier: MIT
#include "core/transcript/recovery.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>

#include <algorithm>
#include <limits>

namespace sw {

namespace {

QString lockPath(const QString& directory) {
    return directory + QStringLiteral("/lock");
}

/// A file that says that a run was kept on purpose.
QString keptPath(const QString& directory) {
    return directory + QStringLiteral("/kept");
}

QFileInfoList journalFiles(const QString& directory) {
    return QDir(directory).entryInfoList({QStringLiteral("journal-*.swj")}, QDir::Files);
}

Error cannotMake(const QString& path) {
    return {.id = ErrorId::WriteFailed,
            .situation = QStringLiteral("record"),
            .detail = sentence(QT_TRANSLATE_NOOP("Core", "%1 cannot be made: transcripts stay in memory."), path)};
}

} // namespace

RunDirectory::RunDirectory(QString path) : m_path(std::move(path)), m_lock(lockPath(m_path)) {
    m_lock.setStaleLockTime(0); // only a dead owner makes it stale
}

Result<std::unique_ptr<RunDirectory>> RunDirectory::create(const QString& base) {
    constexpr auto mine = QFileDevice::ReadOwner | QFileDevice::WriteOwner | QFileDevice::ExeOwner;
    if (!QDir().mkpath(base) || !QFile::setPermissions(base, mine))
        return tl::unexpected(cannotMake(base));
    const QString stem = base + QStringLiteral("/run-") +
                         QDateTime::currentDateTime().toString(QStringLiteral("yyyyMMdd-HHmmss-")) +
                         QString::number(QCoreApplication::applicationPid());
    QString path = stem;
    constexpr int tries = 100;
    for (int i = 2; i < tries && !QDir().mkdir(path); ++i)
        path = stem + QLatin1Char('-') + QString::number(i);
    std::unique_ptr<RunDirectory> run(new RunDirectory(path));
    const bool isLocked = QFile::setPermissions(path, mine) && run->m_lock.tryLock(0);
    QFile::setPermissions(lockPath(path), QFileDevice::ReadOwner | QFileDevice::WriteOwner); // whatever the umask
    if (!isLocked)
        return tl::unexpected(cannotMake(path));
    return run;
}

bool RunDirectory::keep() {
    m_isKept = true;
    QFile mark(keptPath(m_path));
    return mark.open(QIODevice::WriteOnly) && mark.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner);
}

RunDirectory::~RunDirectory() {
    m_lock.unlock();
    if (!m_isKept)
        QDir(m_path).removeRecursively();
}

std::vector<KilledRun> findKilledRuns(const QString& base) {
    std::vector<KilledRun> runs;
    for (const QFileInfo& info : QDir(base).entryInfoList({QStringLiteral("run-*")}, QDir::Dirs, QDir::Name)) {
        if (info.isSymLink())
            continue;
        const QString path = info.filePath();
        QLockFile lock(lockPath(path));
        lock.setStaleLockTime(0);
        if (!lock.tryLock(0))
            continue; // alive
        lock.unlock();
        KilledRun run{.directory = path, .wasKept = QFileInfo::exists(keptPath(path))};
        run.started = QDateTime::fromString(info.fileName().mid(4, 15), QStringLiteral("yyyyMMdd-HHmmss"));
        for (const QFileInfo& file : journalFiles(path)) {
            run.bytes += static_cast<quint64>(file.size());
            run.lastWritten = std::max(run.lastWritten, file.lastModified());
        }
        if (run.bytes > 0)
            runs.push_back(run);
        else
            removeKilledRun(run);
    }
    std::reverse(runs.begin(), runs.end());
    return runs;
}

bool removeKilledRun(const KilledRun& run) {
    QLockFile lock(lockPath(run.directory));
    lock.setStaleLockTime(0);
    if (!lock.tryLock(0))
        return false;
    lock.unlock();
    return QDir(run.directory).removeRecursively();
}

namespace {

/// What a transcript holds, as RecoveredEndpoint reads it.
QJsonObject countersOf(const std::shared_ptr<const Transcript>& transcript) {
    struct {
        qint64 bytes = 0;
        qint64 records = 0;
    } received, sent;
    const TranscriptReader reader(transcript);
    for (RecordIndex i = 0; i < reader.count(); ++i) {
        const RecordHeader header = reader.header(i);
        if (header.kind != RecordKind::Received && header.kind != RecordKind::Sent)
            continue;
        auto& direction = header.kind == RecordKind::Received ? received : sent;
        direction.bytes += header.size;
        ++direction.records;
    }
    return {{QStringLiteral("receivedBytes"), received.bytes},
            {QStringLiteral("receivedRecords"), received.records},
            {QStringLiteral("sentBytes"), sent.bytes},
            {QStringLiteral("sentRecords"), sent.records}};
}

} // namespace

std::vector<RecoveredTranscript> openKilledRun(const KilledRun& run) {
    // a store of its own: the steady clock of that run means nothing beside ours
    auto store = std::make_shared<TranscriptStore>();
    store->raiseWatermark(std::numeric_limits<qint64>::max());
    std::vector<RecoveredTranscript> recovered;
    for (JournaledTranscript& found : scanJournal(run.directory)) {
        RecoveredTranscript one{.label = Facts::read(found.label).toJson(),
                                .transcript = std::make_shared<Transcript>(store, std::move(found.extents))};
        one.label.insert(QStringLiteral("counters"), countersOf(one.transcript));
        recovered.push_back(std::move(one));
    }
    return recovered;
}

} // namespace sw
