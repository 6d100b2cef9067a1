// SPDX-License-Identifier: MIT
#include "tests/support/enginefixture.h"

#include <QFileInfo>
#include <QTemporaryDir>

using namespace sw;
using namespace sw::test;

class ListenerTest : public QObject {
    Q_OBJECT

private slots:
    void systemPicksAPortAndItIsShown() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1"));
        QCOMPARE(listener.state, EndpointState::Listening);
        QVERIFY(fixture.portOf(listener) > 0);
        QVERIFY(RawPeer::connectTo(fixture.portOf(listener)).isOpen());
    }

    void noHostBindsLoopbackOnly() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://"));
        QVERIFY(listener.local.startsWith(QLatin1String("127.0.0.1:")));
        QVERIFY(!listener.isReachable);
    }

    void starTakesBothFamiliesAndIsMarked() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://*"));
        QVERIFY(listener.isReachable);
        QVERIFY(RawPeer::connectTo(fixture.portOf(listener)).isOpen());
        if (listener.local.startsWith(QLatin1Char('[')))
            QVERIFY(RawPeer::connectTo(fixture.portOf(listener), 6).isOpen());
        const EndpointId child = fixture.waitForChild(listener.id);
        QVERIFY(fixture.now(child).peer.startsWith(QLatin1String("127.0.0.1:"))); // not ::ffff:127.0.0.1
    }

    void onlyIPv6RefusesIPv4() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://*?ipv6=only"));
        if (listener.state == EndpointState::Failed)
            QSKIP("no IPv6 here");
        QVERIFY(!RawPeer::connectTo(fixture.portOf(listener)).isOpen());
        QVERIFY(RawPeer::connectTo(fixture.portOf(listener), 6).isOpen());
    }

    void rangesTakeTheFirstFreePort() {
        EngineFixture fixture;
        const RawPeer taken = RawPeer::listenOn();
        const quint16 port = taken.port();
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:%1-%2").arg(port).arg(port + 20));
        QCOMPARE(listener.state, EndpointState::Listening);
        QVERIFY(fixture.portOf(listener) > port);
    }

    void aTakenPortNamesItsOwner() {
        EngineFixture fixture;
        const RawPeer taken = RawPeer::listenOn();
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:%1").arg(taken.port()));
        QCOMPARE(listener.state, EndpointState::Failed);
        QCOMPARE(listener.error->id, ErrorId::AddressInUse);
        QCOMPARE(listener.error->native, EADDRINUSE);
        QCOMPARE(listener.error->situation, QStringLiteral("bind"));
#ifdef Q_OS_LINUX
        QVERIFY2(listener.error->detail.contains(QString::number(QCoreApplication::applicationPid())),
                 qPrintable(listener.error->detail));
#endif
    }

    void foreignAddressesAreSaid() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://203.0.113.7:1234"));
        QCOMPARE(listener.error->id, ErrorId::AddressNotAvailable);
    }

    void connectionsOutliveTheirListener() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1"), QStringLiteral("echo"));
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        const EndpointId child = fixture.waitForChild(listener.id);
        fixture.engine().close(listener.id);
        QVERIFY(fixture.waitForState(listener.id, EndpointState::Closed));
        QVERIFY(!RawPeer::connectTo(fixture.portOf(listener)).isOpen());
        peer.send("still");
        QCOMPARE(peer.receive(5), QByteArray("still"));
        QCOMPARE(fixture.state(child), EndpointState::Open);
    }

    void maxHoldsFurtherOnesInTheQueue() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1?max=1"), QStringLiteral("echo"));
        RawPeer first = RawPeer::connectTo(fixture.portOf(listener));
        first.send("1");
        QCOMPARE(first.receive(1), QByteArray("1"));
        const RawPeer second = RawPeer::connectTo(fixture.portOf(listener));
        second.send("2");
        QTest::qWait(100);
        QCOMPARE(fixture.children(listener.id).size(), 1);
        first.close();
        QCOMPARE(second.receive(1), QByteArray("2"));
    }

    void manualAcceptWaitsForTheUser() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1?accept=manual"), QStringLiteral("echo"));
        fixture.engine().acceptOne(listener.id);
        QVERIFY(fixture.waitUntil([&] { return !fixture.events(listener.id, EventKind::Warning).isEmpty(); }));
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        peer.send("x");
        QTest::qWait(80);
        QVERIFY(fixture.children(listener.id).isEmpty());
        fixture.engine().acceptOne(listener.id);
        QCOMPARE(peer.receive(1), QByteArray("x"));
    }

    void pausesAndResumes() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1"), QStringLiteral("echo"));
        fixture.engine().setPaused(listener.id, true);
        QVERIFY(fixture.waitForState(listener.id, EndpointState::Paused));
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        peer.send("x");
        QTest::qWait(80);
        QVERIFY(fixture.children(listener.id).isEmpty());
        fixture.engine().setPaused(listener.id, false);
        QCOMPARE(peer.receive(1), QByteArray("x"));
    }

    void sendsToAllItsConnections() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1"));
        const RawPeer a = RawPeer::connectTo(fixture.portOf(listener));
        const RawPeer b = RawPeer::connectTo(fixture.portOf(listener));
        fixture.waitForChild(listener.id, 2);
        fixture.engine().send(listener.id, "all");
        QCOMPARE(a.receive(3), QByteArray("all"));
        QCOMPARE(b.receive(3), QByteArray("all"));
    }

    void socketFilesFollowTheirRules() {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("app.sock"));
        const QString address = QStringLiteral("unix://") + path;
        EngineFixture fixture;
        const auto listener = fixture.listen(address);
        QCOMPARE(listener.state, EndpointState::Listening);
        QCOMPARE(QFile::permissions(path) & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
        // a live one is never taken, not even with replace
        QCOMPARE(fixture.listen(address + QStringLiteral("?stale=replace")).error->id, ErrorId::AddressInUse);
        const auto connection = fixture.connectTo(address);
        QCOMPARE(connection.state, EndpointState::Open);
        fixture.engine().close(listener.id);
        QVERIFY(fixture.waitForState(listener.id, EndpointState::Closed));
        QVERIFY(!QFileInfo::exists(path));
        // another file is never removed
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("precious");
        file.close();
        QCOMPARE(fixture.listen(address + QStringLiteral("?stale=replace")).state, EndpointState::Failed);
        QCOMPARE(QFileInfo(path).size(), 8);
    }

    void eventLogHearsOfEverything() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1"));
        const TranscriptReader log(fixture.engine().eventLog());
        QVERIFY(log.count() >= 1);
        const QJsonObject facts = log.at(0).facts();
        QCOMPARE(log.at(0).header.event, EventKind::Started);
        QCOMPARE(facts[QLatin1String("endpoint")].toInteger(), static_cast<qint64>(listener.id));
    }
};

QTEST_GUILESS_MAIN(ListenerTest)
#include "tst_listener.moc"
