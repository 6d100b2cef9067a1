// SPDX-License-Identifier: MIT
#include "ui/buffer/rowindex.h"

#include "core/transcript/store.h"

#include <QRandomGenerator>
#include <QtTest/QtTest>

using namespace sw;
using namespace sw::ui;

class RowIndexTest : public QObject {
    Q_OBJECT

private:
    static std::vector<Row> rowsOf(const QByteArray& bytes, const RowRule& rule) {
        std::vector<Row> rows;
        for (qsizetype at = 0; at < bytes.size();) {
            const qsizetype size = rowSize(bytes, at, rule);
            rows.push_back({0, static_cast<quint32>(at), static_cast<quint32>(size)});
            at += size;
        }
        return rows;
    }

private slots:
    void breaksAtLineFeeds() {
        QCOMPARE(rowsOf("one\ntwo\n", {}), (std::vector<Row>{{0, 0, 4}, {0, 4, 4}}));
        QCOMPARE(rowsOf("one\n\ntwo", {}), (std::vector<Row>{{0, 0, 4}, {0, 4, 1}, {0, 5, 3}}));
    }

    void breaksLongLinesBetweenCharacters() {
        const RowRule rule{.breakAtLineFeed = true, .width = 4};
        QCOMPARE(rowsOf("abcdefgh", rule), (std::vector<Row>{{0, 0, 4}, {0, 4, 4}}));
        QCOMPARE(rowsOf("abc\xc3\xbc"
                        "d",
                        rule),
                 (std::vector<Row>{{0, 0, 3}, {0, 3, 3}}));
        QCOMPARE(rowsOf(QByteArray(9, '\x80'), rule),
                 (std::vector<Row>{{0, 0, 4}, {0, 4, 4}, {0, 8, 1}})); // no characters
    }

    void hexRowsAreEven() {
        QCOMPARE(rowsOf(QByteArray(33, '\n'), {.breakAtLineFeed = false, .width = 16}),
                 (std::vector<Row>{{0, 0, 16}, {0, 16, 16}, {0, 32, 1}}));
    }

    void rowsKnowTheirPlaceInTheStream() {
        auto store = std::make_shared<TranscriptStore>();
        auto transcript = std::make_shared<Transcript>(store);
        const auto now = Timestamp::now();
        transcript->append(RecordKind::Received, "abcd", now);
        transcript->append(RecordKind::Sent, "xyz", now);
        transcript->appendEvent(EventKind::Warning, {}, now);
        transcript->append(RecordKind::Received, QByteArray(20, 'r'), now);
        transcript->append(RecordKind::Sent, "w", now);
        RecordSource source({{.id = EndpointId{1}, .name = {}, .transcript = transcript}});
        source.update();
        RowIndex index({.breakAtLineFeed = false, .width = 16});
        index.update(source);
        std::vector<quint64> places;
        index.visit(source, 0, 100, [&](quint64, const Row& row) { places.push_back(row.stream + row.offset); });
        QCOMPARE(places, (std::vector<quint64>{0, 0, 0, 4, 20, 3})); // each direction counts by itself
    }

    void findsEveryRowOfManyRecords_data() {
        QTest::addColumn<bool>("breaks");
        QTest::addColumn<int>("width");
        QTest::newRow("text") << true << 512;
        QTest::newRow("hex") << false << 16;
        QTest::newRow("mixed") << true << 16;
    }
    void findsEveryRowOfManyRecords() {
        QFETCH(bool, breaks);
        QFETCH(int, width);
        auto transcript = std::make_shared<Transcript>(std::make_shared<TranscriptStore>());
        QRandomGenerator random(9);
        for (int i = 0; i < 3000; ++i) {
            QByteArray bytes(random.bounded(i % 100 == 0 ? 60'000 : 90), 'x');
            for (char& c : bytes)
                c = random.bounded(20) == 0 ? '\n' : static_cast<char>(random.bounded(32, 256));
            if (i % 7 == 0)
                transcript->appendEvent(EventKind::Opened, {{Fact::Text, QStringLiteral("e")}}, Timestamp::now());
            else
                transcript->append(RecordKind::Received, bytes, Timestamp::now());
        }
        RecordSource source({{.id = EndpointId::None, .name = {}, .transcript = transcript}});
        source.update();
        RowIndex index({.breakAtLineFeed = breaks, .width = width});
        while (!index.update(source, std::chrono::microseconds(0))) {
        }
        std::vector<Row> all;
        index.visit(source, 0, index.count(), [&](quint64 number, const Row& row) {
            QCOMPARE(number, quint64(all.size()));
            all.push_back(row);
        });
        QCOMPARE(quint64(all.size()), index.count());
        for (int i = 0; i < 300; ++i) {
            const auto number = static_cast<quint64>(random.bounded(static_cast<int>(all.size())));
            const Row& row = all[number];
            QCOMPARE(index.rowAt(source, number), row);
            QCOMPARE(index.rowOf(source, row.record, row.offset), number);
        }
    }

    void growsWithTheTranscript() {
        auto transcript = std::make_shared<Transcript>(std::make_shared<TranscriptStore>());
        RecordSource source({{.id = EndpointId::None, .name = {}, .transcript = transcript}});
        RowIndex index;
        for (int i = 1; i <= 50; ++i) {
            transcript->append(RecordKind::Sent, "a\nb\n", Timestamp::now());
            source.update();
            QVERIFY(index.update(source));
            QCOMPARE(index.count(), quint64(i) * 2);
        }
    }
};

QTEST_MAIN(RowIndexTest)
#include "tst_rowindex.moc"
