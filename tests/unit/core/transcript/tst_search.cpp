// SPDX-License-Identifier: MIT
#include "core/transcript/search.h"

#include <QtTest/QtTest>

using namespace sw;

class SearchTest : public QObject {
    Q_OBJECT

private:
    RecordSource m_source;

    SearchResult find(const QByteArray& needle, bool caseSensitive = true, RecordIndex from = 0) {
        const std::atomic<bool> cancelled{false};
        return searchRecords(m_source, from, {.needle = needle, .caseSensitive = caseSensitive}, cancelled);
    }

private slots:
    void initTestCase() {
        auto transcript = std::make_shared<Transcript>(std::make_shared<TranscriptStore>());
        transcript->append(RecordKind::Received, "GET / HTTP/1.0\r\nget", Timestamp::now());
        transcript->appendEvent(EventKind::Opened, {{QStringLiteral("text"), QStringLiteral("GET in an event")}},
                                Timestamp::now());
        transcript->append(RecordKind::Sent, QByteArray("\0GET\0GET", 8), Timestamp::now());
        m_source.addPart({.id = EndpointId::None, .name = {}, .transcript = transcript});
        m_source.update();
    }

    void findsBytesWithTheirPlaces() {
        const SearchResult result = find("GET");
        QCOMPARE(result.total, 3U);
        QCOMPARE(result.matches.at(0), (SearchMatch{0, 0, 3}));
        QCOMPARE(result.matches.at(1), (SearchMatch{2, 1, 3}));
        QCOMPARE(result.matches.at(2), (SearchMatch{2, 5, 3}));
        QCOMPARE(result.searched, 3U);
    }

    void foldsCaseWhenAsked() { QCOMPARE(find("gEt", false).total, 4U); }

    void goesOnWhereItStopped() { QCOMPARE(find("GET", true, 1).total, 2U); }

    void findsNothingForNothing() { QCOMPARE(find("").total, 0U); }

    void stopsWhenCancelled() {
        const std::atomic<bool> cancelled{true};
        QCOMPARE(searchRecords(m_source, 0, {.needle = "GET"}, cancelled).searched, 0U);
    }
};

QTEST_GUILESS_MAIN(SearchTest)
#include "tst_search.moc"
