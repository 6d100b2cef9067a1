// SPDX-License-Identifier: MIT
#include "core/endpoint/eventlimit.h"

#include <QtTest/QtTest>

using namespace sw;

/// How many events of others' making are recorded, and that the rest is counted.
class EventLimitTest : public QObject {
    Q_OBJECT

private slots:
    void afterSoManyTheRestIsCounted() {
        EventLimit limit;
        int recorded = 0;
        for (int i = 0; i < 1000; ++i)
            recorded += limit.admits(EventKind::Dropped, std::chrono::milliseconds(i), 3) ? 1 : 0;
        QCOMPARE(recorded, EventLimit::most);
        const auto rest = limit.takeRest();
        QCOMPARE(rest.size(), std::size_t(1));
        QCOMPARE(rest[0].kind, EventKind::Dropped);
        QCOMPARE(rest[0].events, quint64(1000 - EventLimit::most));
        QCOMPARE(rest[0].count, quint64(3 * (1000 - EventLimit::most)));
        QVERIFY(!limit.hasRest());
    }

    void kindsAreCountedByThemselves() {
        EventLimit limit;
        for (int i = 0; i < 1000; ++i)
            (void)limit.admits(EventKind::DatagramError, std::chrono::seconds(0), 1);
        QVERIFY(limit.admits(EventKind::NotSent, std::chrono::seconds(0), 1));
    }

    void slowOnesAreAllRecorded() {
        EventLimit limit;
        for (int i = 0; i < 1000; ++i)
            QVERIFY(limit.admits(EventKind::Warning, std::chrono::seconds(i), 1));
        QVERIFY(!limit.hasRest());
    }

    /// Until it was told what was left out: otherwise that would stand behind younger ones.
    void nothingIsRecordedWhileARestWaits() {
        EventLimit limit;
        for (int i = 0; i <= EventLimit::most; ++i)
            (void)limit.admits(EventKind::NotSent, std::chrono::seconds(0), 1);
        QVERIFY(!limit.admits(EventKind::NotSent, std::chrono::seconds(100), 1));
        QCOMPARE(limit.takeRest().at(0).events, quint64(2));
        QVERIFY(limit.admits(EventKind::NotSent, std::chrono::seconds(100), 1));
    }

    void onlyWhatOthersCanCauseIsLimited() {
        QVERIFY(EventLimit::concerns(EventKind::DatagramError));
        for (const EventKind kind :
             {EventKind::Closed, EventKind::Accepted, EventKind::Refused, EventKind::BehaviourLog})
            QVERIFY(!EventLimit::concerns(kind));
    }
};

QTEST_GUILESS_MAIN(EventLimitTest)
#include "tst_eventlimit.moc"
