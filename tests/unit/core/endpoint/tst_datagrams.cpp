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
        QVERIFY(fixture.waitUntil([&] { return !fixture.events(flow, EventKind::Warning).isEmpty(); }));
        const auto warnings = fixture.events(flow, EventKind::Warning); // on the flow that it belongs to
        QCOMPARE(warnings.size(), 1);
        QVERIFY(warnings.front()[QLatin1String("text")].toString().contains(QLatin1String("30 bytes")));
        QCOMPARE(warnings.front()[QLatin1String("trueSize")].toInt(), 30);
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

    void unreachablePortsAreShownOnTheirFlow() {
#ifndef Q_OS_LINUX
        QSKIP("only Linux says which datagram an ICMP error is about");
#endif
        EngineFixture fixture;
        for (const char* host : {"127.0.0.1", "[::1]"}) {
            const auto socket = fixture.listen(QStringLiteral("udp://") + QLatin1String(host));
            if (socket.state == EndpointState::Failed)
                continue; // no IPv6 here
            RawPeer gone = RawPeer::datagram();
            const quint16 port = gone.port();
            gone.close();
            const RawPeer there = RawPeer::datagram();
            fixture.engine().send(socket.id, "anybody?", QStringLiteral("%1:%2").arg(QLatin1String(host)).arg(port));
            const EndpointId flow = fixture.waitForChild(socket.id);
            QVERIFY(fixture.waitUntil([&] { return !fixture.events(flow, EventKind::DatagramError).isEmpty(); }));
            const QJsonObject facts = fixture.events(flow, EventKind::DatagramError).front();
            QCOMPARE(facts[QLatin1String("icmp")].toString(), QStringLiteral("port unreachable"));
            QCOMPARE(facts[QLatin1String("destination")].toString(),
                     QStringLiteral("%1:%2").arg(QLatin1String(host)).arg(port));
            QCOMPARE(facts[QLatin1String("error")][QLatin1String("id")].toString(),
                     QStringLiteral("connection-refused"));
            QVERIFY(fixture.events(socket.id, EventKind::DatagramError).isEmpty());
            if (host[0] != '[') { // one peer's refusal does not disturb another
                fixture.engine().send(socket.id, "you", QStringLiteral("127.0.0.1:%1").arg(there.port()));
                QCOMPARE(there.receive(3), QByteArray("you"));
            }
        }
    }

    void groupsAreJoinedAndLeft() {
        EngineFixture fixture;
        const auto socket = fixture.listen(QStringLiteral("udp://0.0.0.0"));
        const auto good = fixture.connectTo(
            QStringLiteral("udp://239.255.41.7:%1?iface=lo&loop=on&ttl=1").arg(fixture.portOf(socket)));
        QCOMPARE(good.state, EndpointState::Open);
        const auto received = [&] {
            qsizetype all = 0;
            for (const auto& flow : fixture.children(socket.id))
                all += fixture.bytesOf(flow.id, RecordKind::Received).size();
            return all;
        };
        fixture.engine().joinGroup(socket.id, QStringLiteral("239.255.41.7%lo"));
        QVERIFY(fixture.waitUntil([&] { return !fixture.events(socket.id, EventKind::OptionChanged).isEmpty(); }));
        QCOMPARE(fixture.now(socket.id).address.values("join"), QStringList{QStringLiteral("239.255.41.7%lo")});
        fixture.engine().send(good.id, "heard");
        QVERIFY(fixture.waitUntil([&] { return received() == 5; }));
        fixture.engine().joinGroup(socket.id, QStringLiteral("239.255.41.7%lo")); // again
        QVERIFY(fixture.waitUntil([&] { return !fixture.events(socket.id, EventKind::Warning).isEmpty(); }));
        fixture.engine().leaveGroup(socket.id, QStringLiteral("239.255.41.7%lo"));
        QVERIFY(fixture.waitUntil([&] { return fixture.now(socket.id).address.values("join").isEmpty(); }));
        fixture.engine().send(good.id, "not heard");
        QVERIFY(fixture.waitUntil([&] { return fixture.now(good.id).counters.sentRecords == 2; }));
        QVERIFY(fixture.serveOthers());
        QCOMPARE(received(), 5);
    }

    void groupsOfTheOtherFamilyAreExplained() {
        EngineFixture fixture;
        const auto socket = fixture.listen(QStringLiteral("udp://127.0.0.1?join=ff02::1234%25lo"));
        QCOMPARE(socket.state, EndpointState::Open);
        const auto warnings = fixture.events(socket.id, EventKind::Warning);
        QCOMPARE(warnings.size(), 1);
        QVERIFY(warnings.front()[QLatin1String("text")].toString().contains(QLatin1String("the socket is IPv4")));
    }

    void groupsOfIPv6() {
        EngineFixture fixture;
        const auto socket = fixture.listen(QStringLiteral("udp://[::]?join=ff02::1234%25lo"));
        if (socket.state == EndpointState::Failed)
            QSKIP("no IPv6 here");
        const auto sender =
            fixture.connectTo(QStringLiteral("udp://[ff02::1234%lo]:%1?iface=lo&loop=on").arg(fixture.portOf(socket)));
        QCOMPARE(sender.state, EndpointState::Open);
        fixture.engine().send(sender.id, "six");
        const auto isUnreachable = [&] {
            const auto error = fixture.now(sender.id).error;
            return error && error->id == ErrorId::NetworkUnreachable;
        };
        QVERIFY(fixture.waitUntil([&] {
            const auto flows = fixture.children(socket.id);
            return isUnreachable() ||
                   (!flows.isEmpty() && fixture.bytesOf(flows.front().id, RecordKind::Received) == "six");
        }));
        if (isUnreachable())
            QSKIP("no IPv6 multicast route on lo; the end-to-end tests have two hosts of their own");
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
        const EndpointId flow = fixture.waitForChild(receiver.id); // it has a name, and can be answered
        QVERIFY(fixture.waitUntil([&] { return fixture.bytesOf(flow, RecordKind::Received) == "hi"; }));
        fixture.engine().send(flow, "ho");
        QVERIFY(fixture.waitUntil([&] { return fixture.bytesOf(sender.id, RecordKind::Received) == "ho"; }));
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
