// SPDX-License-Identifier: MIT
#include "ui/buffer/gototarget.h"

#include <QDateTime>
#include <QtTest/QtTest>

using namespace sw;
using namespace sw::ui;

class GoToTargetTest : public QObject {
    Q_OBJECT

private slots:
    void readsEveryForm() {
        const qint64 noon = QDateTime(QDate(2026, 1, 31), QTime(12, 0)).toMSecsSinceEpoch() * 1'000'000;
        QCOMPARE(*parseGoTo(QStringLiteral("120"), noon), (GoToTarget{.kind = GoToTarget::Kind::Row, .value = 120}));
        QCOMPARE(*parseGoTo(QStringLiteral(" 12.5% "), noon),
                 (GoToTarget{.kind = GoToTarget::Kind::Percent, .percent = 12.5}));
        QCOMPARE(*parseGoTo(QStringLiteral("@4096"), noon),
                 (GoToTarget{.kind = GoToTarget::Kind::Offset, .value = 4096}));
        QCOMPARE(*parseGoTo(QStringLiteral("0x10"), noon), (GoToTarget{.kind = GoToTarget::Kind::Offset, .value = 16}));
        QCOMPARE(parseGoTo(QStringLiteral("12:00"), noon)->value, noon);
        QCOMPARE(parseGoTo(QStringLiteral("12:00:01.5"), noon)->value, noon + 1'500'000'000);
    }

    void refusesTheRest() {
        for (const char* text : {"", "0", "-1", "101%", "-1%", "@x", "0xzz", "25:00", "x"}) {
            const auto target = parseGoTo(QString::fromLatin1(text), 0);
            QVERIFY2(!target, text);
            QVERIFY(target.error().detail.toText().contains(QLatin1String("write a row")));
        }
    }
};

QTEST_GUILESS_MAIN(GoToTargetTest)
#include "tst_gototarget.moc"
