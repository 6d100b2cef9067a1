// SPDX-License-Identifier: MIT
#include "tests/support/enginefixture.h"

#include "core/engine/kernelsample.h"

#include <QTemporaryDir>

#include <thread>

#ifndef Q_OS_WIN
#include <sys/resource.h>
#include <unistd.h>
#endif

using namespace sw;
using namespace sw::test;

/// Connections against a peer of plain system calls.
/// Options of open connections, linger, the report of an attempt, the kernel's view, who a Unix peer is.
class ConnectionDetailsTest : public QObject {
    Q_OBJECT

    /// Bytes that our system takes, and not the peer's where nobody reads there.
    static constexpr quint64 amount = 300000;
    static bool handOver(EngineFixture& fixture, EndpointId id) {
        fixture.engine().send(id, QByteArray(amount, 's'));
        return fixture.waitUntil([&] { return fixture.now(id).counters.sentBytes == amount; });
    }

private slots:
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
        QVERIFY(fixture.now(connection.id).closing.toText().contains(QLatin1String("linger=0")));
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
        QVERIFY(handOver(fixture, stuck.id));
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
        QVERIFY2(fixture.now(stuck.id).closing.toText().contains(QLatin1String("had not acknowledged")),
                 qPrintable(fixture.now(stuck.id).closing.toText()));
        QCOMPARE(fixture.events(stuck.id, EventKind::Closed).size(), 1);
    }

    void lingerEndsAsSoonAsAllIsAcknowledged() {
        EngineFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto connection = fixture.connectTo(QStringLiteral("tcp://127.0.0.1:%1?linger=30").arg(server.port()));
        const RawPeer peer = server.accept();
        QVERIFY(handOver(fixture, connection.id));
        fixture.engine().close(connection.id);
        QVERIFY(fixture.waitForState(connection.id, EndpointState::Closing));
        QCOMPARE(peer.receive(amount).size(), amount);
        QVERIFY(peer.sawEnd());
        QVERIFY(fixture.waitForState(connection.id, EndpointState::Closed, 3000));
        QCOMPARE(fixture.now(connection.id).closing.toText(), QStringLiteral("closed by us"));
    }

    void whatIsOnItsWaySurvivesAPeerThatStillSends_data() {
        QTest::addColumn<QString>("options");
        QTest::newRow("native") << QString();
        QTest::newRow("Qt's sockets") << QStringLiteral("?sockets=qt");
    }
    /// Once a socket is closed, the system answers bytes of the peer with a reset, and drops what it has not delivered.
    void whatIsOnItsWaySurvivesAPeerThatStillSends() {
#ifndef Q_OS_LINUX
        QSKIP("what is not acknowledged yet is asked of Linux only");
#endif
        QFETCH(QString, options);
        EngineFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto connection =
            fixture.connectTo(QStringLiteral("tcp://127.0.0.1:%1%2").arg(server.port()).arg(options));
        const RawPeer peer = server.accept();
        QVERIFY(handOver(fixture, connection.id));
        fixture.engine().close(connection.id);
        QVERIFY(fixture.waitForState(connection.id, EndpointState::Closing));
        peer.send("late");
        QVERIFY(fixture.waitUntil([&] { return fixture.now(connection.id).counters.receivedBytes == 4; }));
        QCOMPARE(peer.receive(amount).size(), static_cast<qsizetype>(amount));
        QVERIFY(peer.sawEnd());
        QVERIFY(fixture.waitForState(connection.id, EndpointState::Closed));
        QCOMPARE(fixture.now(connection.id).closing.toText(), QStringLiteral("closed by us"));
    }

    /// What has arrived is taken before the end, and the reset stands behind it.
    void aResetThatIsFoundAtTheEndIsTold() {
        EngineFixture fixture({.notifyInterval = std::chrono::milliseconds(1), .receiveWindow = 1 << 16});
        const RawPeer server = RawPeer::listenOn();
        const auto connection = fixture.connectTo(QStringLiteral("tcp://127.0.0.1:%1").arg(server.port()));
        RawPeer peer = server.accept();
        peer.send(QByteArray(200'000, 'x'));
        QVERIFY(fixture.waitUntil([&] { return fixture.now(connection.id).counters.receivedBytes >= 1U << 16U; }));
        peer.reset(); // we do not look: nobody has consumed what came
        fixture.engine().close(connection.id);
        QVERIFY(fixture.waitForState(connection.id, EndpointState::Failed));
        QCOMPARE(fixture.now(connection.id).error->id, ErrorId::ConnectionReset);
    }

    void aPeerThatDoesNotReadDelaysClosingForAShortTime() {
        EngineFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto connection = fixture.connectTo(QStringLiteral("tcp://127.0.0.1:%1").arg(server.port()));
        const RawPeer peer = server.accept();
        QVERIFY(handOver(fixture, connection.id));
        fixture.engine().close(connection.id);
        QVERIFY(fixture.waitForState(connection.id, EndpointState::Closed));
        QCOMPARE(peer.receive(amount).size(), static_cast<qsizetype>(amount)); // the system goes on
        QVERIFY(peer.sawEnd());
    }

    void lingerDoesNotHoldUpTheEnd() {
        const RawPeer server = RawPeer::listenOn();
        QElapsedTimer clock;
        {
            EngineFixture fixture;
            const auto stuck = fixture.connectTo(QStringLiteral("tcp://127.0.0.1:%1?linger=60").arg(server.port()));
            const RawPeer peer = server.accept();
            QVERIFY(handOver(fixture, stuck.id));
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
        QVERIFY2(fixture.now(connection.id).closing.toText().contains(QLatin1String("bytes were not sent")),
                 qPrintable(fixture.now(connection.id).closing.toText()));
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
            QVERIFY(one.error->detail.toText().contains(QLatin1String("ulimit -n")));
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
        QVERIFY2(connection.error->detail.toText().contains(
                     QStringLiteral("listens on 127.0.0.2:%1").arg(fixture.portOf(listener))),
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

QTEST_GUILESS_MAIN(ConnectionDetailsTest)
#include "tst_connectiondetails.moc"
