// SPDX-License-Identifier: MIT
#include "core/transcript/throughput.h"
#include "ui/throughput/throughputplot.h"

#include <QtTest/QtTest>

using namespace sw;
using namespace sw::ui;

class ThroughputTest : public QObject {
    Q_OBJECT

private slots:
    void countsEachWayAndNothingTwice() {
        auto store = std::make_shared<TranscriptStore>();
        auto first = std::make_shared<Transcript>(store);
        auto second = std::make_shared<Transcript>(store);
        constexpr qint64 second0 = 5'000'000'000;
        for (qint64 i = 0; i < 100; ++i)
            first->append(RecordKind::Received, QByteArray(10, 'x'), {.wall = 0, .mono = second0 + i * 10'000'000});
        first->appendEvent(EventKind::Opened, {{Fact::Text, QStringLiteral("x")}}, {.wall = 0, .mono = second0});
        second->append(RecordKind::Sent, QByteArray(77, 'y'), {.wall = 0, .mono = second0 - 3'000'000'000}); // earlier
        ThroughputSeries series;
        series.add(static_cast<EndpointId>(1), first);
        QVERIFY(series.update(std::chrono::seconds(1)));
        series.add(static_cast<EndpointId>(2), second);
        QVERIFY(series.update(std::chrono::seconds(1)));
        QVERIFY(series.update(std::chrono::seconds(1)));
        const auto all = series.sums(series.start(), series.end(), 1).front();
        QCOMPARE(all.received, 1000U);
        QCOMPARE(all.sent, 77U);
        const auto halves = series.sums(second0, second0 + 1'000'000'000, 2);
        QCOMPARE(halves.at(0).received, 500U);
        QCOMPARE(halves.at(1).received, 500U);
    }

    void longSeriesGetWiderBins() {
        auto transcript = std::make_shared<Transcript>(std::make_shared<TranscriptStore>());
        for (qint64 day = 0; day < 10; ++day)
            transcript->append(RecordKind::Received, "abc", {.wall = 0, .mono = day * 86'400'000'000'000});
        ThroughputSeries series;
        series.add(static_cast<EndpointId>(1), transcript);
        QVERIFY(series.update(std::chrono::seconds(1)));
        QVERIFY(series.width() > 10'000'000);
        QCOMPARE(series.sums(series.start(), series.end(), 1).front().received, 30U);
    }

    void rangesZoomAroundAPlace() {
        const PlotRange range{.from = 0, .to = 1000};
        const PlotRange closer = range.zoomed(0.5, 0.25, 1);
        QCOMPARE(closer.from, 125);
        QCOMPARE(closer.to, 625);
        QCOMPARE(range.zoomed(0.001, 0.5, 100).to - range.zoomed(0.001, 0.5, 100).from, 100);
        QCOMPARE(range.moved(0.5).from, 500);
    }

    void scalesAreRound() {
        QCOMPARE(roundScale(0), 1.0);
        QCOMPARE(roundScale(3), 5.0);
        QCOMPARE(roundScale(1100), 2000.0);
        QCOMPARE(roundScale(0.7), 1.0);
        QCOMPARE(roundScale(100), 100.0);
    }
};

QTEST_MAIN(ThroughputTest)
#include "tst_throughput.moc"
