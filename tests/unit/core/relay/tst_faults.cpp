// SPDX-License-Identifier: MIT
#include "core/engine/relayrequest.h"
#include "core/relay/faultstream.h"

#include <QtTest/QtTest>

#include <random>

using namespace sw;
using std::chrono::microseconds;

namespace {

FaultPlan planOf(const QStringList& texts, quint64 seed = 1) {
    FaultPlan plan{.seed = seed};
    for (const QString& text : texts)
        plan.faults.append(*parseFault(text));
    return plan;
}

QByteArray pattern(int size) {
    QByteArray bytes;
    for (int i = 0; i < size; ++i)
        bytes.append(static_cast<char>(i * 7 + i / 256));
    return bytes;
}

struct Run {
    QByteArray bytes;
    QVector<QByteArray> pieces;
    std::vector<FaultDecision> decisions;
    bool isReset = false;
    bool isClosed = false;
    bool hasEnded = false;
    microseconds last{0};
};

/// Feeds bytes in reads of these sizes, and takes out what is due at once; then lets time go on.
Run play(StreamFaults& faults, QByteArray bytes, const std::function<int()>& readSize) {
    Run run;
    microseconds now(1'000'000);
    const auto take = [&] {
        while (const auto step = faults.next(now)) {
            run.last = now;
            if (step->kind == FaultStep::Kind::Bytes) {
                run.bytes += step->bytes;
                run.pieces.append(step->bytes);
            }
            run.isReset = run.isReset || step->kind == FaultStep::Kind::Reset;
            run.isClosed = run.isClosed || step->kind == FaultStep::Kind::Close;
            run.hasEnded = run.hasEnded || step->kind == FaultStep::Kind::End;
        }
    };
    faults.begin(now);
    while (!bytes.isEmpty()) {
        const int size = readSize();
        faults.feed(bytes.left(size), now);
        bytes = bytes.mid(size);
        now += microseconds(100);
        take();
    }
    faults.feedEnd(now);
    take();
    while (const auto due = faults.due()) {
        now = std::max(now, *due);
        take();
    }
    run.decisions = faults.takeDecisions();
    return run;
}

Run playPlan(const FaultPlan& plan, const QByteArray& bytes, unsigned reads) {
    std::mt19937 random(reads);
    StreamFaults faults(3, RelayDirection::Up, plan);
    return play(faults, bytes, [&] { return reads == 0 ? 1 << 20 : 1 + static_cast<int>(random() % 900); });
}

} // namespace

class FaultsTest final : public QObject {
    Q_OBJECT

private slots:
    void readsAndWritesEveryFault_data() {
        QTest::addColumn<QString>("text");
        for (const char* text : {"delay=200ms~50ms",
                                 "up:delay=1s",
                                 "rate=64KiB/s",
                                 "chop=1-7",
                                 "chop=5,2ms",
                                 "stall@1KiB=5s",
                                 "stall@message=3=1s",
                                 "reset@10KiB",
                                 "down:close@7",
                                 "half-close@100",
                                 "corrupt@1KiB=xor:01",
                                 "corrupt@5=set:00ff",
                                 "corrupt@message=4=xor:80",
                                 "corrupt=0.5%",
                                 "limit=1MiB",
                                 "refuse=2",
                                 "drop=5%",
                                 "drop@message=7",
                                 "duplicate=1%",
                                 "duplicate@message=2",
                                 "reorder=3"})
            QTest::newRow(text) << QString::fromLatin1(text);
    }
    void readsAndWritesEveryFault() {
        QFETCH(QString, text);
        const auto fault = parseFault(text);
        QVERIFY2(fault, fault ? "" : qPrintable(fault.error().detail.toText()));
        QCOMPARE(formatFault(*fault), text);
        QCOMPARE(*parseFault(formatFault(*fault)), *fault);
    }

    void saysWhatIsWrong_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("accepted");
        QTest::newRow("unknown") << QStringLiteral("explode=1") << QStringLiteral("delay=200ms~50ms");
        QTest::newRow("share") << QStringLiteral("drop=120%") << QStringLiteral("5% or 0.05");
        QTest::newRow("rate") << QStringLiteral("rate=5") << QStringLiteral("64KiB/s");
        QTest::newRow("no place") << QStringLiteral("reset=5") << QStringLiteral("reset@SIZE");
        QTest::newRow("chop") << QStringLiteral("chop=7-1") << QStringLiteral("chop=1-7");
        QTest::newRow("jitter") << QStringLiteral("delay=1s~2s") << QStringLiteral("more than itself");
        QTest::newRow("refuse") << QStringLiteral("up:refuse=2") << QStringLiteral("no direction");
        QTest::newRow("nothing") << QString() << QStringLiteral("delay=200ms~50ms");
        QTest::newRow("message") << QStringLiteral("reset@message=3") << QStringLiteral("reset@SIZE");
    }
    void saysWhatIsWrong() {
        QFETCH(QString, text);
        QFETCH(QString, accepted);
        const auto fault = parseFault(text);
        QVERIFY(!fault);
        QVERIFY2(fault.error().detail.toText().contains(accepted), qPrintable(fault.error().detail.toText()));
    }

    void presetsAreFaults() {
        for (const FaultPreset& preset : faultPresets()) {
            const auto faults = parseFaults(QString::fromLatin1(preset.name), false);
            QVERIFY(faults && !faults->isEmpty());
            QVERIFY(checkFaults(*faults, false));
            const auto datagrams = parseFaults(QString::fromLatin1(preset.name), true);
            QCOMPARE(datagrams.has_value(), *preset.datagrams != '\0');
        }
        QVERIFY(!parseFaults(QStringLiteral("drop=5%"), false));
        QVERIFY(!parseFaults(QStringLiteral("chop=1-7"), true));
    }

    /// What one read returned decides nothing.
    void decidesTheSameHoweverBytesArrive() {
        const QStringList all{
            QStringLiteral("delay=20ms~10ms"), QStringLiteral("chop=1-70"),   QStringLiteral("corrupt@1000=xor:ff00ff"),
            QStringLiteral("stall@5000=1s"),   QStringLiteral("rate=1MiB/s"), QStringLiteral("half-close@20000")};
        const QByteArray bytes = pattern(30000);
        const Run whole = playPlan(planOf(all), bytes, 0);
        QCOMPARE(whole.bytes.size(), 20000);
        for (unsigned reads = 1; reads < 20; ++reads) {
            const Run run = playPlan(planOf(all), bytes, reads);
            QCOMPARE(run.bytes, whole.bytes);
            QVERIFY(run.decisions == whole.decisions);
        }
        QVERIFY(playPlan(planOf(all, 2), bytes, 0).decisions != whole.decisions);
    }

    void aLogDrivesTheNextRun() {
        const Run run = playPlan(planOf({QStringLiteral("chop=1-70"), QStringLiteral("delay=20ms~10ms"),
                                         QStringLiteral("corrupt@77=set:4142"), QStringLiteral("reset@9000")}),
                                 pattern(10000), 0);
        QByteArray log("{\"seed\":\"1\",\"faults\":[]}\n");
        for (const FaultDecision& decision : run.decisions)
            log += QJsonDocument(decision.toJson()).toJson(QJsonDocument::Compact) + '\n';
        const auto script = FaultScript::parse(log, QStringLiteral("log"));
        QVERIFY(script);
        const Run again = playPlan({.seed = 99, .script = *script}, pattern(10000), 5);
        QCOMPARE(again.bytes, run.bytes);
        QVERIFY(again.decisions == run.decisions);
        QVERIFY(again.isReset && run.isReset);
        const auto wrong = FaultScript::parse("{\"fault\":\"explode\"}\n", QStringLiteral("log"));
        QVERIFY(!wrong && wrong.error().detail.toText().contains(QStringLiteral("line 1")));
    }

    void chopsAtDrawnPlaces() {
        const Run run = playPlan(planOf({QStringLiteral("chop=1-7")}), pattern(5000), 0);
        QCOMPARE(run.bytes, pattern(5000));
        QSet<qsizetype> sizes;
        for (const QByteArray& piece : run.pieces)
            sizes.insert(piece.size());
        QCOMPARE(sizes.size(), 7);
    }

    void endsWhereItSays() {
        const Run reset = playPlan(planOf({QStringLiteral("reset@100")}), pattern(100), 0);
        QVERIFY(reset.isReset);
        QCOMPARE(reset.bytes.size(), 100);
        const Run close = playPlan(planOf({QStringLiteral("close@7")}), pattern(100), 3);
        QVERIFY(close.isClosed);
        QCOMPARE(close.bytes, pattern(7));
        const Run limit = playPlan(planOf({QStringLiteral("limit=60")}), pattern(100), 3);
        QVERIFY(limit.hasEnded);
        QCOMPARE(limit.bytes, pattern(60));
        const Run other = playPlan(planOf({QStringLiteral("down:reset@5")}), pattern(100), 3);
        QVERIFY(!other.isReset);
        QCOMPARE(other.bytes, pattern(100));
    }

    void timesAddUp() {
        const Run rate = playPlan(planOf({QStringLiteral("rate=10000/s")}), pattern(30000), 0);
        QVERIFY(rate.last - microseconds(1'000'000) >= microseconds(2'990'000));
        QVERIFY(rate.last - microseconds(1'000'000) < microseconds(3'100'000));
        const Run stall = playPlan(planOf({QStringLiteral("stall@10=2s"), QStringLiteral("delay=1s")}), pattern(30), 0);
        QVERIFY(stall.last - microseconds(1'000'000) >= microseconds(3'000'000));
        QCOMPARE(stall.bytes, pattern(30));
    }

    void takesOtherFaultsInTheMiddle() {
        StreamFaults faults(1, RelayDirection::Down, planOf({QStringLiteral("delay=10s")}));
        faults.begin(microseconds(0));
        faults.feed("before", microseconds(0));
        faults.setPlan({});
        QVERIFY(!faults.isTransparent()); // what waits must not be overtaken
        faults.feed("after", microseconds(1));
        QVERIFY(!faults.next(microseconds(9'999'999)));
        QCOMPARE(faults.next(microseconds(10'000'000))->bytes, QByteArray("before"));
        QCOMPARE(faults.next(microseconds(10'000'000))->bytes, QByteArray("after"));
        QVERIFY(faults.isTransparent());
        const auto decisions = faults.takeDecisions();
        QCOMPARE(decisions.size(), 2U);
        QCOMPARE(decisions.back().time, microseconds(0));
        QCOMPARE(decisions.back().place, 6U);
    }

    void losesAndDoublesTheSameDatagrams() {
        const auto plan =
            planOf({QStringLiteral("drop=10%"), QStringLiteral("duplicate=5%"), QStringLiteral("reorder=3"),
                    QStringLiteral("corrupt=3%"), QStringLiteral("delay=5ms~4ms")},
                   7);
        const auto playMessages = [&](const FaultPlan& used, microseconds gap) {
            MessageFaults faults(1, RelayDirection::Up, used);
            QVector<QByteArray> out;
            microseconds now(0);
            for (int i = 0; i < 2000; ++i) {
                faults.feed(QByteArray::number(i), now);
                now += gap;
            }
            while (const auto due = faults.due()) {
                now = std::max(now, *due);
                while (const auto message = faults.next(now))
                    out.append(*message);
            }
            return std::pair(out, faults.takeDecisions());
        };
        const auto [out, decisions] = playMessages(plan, microseconds(10'000));
        const auto [outAgain, decisionsAgain] = playMessages(plan, microseconds(1));
        QVERIFY(decisions == decisionsAgain);
        QVERIFY(out.size() > 1800 && out.size() < 2000);
        const auto count = [&](FaultKind kind) {
            return std::count_if(decisions.begin(), decisions.end(),
                                 [kind](const FaultDecision& one) { return one.kind == kind; });
        };
        QVERIFY(count(FaultKind::Drop) > 150 && count(FaultKind::Drop) < 250);
        QVERIFY(count(FaultKind::Duplicate) > 60 && count(FaultKind::Duplicate) < 140);
        QVERIFY(count(FaultKind::Corrupt) > 30);
        QVERIFY(count(FaultKind::Reorder) > 1000);

        QByteArray log;
        for (const FaultDecision& decision : decisions)
            log += QJsonDocument(decision.toJson()).toJson(QJsonDocument::Compact) + '\n';
        const auto script = FaultScript::parse(log, QStringLiteral("log"));
        QVERIFY(script);
        const auto [driven, drivenDecisions] = playMessages({.script = *script}, microseconds(10'000));
        QCOMPARE(driven, out);
        QVERIFY(drivenDecisions == decisions);
    }

    void anOvertakenMessageLeavesLater() {
        const auto script = FaultScript::parse(
            "{\"connection\":1,\"direction\":\"up\",\"fault\":\"reorder\",\"message\":1,\"amount\":2}\n",
            QStringLiteral("log"));
        QVERIFY(script);
        MessageFaults faults(1, RelayDirection::Up, {.script = *script});
        faults.feed("a", microseconds(0));
        faults.feed("b", microseconds(100));
        faults.feed("c", microseconds(200));
        QByteArray order;
        while (const auto message = faults.next(microseconds(300)))
            order += *message;
        QCOMPARE(order, QByteArray("bca"));
        faults.feed("d", microseconds(400));
        QCOMPARE(faults.next(microseconds(400)).value_or(QByteArray()), QByteArray("d"));
    }

    void aLimitThatIsTakenAwayLetsThePeerBeHeardAgain() {
        StreamFaults faults(1, RelayDirection::Up, planOf({QStringLiteral("limit=3")}));
        faults.begin(microseconds(0));
        faults.feed("abcdef", microseconds(0));
        QCOMPARE(faults.next(microseconds(0))->bytes, QByteArray("abc"));
        faults.setPlan({});
        faults.feed("ghi", microseconds(1));
        QCOMPARE(faults.next(microseconds(1))->bytes, QByteArray("ghi"));
        QCOMPARE(faults.takeDecisions().size(), 2U); // where it began, and where it ended
        QVERIFY(faults.isTransparent());
    }

    void dropsTheMessageThatIsNamed() {
        MessageFaults faults(1, RelayDirection::Up, planOf({QStringLiteral("drop@message=2")}));
        for (const char* text : {"a", "b", "c"})
            faults.feed(text, microseconds(0));
        QCOMPARE(faults.next(microseconds(0)).value_or(QByteArray()), QByteArray("a"));
        QCOMPARE(faults.next(microseconds(0)).value_or(QByteArray()), QByteArray("c"));
        QVERIFY(!faults.next(microseconds(0)));
    }
};

QTEST_GUILESS_MAIN(FaultsTest)
#include "tst_faults.moc"
