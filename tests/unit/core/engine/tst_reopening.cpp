// SPDX-License-Identifier: MIT
// What has ended is opened once more; behaviours of ours that keep answering each other are paused.
#include "core/behaviour/catalogue.h"
#include "tests/support/enginefixture.h"

#include <QSignalSpy>

using namespace sw;
using namespace sw::test;

class ReopeningTest : public QObject {
    Q_OBJECT

private slots:
    void aConnectionGoesOnInTheSamePlace() {
        EngineFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto client = fixture.connectTo(QStringLiteral("tcp://127.0.0.1:%1").arg(server.port()));
        {
            const RawPeer peer = server.accept();
            peer.send("one");
            QVERIFY(fixture.waitUntil([&] { return fixture.now(client.id).counters.receivedBytes == 3; }));
            QVERIFY(!fixture.engine().openAgain(client.id)); // it is still open
        }
        fixture.engine().close(client.id);
        QVERIFY(fixture.waitForState(client.id, EndpointState::Closed));
        const auto transcript = fixture.engine().transcript(client.id);
        QVERIFY(fixture.engine().openAgain(client.id).has_value());
        const RawPeer peer = server.accept();
        QVERIFY(fixture.waitForState(client.id, EndpointState::Open));
        peer.send("two");
        QVERIFY(fixture.waitUntil([&] { return fixture.now(client.id).counters.receivedBytes == 6; }));
        QCOMPARE(fixture.bytesOf(client.id, RecordKind::Received), QByteArray("onetwo"));
        QCOMPARE(fixture.engine().transcript(client.id), transcript);
        QCOMPARE(fixture.now(client.id).name, client.name);
        QCOMPARE(fixture.events(client.id, EventKind::OpenedAgain).size(), 1);
        QCOMPARE(fixture.events(client.id, EventKind::Closed).size(), 1);
        QCOMPARE(fixture.events(client.id, EventKind::Opened).size(), 2);
        fixture.engine().close(client.id);
        QVERIFY(fixture.waitForState(client.id, EndpointState::Closed));
        QCOMPARE(fixture.events(client.id, EventKind::Closed).size(), 2); // one for each life
    }

    void aListenerTakesItsPortAgain() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), QStringLiteral("echo"));
        const quint16 port = fixture.portOf(listener);
        fixture.engine().close(listener.id);
        QVERIFY(fixture.waitForState(listener.id, EndpointState::Closed));
        QVERIFY(fixture.engine().openAgain(listener.id).has_value());
        QVERIFY(fixture.waitForState(listener.id, EndpointState::Listening));
        QCOMPARE(fixture.portOf(fixture.now(listener.id)), port);
        const RawPeer peer = RawPeer::connectTo(port);
        peer.send("x");
        QCOMPARE(peer.receive(1), QByteArray("x"));
        QVERIFY(fixture.waitUntil([&] { return fixture.now(listener.id).counters.accepted == 1; }));
    }

    void aBoundDatagramSocketIsBoundAgain() {
        EngineFixture fixture;
        const auto socket = fixture.listen(QStringLiteral("udp://127.0.0.1:0"), QStringLiteral("echo"));
        fixture.engine().close(socket.id);
        QVERIFY(fixture.waitForState(socket.id, EndpointState::Closed));
        QVERIFY(fixture.engine().openAgain(socket.id).has_value());
        QVERIFY(fixture.waitForState(socket.id, EndpointState::Open));
        const auto client =
            fixture.connectTo(QStringLiteral("udp://127.0.0.1:%1").arg(fixture.portOf(fixture.now(socket.id))));
        fixture.engine().send(client.id, "again");
        QVERIFY(fixture.waitUntil([&] { return fixture.now(client.id).counters.receivedBytes == 5; }));
    }

    void failedAttemptsCanBeTriedAgain() {
        EngineFixture fixture;
        const quint16 port = RawPeer::listenOn().port(); // and gone again
        const auto client = fixture.connectTo(QStringLiteral("tcp://127.0.0.1:%1").arg(port));
        QCOMPARE(fixture.state(client.id), EndpointState::Failed);
        QCOMPARE(fixture.now(client.id).closingCause, std::optional(ClosingCause::Refused));
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:%1").arg(port));
        QCOMPARE(listener.state, EndpointState::Listening);
        QVERIFY(fixture.engine().openAgain(client.id).has_value());
        QVERIFY(fixture.waitForState(client.id, EndpointState::Open));
        QVERIFY(!fixture.now(client.id).error);
    }

    void onlyWhatWasOpenedHere() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"));
        const auto client = fixture.connectTo(QStringLiteral("tcp://127.0.0.1:%1").arg(fixture.portOf(listener)));
        const EndpointId child = fixture.waitForChild(listener.id);
        fixture.engine().close(child);
        fixture.engine().close(client.id);
        QVERIFY(fixture.waitForState(child, EndpointState::Closed));
        const auto refused = fixture.engine().openAgain(child);
        QVERIFY(!refused);
        QVERIFY(toText(refused.error()).contains(QLatin1String("not opened here")));
        QVERIFY(fixture.waitForState(client.id, EndpointState::Closed));
        const auto another = fixture.engine().openAgain(client.id, *parseAddress(QStringLiteral("unix:///run/x.sock")));
        QVERIFY(!another);
        QVERIFY(toText(another.error()).contains(QLatin1String("keeps its scheme")));
    }

    void aPinTakesOneCertificateOnly() {
        EngineFixture fixture;
        const auto server = fixture.listen(QStringLiteral("tls://127.0.0.1:0"), QStringLiteral("tls-self-signed"));
        const auto other = fixture.listen(QStringLiteral("tls://127.0.0.1:0"), QStringLiteral("tls-self-signed"));
        const auto client = fixture.connectTo(QStringLiteral("tls://127.0.0.1:%1").arg(fixture.portOf(server)));
        QCOMPARE(client.state, EndpointState::Failed);
        QVERIFY(client.tls != nullptr && !client.tls->chain.empty());
        Address pinned = client.address;
        const QString fingerprint = QString(client.tls->chain.front().sha256).remove(QLatin1Char(':')).toLower();
        pinned.setOption(QStringLiteral("pin"), fingerprint);
        QVERIFY(fixture.engine().openAgain(client.id, pinned).has_value());
        QVERIFY(fixture.waitForState(client.id, EndpointState::Open));
        const EndpointSnapshot now = fixture.now(client.id);
        QVERIFY(now.tls->isPinned && now.tls->isVerified && !now.isUnverified());
        QVERIFY(now.tls->toText().contains(QLatin1String("by its fingerprint")));
        const auto wrong = fixture.connectTo(
            QStringLiteral("tls://127.0.0.1:%1?pin=%2&verify=off").arg(fixture.portOf(other)).arg(fingerprint));
        QCOMPARE(wrong.state, EndpointState::Failed); // a pin is checked whatever verify says
        QVERIFY(toText(*wrong.error).contains(QLatin1String("fingerprint")));
        QVERIFY(!parseAddress(QStringLiteral("tls://localhost:1?pin=12")));
        const auto colons = parseAddress(QStringLiteral("tls://localhost:1?pin=") + client.tls->chain.front().sha256);
        QCOMPARE(colons->value("pin"), fingerprint);
    }

    void loopsOfOurBehavioursArePaused_data() {
        QTest::addColumn<QString>("scheme");
        QTest::newRow("tcp") << QStringLiteral("tcp");
        QTest::newRow("udp") << QStringLiteral("udp");
    }
    void loopsOfOurBehavioursArePaused() {
        QFETCH(QString, scheme);
        EngineFixture fixture;
        QSignalSpy paused(&fixture.engine(), &Engine::loopPaused);
        const auto server = fixture.listen(scheme + QStringLiteral("://127.0.0.1:0"), QStringLiteral("echo"));
        const auto client = fixture.connectTo(
            QStringLiteral("%1://127.0.0.1:%2").arg(scheme).arg(fixture.portOf(server)), QStringLiteral("echo"));
        fixture.engine().send(client.id, "round and round");
        QTRY_COMPARE_WITH_TIMEOUT(paused.size(), 1, 15'000);
        QVERIFY(fixture.waitUntil([&] { return fixture.now(client.id).behaviour == QLatin1String("manual"); }));
        QVERIFY(fixture.serveOthers());
        const quint64 before = fixture.now(client.id).counters.receivedRecords;
        QVERIFY(fixture.serveOthers());
        QCOMPARE(fixture.now(client.id).counters.receivedRecords, before);
        const auto loop = paused.first().first().value<AnsweringLoop>();
        QVERIFY(loop.perSecond >= 1000);
        QVERIFY(fixture.engine().resumeLoop(loop).has_value());
        QVERIFY(fixture.waitUntil([&] { return fixture.now(client.id).behaviour == QLatin1String("echo"); }));
        fixture.engine().send(client.id, "again");
        QVERIFY(
            fixture.waitUntil([&] { return fixture.now(client.id).counters.receivedRecords > before + 5000; }, 15'000));
        QCOMPARE(paused.size(), 1); // the user wants it so
    }

    void repliesWithoutAFile_data() {
        QTest::addColumn<QString>("reply");
        QTest::addColumn<QByteArray>("says");
        QTest::addColumn<QByteArray>("hears");
        QTest::newRow("contains") << QStringLiteral("PING => PONG\\n") << QByteArray("a PING b\n")
                                  << QByteArray("PONG\n");
        QTest::newRow("condition") << QStringLiteral("regex ^greet (\\w+) => hello ${1}!\\n")
                                   << QByteArray("greet world\n") << QByteArray("hello world!\n");
        QTest::newRow("prefix") << QStringLiteral("prefix GET=>200\\r\\n") << QByteArray("GET /\n")
                                << QByteArray("200\r\n");
    }
    void repliesWithoutAFile() {
        QFETCH(QString, reply);
        QFETCH(QByteArray, says);
        QFETCH(QByteArray, hears);
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), QStringLiteral("reply=") + reply);
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        peer.send("nothing\n");
        peer.send(says);
        QCOMPARE(peer.receive(hears.size()), hears);
    }

    void repliesThatMakeNoSense() {
        for (const char* wrong :
             {"reply", "reply=", "reply=PING", "reply= => PONG", "reply=PING =>", "reply=regex ( => x"})
            QVERIFY2(!planBehaviour(QString::fromLatin1(wrong)), wrong);
    }
};

QTEST_GUILESS_MAIN(ReopeningTest)
#include "tst_reopening.moc"
