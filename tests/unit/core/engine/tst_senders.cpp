// SPDX-License-Identifier: MIT
#include "core/engine/loadsender.h"
#include "core/engine/messageplayer.h"
#include "tests/support/enginefixture.h"

using namespace sw;
using namespace sw::test;

/// Saved messages sent with their pauses, and load.
class SendersTest : public QObject {
    Q_OBJECT

private slots:
    void aSequenceKeepsItsPausesAndCounts() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"));
        const auto client = fixture.connectTo(QStringLiteral("tcp://127.0.0.1:%1").arg(fixture.portOf(listener)));
        const EndpointId served = fixture.waitForChild(listener.id);
        MessagePlayer player(fixture.engine(), client.id);
        MessagePlayer::Plan plan{.times = 2, .every = std::chrono::milliseconds(150)};
        plan.message.ending = LineEnding::Lf;
        plan.message.steps = {*MessageStep::parse(QStringLiteral("text a")),
                              *MessageStep::parse(QStringLiteral("wait 50ms")),
                              *MessageStep::parse(QStringLiteral("template ${n}"))};
        QElapsedTimer time;
        time.start();
        player.play(plan);
        QVERIFY(fixture.waitUntil([&] { return !player.isPlaying(); }));
        QVERIFY2(time.elapsed() >= 195, qPrintable(QString::number(time.elapsed())));
        QVERIFY(fixture.waitUntil([&] { return fixture.bytesOf(served, RecordKind::Received) == "a\n1\na\n2\n"; }));
        QCOMPARE(player.rounds(), quint64(2));
    }

    void aMillisecondIsKeptOnAverage() {
        EngineFixture fixture;
        const auto socket = fixture.listen(QStringLiteral("udp://127.0.0.1:0"));
        const auto client = fixture.connectTo(QStringLiteral("udp://127.0.0.1:%1").arg(fixture.portOf(socket)));
        MessagePlayer player(fixture.engine(), client.id);
        MessagePlayer::Plan plan{.times = 500, .every = std::chrono::milliseconds(1)};
        plan.message.steps = {*MessageStep::parse(QStringLiteral("template ${n}"))};
        QElapsedTimer time;
        time.start();
        player.play(plan);
        QVERIFY(fixture.waitUntil([&] { return !player.isPlaying(); }, 20000));
        QVERIFY(time.elapsed() >= 498);
        QVERIFY(fixture.waitUntil([&] { return fixture.now(client.id).counters.sentRecords == 500; }));
    }

    void whatCannotBeFilledInStopsIt() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"));
        const auto client = fixture.connectTo(QStringLiteral("tcp://127.0.0.1:%1").arg(fixture.portOf(listener)));
        MessagePlayer player(fixture.engine(), client.id);
        QString problem;
        QObject::connect(&player, &MessagePlayer::failed, &player, [&](const Error& error) { problem = error.detail; });
        MessagePlayer::Plan plan{.times = 0};
        plan.message.steps = {*MessageStep::parse(QStringLiteral("template ${nobody}"))};
        player.play(plan);
        QVERIFY(problem.contains(QLatin1String("nobody")));
        QVERIFY(!player.isPlaying());
    }

    void loadIsMeasured() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), QStringLiteral("echo"));
        LoadSender sender(fixture.engine());
        std::optional<LoadReport> report;
        QObject::connect(&sender, &LoadSender::finished, &sender, [&](const LoadReport& one) { report = one; });
        LoadPlan plan{.address = *parseAddress(QStringLiteral("tcp://127.0.0.1:%1").arg(fixture.portOf(listener))),
                      .count = 200,
                      .rate = 1000,
                      .connections = 4,
                      .wait = std::chrono::milliseconds(200)};
        plan.message.steps = {*MessageStep::parse(QStringLiteral("template ping ${n}\\n"))};
        QVERIFY(sender.start(plan));
        QVERIFY(fixture.waitUntil([&] { return report.has_value(); }, 20000));
        QCOMPARE(report->sent, quint64(200));
        QCOMPARE(report->opened, 4);
        QCOMPARE(report->failed, 0);
        QCOMPARE(report->receivedBytes, report->sentBytes);
        QVERIFY(report->answered > 0 && report->answered <= 200);
        QVERIFY(report->duration >= std::chrono::milliseconds(195));
        QVERIFY(report->rate() <= 1030);
        QVERIFY(*report->percentile(0.5) <= *report->percentile(0.99));
        QVERIFY(std::is_sorted(report->roundTrips.begin(), report->roundTrips.end()));
        QVERIFY(report->toText().contains(QLatin1String("p99")));
        QVERIFY(fixture.waitUntil([&] {
            const auto children = fixture.children(listener.id);
            return std::all_of(children.begin(), children.end(),
                               [](const EndpointSnapshot& one) { return isEnded(one.state); });
        }));
    }

    void loadOnNobodyFailsWithItsReason() {
        EngineFixture fixture;
        const RawPeer closed = RawPeer::listenOn();
        const quint16 port = closed.port();
        const_cast<RawPeer&>(closed).close();
        LoadSender sender(fixture.engine());
        std::optional<LoadReport> report;
        QObject::connect(&sender, &LoadSender::finished, &sender, [&](const LoadReport& one) { report = one; });
        LoadPlan plan{.address = *parseAddress(QStringLiteral("tcp://127.0.0.1:%1").arg(port)), .connections = 2};
        plan.message.steps = {*MessageStep::parse(QStringLiteral("text x"))};
        QVERIFY(sender.start(plan));
        QVERIFY(fixture.waitUntil([&] { return report.has_value(); }, 10000));
        QCOMPARE(report->failed, 2);
        QCOMPARE(report->left, plan.count);
        QCOMPARE(report->error->id, ErrorId::ConnectionRefused);
        QVERIFY(!LoadPlan{}.validate());
    }

    void whatNoLongerWentOutIsCounted() {
        EngineFixture fixture;
        const RawPeer listener = RawPeer::listenOn(); // nobody accepts, nobody reads
        LoadSender sender(fixture.engine());
        std::optional<LoadReport> report;
        QObject::connect(&sender, &LoadSender::finished, &sender, [&](const LoadReport& one) { report = one; });
        LoadPlan plan{.address = *parseAddress(QStringLiteral("tcp://127.0.0.1:%1").arg(listener.port())),
                      .count = 1,
                      .wait = std::chrono::milliseconds(200)};
        constexpr quint64 size = 32 << 20;
        plan.message.steps = {*MessageStep::parse(QStringLiteral("text ") + QString(size, QLatin1Char('x')))};
        QVERIFY(sender.start(plan));
        QVERIFY(fixture.waitUntil([&] { return report.has_value(); }, 20000));
        QCOMPARE(report->sent, quint64(1));
        QVERIFY(report->unsentBytes > 0);
        QCOMPARE(report->sentBytes + report->unsentBytes, size);
        QVERIFY(report->toText().contains(QLatin1String("not sent")));
    }

    void aLoadThatIsStoppedWhileItConnectsHasNotFailed() {
        const RawPeer silent = RawPeer::listenOn();
        EngineFixture fixture;
        LoadSender sender(fixture.engine());
        std::optional<LoadReport> report;
        QObject::connect(&sender, &LoadSender::finished, &sender, [&](const LoadReport& one) { report = one; });
        LoadPlan plan{.address = *parseAddress(QStringLiteral("tls://127.0.0.1:%1").arg(silent.port())),
                      .connections = 3};
        plan.message.steps = {*MessageStep::parse(QStringLiteral("text x"))};
        QVERIFY(sender.start(plan));
        QVERIFY(fixture.waitUntil([&] {
            const auto all = fixture.engine().snapshots();
            return std::count_if(all.begin(), all.end(), [](const EndpointSnapshot& one) {
                       return one.state == EndpointState::Handshaking;
                   }) == 3;
        }));
        sender.cancel();
        QVERIFY(fixture.waitUntil([&] { return report.has_value(); }));
        QCOMPARE(report->failed, 0);
        QCOMPARE(report->opening, 3);
        QVERIFY(report->toText().contains(QLatin1String("3 connections were still being opened")));
    }

    void aLoadWhoseMessageCannotBeMadeSaysSo() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), QStringLiteral("discard"));
        LoadSender sender(fixture.engine());
        std::optional<LoadReport> report;
        QObject::connect(&sender, &LoadSender::finished, &sender, [&](const LoadReport& one) { report = one; });
        LoadPlan plan{.address = *parseAddress(QStringLiteral("tcp://127.0.0.1:%1").arg(fixture.portOf(listener)))};
        plan.message.steps = {*MessageStep::parse(QStringLiteral("template ${nosuch}"))};
        QVERIFY(sender.start(plan));
        QVERIFY(fixture.waitUntil([&] { return report.has_value(); }));
        QVERIFY(report->isSpoilt && report->error);
        QVERIFY(report->toText().contains(QLatin1String("1000 messages could not be made")));
        QVERIFY(!report->toText().contains(QLatin1String("the peers")));
    }

    void aLoadCanBeCancelled() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), QStringLiteral("discard"));
        LoadSender sender(fixture.engine());
        std::optional<LoadReport> report;
        QObject::connect(&sender, &LoadSender::finished, &sender, [&](const LoadReport& one) { report = one; });
        LoadPlan plan{.address = *parseAddress(QStringLiteral("tcp://127.0.0.1:%1").arg(fixture.portOf(listener))),
                      .count = 1'000'000,
                      .rate = 100};
        plan.message.steps = {*MessageStep::parse(QStringLiteral("text x"))};
        QVERIFY(sender.start(plan));
        QVERIFY(fixture.waitUntil([&] { return fixture.now(listener.id).counters.connections == 1; }));
        const EndpointId connection = fixture.children(listener.id).front().id;
        QVERIFY(fixture.waitUntil([&] { return fixture.now(connection).counters.receivedBytes > 3; }));
        sender.cancel();
        QVERIFY(fixture.waitUntil([&] { return report.has_value(); })); // once what was sent is out
        QVERIFY(report->isCancelled && report->failed == 0 && report->opening == 0);
        QCOMPARE(report->sentBytes, report->sent);
        QCOMPARE(report->unsentBytes, quint64(0));
        const EndpointId served = fixture.children(listener.id).front().id;
        QVERIFY(fixture.waitForState(served, EndpointState::Closed));
        QCOMPARE(fixture.now(served).counters.receivedBytes, report->sentBytes);
        QVERIFY(report->sent > 0 && report->sent < 1'000'000);
        QVERIFY(report->toText().contains(QStringLiteral("stopped with %1 messages to go").arg(report->left)));
        QVERIFY(!report->toText().contains(QLatin1String("the peers")));
    }
};

QTEST_GUILESS_MAIN(SendersTest)
#include "tst_senders.moc"
