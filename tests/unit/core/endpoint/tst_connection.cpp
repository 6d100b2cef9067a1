// SPDX-License-Identifier: MIT
#include "tests/support/enginefixture.h"

#include <QTemporaryDir>

#include <thread>

#ifndef Q_OS_WIN
#include <sys/resource.h>
#include <unistd.h>
#endif

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
        QVERIFY(connection.error->detail.contains(QLatin1String("nothing listens")));
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
        QVERIFY(connection.error->detail.contains(QLatin1String("no.such.host.invalid")));
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
        QVERIFY(connection.error->detail.contains(QLatin1String("400ms")));
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
        QTest::qWait(200); // it must stay where it is
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

    void optionsChangeWhileOpen_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("effective");
        QTest::newRow("nodelay") << "nodelay"
                                 << "off"
                                 << "off";
        QTest::newRow("keepalive") << "keepalive"
                                   << "on"
                                   << "on";
        QTest::newRow("keepidle") << "keepidle"
                                  << "77"
                                  << "77";
        QTest::newRow("keepintvl") << "keepintvl"
                                   << "13"
                                   << "13";
        QTest::newRow("keepcnt") << "keepcnt"
                                 << "4"
                                 << "4";
        QTest::newRow("linger") << "linger"
                                << "9"
                                << "9";
        QTest::newRow("ttl") << "ttl"
                             << "33"
                             << "33";
        QTest::newRow("tos") << "tos"
                             << "16"
                             << "16";
#ifdef Q_OS_LINUX
        QTest::newRow("sndbuf is doubled") << "sndbuf"
                                           << "32KiB"
                                           << "65536";
#endif
        QTest::newRow("eof") << "eof"
                             << "close"
                             << "close";
    }
    void optionsChangeWhileOpen() {
        QFETCH(QString, name);
        QFETCH(QString, value);
        QFETCH(QString, effective);
        EngineFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto connection = fixture.connectTo(QStringLiteral("tcp://127.0.0.1:%1").arg(server.port()));
        fixture.engine().changeOption(connection.id, name, value);
        QVERIFY(fixture.waitUntil([&] { return !fixture.events(connection.id, EventKind::OptionChanged).isEmpty(); }));
        QCOMPARE(fixture.events(connection.id, EventKind::OptionChanged).front()[QLatin1String("effective")].toString(),
                 effective);
        QVERIFY(fixture.waitUntil(
            [&] { return fixture.now(connection.id).address.given(name.toLatin1().constData()).has_value(); }));
    }

    void optionsThatCannotChangeAreRefused_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("says");
        QTest::newRow("unknown") << "colour"
                                 << "red"
                                 << "no option of tcp";
        QTest::newRow("fixed") << "timeout"
                               << "3s"
                               << "cannot be changed";
        QTest::newRow("out of range") << "ttl"
                                      << "999"
                                      << "1 to 255";
        QTest::newRow("other scheme") << "broadcast"
                                      << "on"
                                      << "no option of tcp";
    }
    void optionsThatCannotChangeAreRefused() {
        QFETCH(QString, name);
        QFETCH(QString, value);
        QFETCH(QString, says);
        EngineFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto connection = fixture.connectTo(QStringLiteral("tcp://127.0.0.1:%1").arg(server.port()));
        fixture.engine().changeOption(connection.id, name, value);
        QVERIFY(fixture.waitUntil([&] { return !fixture.events(connection.id, EventKind::Warning).isEmpty(); }));
        const QString text =
            fixture.events(connection.id, EventKind::Warning).front()[QLatin1String("text")].toString();
        QVERIFY2(text.contains(says), qPrintable(text));
    }

    void lingerOfZeroResetsOnClose() {
        EngineFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto connection = fixture.connectTo(QStringLiteral("tcp://127.0.0.1:%1?linger=0").arg(server.port()));
        const RawPeer peer = server.accept();
        fixture.engine().close(connection.id);
        QVERIFY(fixture.waitForState(connection.id, EndpointState::Closed));
        QVERIFY(fixture.now(connection.id).closing.contains(QLatin1String("linger=0")));
        QVERIFY(peer.receive(1).isEmpty());
        QCOMPARE(peer.lastError(), ECONNRESET);
    }

    void lingerWaitsWithoutHoldingUpOthers_data() {
        QTest::addColumn<bool>("peerEndsFirst");
        QTest::newRow("plain") << false;
        QTest::newRow("after the peer's end of stream") << true;
    }
    void lingerWaitsWithoutHoldingUpOthers() {
#ifndef Q_OS_LINUX
        QSKIP("what is not acknowledged yet is asked of Linux only");
#endif
        QFETCH(bool, peerEndsFirst);
        EngineFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto stuck = fixture.connectTo(QStringLiteral("tcp://127.0.0.1:%1?linger=1").arg(server.port()));
        const RawPeer peer = server.accept(); // which never reads
        const auto other = fixture.listen(QStringLiteral("tcp://127.0.0.1"), QStringLiteral("echo"));
        if (peerEndsFirst) {
            peer.shutdownSending();
            QVERIFY(fixture.waitForState(stuck.id, EndpointState::ReadEnded));
        }
        // more than the peer's system takes, less than ours does
        constexpr quint64 amount = 300000;
        fixture.engine().send(stuck.id, QByteArray(amount, 's'));
        QVERIFY(fixture.waitUntil([&] { return fixture.now(stuck.id).counters.sentBytes == amount; }));
        QElapsedTimer clock;
        clock.start();
        fixture.engine().close(stuck.id);
        QVERIFY(fixture.waitForState(stuck.id, EndpointState::Closing));
        const RawPeer client = RawPeer::connectTo(fixture.portOf(other));
        client.send("x");
        QCOMPARE(client.receive(1), QByteArray("x"));
        QVERIFY(clock.elapsed() < 500); // nobody waits with it
        QVERIFY(fixture.waitForState(stuck.id, EndpointState::Closed));
        QVERIFY(clock.elapsed() >= 900);
        QVERIFY2(fixture.now(stuck.id).closing.contains(QLatin1String("had not acknowledged")),
                 qPrintable(fixture.now(stuck.id).closing));
        QCOMPARE(fixture.events(stuck.id, EventKind::Closed).size(), 1);
    }

    void lingerEndsAsSoonAsAllIsAcknowledged() {
        EngineFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto connection = fixture.connectTo(QStringLiteral("tcp://127.0.0.1:%1?linger=30").arg(server.port()));
        const RawPeer peer = server.accept();
        constexpr quint64 amount = 300000;
        fixture.engine().send(connection.id, QByteArray(amount, 's'));
        QVERIFY(fixture.waitUntil([&] { return fixture.now(connection.id).counters.sentBytes == amount; }));
        fixture.engine().close(connection.id);
        QTest::qWait(50);
        QCOMPARE(peer.receive(amount).size(), amount);
        QVERIFY(peer.sawEnd());
        QVERIFY(fixture.waitForState(connection.id, EndpointState::Closed, 3000));
        QCOMPARE(fixture.now(connection.id).closing, QStringLiteral("closed by us"));
    }

    void lingerDoesNotHoldUpTheEnd() {
        const RawPeer server = RawPeer::listenOn();
        QElapsedTimer clock;
        {
            EngineFixture fixture;
            const auto stuck = fixture.connectTo(QStringLiteral("tcp://127.0.0.1:%1?linger=60").arg(server.port()));
            const RawPeer peer = server.accept();
            fixture.engine().send(stuck.id, QByteArray(300000, 's'));
            QVERIFY(fixture.waitUntil([&] { return fixture.now(stuck.id).counters.sentBytes == 300000; }));
            clock.start();
        }
        QVERIFY(clock.elapsed() < 3000);
    }

    void lingerOfZeroSaysWhatItLost() {
#ifndef Q_OS_LINUX
        QSKIP("what was not sent is asked of Linux only");
#endif
        EngineFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto connection = fixture.connectTo(QStringLiteral("tcp://127.0.0.1:%1?linger=0").arg(server.port()));
        const RawPeer peer = server.accept(); // which never reads
        peer.shutdownSending();
        QVERIFY(fixture.waitForState(connection.id, EndpointState::ReadEnded));
        fixture.engine().send(connection.id, QByteArray(300000, 's'));
        fixture.engine().shutDownSending(connection.id);
        QVERIFY(fixture.waitForState(connection.id, EndpointState::Closed));
        QVERIFY2(fixture.now(connection.id).closing.contains(QLatin1String("bytes were not sent")),
                 qPrintable(fixture.now(connection.id).closing));
    }

    void aFullTableOfDescriptorsIsSaid() {
#ifdef Q_OS_WIN
        QSKIP("there is no such limit");
#else
        EngineFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        QCOMPARE(fixture.listen(QStringLiteral("tcp://127.0.0.1")).state, EndpointState::Listening); // its thread runs
        rlimit before{};
        QCOMPARE(::getrlimit(RLIMIT_NOFILE, &before), 0);
        const int next = ::dup(0);
        ::close(next);
        const rlimit full{.rlim_cur = static_cast<rlim_t>(next), .rlim_max = before.rlim_max};
        QCOMPARE(::setrlimit(RLIMIT_NOFILE, &full), 0);
        const auto connection = fixture.connectTo(QStringLiteral("tcp://127.0.0.1:%1").arg(server.port()));
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1"));
        ::setrlimit(RLIMIT_NOFILE, &before);
        for (const EndpointSnapshot& one : {connection, listener}) {
            QCOMPARE(one.state, EndpointState::Failed);
            QCOMPARE(one.error->id, ErrorId::TooManyFiles);
            QCOMPARE(one.error->native, EMFILE);
            QCOMPARE(one.error->situation, QStringLiteral("socket"));
            QVERIFY(one.error->detail.contains(QLatin1String("ulimit -n")));
        }
        QCOMPARE(fixture.connectTo(QStringLiteral("tcp://127.0.0.1:%1").arg(server.port())).state, EndpointState::Open);
#endif
    }

    void theReportTellsEachStep() {
        EngineFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto connection = fixture.connectTo(QStringLiteral("tcp://localhost:%1?ipv6=off").arg(server.port()));
        QCOMPARE(connection.state, EndpointState::Open);
        const auto report = connection.report;
        QVERIFY(report != nullptr);
        QCOMPARE(report->host, QStringLiteral("localhost"));
        QCOMPARE(report->addresses, QStringList{QStringLiteral("127.0.0.1")});
        QVERIFY(report->resolveTime.count() > 0);
        QCOMPARE(report->attempts.size(), std::size_t(1));
        QCOMPARE(report->attempts.front().outcome, ConnectAttempt::Outcome::Connected);
        QCOMPARE(report->attempts.front().local, connection.local);
        QCOMPARE(report->phase, ConnectPhase::Open);
        const RawPeer peer = server.accept();
        peer.send("first");
        QVERIFY(fixture.waitUntil([&] { return fixture.now(connection.id).report->phase == ConnectPhase::FirstByte; }));
        QVERIFY(fixture.now(connection.id).report->firstByte->count() > 0);
    }

    void aRefusalNamesTheListenerOfAnotherAddress() {
#ifndef Q_OS_LINUX
        QSKIP("the table of sockets is not read here");
#endif
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.2"));
        const auto connection = fixture.connectTo(QStringLiteral("tcp://127.0.0.1:%1").arg(fixture.portOf(listener)));
        QCOMPARE(connection.state, EndpointState::Failed);
        QVERIFY2(
            connection.error->detail.contains(QStringLiteral("listens on 127.0.0.2:%1").arg(fixture.portOf(listener))),
            qPrintable(connection.error->detail));
        QCOMPARE(connection.report->phase, ConnectPhase::Connect);
        QCOMPARE(connection.report->attempts.front().outcomeName(), QStringLiteral("connection-refused"));
    }

    void familiesTakeTurns() {
        const std::vector<QString> found{QStringLiteral("6a"), QStringLiteral("6b"), QStringLiteral("6c"),
                                         QStringLiteral("4a"), QStringLiteral("4b")};
        const auto mixed = interleaved(found, [](const QString& one) { return one.startsWith(QLatin1Char('6')); });
        QCOMPARE(QStringList(mixed.begin(), mixed.end()).join(QLatin1Char(' ')), QStringLiteral("6a 4a 6b 4b 6c"));
        QVERIFY(interleaved(std::vector<QString>{}, [](const QString&) { return true; }).empty());
    }

    void theKernelsViewIsSampled() {
        EngineFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto connection = fixture.connectTo(QStringLiteral("tcp://127.0.0.1:%1").arg(server.port()));
        const RawPeer peer = server.accept();
        fixture.engine().send(connection.id, QByteArray(100000, 'k'));
        QCOMPARE(peer.receive(100000).size(), 100000);
        std::optional<KernelSample> sample;
        connect(&fixture.engine(), &Engine::kernelSampled, this, [&](const KernelSample& one) { sample = one; });
        fixture.engine().sampleKernel(connection.id);
        QVERIFY(fixture.waitUntil([&] { return sample.has_value(); }));
#ifdef Q_OS_LINUX
        QVERIFY(sample->tcp.has_value());
        QCOMPARE(sample->tcp->state, QStringLiteral("ESTABLISHED"));
        QVERIFY(*sample->tcp->rtt > 0);
        QVERIFY(*sample->tcp->congestionWindow > 0);
        QCOMPARE(*sample->tcp->bytesAcknowledged, 100001); // the SYN counts for one
        QCOMPARE(sample->tcp->toJson()[QLatin1String("totalRetransmits")].toInt(-1), 0);
        // what is left when we end first
        fixture.engine().shutDownSending(connection.id);
        QVERIFY(peer.sawEnd());
        peer.shutdownSending();
        QVERIFY(fixture.waitForState(connection.id, EndpointState::Closed));
        sample.reset();
        fixture.engine().sampleKernel(connection.id);
        QVERIFY(fixture.waitUntil([&] { return sample.has_value(); }));
        QVERIFY(sample->leftover.has_value());
        QCOMPARE(sample->leftover->state, QStringLiteral("TIME-WAIT"));
        QVERIFY(sample->leftover->timerLeft > 0);
#endif
    }

    void unixPeersAreKnown() {
        EngineFixture fixture;
        const auto listener =
            fixture.listen(QStringLiteral("unix://@sw-credentials-%1").arg(QCoreApplication::applicationPid()));
        const auto client = fixture.connectTo(formatAddress(listener.address));
        const EndpointId server = fixture.waitForChild(listener.id);
        for (const EndpointId id : {client.id, server}) {
            QVERIFY(fixture.waitUntil([&] { return fixture.now(id).credentials != nullptr; }));
            QCOMPARE(fixture.now(id).credentials->pid, QCoreApplication::applicationPid());
            QVERIFY(fixture.now(id).credentials->uid >= 0);
        }
    }
};

QTEST_GUILESS_MAIN(ConnectionTest)
#include "tst_connection.moc"
