// SPDX-License-Identifier: MIT
#include "core/transcript/filter.h"
#include "core/transcript/recovery.h"

#include <QDir>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QtTest/QtTest>

#include <atomic>
#include <thread>

using namespace sw;

namespace {

constexpr qint64 smallBudget = 16LL << 20U;

/// The bytes that record number `i` of these tests holds; sizes from 0 to about 3 KiB.
QByteArray bytesOf(RecordIndex i) {
    QByteArray bytes(static_cast<qsizetype>(i * 7919 % 3001), static_cast<char>('a' + i % 26));
    if (bytes.size() >= 8)
        qToLittleEndian<quint64>(i, bytes.data());
    return bytes;
}

} // namespace

class StoreTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_directory;

    std::shared_ptr<TranscriptStore> makeStore(qint64 quota = 0) {
        return std::make_shared<TranscriptStore>(StoreOptions{.directory = m_directory->path(),
                                                              .budget = smallBudget,
                                                              .quota = quota,
                                                              .interval = std::chrono::milliseconds(5)});
    }
    /// Appends as an endpoint does: not while the journal lags.
    static void append(Transcript& transcript, RecordIndex i) {
        while (!transcript.store()->hasRoom())
            std::this_thread::yield();
        transcript.append(i % 3 == 0 ? RecordKind::Sent : RecordKind::Received, bytesOf(i), Timestamp::now());
    }

private slots:
    void init() { m_directory = std::make_unique<QTemporaryDir>(); }

    void readsBackWhatLeftMemory() {
        const auto store = makeStore();
        auto transcript = std::make_shared<Transcript>(store);
        constexpr RecordIndex count = 60'000; // about 90 MB
        qint64 most = 0;
        for (RecordIndex i = 0; i < count; ++i) {
            append(*transcript, i);
            most = std::max(most, store->memory());
        }
        QVERIFY2(most <= smallBudget * 17 / 16, qPrintable(QString::number(most)));
        const TranscriptReader reader(transcript);
        for (RecordIndex i = 0; i < count; ++i) { // forwards, as a search does
            if (reader.at(i).bytes != bytesOf(i))
                QFAIL(qPrintable(QString::number(i)));
        }
        QRandomGenerator random(3);
        for (int i = 0; i < 2000; ++i) { // anywhere, as a scroll bar does
            const auto index = static_cast<RecordIndex>(random.bounded(static_cast<int>(count)));
            if (reader.at(index).bytes != bytesOf(index))
                QFAIL(qPrintable(QString::number(index)));
        }
        QVERIFY(store->memory() <= smallBudget * 17 / 16);
        store->close();
    }

    void piecesAreLargeHoweverTheWriterRuns() {
        const auto store = makeStore();
        auto transcript = std::make_shared<Transcript>(store);
        const QByteArray line(64, 'l');
        for (int i = 0; i < 400'000; ++i) {
            while (!store->hasRoom())
                std::this_thread::yield();
            transcript->append(RecordKind::Received, line, Timestamp::now());
        }
        store->flush();
        // 96 bytes a record; a piece of its own for each would be 50 % more
        QVERIFY2(store->journaled() < 400'000U * 96 * 12 / 10, qPrintable(QString::number(store->journaled())));
        store->close();
    }

    void viewsOutliveTheSegment() {
        const auto store = makeStore();
        auto transcript = std::make_shared<Transcript>(store);
        append(*transcript, 5);
        const RecordView held = TranscriptReader(transcript).at(0);
        for (RecordIndex i = 0; i < 30'000; ++i)
            append(*transcript, i);
        QCOMPARE(held.bytes.toByteArray(), bytesOf(5));
        store->close();
    }

    void readersOnOtherThreadsSeeEveryRecord() {
        const auto store = makeStore();
        auto transcript = std::make_shared<Transcript>(store);
        std::atomic<bool> done{false};
        std::atomic<quint64> bad{0};
        std::vector<std::thread> readers;
        for (unsigned r = 0; r < 3; ++r) {
            readers.emplace_back([&, r] {
                const TranscriptReader reader(transcript);
                QRandomGenerator random(r);
                RecordIndex next = 0;
                while (!done || next < reader.count()) {
                    for (; next < reader.count(); ++next) {
                        if (reader.at(next).bytes != bytesOf(next))
                            ++bad;
                        const auto any = static_cast<RecordIndex>(random.bounded(static_cast<int>(next + 1)));
                        if (next % 64 == 0 && reader.at(any).bytes != bytesOf(any))
                            ++bad;
                    }
                }
            });
        }
        for (RecordIndex i = 0; i < 40'000; ++i)
            append(*transcript, i);
        done = true;
        for (std::thread& reader : readers)
            reader.join();
        QCOMPARE(bad.load(), 0U);
        store->close();
    }

    void manySmallTranscriptsStayInTheBudget() {
        const auto store = makeStore();
        std::vector<std::shared_ptr<Transcript>> transcripts;
        for (int i = 0; i < 1000; ++i)
            transcripts.push_back(std::make_shared<Transcript>(store));
        for (RecordIndex round = 0; round < 30; ++round) {
            for (const auto& transcript : transcripts) {
                append(*transcript, round + 400);
                transcript->seal(); // as the engine does with idle ones when memory runs short
            }
        }
        store->flush();
        QVERIFY2(store->memory() < smallBudget, qPrintable(QString::number(store->memory())));
        for (const auto& transcript : transcripts) {
            const TranscriptReader reader(transcript);
            for (RecordIndex round = 0; round < 30; ++round)
                QCOMPARE(reader.at(round).bytes.toByteArray(), bytesOf(round + 400));
        }
        store->close();
    }

    void indexesOfIdleTranscriptsLeaveMemoryToo() {
        const auto store = makeStore();
        std::vector<std::shared_ptr<Transcript>> transcripts;
        for (int i = 0; i < 200; ++i) { // 200 times 128 KiB of index is more than the budget
            transcripts.push_back(std::make_shared<Transcript>(store));
            for (int record = 0; record < 2800; ++record) {
                while (!store->hasRoom())
                    std::this_thread::yield();
                transcripts.back()->append(RecordKind::Received, "x", Timestamp::now());
            }
            transcripts.back()->seal(); // as the engine does when an endpoint has ended
        }
        QTRY_VERIFY2(store->hasRoom(), qPrintable(QString::number(store->memory())));
        for (const auto& transcript : transcripts) {
            const TranscriptReader reader(transcript);
            QCOMPARE(reader.count(), 2800U);
            QCOMPARE(reader.at(0).bytes.toByteArray(), QByteArray("x"));
            QCOMPARE(reader.at(2799).bytes.toByteArray(), QByteArray("x"));
            transcript->append(RecordKind::Note, "later", Timestamp::now());
            QCOMPARE(reader.at(2800).bytes.toByteArray(), QByteArray("later"));
        }
        store->close();
    }

    void aRecordOfAnySizeIsWhole() {
        const auto store = makeStore();
        auto transcript = std::make_shared<Transcript>(store);
        const std::vector<int> sizes{0, 1, 4096, 524'288, 524'289, 3'000'000, 0, 9'000'000, 17};
        for (const int size : sizes)
            transcript->append(RecordKind::Received, QByteArray(size, 'q'), Timestamp::now());
        transcript->seal();
        for (RecordIndex i = 0; i < 20'000; ++i)
            append(*transcript, i);
        const TranscriptReader reader(transcript);
        for (std::size_t i = 0; i < sizes.size(); ++i)
            QCOMPARE(reader.at(i).bytes.toByteArray(), QByteArray(sizes[i], 'q'));
        store->close();
    }

    void aFullDiskStopsRecordingLoudlyAndItGoesOnWhenTold() {
        const auto store = makeStore(24LL << 20U);
        std::atomic<int> stopped{0};
        store->setHandlers({.hasRoomAgain = [] {}, .stopped = [&](const Error&) { ++stopped; }, .resumed = [] {}});
        auto transcript = std::make_shared<Transcript>(store);
        RecordIndex i = 0;
        qint64 most = 0;
        for (; i < 60'000; ++i) {
            append(*transcript, i);
            most = std::max(most, store->memory());
        }
        QTRY_COMPARE(stopped.load(), 1);
        QVERIFY(!store->isRecording());
        QCOMPARE(store->stopReason().id, ErrorId::WriteFailed);
        QVERIFY(store->unrecorded() > 0);
        QVERIFY(most <= smallBudget * 17 / 16);
        const TranscriptReader reader(transcript);
        RecordIndex mark = 0;
        while (mark < reader.count() && reader.header(mark).event != EventKind::RecordingStopped)
            ++mark;
        QVERIFY(mark < reader.count());
        QVERIFY(reader.at(mark).text().contains(QStringLiteral("quota")));
        for (RecordIndex old = 0; old < mark; ++old) // what was there stays readable
            QCOMPARE(reader.at(old).bytes.toByteArray(), bytesOf(old));
        store->resume();
        QTRY_VERIFY(store->isRecording() || stopped.load() == 2); // and stops again: the quota is still reached
        QTRY_COMPARE(stopped.load(), 2);
        store->close();
    }

    void receivingGoesOnWhileNothingIsRecorded() {
        const auto store = makeStore(1);
        auto transcript = std::make_shared<Transcript>(store);
        transcript->append(RecordKind::Received, "first", Timestamp::now());
        QTRY_VERIFY(!store->isRecording());
        const auto space = transcript->writeSpace(2048);
        QVERIFY(space.size() >= 2048);
        std::fill_n(space.data(), 100, 'x');
        QCOMPARE(transcript->commit(RecordKind::Received, 100, Timestamp::now()).toByteArray(), QByteArray(100, 'x'));
        QCOMPARE(transcript->unrecorded(), 100U);
        QCOMPARE(transcript->count(), 2U); // the first record, and the mark
        store->close();
    }

    /// To sort, to count or to filter by length a long session, its bytes are not read.
    void headersComeWithoutTheirBytes() {
        constexpr RecordIndex count = 300; // one piece
        const auto store = makeStore();
        auto transcript = std::make_shared<Transcript>(store);
        for (RecordIndex i = 0; i < count; ++i)
            append(*transcript, i);
        store->flush();
        std::vector<JournaledTranscript> journaled = scanJournal(m_directory->path());
        QCOMPARE(journaled.size(), std::size_t(1));
        const std::vector<Extent> extents = journaled.front().extents;
        auto later = std::make_shared<Transcript>(std::make_shared<TranscriptStore>(), extents);
        const Extent& last = extents.back();
        const QDir directory(m_directory->path());
        QFile file(directory.filePath(directory.entryList({QStringLiteral("*.swj")}, QDir::Files).last()));
        QVERIFY(file.resize(static_cast<qint64>(last.position + sizeof(PieceHeader) + last.indexSize())));

        const TranscriptReader reader(later);
        QCOMPARE(reader.count(), count);
        for (RecordIndex i = 0; i < count; ++i)
            QCOMPARE(reader.header(i).size, static_cast<quint32>(bytesOf(i).size()));
        QVERIFY(!reader.at(count - 1).isValid()); // only what asks for bytes misses them
        RecordSource source;
        source.addPart({.id = EndpointId::None, .name = QStringLiteral("x"), .transcript = later});
        source.update();
        const auto filter = Filter::parse(QStringLiteral("dir:sent (len>2000 or is:empty)"), 0);
        QVERIFY(filter);
        std::size_t expected = 0;
        for (RecordIndex i = 0; i < count; i += 3)
            expected += bytesOf(i).size() > 2000 || bytesOf(i).isEmpty() ? 1 : 0;
        QCOMPARE(filterRecords(source, 0, count, *filter, {}, std::atomic<bool>(false)).size(), expected);
        store->close();
    }

    void aKilledRunIsRebuiltFromItsJournal() {
        const auto store = makeStore();
        auto transcript = std::make_shared<Transcript>(store);
        auto gone = std::make_shared<Transcript>(store);
        transcript->setLabel({{Fact::Name, QStringLiteral("first")}});
        transcript->setLabel({{Fact::Name, QStringLiteral("second")}});
        gone->append(RecordKind::Received, "closed by the user", Timestamp::now());
        store->flush();
        gone.reset();
        for (RecordIndex i = 0; i < 30'000; ++i)
            append(*transcript, i);
        store->flush();
        // a torn piece at the end, as a kill in the middle of a write leaves it
        QDir directory(m_directory->path());
        const QStringList files = directory.entryList({QStringLiteral("*.swj")}, QDir::Files);
        QVERIFY(!files.isEmpty());
        const auto before = TranscriptReader(transcript).count();
        QFile last(directory.filePath(files.last()));
        QVERIFY(last.open(QIODevice::ReadWrite));
        QVERIFY(last.resize(last.size() - 70'000));
        last.close();

        const auto recovered = openKilledRun({.directory = m_directory->path(), .started = {}, .lastWritten = {}});
        QCOMPARE(recovered.size(), std::size_t(1));
        QCOMPARE(recovered.front().label.value(QStringLiteral("name")).toString(), QStringLiteral("second"));
        const TranscriptReader reader(recovered.front().transcript);
        QVERIFY(reader.count() > before * 9 / 10);
        QVERIFY(reader.count() < before);
        for (RecordIndex i = 0; i < reader.count(); ++i)
            QCOMPARE(reader.at(i).bytes.toByteArray(), bytesOf(i));
        store->close();
    }

    void everyKindOfEventIsReadBack() {
        const auto store = makeStore();
        auto transcript = std::make_shared<Transcript>(store);
        constexpr int kinds = static_cast<int>(lastEventKind);
        for (int kind = 1; kind <= kinds; ++kind)
            transcript->appendEvent(static_cast<EventKind>(kind), {{Fact::Number, kind}}, Timestamp::now());
        store->flush();
        const auto recovered = openKilledRun({.directory = m_directory->path(), .started = {}, .lastWritten = {}});
        QCOMPARE(recovered.size(), std::size_t(1));
        const TranscriptReader reader(recovered.front().transcript);
        QCOMPARE(reader.count(), static_cast<RecordIndex>(kinds));
        for (int kind = 1; kind <= kinds; ++kind) {
            const RecordView record = reader.at(kind - 1);
            QVERIFY(record.isValid());
            QCOMPARE(record.header.event, static_cast<EventKind>(kind));
            QCOMPARE(*record.facts().number(Fact::Number), kind);
        }
        store->close();
    }

    void runsAreFoundOnlyWhenTheyAreDead() {
        const QString base = m_directory->filePath(QStringLiteral("runs"));
        auto alive = RunDirectory::create(base);
        QVERIFY(alive.has_value());
        QCOMPARE(QFileInfo(base).permissions() & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
        QVERIFY(SpillFile::create((*alive)->path() + QStringLiteral("/journal-000000.swj")).has_value());
        QVERIFY(findKilledRuns(base).empty());
        const QString dead = base + QStringLiteral("/run-20260131-120000-1");
        QVERIFY(QDir().mkdir(dead));
        QFile file(dead + QStringLiteral("/journal-000000.swj"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("not a journal");
        file.close();
        const auto runs = findKilledRuns(base);
        QCOMPARE(runs.size(), std::size_t(1));
        QCOMPARE(runs.front().started, QDateTime(QDate(2026, 1, 31), QTime(12, 0)));
        QVERIFY(openKilledRun(runs.front()).empty());
        QVERIFY(removeKilledRun(runs.front()));
        QVERIFY(!QDir(dead).exists());
        const QString path = (*alive)->path();
        alive->reset();
        QVERIFY(!QDir(path).exists());
    }

    void filesArePrivateAndNeverReplaceOthers() {
        const QString path = m_directory->filePath(QStringLiteral("journal-000000.swj"));
        const auto file = SpillFile::create(path);
        QVERIFY(file.has_value());
        QCOMPARE(QFile::permissions(path) & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
        QVERIFY(!SpillFile::create(path).has_value());
    }
};

QTEST_GUILESS_MAIN(StoreTest)
#include "tst_store.moc"
