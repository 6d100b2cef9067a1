// SPDX-License-Identifier: MIT
#include "core/base/clock.h"
#include "core/base/units.h"

#include <QtTest/QtTest>

using namespace sw;

class UnitsTest : public QObject {
    Q_OBJECT

private slots:
    void readsDurations_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<qint64>("microseconds");
        QTest::newRow("bare number is seconds") << "2" << qint64(2'000'000);
        QTest::newRow("milliseconds") << "200ms" << qint64(200'000);
        QTest::newRow("fraction") << "1.5s" << qint64(1'500'000);
        QTest::newRow("minutes") << "2m" << qint64(120'000'000);
        QTest::newRow("hours") << "1h" << qint64(3'600'000'000);
        QTest::newRow("microseconds") << "7us" << qint64(7);
        QTest::newRow("zero") << "0" << qint64(0);
        QTest::newRow("no number") << "ms" << qint64(-1);
        QTest::newRow("unknown unit") << "3 weeks" << qint64(-1);
        QTest::newRow("negative") << "-1s" << qint64(-1);
        QTest::newRow("too long") << "10001h" << qint64(-1);
        QTest::newRow("empty") << "" << qint64(-1);
    }
    void readsDurations() {
        QFETCH(QString, text);
        QFETCH(qint64, microseconds);
        const auto duration = parseDuration(text);
        QCOMPARE(duration.has_value(), microseconds >= 0);
        if (!duration) {
            QVERIFY(duration.error().detail.toText().contains(QLatin1String("200ms")));
            return;
        }
        QCOMPARE(duration->count(), microseconds);
        QCOMPARE(parseDuration(formatDuration(*duration))->count(), microseconds);
    }

    void readsSizes() {
        QCOMPARE(*parseSize(QStringLiteral("64KiB")), 65536);
        QCOMPARE(*parseSize(QStringLiteral("1M")), 1048576);
        QCOMPARE(*parseSize(QStringLiteral("12")), 12);
        QVERIFY(!parseSize(QStringLiteral("many")));
    }

    void formatsBytesForPeople() {
        QCOMPARE(formatBytes(0), QStringLiteral("0 B"));
        QCOMPARE(formatBytes(812), QStringLiteral("812 B"));
        QCOMPARE(formatBytes(999), QStringLiteral("999 B"));
        QCOMPARE(formatBytes(4100), QStringLiteral("4.1 kB"));
        QCOMPARE(formatBytes(1'200'000), QStringLiteral("1.2 MB"));
        QCOMPARE(formatBytes(999'999), QStringLiteral("1.0 MB"));
    }

    void writesIsoTimes() { QCOMPARE(toIsoString(1'000'000'007), QStringLiteral("1970-01-01T00:00:01.000000007Z")); }
};

QTEST_GUILESS_MAIN(UnitsTest)
#include "tst_units.moc"
