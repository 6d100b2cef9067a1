// SPDX-License-Identifier: MIT
#include "core/transcript/filter.h"

#include <QDateTime>
#include <QtTest/QtTest>

using namespace sw;

class FilterTest : public QObject {
    Q_OBJECT

private:
    RecordSource m_source;
    qint64 m_noon = QDateTime(QDate(2026, 1, 31), QTime(12, 0)).toMSecsSinceEpoch() * 1'000'000;

    QString taken(const QString& text) {
        const auto filter = Filter::parse(text, m_noon);
        if (!filter)
            return filter.error().detail;
        const std::atomic<bool> cancelled{false};
        const Filter::Context context{.isMarked = [](EndpointId, RecordIndex index) { return index == 2; }};
        QString list;
        for (const RecordIndex index : filterRecords(m_source, 0, m_source.count(), *filter, context, cancelled))
            list += QString::number(index);
        return list;
    }

private slots:
    void initTestCase() {
        auto transcript = std::make_shared<Transcript>(std::make_shared<TranscriptStore>());
        const auto at = [this](qint64 minutes) { return Timestamp{m_noon + minutes * 60'000'000'000, minutes + 1}; };
        transcript->append(RecordKind::Received, "GET / HTTP/1.1\r\n", at(-20));         // 0
        transcript->append(RecordKind::Sent, "HTTP/1.1 200 OK\r\nhello world", at(-15)); // 1
        transcript->append(RecordKind::Received, QByteArray(5000, '\x01'), at(-10));     // 2
        transcript->appendEvent(EventKind::Closed, {{Fact::Text, QStringLiteral("closed by the peer, get it")}},
                                at(-5));                                              // 3
        transcript->append(RecordKind::Received, "", at(-1), DatagramFlag | CutFlag); // 4
        m_source.addPart({.id = EndpointId::None, .name = QStringLiteral("10.0.0.1:5000"), .transcript = transcript});
        m_source.update();
    }

    void takesWhatIsMeant_data() {
        QTest::addColumn<QString>("filter");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* filter, const char* expected) {
            QTest::newRow(filter) << QString::fromUtf8(filter) << QString::fromLatin1(expected);
        };
        row("", "01234");
        row("dir:sent", "1");
        row("dir:in", "024");
        row("kind:event", "3");
        row("kind:data", "0124");
        row("len>100", "2");
        row("len<=4KiB dir:received", "04");
        row("len!=0", "0123");
        row("\"GET\"", "0");
        row("get", "03");
        row("GET", "0");
        row("http world", "1");
        row("world or \"GET\"", "01");
        row("(world or \"GET\") dir:in", "0");
        row("not kind:data", "3");
        row("-kind:data", "3");
        row("-(dir:in or dir:out)", "3");
        row("\"\\r\\n\"", "01");
        row("hex:0d0a48", "");
        row("hex:0d0a", "01");
        row("/^HTTP.*OK/", "1");
        row("/http/i", "01");
        row("/a\\/b|GET \\//", "0");
        row("peer:10.0.0.1", "01234");
        row("name:\"10.0.0.2\"", "");
        row("since:11:50", "234");
        row("since:-6m", "34");
        row("since:2026-01-31T11:50:00.000000001", "34");
        row("since:2026-01-31T11:50:00.0", "234");
        row("until:2026-01-31T11:45:00", "0");
        row("since:11:45 until:11:55", "12");
        row("event:closed", "3");
        row("is:marked", "2");
        row("is:cut", "4");
        row("is:empty", "4");
        row("is:datagram is:cut", "4");
        row("http://x", "");
        row("localhost:80", "");
        row("\"text:fox\"", "");
    }
    void takesWhatIsMeant() {
        QFETCH(QString, filter);
        QFETCH(QString, expected);
        QCOMPARE(taken(filter), expected);
    }

    void saysWhatIsWrongAndWhere_data() {
        QTest::addColumn<QString>("filter");
        QTest::addColumn<int>("position");
        const auto row = [](const char* filter, int position) {
            QTest::newRow(filter) << QString::fromUtf8(filter) << position;
        };
        row("dir:up", 4);
        row("text:fox", 0); // no key of ours
        row("a foo:bar", 2);
        row("x dir:", 6);
        row("len>many", 3);
        row("\"open", 0);
        row("a /b", 2);
        row("/(/", 2);
        row("/x/q", 0);
        row("(a", 0);
        row("a)", 1);
        row("not", 0);
        row("since:noon", 6);
        row("hex:zz", 4);
        row("event:party", 6);
        row("\"\\z\"", 1);
        row("()", 0);
        row("a or", 4);
        row("a and", 2);
        row("peer:", 5);
    }
    void saysWhatIsWrongAndWhere() {
        QFETCH(QString, filter);
        QFETCH(int, position);
        const auto parsed = Filter::parse(filter, m_noon);
        QVERIFY(!parsed);
        QCOMPARE(parsed.error().position, position);
        QVERIFY(!parsed.error().detail.isEmpty());
    }

    void depthIsBounded() {
        QVERIFY(!Filter::parse(QString(10'000, QLatin1Char('(')), m_noon));
        QVERIFY(!Filter::parse(QStringLiteral("not ").repeated(10'000) + QLatin1Char('x'), m_noon));
    }

    void completesTerms() {
        QCOMPARE(filterCompletions(QStringLiteral("x dir:s"), 7), QStringList{QStringLiteral("dir:sent")});
        QVERIFY(filterCompletions(QStringLiteral("-l"), 2).contains(QStringLiteral("-len>")));
        QVERIFY(filterCompletions(QStringLiteral("event:clo"), 9).contains(QStringLiteral("event:closed")));
        QVERIFY(filterCompletions(QString(), 0).isEmpty());
    }
};

QTEST_GUILESS_MAIN(FilterTest)
#include "tst_filter.moc"
