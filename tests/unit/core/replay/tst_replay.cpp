// SPDX-License-Identifier: MIT
#include "core/replay/replayscript.h"
#include "tests/support/enginefixture.h"

#include <QFile>

using namespace sw;
using namespace sw::test;

namespace {

struct Said {
    ReplaySide side;
    QByteArray bytes; // empty: its end
};

/// A recorded conversation as seen by its client, 100 ms between two messages.
std::shared_ptr<const ReplayScript> scriptOf(const std::vector<std::vector<Said>>& conversations,
                                             bool isDatagram = false) {
    auto store = std::make_shared<TranscriptStore>();
    std::vector<SourcePart> parts;
    for (const auto& said : conversations) {
        auto transcript = std::make_shared<Transcript>(store);
        qint64 time = 1'000'000'000;
        for (const Said& one : said) {
            time += 100'000'000;
            const bool isSent = one.side == ReplaySide::Client;
            const Timestamp stamp{.wall = time, .mono = time};
            if (one.bytes.isEmpty() && !isDatagram)
                transcript->appendEvent(isSent ? EventKind::SendingEnded : EventKind::EndOfStream,
                                        {{Fact::Text, QStringLiteral("end")}}, stamp);
            else
                transcript->append(isSent ? RecordKind::Sent : RecordKind::Received, one.bytes, stamp,
                                   isDatagram ? DatagramFlag : NoFlag);
        }
        parts.push_back({.id = static_cast<EndpointId>(parts.size() + 1),
                         .name = QStringLiteral("conversation %1").arg(parts.size() + 1),
                         .transcript = transcript});
    }
    return *ReplayScript::of(parts, QStringLiteral("test"));
}

constexpr auto client = ReplaySide::Client;
constexpr auto server = ReplaySide::Server;

} // namespace

class ReplayTest final : public QObject {
    Q_OBJECT

    static EndpointId play(EngineFixture& fixture, const Address& address,
                           const std::shared_ptr<const ReplayScript>& script, const ReplayOptions& options) {
        const OpenRequest request{
            .behaviour = QStringLiteral("replay=test"), .replay = script, .replayOptions = options};
        return options.side == client ? *fixture.engine().connectTo(address, request)
                                      : *fixture.engine().listen(address, request);
    }

    static Address at(quint16 port, const char* scheme = "tcp") {
        return *parseAddress(QStringLiteral("%1://127.0.0.1:%2").arg(QLatin1String(scheme)).arg(port));
    }

private slots:
    void playsTheClientAndComparesAnswers() {
        EngineFixture fixture;
        const auto talk = fixture.listen(QStringLiteral("tcp://"), QStringLiteral("talk"));
        const auto script = scriptOf({{{client, "one\n"},
                                       {server, "You sent: 'one'\n"},
                                       {client, "two\n"},
                                       {server, "You sent: 'two'\n"},
                                       {client, {}},
                                       {server, {}}}});
        const EndpointId played = play(fixture, at(fixture.portOf(talk)), script, {});
        QVERIFY(fixture.waitForState(played, EndpointState::Closed));
        const auto ended = fixture.events(played, EventKind::ReplayEnded);
        QCOMPARE(ended.size(), 1);
        QCOMPARE(ended.constFirst().value(QStringLiteral("differences")).toInt(), 0);
        QCOMPARE(ended.constFirst().value(QStringLiteral("matched")).toInt(), 32);
        QCOMPARE(fixture.bytesOf(played, RecordKind::Sent), QByteArray("one\ntwo\n"));
    }

    void showsWhereAnAnswerDiffers() {
        EngineFixture fixture;
        const auto talk = fixture.listen(QStringLiteral("tcp://"), QStringLiteral("talk"));
        const auto script = scriptOf({{{client, "one\n"},
                                       {server, "You sent: 'ONE'\n"},
                                       {client, "two\n"},
                                       {server, "You sent: 'two'\n"},
                                       {client, {}},
                                       {server, {}}}});
        const EndpointId played = play(fixture, at(fixture.portOf(talk)), script, {});
        QVERIFY(fixture.waitForState(played, EndpointState::Closed));
        const auto differences = fixture.events(played, EventKind::ReplayDifference);
        QCOMPARE(differences.size(), 1);
        QCOMPARE(differences.constFirst().value(QStringLiteral("offset")).toInt(), 11);
        QVERIFY(differences.constFirst().value(QStringLiteral("text")).toString().contains(QStringLiteral("'one'")));
        QCOMPARE(fixture.bytesOf(played, RecordKind::Sent), QByteArray("one\ntwo\n")); // it goes on
    }

    void aSilentPeerIsADifferenceNotAHang() {
        EngineFixture fixture;
        const RawPeer silent = RawPeer::listenOn();
        const auto script = scriptOf({{{client, "hello"}, {server, "world"}, {client, "bye"}}});
        const EndpointId played =
            play(fixture, at(silent.port()), script, {.patience = std::chrono::milliseconds(150)});
        const RawPeer served = silent.accept();
        QCOMPARE(served.receive(8), QByteArray("hellobye"));
        QVERIFY(fixture.waitUntil([&] { return fixture.events(played, EventKind::ReplayEnded).size() == 1; }));
        QCOMPARE(fixture.events(played, EventKind::ReplayDifference).size(), 1);
    }

    void playsTheServerConversationByConversation() {
        EngineFixture fixture;
        const auto script = scriptOf(
            {{{client, "a?"}, {server, "first"}, {server, {}}}, {{client, "b?"}, {server, "second"}, {server, {}}}});
        const EndpointId listener = play(fixture, at(0), script, {.side = server});
        QVERIFY(fixture.waitForState(listener, EndpointState::Listening));
        const quint16 port = fixture.portOf(fixture.now(listener));
        for (const auto& [question, answer] :
             {std::pair("a?", "first"), std::pair("b?", "second"), std::pair("a?", "first")}) {
            const RawPeer peer = RawPeer::connectTo(port);
            QVERIFY(peer.send(question));
            QCOMPARE(peer.receive(100), QByteArray(answer));
        }
    }

    void keepsThePausesAtASpeed() {
        EngineFixture fixture;
        const RawPeer sink = RawPeer::listenOn();
        const auto script = scriptOf({{{client, "1"}, {client, "2"}, {client, "3"}, {client, "4"}}});
        QElapsedTimer time;
        time.start();
        play(fixture, at(sink.port()), script, {.speed = 1});
        QCOMPARE(sink.accept().receive(4), QByteArray("1234"));
        QVERIFY2(time.elapsed() >= 290, qPrintable(QString::number(time.elapsed()))); // 300 ms in the recording
        time.restart();
        play(fixture, at(sink.port()), script, {.speed = 0});
        QCOMPARE(sink.accept().receive(4), QByteArray("1234"));
    }

    void playsDatagrams() {
        EngineFixture fixture;
        const auto echo = fixture.listen(QStringLiteral("udp://"), QStringLiteral("echo"));
        const auto script =
            scriptOf({{{client, "same"}, {server, "same"}, {client, "other"}, {server, "OTHER"}}}, true);
        const EndpointId played = play(fixture, at(fixture.portOf(echo), "udp"), script, {});
        QVERIFY(fixture.waitUntil([&] { return fixture.events(played, EventKind::ReplayEnded).size() == 1; }));
        QCOMPARE(fixture.events(played, EventKind::ReplayDifference).size(), 1);
    }

    void isABehaviourWithAFile() {
        QTemporaryDir folder;
        QFile file(folder.filePath(QStringLiteral("r.hex")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("O 0000  68 69\n");
        file.close();
        EngineFixture fixture;
        const RawPeer sink = RawPeer::listenOn();
        const auto played = fixture.connectTo(QStringLiteral("tcp://127.0.0.1:%1").arg(sink.port()),
                                              QStringLiteral("replay=") + file.fileName());
        Q_UNUSED(played)
        QCOMPARE(sink.accept().receive(10), QByteArray("hi"));
        QVERIFY(!fixture.engine().connectTo(at(sink.port()), {.behaviour = QStringLiteral("replay=/no/such.pcap")}));
    }

    void readsSpeeds() {
        QCOMPARE(*parseReplaySpeed(QStringLiteral("max")), 0.0);
        QCOMPARE(*parseReplaySpeed(QStringLiteral("10")), 10.0);
        for (const char* wrong : {"0", "-1", "fast", "nan", "inf", "1e9"})
            QVERIFY2(!parseReplaySpeed(QLatin1String(wrong)), wrong);
    }
};

QTEST_GUILESS_MAIN(ReplayTest)
#include "tst_replay.moc"
