// SPDX-License-Identifier: MIT
#include "tests/support/enginefixture.h"

#include <QTemporaryDir>

#include <thread>

using namespace sw;
using namespace sw::test;

/// Connections against a peer of plain system calls.
class ConnectionTest : public QObject {
    Q_OBJECT

private:
    static QString tcp(quint16 port) { return QStringLiteral("tcp://127.0.0.1:%1").arg(port); }

private slots:
    void connectsAndTalks() {
        EngineFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto connection = fixture.connectTo(tcp(server.port()));
        QCOMPARE(connection.state, EndpointState::Open);
        const RawPeer peer = server.accept();
        QVERIFY(peer.send("hello"));
        QVERIFY(fixture.waitUntil([&] { return fixture.bytesOf(connection.id, RecordKind::Received) == "hello"; }));
        fixture.engine().send(connection.id, "answer");
        QCOMPARE(peer.receive(6), QByteArray("answer"));
        QVERIFY(fixture.waitUntil([&] { return fixture.now(connection.id).counters.sentBytes == 6; }));
        QCOMPARE(fixture.now(connection.id).counters.receivedBytes, 5U);
        QCOMPARE(fixture.now(connection.id).peer, QStringLiteral("127.0.0.1:%1").arg(server.port()));
    }

    void peersEndLeavesOurSideOpen() {
        EngineFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto connection = fixture.connectTo(tcp(server.port()));
        RawPeer peer = server.accept();
        peer.send("request");
        peer.shutdownSending();
        QVERIFY(fixture.waitForState(connection.id, EndpointState::ReadEnded));
        fixture.engine().send(connection.id, "late answer");
        QCOMPARE(peer.receive(11), QByteArray("late answer"));
        fixture.engine().shutDownSending(connection.id);
        QVERIFY(peer.sawEnd());
        QVERIFY(fixture.waitForState(connection.id, EndpointState::Closed));
        const auto closing = fixture.events(connection.id, EventKind::Closed);
        QCOMPARE(closing.size(), 1);
        QCOMPARE(closing.front()[QLatin1String("cause")].toString(), QStringLiteral("closed-by-peer"));
    }

    void ourEndLeavesThePeersSideOpen() {
        EngineFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto connection = fixture.connectTo(tcp(server.port()));
        RawPeer peer = server.accept();
        fixture.engine().send(connection.id, "all of it");
        fixture.engine().shutDownSending(connection.id);
        QCOMPARE(peer.receive(100), QByteArray("all of it"));
        QVERIFY(fixture.waitForState(connection.id, EndpointState::WriteEnded));
        peer.send("still here");
        QVERIFY(
            fixture.waitUntil([&] { return fixture.bytesOf(connection.id, RecordKind::Received) == "still here"; }));
        fixture.engine().send(connection.id, "too late");
        QVERIFY(fixture.waitUntil([&] { return !fixture.events(connection.id, EventKind::NotSent).isEmpty(); }));
        peer.close();
        QVERIFY(fixture.waitForState(connection.id, EndpointState::Closed));
        QCOMPARE(fixture.events(connection.id, EventKind::Closed).front()[QLatin1String("cause")].toString(),
                 QStringLiteral("closed-by-us"));
    }

    void eofCloseClosesBoth() {
        EngineFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto connection = fixture.connectTo(tcp(server.port()) + QStringLiteral("?eof=close"));
        const RawPeer peer = server.accept();
        peer.shutdownSending();
        QVERIFY(peer.sawEnd());
        QVERIFY(fixture.waitForState(connection.id, EndpointState::Closed));
    }

    void closeSendsWhatWaits() {
        EngineFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto connection = fixture.connectTo(tcp(server.port()));
        const RawPeer peer = server.accept();
        const QByteArray much(8'000'000, 'm');
        fixture.engine().send(connection.id, much);
        fixture.engine().close(connection.id);
        QCOMPARE(peer.receive(much.size() + 1).size(), much.size());
        QVERIFY(fixture.waitForState(connection.id, EndpointState::Closed));
    }

    void abortResets() {
        EngineFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto connection = fixture.connectTo(tcp(server.port()));
        const RawPeer peer = server.accept();
        fixture.engine().abort(connection.id);
        QVERIFY(fixture.waitForState(connection.id, EndpointState::Closed));
        QVERIFY(!peer.sawEnd());
        QCOMPARE(peer.lastError(), ECONNRESET);
        QCOMPARE(fixture.events(connection.id, EventKind::Closed).front()[QLatin1String("cause")].toString(),
                 QStringLiteral("aborted-by-us"));
    }

    void aResetIsOneClosingRecordAfterTheData() {
        EngineFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto connection = fixture.connectTo(tcp(server.port()));
        RawPeer peer = server.accept();
        peer.send("last words");
        QVERIFY(fixture.waitUntil([&] { return fixture.now(connection.id).counters.receivedBytes == 10; }));
        peer.reset();
        QVERIFY(fixture.waitForState(connection.id, EndpointState::Failed));
        const auto closing = fixture.events(connection.id, EventKind::Closed);
        QCOMPARE(closing.size(), 1);
        QCOMPARE(closing.front()[QLatin1String("cause")].toString(), QStringLiteral("reset"));
        QCOMPARE(fixture.now(connection.id).error->id, ErrorId::ConnectionReset);
    }

    void aResetAfterThePeersEndIsSeen() {
        EngineFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto connection = fixture.connectTo(tcp(server.port()));
        RawPeer peer = server.accept();
        peer.shutdownSending();
        QVERIFY(fixture.waitForState(connection.id, EndpointState::ReadEnded));
        fixture.engine().send(connection.id, "unread");
        QVERIFY(fixture.waitUntil([&] { return fixture.now(connection.id).counters.sentBytes == 6; }));
        peer.close(); // with unread bytes: a reset
        if (qEnvironmentVariable("SOCKETWRIGHT_DISPATCHER") == QLatin1String("qt"))
            fixture.engine().send(connection.id, "again"); // notifiers tell of a reset only to those who send
        QVERIFY(fixture.waitUntil([&] { return isEnded(fixture.state(connection.id)); }));
        QCOMPARE(fixture.events(connection.id, EventKind::Closed).size(), 1);
    }

    void refusedSaysWhy() {
        EngineFixture fixture;
        RawPeer server = RawPeer::listenOn();
        const quint16 port = server.port();
        server.close();
        const auto connection = fixture.connectTo(tcp(port));
        QCOMPARE(connection.state, EndpointState::Failed);
        QCOMPARE(connection.error->id, ErrorId::ConnectionRefused);
        QCOMPARE(connection.error->native, ECONNREFUSED);
        QCOMPARE(connection.error->situation, QStringLiteral("connect"));
        QVERIFY(connection.error->detail.toText().contains(QLatin1String("nothing listens")));
        QCOMPARE(fixture.events(connection.id, EventKind::Closed).front()[QLatin1String("cause")].toString(),
                 QStringLiteral("refused"));
    }

    void triesEveryAddressOfAName() {
        EngineFixture fixture;
        const RawPeer server = RawPeer::listenOn(); // IPv4 only; localhost is often ::1 first
        const auto connection = fixture.connectTo(QStringLiteral("tcp://localhost:%1").arg(server.port()));
        QCOMPARE(connection.state, EndpointState::Open);
        QCOMPARE(fixture.events(connection.id, EventKind::Resolved).size(), 1);
    }

    void unknownNamesFailClearly() {
        EngineFixture fixture;
        const auto connection = fixture.connectTo(QStringLiteral("tcp://no.such.host.invalid:80?timeout=4s"));
        QCOMPARE(connection.state, EndpointState::Failed);
        QVERIFY(connection.error->detail.toText().contains(QLatin1String("no.such.host.invalid")));
    }

    void timesOut() {
        EngineFixture fixture;
        const RawPeer full = RawPeer::listenOn(0);
        std::vector<RawPeer> fillers; // a full accept queue drops further SYNs
        const auto connection = [&] {
            for (int i = 0; i < 4; ++i) {
                const auto one =
                    fixture.engine().connectTo(*parseAddress(tcp(full.port()) + QStringLiteral("?timeout=400ms")));
                fixture.waitUntil([&] { return fixture.state(*one) != EndpointState::Idle; }, 200);
                if (fixture.waitForState(*one, EndpointState::Failed, 1500))
                    return fixture.now(*one);
            }
            return EndpointSnapshot{};
        }();
        QCOMPARE(connection.state, EndpointState::Failed);
        QCOMPARE(connection.error->id, ErrorId::ConnectionTimedOut);
        QVERIFY(connection.error->detail.toText().contains(QLatin1String("400ms")));
    }

    void bindsWhereAsked() {
        EngineFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto connection = fixture.connectTo(tcp(server.port()) + QStringLiteral("?bind=127.0.0.9"));
        QCOMPARE(connection.state, EndpointState::Open);
        QVERIFY(connection.local.startsWith(QLatin1String("127.0.0.9:")));
        const auto wrong = fixture.connectTo(tcp(server.port()) + QStringLiteral("?bind=203.0.113.9"));
        QCOMPARE(wrong.error->id, ErrorId::AddressNotAvailable);
        QCOMPARE(wrong.error->situation, QStringLiteral("bind"));
    }

    void showsOptionsRequestedAndEffective() {
        EngineFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto connection = fixture.connectTo(
            tcp(server.port()) + QStringLiteral("?nodelay=off&keepalive=on&keepidle=77&rcvbuf=65536&ttl=33&linger=4"));
        const auto effective = [&](const char* name) {
            for (const OptionState& option : *connection.options) {
                if (option.name == QLatin1String(name))
                    return option.effective;
            }
            return QString();
        };
        QCOMPARE(effective("nodelay"), QStringLiteral("off"));
        QCOMPARE(effective("keepalive"), QStringLiteral("on"));
        QCOMPARE(effective("keepidle"), QStringLiteral("77"));
        QCOMPARE(effective("ttl"), QStringLiteral("33"));
        QCOMPARE(effective("linger"), QStringLiteral("4"));
        QVERIFY(effective("rcvbuf").toInt() >= 65536);
    }

    void acceptedOnesShowTheirOptionsWhenAsked() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1?ttl=44"));
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        const EndpointId child = fixture.waitForChild(listener.id);
        QVERIFY(fixture.now(child).options == nullptr);
        fixture.engine().describe(child);
        QVERIFY(fixture.waitUntil([&] { return fixture.now(child).options != nullptr; }));
        const auto& options = *fixture.now(child).options;
        const auto ttl = std::find_if(options.begin(), options.end(),
                                      [](const OptionState& option) { return option.name == QLatin1String("ttl"); });
        QCOMPARE(ttl->requested, QStringLiteral("44")); // inherited
        QCOMPARE(ttl->effective, QStringLiteral("44"));
    }

    void aPeerThatNeverReadsStopsUs() {
        EngineFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto connection = fixture.connectTo(tcp(server.port()) + QStringLiteral("?sndbuf=65536"));
        const RawPeer peer = server.accept();
        for (int i = 0; i < 60; ++i)
            fixture.engine().send(connection.id, QByteArray(1 << 20, 'x'));
        QVERIFY(fixture.waitUntil([&] { return !fixture.events(connection.id, EventKind::NotSent).isEmpty(); }));
        QVERIFY(fixture.now(connection.id).counters.queuedBytes <= 16U << 20U);
        QCOMPARE(fixture.state(connection.id), EndpointState::Open);
    }

    void anUnconsumedTranscriptStopsThePeer() {
        EngineFixture fixture({.notifyInterval = std::chrono::milliseconds(1), .receiveWindow = 1 << 20});
        const RawPeer server = RawPeer::listenOn();
        const auto connection = fixture.connectTo(tcp(server.port()) + QStringLiteral("?rcvbuf=65536"));
        const RawPeer peer = server.accept();
        const QByteArray much(12'000'000, 'y');
        std::thread writer([&] { peer.send(much); });
        QVERIFY(fixture.waitUntil([&] { return fixture.now(connection.id).counters.receivedBytes >= 1U << 20U; }));
        for (int i = 0; i < 20; ++i) // it must stay where it is
            QVERIFY(fixture.serveOthers());
        QVERIFY(fixture.now(connection.id).counters.receivedBytes < 2U << 20U);
        quint64 told = 0;
        QVERIFY(fixture.waitUntil([&] {
            const quint64 received = fixture.now(connection.id).counters.receivedBytes;
            fixture.engine().consumed(connection.id, received - told);
            told = received;
            return received == static_cast<quint64>(much.size());
        }));
        writer.join();
    }

    void sendsFilesPieceByPiece() {
        QTemporaryDir folder;
        QFile file(folder.filePath(QStringLiteral("data")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        const QByteArray content(5'000'000, 'f');
        file.write(content);
        file.close();
        EngineFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto connection = fixture.connectTo(tcp(server.port()));
        const RawPeer peer = server.accept();
        fixture.engine().sendFile(connection.id, file.fileName());
        fixture.engine().close(connection.id);
        QCOMPARE(peer.receive(content.size() + 1), content);
        fixture.engine().sendFile(connection.id, QStringLiteral("/no/such/file"));
        QVERIFY(fixture.waitUntil([&] { return !fixture.events(connection.id, EventKind::NotSent).isEmpty(); }));
    }

    void everyByteOnceAndInOrder() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1"), QStringLiteral("echo"));
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        QByteArray content(20'000'000, '\0');
        QRandomGenerator random(1);
        for (char& c : content)
            c = static_cast<char>(random.bounded(256));
        std::thread writer([&] {
            qsizetype at = 0;
            QRandomGenerator sizes(2);
            while (at < content.size()) {
                const qsizetype size = std::min<qsizetype>(sizes.bounded(1, 100'000), content.size() - at);
                peer.send(content.mid(at, size));
                at += size;
            }
            peer.shutdownSending();
        });
        const QByteArray back = peer.receive(content.size() + 1);
        writer.join();
        QVERIFY(back == content);
    }
};

QTEST_GUILESS_MAIN(ConnectionTest)
#include "tst_connection.moc"
