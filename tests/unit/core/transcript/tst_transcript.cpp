// SPDX-License-Identifier: MIT
#include "core/transcript/transcript.h"

#include <QRandomGenerator>
#include <QtTest/QtTest>

#include <atomic>
#include <thread>

using namespace sw;

class TranscriptTest : public QObject {
    Q_OBJECT

private:
    std::shared_ptr<TranscriptStore> m_store = std::make_shared<TranscriptStore>();

    std::shared_ptr<Transcript> make() { return std::make_shared<Transcript>(m_store); }

private slots:
    void readsBackWhatWasRecorded() {
        auto transcript = make();
        transcript->append(RecordKind::Received, "abc", Timestamp::now());
        transcript->append(RecordKind::Sent, "", Timestamp::now(), DatagramFlag);
        transcript->appendEvent(EventKind::Opened, {{Fact::Text, QStringLiteral("hello")}}, Timestamp::now());
        const TranscriptReader reader(transcript);
        QCOMPARE(reader.count(), 3U);
        QCOMPARE(reader.at(0).bytes.toByteArray(), QByteArray("abc"));
        QVERIFY(reader.at(1).isValid());
        QCOMPARE(reader.at(1).header.flags, quint8(DatagramFlag));
        QCOMPARE(reader.at(2).text(), QStringLiteral("hello"));
        QCOMPARE(reader.at(2).header.event, EventKind::Opened);
    }

    void survivesSegmentsThatWereNotFilled() {
        // a large request abandons the rest of a segment; readers that cached it must not look there for what follows
        auto transcript = make();
        const TranscriptReader reader(transcript);
        for (int i = 0; i < 200; ++i) {
            transcript->append(RecordKind::Sent, QByteArray(100, static_cast<char>('a' + i % 26)), Timestamp::now());
            const auto space = transcript->writeSpace(2048);
            std::fill_n(space.data(), 7, 'Z');
            transcript->commit(RecordKind::Received, 7, Timestamp::now());
            QCOMPARE(reader.at(transcript->count() - 1).bytes.toByteArray(), QByteArray("ZZZZZZZ"));
            QCOMPARE(reader.at(transcript->count() - 2).bytes.toByteArray(),
                     QByteArray(100, static_cast<char>('a' + i % 26)));
        }
    }

    void keepsEverySizeWhole() {
        auto transcript = make();
        QRandomGenerator random(5);
        std::vector<QByteArray> written;
        for (int i = 0; i < 600; ++i) {
            QByteArray bytes(random.bounded(i % 50 == 0 ? 300'000 : 900), '\0');
            for (char& c : bytes)
                c = static_cast<char>(random.bounded(256));
            written.push_back(bytes);
            transcript->append(RecordKind::Received, bytes, Timestamp::now());
        }
        const TranscriptReader reader(transcript);
        for (std::size_t i = written.size(); i-- > 0;)
            QCOMPARE(reader.at(i).bytes.toByteArray(), written[i]);
    }

    void readersNeverSeeHalfARecord() {
        auto transcript = make();
        std::atomic<bool> done{false};
        std::atomic<quint64> bad{0};
        std::vector<std::thread> readers;
        for (int r = 0; r < 3; ++r) {
            readers.emplace_back([&] {
                const TranscriptReader reader(transcript);
                RecordIndex next = 0;
                while (!done || next < reader.count()) {
                    for (; next < reader.count(); ++next) {
                        const RecordView record = reader.at(next);
                        const QByteArray wanted(static_cast<qsizetype>(next % 700), static_cast<char>(next % 251));
                        if (record.bytes != wanted)
                            ++bad;
                    }
                }
            });
        }
        for (int i = 0; i < 60'000; ++i)
            transcript->append(RecordKind::Received, QByteArray(i % 700, static_cast<char>(i % 251)), Timestamp::now());
        done = true;
        for (std::thread& reader : readers)
            reader.join();
        QCOMPARE(bad.load(), 0U);
    }

    void releasesMemoryButNotFromReaders() {
        const auto store = std::make_shared<TranscriptStore>(); // one that keeps no block of before
        auto transcript = std::make_shared<Transcript>(store);
        const TranscriptReader reader(transcript);
        transcript->append(RecordKind::Received, QByteArray(1000, 'x'), Timestamp::now());
        const RecordView held = reader.at(0);
        for (int i = 0; i < 20'000; ++i)
            transcript->append(RecordKind::Received, QByteArray(1000, 'y'), Timestamp::now());
        QVERIFY(store->memory() > 20'000'000);
        transcript->releaseBefore(transcript->count());
        QVERIFY(store->memory() < 10'000'000);
        QCOMPARE(held.bytes.toByteArray(), QByteArray(1000, 'x'));
        QVERIFY(!TranscriptReader(transcript).at(0).isValid());
        transcript->append(RecordKind::Received, "later", Timestamp::now());
        QCOMPARE(reader.at(transcript->count() - 1).bytes.toByteArray(), QByteArray("later"));
        transcript.reset();
    }

    void whatIsReleasedIsGoneHoweverLargeRecordsAre() {
        const auto store = std::make_shared<TranscriptStore>();
        auto transcript = std::make_shared<Transcript>(store);
        constexpr qsizetype size = 256 * 1024;
        qint64 peak = 0;
        for (int i = 0; i < 1000; ++i) {
            transcript->append(RecordKind::Received, QByteArray(size, static_cast<char>(i)), Timestamp::now());
            peak = std::max(peak, store->memory());
            transcript->releaseBefore(transcript->count());
        }
        QVERIFY2(peak < 16 * 1024 * 1024, qPrintable(QString::number(peak)));
        // what comes after the last that was released stays
        transcript->append(RecordKind::Received, "one", Timestamp::now());
        transcript->append(RecordKind::Received, "two", Timestamp::now());
        transcript->releaseBefore(1001);
        QCOMPARE(TranscriptReader(transcript).at(1001).bytes.toByteArray(), QByteArray("two"));
        transcript->releaseBefore(5000); // more than there are: all of them
        QCOMPARE(transcript->first(), RecordIndex(1002));
        transcript.reset();
    }

    void idleTranscriptsAreSmall() {
        const qint64 before = m_store->memory();
        auto transcript = make();
        for (int i = 0; i < 3; ++i)
            transcript->appendEvent(EventKind::Opened, {{Fact::Text, QStringLiteral("opened by 127.0.0.1:51514")}},
                                    Timestamp::now());
        QVERIFY(m_store->memory() - before <= 2048);
    }

    void eventNamesAreComplete() {
        QCOMPARE(eventName(EventKind::EndOfStream), QStringLiteral("end-of-stream"));
        QCOMPARE(eventName(EventKind::Closed), QStringLiteral("closed"));
        QCOMPARE(eventName(EventKind::DatagramError), QStringLiteral("datagram-error"));
    }
};

QTEST_GUILESS_MAIN(TranscriptTest)
#include "tst_transcript.moc"
