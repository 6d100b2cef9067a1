// SPDX-License-Identifier: MIT
#include "core/transcript/recordsource.h"
#include "tests/support/enginefixture.h"

#include <QTemporaryDir>

using namespace sw;
using namespace sw::test;

class DatagramsTest : public QObject {
    Q_OBJECT

private slots:
    void everySizeArrivesWhole_data() {
        QTest::addColumn<int>("size");
        for (const int size : {0, 1, 2, 511, 1472, 1473, 8192, 65506, 65507})
            QTest::addRow("%d", size) << size;
    }
    void everySizeArrivesWhole() {
        QFETCH(int, size);
        EngineFixture fixture;
        const auto socket = fixture.listen(QStringLiteral("udp://127.0.0.1"), QStringLiteral("echo"));
        QCOMPARE(socket.state, EndpointState::Open);
        const RawPeer peer = RawPeer::datagram();
        QVERIFY(peer.sendTo(fixture.portOf(socket), QByteArray(size, 'd')));
        const EndpointId flow = fixture.waitForChild(socket.id);
        QVERIFY(fixture.waitUntil([&] { return fixture.now(flow).counters.sentRecords == 1; }));
        QCOMPARE(fixture.now(flow).counters.receivedRecords, 1U);
        QCOMPARE(fixture.bytesOf(flow, RecordKind::Received), QByteArray(size, 'd'));
        if (size > 0)
            QCOMPARE(peer.receive(size), QByteArray(size, 'd'));
    }

    void cutDatagramsAreMarked() {
        EngineFixture fixture;
        const auto socket = fixture.listen(QStringLiteral("udp://127.0.0.1?size=10"));
        const RawPeer peer = RawPeer::datagram();
        peer.sendTo(fixture.portOf(socket), QByteArray(30, 'c'));
        const EndpointId flow = fixture.waitForChild(socket.id);
        QVERIFY(fixture.waitUntil([&] { return fixture.bytesOf(flow, RecordKind::Received).size() == 10; }));
        const auto warnings = fixture.events(socket.id, EventKind::Warning);
        QCOMPARE(warnings.size(), 1);
        QVERIFY(warnings.front()[QLatin1String("text")].toString().contains(QLatin1String("30 bytes")));
    }

    void peersAreFlows() {
        EngineFixture fixture;
        const auto socket = fixture.listen(QStringLiteral("udp://127.0.0.1"));
        const RawPeer a = RawPeer::datagram();
        const RawPeer b = RawPeer::datagram();
        a.sendTo(fixture.portOf(socket), "from a");
        b.sendTo(fixture.portOf(socket), "from b");
        QVERIFY(fixture.waitUntil([&] { return fixture.children(socket.id).size() == 2; }));
        const auto flows = fixture.children(socket.id);
        QVERIFY(fixture.waitUntil([&] { return fixture.bytesOf(flows.at(1).id, RecordKind::Received) == "from b"; }));
        fixture.engine().send(flows.at(0).id, "to a");
        QCOMPARE(a.receive(4), QByteArray("to a"));
        fixture.engine().send(socket.id, "to both");
        QCOMPARE(a.receive(7), QByteArray("to both"));
        QCOMPARE(b.receive(7), QByteArray("to both"));
    }

    void aMergeShowsThemAtOnceAndInOrder() {
        EngineFixture fixture;
        const auto socket = fixture.listen(QStringLiteral("udp://127.0.0.1"));
        QCOMPARE(socket.name, QStringLiteral("udp://127.0.0.1:%1").arg(fixture.portOf(socket)));
        const RawPeer peer = RawPeer::datagram();
        peer.sendTo(fixture.portOf(socket), "only one");
        const EndpointId flow = fixture.waitForChild(socket.id);
        QVERIFY(fixture.waitUntil([&] { return fixture.now(flow).counters.receivedRecords == 1; }));
        RecordSource source({{.id = socket.id, .name = {}, .transcript = fixture.engine().transcript(socket.id)},
                             {.id = flow, .name = {}, .transcript = fixture.engine().transcript(flow)}});
        source.update();
        QCOMPARE(source.count(), 3U); // started, first datagram, the datagram
        QCOMPARE(source.at(2).bytes.toByteArray(), QByteArray("only one"));
    }

    void destinationsCanBeNamed() {
        EngineFixture fixture;
        const auto socket = fixture.listen(QStringLiteral("udp://127.0.0.1"));
        const RawPeer peer = RawPeer::datagram();
        fixture.engine().send(socket.id, "hello", QStringLiteral("localhost:%1").arg(peer.port()));
        QCOMPARE(peer.receive(5), QByteArray("hello"));
        fixture.engine().send(socket.id, "x", QStringLiteral("nowhere"));
        QVERIFY(fixture.waitUntil([&] { return !fixture.events(socket.id, EventKind::NotSent).isEmpty(); }));
    }

    void withoutFlowsTheSocketRecords() {
        EngineFixture fixture;
        const auto socket = fixture.listen(QStringLiteral("udp://127.0.0.1?flows=off"));
        const RawPeer peer = RawPeer::datagram();
        peer.sendTo(fixture.portOf(socket), "one");
        QVERIFY(fixture.waitUntil([&] { return fixture.bytesOf(socket.id, RecordKind::Received) == "one"; }));
        QVERIFY(fixture.children(socket.id).isEmpty());
    }

    void unreachablePortsAreShown() {
        EngineFixture fixture;
        RawPeer gone = RawPeer::datagram();
        const quint16 port = gone.port();
        gone.close();
        const auto socket = fixture.connectTo(QStringLiteral("udp://127.0.0.1:%1").arg(port));
        QCOMPARE(socket.state, EndpointState::Open);
        fixture.engine().send(socket.id, "anybody?");
        QVERIFY(fixture.waitUntil([&] { return !fixture.events(socket.id, EventKind::DatagramError).isEmpty(); }));
        QCOMPARE(fixture.now(socket.id).error->id, ErrorId::ConnectionRefused);
    }

    void tooLargeIsSaid() {
        EngineFixture fixture;
        const RawPeer peer = RawPeer::datagram();
        const auto socket = fixture.connectTo(QStringLiteral("udp://127.0.0.1:%1").arg(peer.port()));
        fixture.engine().send(socket.id, QByteArray(65508, 'x'));
        QVERIFY(fixture.waitUntil([&] { return !fixture.events(socket.id, EventKind::NotSent).isEmpty(); }));
        QCOMPARE(fixture.now(socket.id).error->id, ErrorId::MessageTooLarge);
    }

    void broadcastNeedsPermission() {
        EngineFixture fixture;
        const auto socket = fixture.listen(QStringLiteral("udp://*"));
        fixture.engine().send(socket.id, "x", QStringLiteral("255.255.255.255:9"));
        QVERIFY(fixture.waitUntil([&] { return fixture.now(socket.id).error.has_value(); }));
        const ErrorId id = fixture.now(socket.id).error->id;
        const bool isSaid = id == ErrorId::AccessDenied || id == ErrorId::NetworkUnreachable;
        QVERIFY(isSaid);
    }

    void lossesAreCounted() {
#ifndef Q_OS_LINUX
        QSKIP("only Linux counts them for a socket");
#endif
        EngineFixture fixture;
        const auto socket = fixture.listen(QStringLiteral("udp://127.0.0.1?rcvbuf=4096"));
        const RawPeer peer = RawPeer::datagram();
        // far more than the buffer holds, faster than anybody reads
        QVERIFY(fixture.waitUntil(
            [&] {
                for (int i = 0; i < 3000; ++i)
                    peer.sendTo(fixture.portOf(socket), QByteArray(1400, 'x'));
                return fixture.now(socket.id).counters.dropped > 0;
            },
            10000));
        QVERIFY(!fixture.events(socket.id, EventKind::Dropped).isEmpty());
    }

    void unixDatagrams() {
        QTemporaryDir folder;
        EngineFixture fixture;
        const QString address = QStringLiteral("unixgram://") + folder.filePath(QStringLiteral("d"));
        const auto receiver = fixture.listen(address);
        QCOMPARE(receiver.state, EndpointState::Open);
        const auto sender = fixture.connectTo(address);
        fixture.engine().send(sender.id, "hi");
        QVERIFY(fixture.waitUntil([&] { return fixture.bytesOf(receiver.id, RecordKind::Received) == "hi"; }));
    }

    void multicastIsHeardOnLoopback() {
        EngineFixture fixture;
        const auto socket = fixture.listen(QStringLiteral("udp://*?ipv6=off&join=239.255.77.1%lo"));
        QCOMPARE(socket.state, EndpointState::Open);
        QVERIFY(fixture.events(socket.id, EventKind::Warning).isEmpty());
        const auto wrong = fixture.listen(QStringLiteral("udp://127.0.0.1?join=239.255.77.1%no-such-if"));
        QVERIFY(!fixture.events(wrong.id, EventKind::Warning).isEmpty());
    }
};

QTEST_GUILESS_MAIN(DatagramsTest)
#include "tst_datagrams.moc"
