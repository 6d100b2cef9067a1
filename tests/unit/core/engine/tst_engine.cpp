// SPDX-License-Identifier: MIT
#include "tests/support/enginefixture.h"

#include <QDir>
#include <QSignalSpy>

using namespace sw;
using namespace sw::test;

class EngineTest : public QObject {
    Q_OBJECT

private:
    static qsizetype openDescriptors() {
        return QDir(QStringLiteral("/proc/self/fd"))
            .entryList(QDir::NoDotAndDotDot | QDir::AllEntries | QDir::System)
            .size();
    }

private slots:
    void nothingIsOpenAtTheStart() {
        EngineFixture fixture;
        QVERIFY(fixture.engine().snapshots().isEmpty());
    }

    void namesAreUnique() {
        EngineFixture fixture;
        const auto a = fixture.engine().listen(*parseAddress(QStringLiteral("tcp://127.0.0.1")),
                                               {.name = QStringLiteral("server")});
        const auto b = fixture.engine().listen(*parseAddress(QStringLiteral("tcp://127.0.0.1")),
                                               {.name = QStringLiteral("server")});
        QVERIFY(fixture.waitForState(*b, EndpointState::Listening));
        QCOMPARE(fixture.now(*a).name, QStringLiteral("server"));
        QCOMPARE(fixture.now(*b).name, QStringLiteral("server (2)"));
    }

    void wrongUseIsToldAtOnce() {
        EngineFixture fixture;
        QVERIFY(!fixture.engine().connectTo(*parseAddress(QStringLiteral("tcp://*:80"))));
        QVERIFY(!fixture.engine().listen(*parseAddress(QStringLiteral("tcp://:80")),
                                         {.behaviour = QStringLiteral("nonsense")}));
    }

    void endedEndpointsCanBeForgotten() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1"));
        fixture.engine().remove(listener.id); // still open: stays
        fixture.engine().close(listener.id);
        QVERIFY(fixture.waitForState(listener.id, EndpointState::Closed));
        QSignalSpy removed(&fixture.engine(), &Engine::endpointRemoved);
        fixture.engine().remove(listener.id);
        QTRY_COMPARE(removed.size(), 1);
        QVERIFY(!fixture.engine().snapshot(listener.id));
        QVERIFY(fixture.engine().transcript(listener.id) == nullptr);
    }

    void notificationsAreBatched() {
        EngineFixture fixture({.notifyInterval = std::chrono::milliseconds(33)});
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1"), QStringLiteral("echo"));
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        const EndpointId child = fixture.waitForChild(listener.id);
        QSignalSpy changed(&fixture.engine(), &Engine::endpointsChanged);
        QElapsedTimer time;
        time.start();
        for (int i = 0; i < 2000; ++i) {
            peer.send("0123456789");
            peer.receive(10);
        }
        const qint64 elapsed = time.elapsed();
        QVERIFY(fixture.waitUntil([&] { return fixture.now(child).counters.receivedBytes == 20'000; }));
        QVERIFY2(changed.size() <= elapsed / 33 + 8,
                 qPrintable(QStringLiteral("%1 in %2 ms").arg(changed.size()).arg(elapsed)));
    }

    void behavioursCanBeChanged() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1"));
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        const EndpointId child = fixture.waitForChild(listener.id);
        QVERIFY(fixture.engine().setBehaviour(child, QStringLiteral("talk")).has_value());
        QVERIFY(!fixture.engine().setBehaviour(child, QStringLiteral("nonsense")));
        peer.send("x\n");
        QCOMPARE(peer.receive(14), QByteArray("You sent: 'x'\n"));
    }

    void descriptorsComeBack() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1"), QStringLiteral("echo"));
        const auto round = [&] {
            RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
            peer.send("x");
            QCOMPARE(peer.receive(1), QByteArray("x"));
            peer.close();
        };
        round();
        const auto allEnded = [&](quint64 accepted) {
            const Counters counters = fixture.now(listener.id).counters;
            return counters.accepted == accepted && counters.connections == 0;
        };
        QVERIFY(fixture.waitUntil([&] { return allEnded(1); }));
        const qsizetype before = openDescriptors();
        for (int i = 0; i < 1000; ++i)
            round();
        QVERIFY(fixture.waitUntil([&] { return allEnded(1001); }));
        QCOMPARE(openDescriptors(), before);
    }

    void everyResetIsOneClosingRecord() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1"), QStringLiteral("echo"));
        QRandomGenerator random(4);
        constexpr int rounds = 300;
        for (int i = 0; i < rounds; ++i) {
            RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
            for (int bytes = random.bounded(4); bytes > 0; --bytes)
                peer.send(QByteArray(random.bounded(1, 50'000), 'r'));
            peer.reset();
        }
        QVERIFY(fixture.waitUntil([&] {
            return fixture.now(listener.id).counters.accepted == rounds &&
                   fixture.now(listener.id).counters.connections == 0;
        }));
        for (const EndpointSnapshot& child : fixture.children(listener.id)) {
            const auto closing = fixture.events(child.id, EventKind::Closed);
            QCOMPARE(closing.size(), 1);
            QCOMPARE(closing.front()[QLatin1String("cause")].toString(), QStringLiteral("reset"));
        }
    }

    void endsWithinASecondWhateverIsOpen() {
        auto fixture = std::make_unique<EngineFixture>();
        const RawPeer server = RawPeer::listenOn();
        const auto connection = fixture->connectTo(QStringLiteral("tcp://127.0.0.1:%1").arg(server.port()));
        const RawPeer peer = server.accept();
        fixture->engine().send(connection.id, QByteArray(15 << 20, 'x')); // it will never be read
        QElapsedTimer time;
        time.start();
        fixture.reset();
        QVERIFY(time.elapsed() < 1000);
    }
};

QTEST_GUILESS_MAIN(EngineTest)
#include "tst_engine.moc"
