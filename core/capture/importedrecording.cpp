// SPDX-License-Identifier: MIT
#include "core/capture/importedrecording.h"

#include "core/base/inputfile.h"
#include "core/capture/capturefile.h"
#include "core/capture/captureimport.h"
#include "core/capture/gunzip.h"
#include "core/capture/recorder.h"
#include "core/capture/textreaders.h"

#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QJsonDocument>

#include <limits>

namespace sw {

namespace {

constexpr qint64 importBudget = 128LL << 20U;

/// Makes transcripts of what readers find.
class TranscriptSink final : public RecordingSink {
public:
    TranscriptSink(std::shared_ptr<TranscriptStore> store, ImportProgress* progress)
        : m_store(std::move(store)),
          m_progress(progress) {}

    quint64 begin(const Conversation& conversation) override {
        constexpr qsizetype longest = 200; // a name stands before each line of what is shown
        Conversation kept = conversation;
        for (QString* text : {&kept.name, &kept.local, &kept.peer, &kept.scheme})
            text->truncate(longest);
        m_made.push_back({.conversation = std::move(kept), .transcript = std::make_shared<Transcript>(m_store)});
        return m_made.size() - 1;
    }
    void data(quint64 number, RecordKind kind, QByteArrayView bytes, qint64 wall, quint8 flags) override {
        Made& made = m_made[number];
        made.transcript->append(kind, bytes, stamp(made, wall), flags);
        const bool isSent = kind == RecordKind::Sent;
        (isSent ? made.sentBytes : made.receivedBytes) += bytes.size();
        ++(isSent ? made.sentRecords : made.receivedRecords);
        recorded(bytes.size());
    }
    void event(quint64 number, EventKind kind, const Sentence& text, const Facts& facts, qint64 wall) override {
        Made& made = m_made[number];
        if (made.conversation.local.isEmpty() && kind == EventKind::Opened) { // told by the record only
            made.conversation.local = facts.text(Fact::Local).left(200);
            made.conversation.peer = facts.text(Fact::Peer).left(200);
        }
        Facts all;
        all.add(Fact::Text, text).add(facts);
        made.transcript->appendEvent(kind, all, stamp(made, wall));
        recorded(all.bytes().size());
    }
    void note(quint64 number, const QString& text, qint64 wall) override {
        Made& made = m_made[number];
        made.transcript->append(RecordKind::Note, text.toUtf8(), stamp(made, wall));
        recorded(text.size());
    }
    void problem(const QString& text) override {
        constexpr qsizetype most = 100;
        if (m_problems.size() < most)
            m_problems.append(text);
    }
    bool progress(qint64 bytes) override {
        if (m_progress == nullptr)
            return true;
        m_progress->done = bytes;
        return !m_progress->isCancelled;
    }

    ImportedRecording take(const QString& path) {
        ImportedRecording recording{.file = {}, .conversations = {}, .problems = std::move(m_problems)};
        qint64 id = 0;
        recording.file = aboutFile(path, recording.problems);
        for (Made& made : m_made) {
            made.transcript->seal();
            const Conversation& conversation = made.conversation;
            QJsonObject label{
                {QStringLiteral("id"), ++id},
                {QStringLiteral("kind"),
                 conversation.isDatagram ? QStringLiteral("flow") : QStringLiteral("connection")},
                {QStringLiteral("name"), conversation.name},
                {QStringLiteral("parent"), 0},
                {QStringLiteral("counters"), QJsonObject{{QStringLiteral("sentBytes"), made.sentBytes},
                                                         {QStringLiteral("sentRecords"), made.sentRecords},
                                                         {QStringLiteral("receivedBytes"), made.receivedBytes},
                                                         {QStringLiteral("receivedRecords"), made.receivedRecords}}},
                {QStringLiteral("file"), path},
                {QStringLiteral("local"), conversation.local},
                {QStringLiteral("peer"), conversation.peer}};
            if (!conversation.scheme.isEmpty() && !conversation.peer.isEmpty())
                label.insert(QStringLiteral("address"),
                             QString(conversation.scheme + QStringLiteral("://") + conversation.peer));
            recording.conversations.push_back({.label = label, .transcript = std::move(made.transcript)});
        }
        m_made.clear();
        return recording;
    }

private:
    struct Made {
        Conversation conversation;
        std::shared_ptr<Transcript> transcript;
        qint64 last = 0;
        qint64 sentBytes = 0;
        qint64 sentRecords = 0;
        qint64 receivedBytes = 0;
        qint64 receivedRecords = 0;
    };

    /// Waits for the journal, so that memory stays bounded.
    void recorded(qint64 size) {
        constexpr qint64 between = 4 << 20;
        constexpr qint64 cost = 64;
        m_sinceLook += size + cost;
        if (m_sinceLook < between)
            return;
        m_sinceLook = 0;
        if (!m_store->hasRoom())
            m_store->flush();
    }

    RecoveredTranscript aboutFile(const QString& path, const QStringList& problems) {
        auto transcript = std::make_shared<Transcript>(m_store);
        qint64 first = std::numeric_limits<qint64>::max();
        for (const Made& made : m_made) {
            const TranscriptReader reader(made.transcript);
            if (reader.count() > 0)
                first = std::min(first, reader.header(0).time.wall);
        }
        const qint64 begin = first == std::numeric_limits<qint64>::max() ? 0 : first;
        const Timestamp time{.wall = begin, .mono = begin};
        transcript->appendEvent(
            EventKind::Started,
            {{Fact::Text, m_made.size() == 1
                              ? QStringLiteral("%1: one conversation").arg(path)
                              : QStringLiteral("%1: %2 conversations").arg(path, QString::number(m_made.size()))}},
            time);
        for (const QString& problem : problems)
            transcript->appendEvent(EventKind::Warning, {{Fact::Text, problem}}, time);
        transcript->seal();
        return {.label = {{QStringLiteral("id"), 0},
                          {QStringLiteral("kind"), QStringLiteral("recording")},
                          {QStringLiteral("name"), QFileInfo(path).fileName()},
                          {QStringLiteral("file"), path}},
                .transcript = transcript};
    }

    /// Merges need ascending times; a clock that was set back shows its wall time, and stands where it came.
    static Timestamp stamp(Made& made, qint64 wall) {
        made.last = std::max(made.last + 1, wall);
        return {.wall = wall, .mono = made.last};
    }

    std::shared_ptr<TranscriptStore> m_store;
    ImportProgress* m_progress;
    std::vector<Made> m_made;
    QStringList m_problems;
    qint64 m_sinceLook = 0;
};

Result<void> readInto(const QString& path, QFile& file, RecordingSink& sink) {
    const QByteArray start = file.peek(4);
    const auto position = [&file] { return file.pos(); };
    if (start.startsWith("\x1f\x8b")) {
        Gunzip unpacked(file);
        auto result = importCapture(unpacked, position, sink);
        if (!unpacked.problem().isEmpty()) {
            const QString why = QStringLiteral("%1: %2.").arg(path, unpacked.problem());
            if (!result)
                return tl::unexpected(badInput(QStringLiteral("recording"), why));
            sink.problem(why);
        }
        return result;
    }
    if (CaptureFile::isCapture(start))
        return importCapture(file, position, sink);
    const QFileInfo info(path);
    const QString ending = info.suffix().toLower();
    if (ending == QLatin1String("jsonl"))
        return importJsonLines(file, sink);
    if (ending == QLatin1String("csv"))
        return importCsv(file, sink);
    if (ending == QLatin1String("hex"))
        return importHex(file, info.completeBaseName(), sink);
    if (ending == QLatin1String("bin")) {
        const qint64 wall = info.lastModified().toMSecsSinceEpoch() * 1'000'000;
        const QString name = info.fileName();
        const quint64 conversation = sink.begin({.name = name});
        QFile sent(info.path() + QLatin1Char('/') + info.completeBaseName() + QStringLiteral(".sent.bin"));
        if (whyNoInputFile(sent.fileName()).isEmpty() && sent.open(QIODevice::ReadOnly)) {
            if (auto read = importBinary(sent, name, wall, RecordKind::Sent, conversation, sink); !read)
                return read;
        }
        return importBinary(file, name, wall, RecordKind::Received, conversation, sink);
    }
    QStringList endings;
    for (const RecordingFormat& format : recordingFormats()) {
        if (format.isRead)
            endings.append(QString::fromLatin1(format.ending));
    }
    return tl::unexpected(
        badInput(QStringLiteral("recording"),
                 sentence(QT_TRANSLATE_NOOP(
                              "Core", "%1 is no recording that this build reads: those are %2, and gzip of captures."),
                          path, endings.join(QLatin1String(", ")))));
}

} // namespace

std::vector<RecoveredTranscript> ImportedRecording::all() const {
    std::vector<RecoveredTranscript> all{file};
    all.insert(all.end(), conversations.begin(), conversations.end());
    return all;
}

std::vector<SourcePart> ImportedRecording::parts() const {
    std::vector<SourcePart> parts;
    for (const RecoveredTranscript& one : conversations)
        parts.push_back({.id = static_cast<EndpointId>(one.label.value(QStringLiteral("id")).toInteger()),
                         .name = one.label.value(QStringLiteral("name")).toString(),
                         .transcript = one.transcript});
    return parts;
}

Result<ImportedRecording> readRecording(const QString& path, ImportProgress* progress) {
    QFile file(path);
    const QString why = whyNoInputFile(path);
    if (!why.isEmpty() || !file.open(QIODevice::ReadOnly))
        return tl::unexpected(Error{.id = ErrorId::NotFound,
                                    .situation = QStringLiteral("recording"),
                                    .detail = sentence(QT_TRANSLATE_NOOP("Core", "%1 cannot be read: %2."), path,
                                                       why.isEmpty() ? file.errorString() : why)});
    if (progress != nullptr)
        progress->size = file.size();
    std::shared_ptr<RunDirectory> directory;
    if (file.size() > importBudget / 8 || file.peek(2) == "\x1f\x8b") { // small ones need no disk
        auto made = RunDirectory::create(QDir::tempPath() + QStringLiteral("/socketwright-import"));
        if (!made)
            return tl::unexpected(made.error());
        directory = std::move(*made);
    }
    auto store = std::make_shared<TranscriptStore>(StoreOptions{
        .directory = directory ? directory->path() : QString(), .budget = importBudget, .holds = directory});
    TranscriptSink sink(store, progress);
    const auto read = readInto(path, file, sink);
    store->flush();
    if (!store->isRecording())
        sink.problem(QStringLiteral("Only a part was read: %1").arg(store->stopReason().detail));
    ImportedRecording recording = sink.take(path);
    store->flush();
    store->keepFiles(); // until the directory goes
    store->close();
    store->raiseWatermark(std::numeric_limits<qint64>::max());
    if (!read)
        return tl::unexpected(read.error());
    return recording;
}

} // namespace sw
