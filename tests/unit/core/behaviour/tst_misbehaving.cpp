// SPDX-License-Identifier: MIT
#include "core/behaviour/catalogue.h"
#include "tests/support/enginefixture.h"

using namespace sw;
using namespace sw::test;

/// The misbehaving kit, seen by a client of plain system calls; and the talk server in its three forms.
class MisbehavingTest : public QObject {
    Q_OBJECT

private:
    struct Served {
        EngineFixture fixture;
        EndpointSnapshot listener;
        RawPeer peer;

        explicit Served(const char* behaviour) {
            listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), QString::fromLatin1(behaviour));
            peer = RawPeer::connectTo(fixture.portOf(listener));
        }
        EndpointId connection() { return fixture.waitForChild(listener.id); }
    };

private slots:
    void everyOneOfThemSaysWhatItTeaches() {
        int count = 0;
        for (const BehaviourEntry& entry : behaviours()) {
            if (entry.group != BehaviourGroup::Misbehaving)
                continue;
            ++count;
            QVERIFY(qstrlen(entry.summary) > 20);
        }
        QCOMPARE(count, 12);
    }

    void neverAcceptLeavesThemInTheQueue() {
        Served served("never-accept");
        QVERIFY(served.peer.isOpen()); // the system's queue took it
        QVERIFY(served.fixture.serveOthers());
        QVERIFY(served.fixture.children(served.listener.id).isEmpty());
        QVERIFY(served.fixture.now(served.listener.id).isAcceptManual);
    }

    void silentTakesEverythingAndStays() {
        Served served("silent");
        served.peer.send("hello");
        served.peer.shutdownSending();
        const EndpointId connection = served.connection();
        QVERIFY(served.fixture.waitForState(connection, EndpointState::ReadEnded));
        QVERIFY(served.fixture.serveOthers());
        QCOMPARE(served.fixture.state(connection), EndpointState::ReadEnded);
        QCOMPARE(served.fixture.bytesOf(connection, RecordKind::Received), QByteArray("hello"));
    }

    void neverReadTakesNothing() {
        Served served("never-read");
        const EndpointId connection = served.connection();
        served.peer.send("hello");
        QVERIFY(served.fixture.serveOthers());
        QCOMPARE(served.fixture.now(connection).counters.receivedBytes, quint64(0));
    }

    void splitEveryByteEchoesAll() {
        Served served("split-every-byte");
        served.peer.send("abcdefgh");
        QCOMPARE(served.peer.receive(8), QByteArray("abcdefgh"));
        QVERIFY(served.fixture.waitUntil(
            [&] { return served.fixture.now(served.connection()).counters.sentRecords == 8; }));
    }

    void dribbleTakesItsTime() {
        Served served("dribble");
        QElapsedTimer time;
        time.start();
        served.peer.send("abc");
        QCOMPARE(served.peer.receive(3), QByteArray("abc"));
        QVERIFY(time.elapsed() >= 590);
        served.peer.send("z");
        served.peer.shutdownSending();
        QCOMPARE(served.peer.receive(100), QByteArray("z")); // then the end
    }

    void halfCloseFirstGoesOnReceiving() {
        Served served("half-close-first");
        QVERIFY(served.peer.sawEnd());
        served.peer.send("still heard");
        QVERIFY(served.fixture.waitUntil(
            [&] { return served.fixture.bytesOf(served.connection(), RecordKind::Received) == "still heard"; }));
        served.peer.shutdownSending();
        QVERIFY(served.fixture.waitForState(served.connection(), EndpointState::Closed));
    }

    void closeUnreadIsAResetForTheClient() {
        Served served("close-unread");
        served.peer.send("unread");
        served.peer.receive(1);
        QVERIFY(served.peer.lastError() != 0);
    }

    void resetAfterEchoesSoMany() {
        Served served("reset-after=5");
        served.peer.send("abcdefgh");
        const EndpointId connection = served.connection();
        QVERIFY(served.fixture.waitForState(connection, EndpointState::Closed));
        QCOMPARE(served.fixture.bytesOf(connection, RecordKind::Sent), QByteArray("abcde"));
        served.peer.receive(100);
        QVERIFY(served.peer.lastError() != 0);
    }

    void garbageIsTheSameForTheSameSeed() {
        const auto first = [](const char* behaviour) {
            Served served(behaviour);
            return served.peer.receive(1);
        };
        Served one("garbage=7");
        Served two("garbage=7");
        QVERIFY(one.fixture.waitUntil([&] { return one.fixture.now(one.connection()).counters.sentBytes > 0; }));
        QVERIFY(two.fixture.waitUntil([&] { return two.fixture.now(two.connection()).counters.sentBytes > 0; }));
        QCOMPARE(one.fixture.bytesOf(one.connection(), RecordKind::Sent),
                 two.fixture.bytesOf(two.connection(), RecordKind::Sent));
        QCOMPARE(first("garbage").size(), 1);
    }

    void badCertificatesAreRefusedByOurOwnClient_data() {
        QTest::addColumn<QString>("behaviour");
        QTest::addColumn<QString>("reason");
        QTest::newRow("expired") << "tls-expired"
                                 << "it expired on";
        QTest::newRow("wrong name") << "tls-wrong-name"
                                    << "it is not for “localhost”";
        QTest::newRow("self-signed") << "tls-self-signed"
                                     << "signed by itself";
    }
    void badCertificatesAreRefusedByOurOwnClient() {
        QFETCH(QString, behaviour);
        QFETCH(QString, reason);
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tls://127.0.0.1:0"), behaviour);
        QCOMPARE(listener.state, EndpointState::Listening);
        QString trust;
        if (behaviour != QLatin1String("tls-self-signed")) { // with the authority trusted, only the one fault is left
            QFile file(QDir::temp().filePath(
                QStringLiteral("tst_misbehaving_%1.pem").arg(QCoreApplication::applicationPid())));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(fixture.events(listener.id, EventKind::Started)
                           .at(0)
                           .value(QStringLiteral("throwAway"))
                           .toString()
                           .toLatin1());
            trust = QStringLiteral("?ca=") + file.fileName();
        }
        const auto client = fixture.connectTo(
            QStringLiteral("tls://localhost:%1%2").arg(QString::number(fixture.portOf(listener)), trust));
        QVERIFY(fixture.waitForState(client.id, EndpointState::Failed));
        QVERIFY2(fixture.now(client.id).closing.toText().contains(reason),
                 qPrintable(fixture.now(client.id).closing.toText()));
        QFile::remove(trust.mid(4));
        QVERIFY(!fixture.engine().listen(*parseAddress(QStringLiteral("tcp://127.0.0.1:0")), {.behaviour = behaviour}));
    }

    void theTalkServerIsTheSameThreeTimes_data() {
        QTest::addColumn<QString>("behaviour");
        const QString examples = QStringLiteral(SOCKETWRIGHT_SOURCE_DIR "/resources/examples/");
        QTest::newRow("built in") << "talk";
        QTest::newRow("rules") << QStringLiteral("rules=") + examples + QStringLiteral("talk.rules");
        QTest::newRow("script") << QStringLiteral("script=") + examples + QStringLiteral("talk.js");
    }
    void theTalkServerIsTheSameThreeTimes() {
        QFETCH(QString, behaviour);
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), behaviour);
        QCOMPARE(listener.state, EndpointState::Listening);
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        peer.send("Hello");
        peer.send(" self.\nempty:\n\r\nwith 'quotes' and \xc3\xa4\xe2\x82\xac\r\n${n} $$ %1 \\n\nno end");
        peer.shutdownSending();
        const QByteArray expected("You sent: 'Hello self.'\nYou sent: 'empty:'\nYou sent: ''\nYou sent: 'with 'quotes' "
                                  "and \xc3\xa4\xe2\x82\xac'\n"
                                  "You sent: '${n} $$ %1 \\n'\nYou sent: 'no end'\n");
        QCOMPARE(peer.receive(100000), expected); // and the end after it
        QVERIFY(fixture.waitForState(fixture.waitForChild(listener.id), EndpointState::Closed));
        const auto socket = fixture.listen(QStringLiteral("udp://127.0.0.1:0"), behaviour);
        const RawPeer datagram = RawPeer::datagram();
        datagram.sendTo(fixture.portOf(socket), "a datagram");
        QCOMPARE(datagram.receive(23), QByteArray("You sent: 'a datagram'\n"));
    }
};

QTEST_GUILESS_MAIN(MisbehavingTest)
#include "tst_misbehaving.moc"
