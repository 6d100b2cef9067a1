// SPDX-License-Identifier: MIT
#include "core/engine/relayrequest.h"
#include "core/relay/fault.h"
#include "tests/support/enginefixture.h"

using namespace sw;
using namespace sw::test;

namespace {

Address target(quint16 port, const QString& scheme = QStringLiteral("tcp")) {
    return *parseAddress(QStringLiteral("%1://127.0.0.1:%2").arg(scheme).arg(port));
}

class RelayFixture : public EngineFixture {
public:
    EndpointSnapshot relay(const QString& listen, const RelayRequest& request) {
        const auto id = engine().relay(*parseAddress(listen), request);
        if (!id) {
            qWarning("%s", qPrintable(id.error().detail.toText()));
            return {};
        }
        [[maybe_unused]] const bool settled = waitUntil([&] {
            return state(*id) == EndpointState::Listening || state(*id) == EndpointState::Open || isEnded(state(*id));
        });
        return now(*id);
    }
    /// The client's connection and its target's.
    std::pair<EndpointId, EndpointId> pairOf(EndpointId relay, int number = 1) {
        const EndpointId client = waitForChild(relay, number);
        return {client, waitForChild(client)};
    }
    QVector<Fault> faults(const QStringList& texts) {
        QVector<Fault> all;
        for (const QString& text : texts)
            all.append(*parseFault(text));
        return all;
    }
};

} // namespace

class RelayTest final : public QObject {
    Q_OBJECT

private slots:
    void passesBothWaysAndEndsOneByOne() {
        RelayFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto relay = fixture.relay(QStringLiteral("tcp://"), {.target = target(server.port())});
        RawPeer client = RawPeer::connectTo(fixture.portOf(relay));
        QVERIFY(client.send("question"));
        const RawPeer served = server.accept();
        QCOMPARE(served.receive(8), QByteArray("question"));
        client.shutdownSending();
        QVERIFY(served.sawEnd());
        QVERIFY(served.send("answer")); // after its end: the other direction goes on
        QCOMPARE(client.receive(6), QByteArray("answer"));
        served.shutdownSending();
        QVERIFY(client.sawEnd());
        const auto [first, second] = fixture.pairOf(relay.id);
        QVERIFY(fixture.waitForState(first, EndpointState::Closed));
        QVERIFY(fixture.waitForState(second, EndpointState::Closed));
        QCOMPARE(fixture.bytesOf(first, RecordKind::Received), QByteArray("question"));
        QCOMPARE(fixture.bytesOf(second, RecordKind::Sent), QByteArray("question"));
        QCOMPARE(fixture.bytesOf(second, RecordKind::Received), QByteArray("answer"));
        QCOMPARE(fixture.bytesOf(first, RecordKind::Sent), QByteArray("answer"));
        for (const EndpointId id : {first, second})
            QCOMPARE(fixture.events(id, EventKind::Closed).size(), 1);
    }

    void theServerMayEndFirst() {
        RelayFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto relay = fixture.relay(QStringLiteral("tcp://"), {.target = target(server.port())});
        const RawPeer client = RawPeer::connectTo(fixture.portOf(relay));
        const RawPeer served = server.accept();
        QVERIFY(served.send("greeting"));
        served.shutdownSending();
        QCOMPARE(client.receive(8), QByteArray("greeting"));
        QVERIFY(client.sawEnd());
        QVERIFY(client.send("still there"));
        QCOMPARE(served.receive(11), QByteArray("still there"));
        client.shutdownSending();
        QVERIFY(served.sawEnd());
    }

    void aResetIsPassedOnAsOne() {
        RelayFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto relay = fixture.relay(QStringLiteral("tcp://"), {.target = target(server.port())});
        for (const bool byClient : {true, false}) {
            RawPeer client = RawPeer::connectTo(fixture.portOf(relay));
            RawPeer served = server.accept();
            QVERIFY(client.send("x"));
            QCOMPARE(served.receive(1), QByteArray("x"));
            (byClient ? client : served).reset();
            RawPeer& other = byClient ? served : client;
            QCOMPARE(other.receive(1), QByteArray());
            QCOMPARE(other.lastError(), ECONNRESET);
        }
        const auto [first, second] = fixture.pairOf(relay.id);
        QVERIFY(fixture.waitForState(second, EndpointState::Failed));
        QVERIFY(fixture.now(second).closing.toText().contains(QStringLiteral("passed on from the client")));
    }

    void tellsTheClientWhyThereIsNoTarget() {
        RelayFixture fixture;
        quint16 port = 0;
        {
            const RawPeer gone = RawPeer::listenOn();
            port = gone.port();
        }
        const auto relay = fixture.relay(QStringLiteral("tcp://"), {.target = target(port)});
        const RawPeer client = RawPeer::connectTo(fixture.portOf(relay));
        QCOMPARE(client.receive(1), QByteArray());
        QCOMPARE(client.lastError(), ECONNRESET);
        const EndpointId first = fixture.waitForChild(relay.id);
        QVERIFY(fixture.waitForState(first, EndpointState::Failed));
        QCOMPARE(fixture.now(first).error->id, ErrorId::ConnectionRefused);
        QVERIFY(fixture.now(first).closing.toText().contains(QStringLiteral("could not connect")));
    }

    void aSideThatDoesNotReadStopsTheOther() {
        RelayFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto relay = fixture.relay(QStringLiteral("tcp://"), {.target = target(server.port())});
        const EndpointSnapshot client =
            fixture.connectTo(QStringLiteral("tcp://127.0.0.1:%1").arg(fixture.portOf(relay)));
        const RawPeer served = server.accept();
        const QByteArray megabyte(1 << 20, 'x');
        for (int i = 0; i < 64; ++i) {
            fixture.engine().send(client.id, megabyte);
            QVERIFY(fixture.settle());
        }
        const auto [first, second] = fixture.pairOf(relay.id);
        quint64 before = 0;
        QVERIFY(fixture.waitUntil([&, id = first] { // until nothing moves any more
            const quint64 received = fixture.now(id).counters.receivedBytes;
            return std::exchange(before, received) == received && received > 0;
        }));
        QVERIFY(fixture.now(second).counters.queuedBytes < 8U << 20U);
        QVERIFY(served.send("the other direction goes on"));
        QVERIFY(fixture.waitUntil(
            [&] { return fixture.bytesOf(client.id, RecordKind::Received) == "the other direction goes on"; }));
    }

    void refusesTheFirstAttempts() {
        RelayFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto relay =
            fixture.relay(QStringLiteral("tcp://"),
                          {.target = target(server.port()), .faults = fixture.faults({QStringLiteral("refuse=2")})});
        for (int attempt = 0; attempt < 2; ++attempt) {
            const RawPeer client = RawPeer::connectTo(fixture.portOf(relay));
            QCOMPARE(client.receive(1), QByteArray());
            QCOMPARE(client.lastError(), ECONNRESET);
        }
        const RawPeer client = RawPeer::connectTo(fixture.portOf(relay));
        QVERIFY(client.send("works"));
        QCOMPARE(server.accept().receive(5), QByteArray("works"));
    }

    void appliesAndRecordsFaults() {
        RelayFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto relay =
            fixture.relay(QStringLiteral("tcp://"),
                          {.target = target(server.port()),
                           .faults = fixture.faults({QStringLiteral("up:corrupt@2=set:58"),
                                                     QStringLiteral("up:reset@10"), QStringLiteral("up:chop=3")})});
        QVector<FaultDecision> decided;
        QObject::connect(&fixture.engine(), &Engine::faultsDecided, &fixture.engine(),
                         [&](EndpointId, const QVector<FaultDecision>& decisions) { decided += decisions; });
        const RawPeer client = RawPeer::connectTo(fixture.portOf(relay));
        QVERIFY(client.send("0123456789abc"));
        const RawPeer served = server.accept();
        QCOMPARE(served.receive(20), QByteArray("01X3456789"));
        QCOMPARE(served.lastError(), ECONNRESET);
        QCOMPARE(client.receive(1), QByteArray());
        const auto [first, second] = fixture.pairOf(relay.id);
        QVERIFY(fixture.waitForState(second, EndpointState::Closed));
        QCOMPARE(fixture.events(second, EventKind::FaultApplied).size(), 6); // pieces at 0, 3, 6, 9
        QCOMPARE(decided.size(), 6);
    }

    void aHalfCloseByAFaultLeavesItsWriterAlone() {
        RelayFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto relay =
            fixture.relay(QStringLiteral("tcp://"), {.target = target(server.port()),
                                                     .faults = fixture.faults({QStringLiteral("up:half-close@4")})});
        const RawPeer client = RawPeer::connectTo(fixture.portOf(relay));
        QVERIFY(client.send("question"));
        {
            const RawPeer served = server.accept();
            QCOMPARE(served.receive(8), QByteArray("ques"));
            QVERIFY(served.sawEnd());
            QVERIFY(served.send("answer"));
        }
        const auto [first, second] = fixture.pairOf(relay.id);
        QVERIFY(fixture.waitForState(second, EndpointState::Closed));
        for (quint64 i = 1; i <= 20; ++i) { // it was not told to stop, and is not reset for going on
            QVERIFY(client.send("more"));
            QVERIFY(fixture.waitUntil([&, id = first] { return fixture.now(id).counters.receivedBytes == 8 + 4 * i; }));
        }
        QCOMPARE(client.receive(6), QByteArray("answer"));
        QVERIFY(client.sawEnd());
        QVERIFY(!isEnded(fixture.state(first)));
        client.shutdownSending();
        QVERIFY(fixture.waitForState(first, EndpointState::Closed));
        QCOMPARE(fixture.bytesOf(second, RecordKind::Sent), QByteArray("ques"));
    }

    /// TLS 1.2 has no half-close, and its end is passed on later.
    void aHalfCloseByAFaultBeforeATargetWithoutOne() {
        RelayFixture fixture;
        const auto server = fixture.listen(QStringLiteral("tls://?max-version=1.2"), QStringLiteral("talk"));
        Address to = target(fixture.portOf(server), QStringLiteral("tls"));
        to.setOption(QStringLiteral("verify"), QStringLiteral("off"));
        const auto relay = fixture.relay(QStringLiteral("tcp://"),
                                         {.target = to, .faults = fixture.faults({QStringLiteral("up:half-close@5")})});
        const RawPeer client = RawPeer::connectTo(fixture.portOf(relay));
        QVERIFY(client.send("over\nand more"));
        QCOMPARE(client.receive(17), QByteArray("You sent: 'over'\n"));
        const auto [first, second] = fixture.pairOf(relay.id);
        fixture.engine().close(fixture.waitForChild(server.id)); // the target ends before it was told to
        QVERIFY(fixture.waitUntil([&, target = second] { return isEnded(fixture.state(target)); }));
        for (quint64 i = 1; i <= 20; ++i) {
            QVERIFY(client.send("more"));
            QVERIFY(
                fixture.waitUntil([&, id = first] { return fixture.now(id).counters.receivedBytes == 13 + 4 * i; }));
        }
        client.shutdownSending();
        QVERIFY(fixture.waitForState(first, EndpointState::Closed));
    }

    void aTargetWhoseDirectionAFaultEndedGoesWithItsClient() {
        RelayFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto relay =
            fixture.relay(QStringLiteral("tcp://"), {.target = target(server.port()),
                                                     .faults = fixture.faults({QStringLiteral("down:half-close@4")})});
        const RawPeer served = [&] {
            const RawPeer client = RawPeer::connectTo(fixture.portOf(relay));
            RawPeer accepted = server.accept();
            [[maybe_unused]] const bool sent = accepted.send("ticks for ever");
            [[maybe_unused]] const QByteArray got = client.receive(4);
            return accepted;
        }();
        QVERIFY(served.sawEnd());
        const auto [first, second] = fixture.pairOf(relay.id);
        QVERIFY(fixture.waitForState(first, EndpointState::Closed));
        QVERIFY(fixture.waitUntil([&, target = second] { return isEnded(fixture.state(target)); }));
    }

    void aFaultBeforeTheFirstByteEndsBothSides() {
        RelayFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        for (const char* fault : {"down:reset@0", "up:reset@0", "close@0"}) {
            const auto relay =
                fixture.relay(QStringLiteral("tcp://"), {.target = target(server.port()),
                                                         .faults = fixture.faults({QString::fromLatin1(fault)})});
            const RawPeer client = RawPeer::connectTo(fixture.portOf(relay));
            QCOMPARE(client.receive(1), QByteArray());
            const EndpointId first = fixture.waitForChild(relay.id);
            QVERIFY(fixture.waitUntil([&] { return isEnded(fixture.state(first)); }));
        }
    }

    void bothDirectionsSlowAtOnce() {
        RelayFixture fixture;
        const auto server = fixture.listen(QStringLiteral("tcp://"), QStringLiteral("echo"));
        const auto relay = fixture.relay(
            QStringLiteral("tcp://"),
            {.target = target(fixture.portOf(server)),
             .faults = fixture.faults({QStringLiteral("rate=200KiB/s"), QStringLiteral("delay=5ms~4ms")})});
        const RawPeer client = RawPeer::connectTo(fixture.portOf(relay));
        const QByteArray data(150'000, 'x');
        QVERIFY(client.send(data));
        QCOMPARE(client.receive(data.size()), data);
    }

    void tlsBeforeThirteenEndsToo() {
        RelayFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto relay = fixture.relay(QStringLiteral("tls://"), {.target = target(server.port())});
        const auto client = fixture.connectTo(
            QStringLiteral("tls://127.0.0.1:%1?verify=off&max-version=1.2").arg(fixture.portOf(relay)));
        RawPeer served = server.accept();
        QVERIFY(fixture.waitForState(client.id, EndpointState::Open));
        QVERIFY(served.send("all"));
        served.close();
        QVERIFY(fixture.waitUntil([&] { return isEnded(fixture.state(client.id)); }));
        QCOMPARE(fixture.bytesOf(client.id, RecordKind::Received), QByteArray("all"));
        const auto [first, second] = fixture.pairOf(relay.id);
        QVERIFY(fixture.waitUntil(
            [&, a = first, b = second] { return isEnded(fixture.state(a)) && isEnded(fixture.state(b)); }));
    }

    void delaysWhatPasses() {
        RelayFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto relay =
            fixture.relay(QStringLiteral("tcp://"), {.target = target(server.port()),
                                                     .faults = fixture.faults({QStringLiteral("up:delay=150ms")})});
        RawPeer client = RawPeer::connectTo(fixture.portOf(relay));
        const RawPeer served = server.accept();
        QElapsedTimer time;
        time.start();
        QVERIFY(client.send("late"));
        client.shutdownSending();
        QCOMPARE(served.receive(4), QByteArray("late"));
        QVERIFY2(time.elapsed() >= 145, qPrintable(QString::number(time.elapsed())));
        QVERIFY(served.sawEnd());
        time.restart();
        QVERIFY(served.send("at once"));
        QCOMPARE(client.receive(7), QByteArray("at once"));
        const auto [first, second] = fixture.pairOf(relay.id);
        QCOMPARE(fixture.events(second, EventKind::FaultApplied).size(), 1);
    }

    void faultsChangeWhileOpen() {
        RelayFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto relay = fixture.relay(QStringLiteral("tcp://"), {.target = target(server.port())});
        const RawPeer client = RawPeer::connectTo(fixture.portOf(relay));
        const RawPeer served = server.accept();
        QVERIFY(client.send("12345"));
        QCOMPARE(served.receive(5), QByteArray("12345"));
        QVERIFY(!fixture.engine().setFaults(relay.id, fixture.faults({QStringLiteral("drop=5%")}), 1));
        QVERIFY(fixture.engine().setFaults(relay.id, fixture.faults({QStringLiteral("up:limit=8")}), 1));
        QVERIFY(fixture.settle());
        QVERIFY(client.send("67890"));
        client.shutdownSending();
        QCOMPARE(served.receive(5), QByteArray("678"));
    }

    void holdsWhatMatchesUntilSomebodyDecides() {
        RelayFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto relay =
            fixture.relay(QStringLiteral("tcp://"), {.target = target(server.port()),
                                                     .intercept = {.isOn = true,
                                                                   .direction = RelayDirection::Up,
                                                                   .framer = *parseFramer(QStringLiteral("lines")),
                                                                   .condition = QStringLiteral("contains PAY")}});
        const RawPeer client = RawPeer::connectTo(fixture.portOf(relay));
        QVERIFY(client.send("hello\nPAY 1\nPAY 2\nPAY 3\nPAY 4\nbye\n"));
        const RawPeer served = server.accept();
        QCOMPARE(served.receive(6), QByteArray("hello\n"));
        QVERIFY(fixture.waitUntil([&] { return fixture.engine().heldMessages().size() == 4; }));
        auto held = fixture.engine().heldMessages();
        QCOMPARE(held.at(0).bytes, QByteArray("PAY 1\n"));
        fixture.engine().release(held.at(1).number, {.action = Release::Action::Drop}); // in any order
        fixture.engine().release(held.at(0).number,
                                 {.action = Release::Action::Pass, .bytes = QByteArray("PAY 100\n")});
        QCOMPARE(served.receive(8), QByteArray("PAY 100\n"));
        fixture.engine().release(held.at(2).number, {.action = Release::Action::Answer, .bytes = QByteArray("no\n")});
        QCOMPARE(client.receive(3), QByteArray("no\n"));
        fixture.engine().release(held.at(3).number, {});
        QCOMPARE(served.receive(10), QByteArray("PAY 4\nbye\n"));
        const auto [first, second] = fixture.pairOf(relay.id);
        QCOMPARE(fixture.events(first, EventKind::MessageHeld).size(), 4);
        QCOMPARE(fixture.events(first, EventKind::MessageReleased).size(), 4);
        QVERIFY(fixture.waitUntil([&] { return fixture.engine().heldMessages().isEmpty(); }));
        QVERIFY(!fixture.engine().setIntercept(relay.id, {.isOn = true, .condition = QStringLiteral("frobnicate")}));
    }

    void listsHaveTheBeginningOfWhatIsHeld() {
        RelayFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto relay =
            fixture.relay(QStringLiteral("tcp://"), {.target = target(server.port()),
                                                     .intercept = {.isOn = true,
                                                                   .direction = RelayDirection::Up,
                                                                   .framer = *parseFramer(QStringLiteral("lines"))}});
        const RawPeer client = RawPeer::connectTo(fixture.portOf(relay));
        const QByteArray message = QByteArray(5000, 'p') + "end\n";
        QVERIFY(client.send(message));
        QVERIFY(fixture.waitUntil([&] { return fixture.engine().heldMessages().size() == 1; }));
        const HeldMessage held = fixture.engine().heldMessages().front();
        QCOMPARE(held.size, qint64(message.size()));
        QCOMPARE(held.bytes, message.left(HeldMessage::listed));
        QVERIFY(!held.isWhole());
        QSignalSpy fetched(&fixture.engine(), &Engine::heldFetched);
        fixture.engine().fetchHeld(held.number + 1); // there is none
        fixture.engine().fetchHeld(held.number);
        QVERIFY(fixture.waitUntil([&] { return !fetched.isEmpty(); }));
        QCOMPARE(fetched.front().at(0).toULongLong(), held.number);
        QCOMPARE(fetched.front().at(1).toByteArray(), message);
        fixture.engine().release(held.number, {});
        QCOMPARE(server.accept().receive(message.size()), message);
    }

    /// What is no whole message by the intercept's framer goes on byte for byte, and is told.
    void whatIsMalformedPassesUntouched_data() {
        QTest::addColumn<QString>("framer");
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("problems");
        QTest::newRow("slip") << QStringLiteral("slip") << QByteArray("\xc0\xc0\x61\xdb\x61\xc0\xc0\xdb\xc0\xc0\x62")
                              << 3;
        QTest::newRow("ENDs only") << QStringLiteral("slip") << QByteArray("\xc0\xc0\xc0") << 0;
        QTest::newRow("cobs") << QStringLiteral("cobs") << QByteArray("\0\x09x\0\3a", 6) << 3;
        QTest::newRow("fixed") << QStringLiteral("fixed=4") << QByteArray("abc") << 1;
        QTest::newRow("length") << QStringLiteral("length=1") << QByteArray("\5abc") << 1;
        QTest::newRow("a length that cannot be")
            << QStringLiteral("length=4be") << QByteArray("\xff\xff\xff\xffmore") << 1;
        QTest::newRow("too long") << QStringLiteral("lines") << QByteArray((1 << 20) + 7, 'x') + "\n" << 2;
    }
    void whatIsMalformedPassesUntouched() {
        QFETCH(QString, framer);
        QFETCH(QByteArray, bytes);
        QFETCH(int, problems);
        for (const bool isUp : {true, false}) {
            RelayFixture fixture;
            const RawPeer server = RawPeer::listenOn();
            const auto relay =
                fixture.relay(QStringLiteral("tcp://"), {.target = target(server.port()),
                                                         .intercept = {.isOn = true, .framer = *parseFramer(framer)}});
            const RawPeer client = RawPeer::connectTo(fixture.portOf(relay));
            const RawPeer served = server.accept();
            const RawPeer& writer = isUp ? client : served;
            const RawPeer& reader = isUp ? served : client;
            QVERIFY(writer.send(bytes));
            writer.shutdownSending();
            QCOMPARE(reader.receive(bytes.size() + 1), bytes);
            const auto [first, second] = fixture.pairOf(relay.id);
            const EndpointId from = isUp ? first : second;
            QCOMPARE(fixture.events(from, EventKind::Malformed).size(), problems);
            QVERIFY(fixture.engine().heldMessages().isEmpty());
        }
    }

    void whatIsMalformedIsHeldOnPurpose() {
        RelayFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto relay =
            fixture.relay(QStringLiteral("tcp://"), {.target = target(server.port()),
                                                     .intercept = {.isOn = true,
                                                                   .framer = *parseFramer(QStringLiteral("slip")),
                                                                   .condition = QStringLiteral("malformed")}});
        const RawPeer client = RawPeer::connectTo(fixture.portOf(relay));
        QVERIFY(client.send("\x61\xc0\x62\xdb\xc0"));
        const RawPeer served = server.accept();
        QCOMPARE(served.receive(2), QByteArray("\x61\xc0"));
        QVERIFY(fixture.waitUntil([&] { return fixture.engine().heldMessages().size() == 1; }));
        QCOMPARE(fixture.engine().heldMessages().at(0).bytes, QByteArray("\x62\xdb\xc0"));
    }

    void whatIsHeldIsGivenUpWithItsConnection() {
        RelayFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const auto relay =
            fixture.relay(QStringLiteral("tcp://"), {.target = target(server.port()), .intercept = {.isOn = true}});
        RawPeer client = RawPeer::connectTo(fixture.portOf(relay));
        QVERIFY(client.send("secret"));
        const RawPeer served = server.accept();
        QVERIFY(fixture.waitUntil([&] { return fixture.engine().heldMessages().size() == 1; }));
        client.reset();
        QVERIFY(fixture.waitUntil([&] { return fixture.engine().heldMessages().isEmpty(); }));
        QCOMPARE(served.receive(1), QByteArray());
    }

    void terminatesTlsOnBothSidesWithTheClientsNameAndProtocol() {
        RelayFixture fixture;
        const auto server = fixture.listen(QStringLiteral("tls://?alpn=h2,http/1.1"), QStringLiteral("echo"));
        auto upstream = target(fixture.portOf(server), QStringLiteral("tls"));
        upstream.setOption(QStringLiteral("verify"), QStringLiteral("off"));
        const auto relay = fixture.relay(QStringLiteral("tls://"), {.target = upstream});
        const auto client =
            fixture.connectTo(QStringLiteral("tls://127.0.0.1:%1?verify=off&name=shop.example&alpn=spdy,http/1.1")
                                  .arg(fixture.portOf(relay)));
        QVERIFY(fixture.waitForState(client.id, EndpointState::Open));
        QCOMPARE(fixture.now(client.id).tls->alpn, QStringLiteral("http/1.1"));
        const EndpointId served = fixture.waitForChild(server.id);
        QVERIFY(fixture.waitForState(served, EndpointState::Open));
        QCOMPARE(fixture.now(served).tls->serverName, QStringLiteral("shop.example"));
        fixture.engine().send(client.id, "through two sessions");
        QVERIFY(fixture.waitUntil(
            [&] { return fixture.bytesOf(client.id, RecordKind::Received) == "through two sessions"; }));
        const auto [first, second] = fixture.pairOf(relay.id);
        QCOMPARE(fixture.events(first, EventKind::TlsHelloSeen).size(), 1);
        fixture.engine().close(client.id);
        QVERIFY(fixture.waitUntil([&, id = second] { return isEnded(fixture.state(id)); }));
    }

    void readsTheHelloOfTlsThatPassesThrough() {
        RelayFixture fixture;
        const auto server = fixture.listen(QStringLiteral("tls://"), QStringLiteral("echo"));
        const auto relay = fixture.relay(QStringLiteral("tcp://"), {.target = target(fixture.portOf(server))});
        const auto client = fixture.connectTo(
            QStringLiteral("tls://127.0.0.1:%1?verify=off&name=a.example&alpn=h2").arg(fixture.portOf(relay)));
        Q_UNUSED(client)
        const EndpointId first = fixture.waitForChild(relay.id);
        QVERIFY(fixture.waitUntil([&] { return fixture.events(first, EventKind::TlsHelloSeen).size() == 1; }));
        const QJsonObject hello =
            fixture.events(first, EventKind::TlsHelloSeen).constFirst().value(QStringLiteral("hello")).toObject();
        QCOMPARE(hello.value(QStringLiteral("serverName")).toString(), QStringLiteral("a.example"));
    }

    void aFlowForEachClientOfDatagrams() {
        RelayFixture fixture;
        const auto server = fixture.listen(QStringLiteral("udp://"), QStringLiteral("echo"));
        const auto relay =
            fixture.relay(QStringLiteral("udp://"), {.target = target(fixture.portOf(server), QStringLiteral("udp")),
                                                     .idle = std::chrono::milliseconds(400)});
        const RawPeer one = RawPeer::datagram();
        const RawPeer two = RawPeer::datagram();
        QVERIFY(one.sendTo(fixture.portOf(relay), "first"));
        QVERIFY(two.sendTo(fixture.portOf(relay), QByteArray()));
        QVERIFY(two.sendTo(fixture.portOf(relay), "second"));
        QCOMPARE(one.receive(5), QByteArray("first"));
        QVERIFY(fixture.waitUntil([&] { return fixture.children(server.id).size() == 2; }));
        const EndpointId flow = fixture.waitForChild(relay.id, 2);
        QVERIFY(fixture.waitForState(flow, EndpointState::Closed)); // aged out
        QVERIFY(fixture.now(flow).closing.toText().contains(QStringLiteral("no datagram for 400ms")));
        const EndpointId outgoing = fixture.waitForChild(flow);
        QVERIFY(fixture.waitForState(outgoing, EndpointState::Closed));
        QVERIFY(one.sendTo(fixture.portOf(relay), "again"));
        QCOMPARE(one.receive(5), QByteArray("again"));
    }

    void refusesWhatMakesNoSense() {
        RelayFixture fixture;
        const Address listen = *parseAddress(QStringLiteral("tcp://"));
        QVERIFY(!fixture.engine().relay(listen, {.target = target(9, QStringLiteral("udp"))}));
        QVERIFY(!fixture.engine().relay(
            listen, {.target = target(9), .faults = fixture.faults({QStringLiteral("reorder=2")})}));
        QVERIFY(!fixture.engine().relay(listen, {.target = *parseAddress(QStringLiteral("tcp://127.0.0.1"))}));
    }
};

QTEST_GUILESS_MAIN(RelayTest)
#include "tst_relay.moc"
