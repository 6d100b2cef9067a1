// SPDX-License-Identifier: MIT
#include "core/transcript/pattern.h"
#include "core/transcript/search.h"

#include <QElapsedTimer>
#include <QRandomGenerator>
#include <QtTest/QtTest>

using namespace sw;

namespace {

SearchQuery bytes(const QByteArray& needle) {
    return {.needle = needle};
}

SearchQuery pattern(const QString& text) {
    return {.form = SearchQuery::Form::Pattern, .pattern = text};
}

} // namespace

class SearchTest : public QObject {
    Q_OBJECT

private:
    std::shared_ptr<Transcript> m_transcript;
    RecordSource m_source;

    void received(const QByteArray& bytes, quint8 flags = NoFlag) {
        m_transcript->append(RecordKind::Received, bytes, Timestamp::now(), flags);
    }
    void sent(const QByteArray& bytes) { m_transcript->append(RecordKind::Sent, bytes, Timestamp::now()); }

    SearchResult find(const SearchQuery& query) {
        m_source.update();
        auto searcher = Searcher::create(query);
        if (!searcher)
            return {};
        const std::atomic<bool> cancelled{false};
        return (*searcher)->run(m_source, std::chrono::hours(1), cancelled);
    }

private slots:
    void init() {
        m_transcript = std::make_shared<Transcript>(std::make_shared<TranscriptStore>());
        m_source = RecordSource({{.id = EndpointId::None, .name = {}, .transcript = m_transcript}});
    }

    void findsBytesWithTheirPlaces() {
        received("GET / HTTP/1.0\r\nget");
        m_transcript->appendEvent(EventKind::Opened, {{Fact::Text, QStringLiteral("GET in an event")}},
                                  Timestamp::now());
        sent(QByteArray("\0GET\0GET", 8));
        const SearchResult result = find(bytes("GET"));
        QCOMPARE(result.total, 3U);
        QCOMPARE(result.matches.at(0), (SearchMatch{0, 0, 3}));
        QCOMPARE(result.matches.at(1), (SearchMatch{2, 1, 3}));
        QCOMPARE(result.matches.at(2), (SearchMatch{2, 5, 3}));
        QCOMPARE(result.searched, 3U);
        QCOMPARE(find({.needle = "gEt", .caseSensitive = false}).total, 4U);
        QCOMPARE(find(bytes("")).total, 0U);
    }

    void goesAcrossTheRecordsOfOneDirection() {
        received("nee");
        sent("dle that is not");
        received("dle");
        const SearchResult result = find(bytes("needle"));
        QCOMPARE(result.total, 1U);
        QCOMPARE(result.matches.size(), std::size_t(2));
        QCOMPARE(result.matches.at(0), (SearchMatch{0, 0, 3, false}));
        QCOMPARE(result.matches.at(1), (SearchMatch{2, 0, 3, true}));
        QCOMPARE(find(pattern(QStringLiteral("ne+d.e"))).total, 1U);
    }

    void goesAcrossManyTinyRecords() {
        for (const char c : QByteArray("xxneedlexxneedle"))
            received(QByteArray(1, c));
        QCOMPARE(find(bytes("needle")).total, 2U);
        QCOMPARE(find(pattern(QStringLiteral("n[a-z]{4}e"))).total, 2U);
    }

    void datagramsStandForThemselves() {
        received("nee", DatagramFlag);
        received("dle", DatagramFlag);
        received("needle", DatagramFlag);
        QCOMPARE(find(bytes("needle")).total, 1U);
        QCOMPARE(find(pattern(QStringLiteral("needle"))).total, 1U);
    }

    void matchesDoNotOverlap() {
        received("aaa");
        received("aaa");
        QCOMPARE(find(bytes("aa")).total, 3U);
        received("a");
        received("aab");
        QCOMPARE(find(bytes("aab")).total, 1U);
    }

    /// Cut anywhere, a stream gives the same matches.
    void cutsMakeNoDifference() {
        QRandomGenerator random(7);
        QByteArray text;
        for (int i = 0; i < 3000; ++i)
            text += random.bounded(9) == 0 ? QByteArray("ab-ba") : QByteArray(1, "ab-\n"[random.bounded(4)]);
        for (const char* needle : {"ab-ba", "a", "--", "b\na"}) {
            quint64 expected = 0;
            for (qsizetype at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + qstrlen(needle)))
                ++expected;
            for (int round = 0; round < 20; ++round) {
                init();
                for (qsizetype at = 0; at < text.size();) {
                    const qsizetype size = random.bounded(1, round < 10 ? 8 : 400);
                    received(text.mid(at, size));
                    if (random.bounded(3) == 0)
                        sent("ab-ba");
                    at += size;
                }
                SearchQuery query = bytes(needle);
                SearchResult result = find(query);
                QCOMPARE(result.searched, m_source.count());
                quint64 inReceived = 0;
                for (const SearchMatch& match : result.matches) {
                    if (!match.isContinued && m_source.header(match.record).kind == RecordKind::Received)
                        ++inReceived;
                }
                QCOMPARE(inReceived, expected);
            }
        }
    }

    void goesOnAsMoreIsRecorded() {
        received("first needle, ne");
        m_source.update();
        const auto searcher = *Searcher::create(bytes("needle"));
        const std::atomic<bool> cancelled{false};
        QCOMPARE(searcher->run(m_source, std::chrono::seconds(1), cancelled).total, 1U);
        received("edle");
        m_source.update();
        const SearchResult more = searcher->run(m_source, std::chrono::seconds(1), cancelled);
        QCOMPARE(more.total, 1U);
        QCOMPARE(more.matches.front(), (SearchMatch{0, 14, 2, false}));
        QVERIFY(searcher->isDone(m_source));
    }

    void anUnfinishedLineIsFoundOnce() {
        received("login: ");
        m_source.update();
        const auto searcher = *Searcher::create(pattern(QStringLiteral("log\\w+|password")));
        const std::atomic<bool> cancelled{false};
        QCOMPARE(searcher->run(m_source, std::chrono::seconds(1), cancelled).total, 1U);
        received("me\npassword");
        m_source.update();
        QCOMPARE(searcher->run(m_source, std::chrono::seconds(1), cancelled).total, 1U);
    }

    void wholeWordsAndUnicodeCase() {
        received("cat concat cat_ (cat) Stra\xc3\x9f\x65 \xc3\x89t\xc3\xa9\n");
        QCOMPARE(find({.needle = "cat", .wholeWord = true}).total, 2U);
        QCOMPARE(find({.needle = "\xc3\xa9t\xc3\xa9", .caseSensitive = false}).total, 1U);
        const SearchResult result = find(pattern(QStringLiteral("\\bt?é\\b")));
        QCOMPARE(result.total, 0U);
        const SearchResult last = find(pattern(QStringLiteral(".t.$")));
        QCOMPARE(last.total, 1U);
        QCOMPARE(last.matches.front().size, 5U); // in bytes
    }

    void invalidUtf8KeepsItsPlaces() {
        received("\xff\xfe ok \xc3 here\n");
        const SearchResult result = find(pattern(QStringLiteral("h.re")));
        QCOMPARE(result.matches.front(), (SearchMatch{0, 8, 4}));
        QCOMPARE(find(bytes("\xff\xfe")).total, 1U);
    }

    void patternsSayWhereTheyAreWrong() {
        const auto searcher = Searcher::create(pattern(QStringLiteral("ab(c")));
        QVERIFY(!searcher);
        QCOMPARE(searcher.error().position, 4);
    }

    void requiredBytesAreRight_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QByteArray>("expected");
        QTest::newRow("plain") << QStringLiteral("error") << QByteArray("error");
        QTest::newRow("optional last") << QStringLiteral("errors?") << QByteArray("error");
        QTest::newRow("class") << QStringLiteral("[a-z]+ failed: \\d+") << QByteArray(" failed: ");
        QTest::newRow("class with bracket") << QStringLiteral("[]x]abc[^]y]d") << QByteArray("abc");
        QTest::newRow("group") << QStringLiteral("(abcdef)?xy") << QByteArray("xy");
        QTest::newRow("alternative") << QStringLiteral("abc|def") << QByteArray();
        QTest::newRow("counted") << QStringLiteral("abc{0,3}de") << QByteArray("ab");
        QTest::newRow("hex escape") << QStringLiteral("\\x41bc") << QByteArray();
        QTest::newRow("named class") << QStringLiteral("[[:digit:]]+") << QByteArray();
        QTest::newRow("escape in class") << QStringLiteral("[\\]a]foo") << QByteArray();
        QTest::newRow("escape") << QStringLiteral("a\\.b\\w") << QByteArray("a.b");
    }
    void requiredBytesAreRight() {
        QFETCH(QString, text);
        QFETCH(QByteArray, expected);
        QCOMPARE(requiredBytes(text), expected);
    }

    void bytesAreFoundWhateverTheyAre() {
        QRandomGenerator random(11);
        for (int round = 0; round < 400; ++round) {
            QByteArray text(random.bounded(2000), '\0');
            const int letters = 1 + random.bounded(5);
            for (char& c : text)
                c = static_cast<char>(random.bounded(letters));
            QByteArray needle(1 + random.bounded(7), '\0');
            for (char& c : needle)
                c = static_cast<char>(random.bounded(letters));
            const ByteSearch search(needle);
            qsizetype from = 0;
            for (;;) {
                const qsizetype expected = text.indexOf(needle, from);
                QCOMPARE(search.find(text, from), expected);
                if (expected < 0)
                    break;
                from = expected + 1;
            }
        }
    }

    void catastrophicPatternsAreBounded_data() {
        QTest::addColumn<QString>("text");
        const QStringList patterns{
            QStringLiteral("(a+)+$"),
            QStringLiteral("([a-zA-Z]+)*$"),
            QStringLiteral("(a|aa)+$"),
            QStringLiteral("(a|a?)+$"),
            QStringLiteral("(.*a){12}$"),
            QStringLiteral("^(a+)*b"),
            QStringLiteral("(a*)*b"),
            QStringLiteral("(a+a+)+y"),
            QStringLiteral("((a{0,5}){0,5})*[c]"),
            QStringLiteral("(.*)*(.*)*(.*)*z"),
            QStringLiteral("(?:a*)*?b"),
            QStringLiteral("(x+x+)+y|(a+a+)+y"),
            QStringLiteral("^(([a-z])+.)+[A-Z]([a-z])+$"),
            QStringLiteral("(\\w+\\s?)*!"),
            QStringLiteral("(a?){40}a{40}z"),
            QStringLiteral("(\\w*)*\\d"),
            QStringLiteral("a*a*a*a*a*a*b"),
            QStringLiteral(".*.*.*=.*z"),
            QStringLiteral("(?=(a+))a*b\\1"),
            QStringLiteral("((a+)b?)*c"),
        };
        for (const QString& one : patterns)
            QTest::newRow(qPrintable(one)) << one;
    }
    void catastrophicPatternsAreBounded() {
        QFETCH(QString, text);
        for (int i = 0; i < 16; ++i)
            received(QByteArray(65536, 'a') + "!bczy0=A"); // a megabyte without a line feed, and what nearly fits
        QElapsedTimer time;
        time.start();
        const SearchResult result = find(pattern(text));
        QVERIFY2(time.elapsed() <= 3000,
                 qPrintable(QString::number(time.elapsed()))); // the bench has the promise's 1 s
        QVERIFY(result.error.has_value() || result.searched == m_source.count());
        if (result.error)
            QVERIFY(result.error->detail.toText().contains(QStringLiteral("too many steps")));
        qInfo() << time.elapsed() << "ms" << (result.error ? "given up" : "done");
    }
};

QTEST_GUILESS_MAIN(SearchTest)
#include "tst_search.moc"
