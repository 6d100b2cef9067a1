// SPDX-License-Identifier: MIT
#include "tests/support/enginefixture.h"

#include "core/base/systemnet.h"
#include "core/transcript/transcript.h"

#include <QFileInfo>
#include <QTemporaryDir>

using namespace sw;
using namespace sw::test;

class ListenerTest : public QObject {
    Q_OBJECT

    /// Finds our own listening descriptor by its port, and shuts it down.
    static bool shutDownListener([[maybe_unused]] quint16 port) {
#ifdef Q_OS_LINUX
        for (int fd = 3; fd < 256; ++fd) {
            sockaddr_in address{};
            socklen_t length = sizeof address;
            int listens = 0;
            socklen_t size = sizeof listens;
            if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) == 0 &&
                address.sin_family == AF_INET && ntohs(address.sin_port) == port &&
                ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens != 0)
                return ::shutdown(fd, SHUT_RDWR) == 0;
        }
#endif
        return false;
    }

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

    void ipv6MeansWhatItSays_data() {
        QTest::addColumn<QString>("first");
        QTest::addColumn<QString>("family");
        QTest::addColumn<bool>("takes4");
        QTest::addColumn<bool>("takes6");
        QTest::addColumn<QString>("second");
        QTest::addColumn<bool>("secondWorks");
        QTest::newRow("any *") << "*?ipv6=any"
                               << "IPv4 and IPv6" << true << true << "*?ipv6=off" << false;
        QTest::newRow("both") << "*?ipv6=both"
                              << "IPv4 and IPv6" << true << true << "*?ipv6=only" << false;
        QTest::newRow("both, IPv4") << "*?ipv6=both"
                                    << "IPv4 and IPv6" << true << true << "*?ipv6=off" << false;
        QTest::newRow("only, then off") << "*?ipv6=only"
                                        << "IPv6" << false << true << "*?ipv6=off" << true;
        QTest::newRow("off, then only") << "*?ipv6=off"
                                        << "IPv4" << true << false << "*?ipv6=only" << true;
        QTest::newRow("only twice") << "*?ipv6=only"
                                    << "IPv6" << false << true << "*?ipv6=only" << false;
        QTest::newRow("loopback, then ::1") << "?ipv6=off"
                                            << "IPv4" << true << false << "?ipv6=only" << true;
        QTest::newRow("name, only") << "ip6-localhost?ipv6=only"
                                    << "IPv6" << false << true << "127.0.0.1" << true;
        QTest::newRow("name, off") << "localhost?ipv6=off"
                                   << "IPv4" << true << false << "[::1]" << true;
        QTest::newRow("reuseport") << "127.0.0.1?reuseport=on"
                                   << "IPv4" << true << false << "127.0.0.1?reuseport=on" << true;
        QTest::newRow("reuseport on one side") << "127.0.0.1?reuseport=on"
                                               << "IPv4" << true << false << "127.0.0.1" << false;
    }
    void ipv6MeansWhatItSays() {
        QFETCH(QString, first);
        QFETCH(QString, family);
        QFETCH(bool, takes4);
        QFETCH(bool, takes6);
        QFETCH(QString, second);
        QFETCH(bool, secondWorks);
        EngineFixture fixture;
        if (fixture.listen(QStringLiteral("tcp://[::1]")).state == EndpointState::Failed)
            QSKIP("no IPv6 here");
        const qsizetype query = second.indexOf(QLatin1Char('?'));
        const QString host = query < 0 ? second : second.left(query);
        EndpointSnapshot other;
        // another program may have the port that we got, in the family that we did not ask for
        for (int tries = 5; tries > 0; --tries) {
            const auto listener = fixture.listen(QStringLiteral("tcp://") + first);
            if (listener.error && listener.error->id == ErrorId::NameNotFound)
                QSKIP("the name is not known here");
            QCOMPARE(listener.state, EndpointState::Listening);
            QCOMPARE(listener.family, family);
            const quint16 port = fixture.portOf(listener);
            const bool took4 = RawPeer::connectTo(port).isOpen();
            const bool took6 = RawPeer::connectTo(port, 6).isOpen();
            if (((took4 && !takes4) || (took6 && !takes6)) && tries > 1)
                continue;
            QCOMPARE(took4, takes4);
            QCOMPARE(took6, takes6);
            other = fixture.listen(
                QStringLiteral("tcp://%1:%2%3").arg(host).arg(port).arg(query < 0 ? QString() : second.mid(query)));
            if (!secondWorks || other.state == EndpointState::Listening)
                break;
        }
        QCOMPARE(other.state, secondWorks ? EndpointState::Listening : EndpointState::Failed);
        if (!secondWorks)
            QCOMPARE(other.error->id, ErrorId::AddressInUse);
    }

    void aTakenPortNeverLeadsToTheOtherFamily_data() {
        QTest::addColumn<QString>("address");
        QTest::newRow("tcp, no host") << "tcp://:%1";
        QTest::newRow("tcp, name") << "tcp://localhost:%1";
        QTest::newRow("tcp, every address") << "tcp://*:%1";
        QTest::newRow("udp, no host") << "udp://:%1";
        QTest::newRow("udp, name") << "udp://localhost:%1";
    }
    void aTakenPortNeverLeadsToTheOtherFamily() {
        QFETCH(QString, address);
        EngineFixture fixture;
        const QString scheme = address.section(QLatin1Char(':'), 0, 0);
        const auto first = fixture.listen(scheme + QStringLiteral("://127.0.0.1:0"));
        const auto second = fixture.listen(address.arg(fixture.portOf(first)));
        QCOMPARE(second.state, EndpointState::Failed);
        QCOMPARE(second.error->id, ErrorId::AddressInUse);
    }

    void aRangeGoesOnToItsNextPort_data() {
        QTest::addColumn<QString>("scheme");
        QTest::newRow("tcp") << "tcp";
        QTest::newRow("udp") << "udp";
    }
    void aRangeGoesOnToItsNextPort() {
        QFETCH(QString, scheme);
        EngineFixture fixture;
        for (int tries = 0; tries < 20; ++tries) { // another program may have the port after ours
            const quint16 taken = fixture.portOf(fixture.listen(scheme + QStringLiteral("://127.0.0.1:0")));
            if (taken > 65000)
                continue;
            const auto next = fixture.listen(QStringLiteral("%1://:%2-%3").arg(scheme).arg(taken).arg(taken + 1));
            if (next.state == EndpointState::Failed)
                continue;
            QCOMPARE(next.local, QStringLiteral("127.0.0.1:%1").arg(taken + 1));
            return;
        }
        QFAIL("no two ports in a row were free");
    }

    void namesAreGivenDerivedAndChanged() {
        EngineFixture fixture;
        const auto id = fixture.engine().listen(*parseAddress(QStringLiteral("tcp://127.0.0.1:0")),
                                                {.name = QStringLiteral("web")});
        QVERIFY(fixture.waitForState(*id, EndpointState::Listening));
        QCOMPARE(fixture.now(*id).name, QStringLiteral("web"));
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(fixture.now(*id)));
        const EndpointId child = fixture.waitForChild(*id);
        QCOMPARE(fixture.now(child).name, QStringLiteral("web ← ") + fixture.now(child).peer);
        QCOMPARE(fixture.now(child).shortName(), fixture.now(child).peer);
        fixture.engine().rename(child, QStringLiteral("web"));
        QVERIFY(fixture.waitUntil([&] { return fixture.now(child).name == QLatin1String("web (2)"); }));
        QCOMPARE(fixture.now(child).shortName(), QStringLiteral("web (2)"));
        fixture.engine().rename(*id, QStringLiteral("other"));
        QVERIFY(fixture.waitUntil([&] { return fixture.now(*id).name == QLatin1String("other"); }));
        fixture.engine().rename(child, QStringLiteral("web")); // free again
        QVERIFY(fixture.waitUntil([&] { return fixture.now(child).name == QLatin1String("web"); }));
        QCOMPARE(fixture.events(child, EventKind::Renamed).size(), 2);
    }

    void withoutABufferPassingIsCountedOnly() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0?buffer=off"), QStringLiteral("echo"));
        RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        peer.send("hidden");
        QCOMPARE(peer.receive(6), QByteArray("hidden"));
        const EndpointId child = fixture.waitForChild(listener.id);
        QVERIFY(fixture.waitUntil([&] { return fixture.now(child).counters.sentBytes == 6; }));
        QCOMPARE(fixture.now(child).counters.receivedBytes, 6U);
        QCOMPARE(fixture.bytesOf(child, RecordKind::Received), QByteArray());
        fixture.engine().changeOption(child, QStringLiteral("buffer"), QStringLiteral("on"));
        QVERIFY(fixture.waitUntil([&] { return !fixture.events(child, EventKind::OptionChanged).isEmpty(); }));
        fixture.engine().setBehaviour(child, QStringLiteral("echo"));
        peer.send("shown");
        QCOMPARE(peer.receive(5), QByteArray("shown"));
        QVERIFY(fixture.waitUntil([&] { return fixture.bytesOf(child, RecordKind::Received) == "shown"; }));
        fixture.engine().changeOption(child, QStringLiteral("buffer"), QStringLiteral("off"));
        QVERIFY(fixture.waitUntil([&] { return fixture.events(child, EventKind::OptionChanged).size() == 2; }));
        fixture.engine().setBehaviour(child, QStringLiteral("echo")); // a new behaviour does not turn it on again
        peer.send("again");
        QCOMPARE(peer.receive(5), QByteArray("again"));
        QCOMPARE(fixture.bytesOf(child, RecordKind::Received), QByteArray("shown"));
    }

    void familiesThatExcludeTheirHostAreRefused() {
        for (const char* wrong : {"tcp://127.0.0.1?ipv6=only", "tcp://[::1]?ipv6=off", "udp://[::1]:9?ipv6=off"}) {
            const auto address = parseAddress(QString::fromLatin1(wrong), Role::Listen);
            QVERIFY2(!address, wrong);
            QVERIFY(address.error().detail.toText().contains(QLatin1String("excludes")));
        }
    }

    void twoListenersShareAPort() {
        EngineFixture fixture;
        const auto a = fixture.listen(QStringLiteral("tcp://127.0.0.1?reuseport=on"), QStringLiteral("echo"));
        const auto b = fixture.listen(QStringLiteral("tcp://127.0.0.1:%1?reuseport=on").arg(fixture.portOf(a)),
                                      QStringLiteral("echo"));
        QCOMPARE(b.state, EndpointState::Listening);
        std::vector<RawPeer> peers;
        const bool isSpread = fixture.waitUntil([&] {
            peers.push_back(RawPeer::connectTo(fixture.portOf(a)));
            return fixture.now(a.id).counters.accepted > 0 && fixture.now(b.id).counters.accepted > 0;
        });
        QVERIFY(isSpread);
    }

    void backlogIsShownAsAskedAndInForce() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1?backlog=65535"));
        const auto backlog = [&] {
            const auto options = fixture.now(listener.id).options;
            return *std::find_if(options->begin(), options->end(),
                                 [](const OptionState& option) { return option.name == QLatin1String("backlog"); });
        };
        QCOMPARE(backlog().requested, QStringLiteral("65535"));
#ifdef Q_OS_LINUX
        QFile cap(QStringLiteral("/proc/sys/net/core/somaxconn"));
        QVERIFY(cap.open(QIODevice::ReadOnly));
        QCOMPARE(backlog().effective, QString::fromLatin1(cap.readAll().trimmed()));
        fixture.engine().changeOption(listener.id, QStringLiteral("backlog"), QStringLiteral("7"));
        QVERIFY(fixture.waitUntil([&] { return backlog().effective == QLatin1String("7"); }));
#endif
    }

    void waitingConnectionsAreCounted_data() {
        QTest::addColumn<QString>("address");
        QTest::newRow("tcp") << "tcp://127.0.0.1?accept=manual";
        QTest::newRow("unix") << "unix://@sw-waiting-%1?accept=manual";
    }
    void waitingConnectionsAreCounted() {
#ifndef Q_OS_LINUX
        QSKIP("only Linux tells the length of the queue");
#endif
        QFETCH(QString, address);
        EngineFixture fixture;
        const auto listener = fixture.listen(
            address.contains(QLatin1Char('%')) ? address.arg(QCoreApplication::applicationPid()) : address);
        QCOMPARE(listener.state, EndpointState::Listening);
        QVERIFY(fixture.waitUntil([&] { return fixture.now(listener.id).waiting == 0; }));
        const QString to = formatAddress(fixture.now(listener.id).address).section(QLatin1Char('?'), 0, 0);
        for (int i = 0; i < 3; ++i)
            QCOMPARE(fixture.connectTo(to).state, EndpointState::Open);
        QVERIFY(fixture.waitUntil([&] { return fixture.now(listener.id).waiting == 3; }));
        fixture.engine().acceptOne(listener.id);
        QVERIFY(fixture.waitUntil([&] { return fixture.now(listener.id).waiting == 2; }));
        QCOMPARE(fixture.now(listener.id).counters.accepted, 1U);
        fixture.engine().acceptNext(listener.id, 3); // two that wait, and one that is still to come
        QVERIFY(fixture.waitUntil([&] { return fixture.now(listener.id).counters.accepted == 3; }));
        QCOMPARE(fixture.connectTo(to).state, EndpointState::Open);
        QVERIFY(fixture.waitUntil([&] { return fixture.now(listener.id).counters.accepted == 4; }));
        QCOMPARE(fixture.connectTo(to).state, EndpointState::Open);
        QVERIFY(fixture.waitUntil([&] { return fixture.now(listener.id).waiting == 1; }));
        QCOMPARE(fixture.now(listener.id).counters.accepted, 4U);
        fixture.engine().changeOption(listener.id, QStringLiteral("accept"), QStringLiteral("auto"));
        QVERIFY(fixture.waitUntil([&] { return fixture.now(listener.id).counters.accepted == 5; }));
        QVERIFY(fixture.waitUntil([&] { return !fixture.now(listener.id).waiting.has_value(); }));
    }

    void pausingIsKeptWhileItReopens() {
#ifndef Q_OS_LINUX
        QSKIP("the socket is found through /proc");
#endif
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1"), QStringLiteral("echo"));
        QVERIFY(shutDownListener(fixture.portOf(listener)));
        QVERIFY(fixture.waitForState(listener.id, EndpointState::Reopening));
        fixture.engine().setPaused(listener.id, true);
        QVERIFY(fixture.waitForState(listener.id, EndpointState::Paused));
        QVERIFY(fixture.now(listener.id).isPaused);
        fixture.engine().setPaused(listener.id, false);
        QVERIFY(fixture.waitForState(listener.id, EndpointState::Listening));
        QVERIFY(RawPeer::connectTo(fixture.portOf(listener)).isOpen());
    }

    void aReopeningListenerCanBeClosed() {
#ifndef Q_OS_LINUX
        QSKIP("the socket is found through /proc");
#endif
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1"));
        QVERIFY(shutDownListener(fixture.portOf(listener)));
        QVERIFY(fixture.waitForState(listener.id, EndpointState::Reopening));
        fixture.engine().close(listener.id);
        QVERIFY(fixture.waitForState(listener.id, EndpointState::Closed));
        QTest::qWait(250); // when it would have reopened
        QCOMPARE(fixture.state(listener.id), EndpointState::Closed);
        QCOMPARE(fixture.events(listener.id, EventKind::Closed).size(), 1);
        QVERIFY(fixture.events(listener.id, EventKind::Reopened).isEmpty());
    }

    void aBrokenListenerReopensOnItsPort() {
#ifndef Q_OS_LINUX
        QSKIP("the socket is found through /proc");
#endif
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1"), QStringLiteral("echo"));
        const quint16 port = fixture.portOf(listener);
        const RawPeer before = RawPeer::connectTo(port);
        before.send("1");
        QCOMPARE(before.receive(1), QByteArray("1"));
        QVERIFY(shutDownListener(port)); // from outside, as a tool that kills sockets does
        QVERIFY(fixture.waitUntil([&] { return !fixture.events(listener.id, EventKind::Reopened).isEmpty(); }));
        QCOMPARE(fixture.events(listener.id, EventKind::ListenerBroken).size(), 1);
        QCOMPARE(fixture.state(listener.id), EndpointState::Listening);
        const RawPeer after = RawPeer::connectTo(port);
        after.send("2");
        QCOMPARE(after.receive(1), QByteArray("2"));
        before.send("3"); // connections live on
        QCOMPARE(before.receive(1), QByteArray("3"));
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
        QVERIFY2(listener.error->detail.toText().contains(QString::number(QCoreApplication::applicationPid())),
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
        QVERIFY(fixture.serveOthers());
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
        QVERIFY(fixture.serveOthers());
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
        QVERIFY(fixture.serveOthers());
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
        const QJsonObject facts = log.at(0).facts().toJson();
        QCOMPARE(log.at(0).header.event, EventKind::Started);
        QCOMPARE(facts[QLatin1String("endpoint")].toInteger(), static_cast<qint64>(listener.id));
    }
};

QTEST_GUILESS_MAIN(ListenerTest)
#include "tst_listener.moc"
