// SPDX-License-Identifier: MIT
#include "core/behaviour/scriptbehaviour.h"
#include "tests/support/enginefixture.h"

#include <QTemporaryDir>

#ifdef Q_OS_UNIX
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#endif

using namespace sw;
using namespace sw::test;

/// What scripts decide about connections and about the listener itself.
class ScriptListenersTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    QString write(const QByteArray& text) {
        QFile file(m_folder.filePath(QStringLiteral("a.js")));
        [[maybe_unused]] const bool isOpen = file.open(QIODevice::WriteOnly | QIODevice::Truncate);
        file.write(text);
        return QStringLiteral("script=") + file.fileName();
    }

    static QStringList said(const EngineFixture& fixture, EndpointId id, EventKind kind = EventKind::BehaviourLog) {
        QStringList texts;
        for (const QJsonObject& event : fixture.events(id, kind))
            texts.append(event.value(QStringLiteral("text")).toString());
        return texts;
    }

private slots:
    void anAcceptorThatFailsRefuses_data() {
        QTest::addColumn<QByteArray>("script");
        QTest::addColumn<QString>("says");
        const auto add = [](const char* name, const char* script, const char* says) {
            QTest::newRow(name) << QByteArray(script) << QString::fromUtf8(says);
        };
        add("throws", "function acceptor(c) { nosuch(); }", "ReferenceError");
        add("throws nothing", "function acceptor(c) { throw undefined; }", "threw undefined");
        add("loops", "function acceptor(c) { for (;;) ; }", "longer than 1 s");
        add("takes much memory", "function acceptor(c) { const a = []; for (;;) a.push(new Array(1000).fill(7)); }",
            "stopped: the call took");
        add("gives an error", "function acceptor(c) { return new Error('no'); }", "acceptor gives true, false");
        add("gives text", "function acceptor(c) { return 'no'; }", "acceptor gives true, false");
        add("gives a number", "function acceptor(c) { return 1; }", "acceptor gives true, false");
        add("gives an array", "function acceptor(c) { return []; }", "acceptor gives true, false");
        add("gives null", "function acceptor(c) { return null; }", "acceptor gives true, false");
        add("gives nothing that is known", "function acceptor(c) { return {}; }", "acceptor gives true, false");
        add("gives what is no function", "function acceptor(c) { return { filter: 5 }; }",
            "filter is to be a function");
        add("the script's top throws", "nosuch();\nfunction acceptor(c) { return true; }", "ReferenceError");
        add("the script's top loops", "for (;;) ;", "longer than 1 s");
        add("a framer that there is not", "let framer = 'line';", "no framer");
    }
    void anAcceptorThatFailsRefuses() {
        QFETCH(QByteArray, script);
        QFETCH(QString, says);
        EngineFixture fixture;
        const QByteArray whole =
            script + "\nfunction opened(c) { c.send('in'); }\nfunction filter(c, b) { c.send('in'); }";
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), write(whole));
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        const EndpointId served = fixture.waitForChild(listener.id);
        QVERIFY(fixture.waitForState(served, EndpointState::Closed));
        QCOMPARE(peer.receive(1), QByteArray());
        QCOMPARE(fixture.events(served, EventKind::Refused).size(), 1);
        const QStringList failed = said(fixture, served, EventKind::BehaviourFailed);
        QVERIFY2(failed.size() == 1 && failed.at(0).contains(says), qPrintable(failed.join(QLatin1Char('|'))));
        const auto socket = fixture.listen(QStringLiteral("udp://127.0.0.1:0"), write(whole));
        const RawPeer sender = RawPeer::datagram();
        sender.sendTo(fixture.portOf(socket), "x");
        const EndpointId flow = fixture.waitForChild(socket.id);
        QVERIFY(fixture.waitForState(flow, EndpointState::Closed));
        QCOMPARE(fixture.events(flow, EventKind::Refused).size(), 1);
        QCOMPARE(fixture.bytesOf(flow, RecordKind::Sent), QByteArray());
    }

    void anAcceptorGivesAnotherFilterAndSentinel() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), write(R"(
let seen = 0;
function acceptor(c) {
    if (seen++ > 0) return true;
    return { filter(c, b) { c.send("own " + b); }, sentinel(c, reason) { log("own " + reason.cause); } };
}
function filter(c, b) { c.send("all " + b); }
function end(c) { log("end"); c.close(); }
function sentinel(c, reason) { log("all " + reason.cause); })"));
        for (const char* whose : {"own", "all"}) {
            RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
            peer.send("x");
            QCOMPARE(peer.receive(5), QByteArray(whose) + " x");
            peer.close();
            const EndpointId served = fixture.waitForChild(listener.id, qstrcmp(whose, "own") == 0 ? 1 : 2);
            QVERIFY(fixture.waitUntil([&] { return said(fixture, served).size() == 2; }));
            QCOMPARE(said(fixture, served),
                     (QStringList{QStringLiteral("end"), QLatin1String(whose) + QStringLiteral(" closed-by-peer")}));
        }
    }

    void afterItsShutdownAScriptStillHears() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), write(R"(
function opened(c) { c.send("x\n"); c.shutdown(); }
function filter(c, b) { log("got " + b); }
function end(c) { log("end"); }
function sentinel(c, reason) { log(reason.cause); })"));
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        QCOMPARE(peer.receive(10), QByteArray("x\n"));
        peer.send("late");
        const EndpointId served = fixture.waitForChild(listener.id);
        QVERIFY(fixture.waitUntil([&] { return said(fixture, served).size() == 1; }));
        peer.send("r");
        QVERIFY(fixture.waitUntil([&] { return said(fixture, served).size() == 2; }));
        peer.shutdownSending();
        QVERIFY(fixture.waitForState(served, EndpointState::Closed));
        QCOMPARE(said(fixture, served), (QStringList{QStringLiteral("got late"), QStringLiteral("got r"),
                                                     QStringLiteral("end"), QStringLiteral("closed-by-us")}));
    }

    void afterItsCloseNothingIsHeard() {
        constexpr qsizetype size = 1'000'000; // more than the two buffers between them, and little work for the script
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0?sndbuf=4096"), write(R"(
function filter(c, b) { log("got " + b); c.send("x".repeat(1000000)); c.close(); }
function end(c) { log("end"); })"));
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        peer.send("a");
        const EndpointId served = fixture.waitForChild(listener.id);
        QVERIFY(fixture.waitForState(served, EndpointState::Closing));
        peer.send("b");
        peer.shutdownSending();
        QCOMPARE(peer.receive(size + 1).size(), size);
        QVERIFY(fixture.waitForState(served, EndpointState::Closed));
        QCOMPARE(said(fixture, served), QStringList{QStringLiteral("got a")});
    }

    void malformedMessagesHaveAFunctionOfTheirOwn() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), write(R"(let framer = "slip";
function filter(c, b) { log("good " + b); }
function malformed(c, b, problem) { log(b.toHex() + ": " + problem); })"));
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        peer.send("\x61\xdb\x61\x62\xc0\x63\xc0\x64");
        peer.shutdownSending();
        const EndpointId served = fixture.waitForChild(listener.id);
        QVERIFY(fixture.waitForState(served, EndpointState::Closed));
        QCOMPARE(said(fixture, served),
                 (QStringList{QStringLiteral("61db6162c0: a SLIP escape that is followed by neither DC nor DD"),
                              QStringLiteral("good c"), QStringLiteral("64: the stream ended in the middle of it")}));
        QCOMPARE(fixture.events(served, EventKind::Malformed).size(), 2);
    }

    void receivingCanBeShutDown() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"),
                                             write("function filter(c, b) { c.shutdownReceiving(); c.send('bye'); }"));
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        peer.send("x");
        QCOMPARE(peer.receive(3), QByteArray("bye"));
        const EndpointId served = fixture.waitForChild(listener.id);
        QVERIFY(fixture.waitForState(served, EndpointState::ReadEnded));
        QCOMPARE(fixture.events(served, EventKind::ReceivingEnded).size(), 1);
    }

    void theListenerIsPausedAndTakesOneAtATime() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), write(R"(let framer = "lines";
listener.pause();
listener.accept();
log("top " + listener.isOpen);
function opened(c) { c.send(listener.name === c.listener && listener.address === c.listener ? "hello\n" : "wrong\n"); }
function filter(c, b) { if (b == "next") listener.accept(); else if (b == "resume") listener.resume(); else listener.close(); }
function listenerClosed(reason) { log("closed: " + reason.cause); })"));
        QVERIFY(fixture.waitForState(listener.id, EndpointState::Paused));
        QCOMPARE(said(fixture, listener.id), QStringList{QStringLiteral("top true")});
        const RawPeer first = RawPeer::connectTo(fixture.portOf(listener)); // was asked for before it came
        QCOMPARE(first.receive(6), QByteArray("hello\n"));
        const RawPeer second = RawPeer::connectTo(fixture.portOf(listener));
        QVERIFY(fixture.waitUntil([&] { return fixture.now(listener.id).waiting.value_or(0) == 1; }));
        QCOMPARE(fixture.children(listener.id).size(), 1);
        first.send("next\n");
        QCOMPARE(second.receive(6), QByteArray("hello\n"));
        first.send("resume\n");
        QVERIFY(fixture.waitForState(listener.id, EndpointState::Listening));
        const RawPeer third = RawPeer::connectTo(fixture.portOf(listener));
        QCOMPARE(third.receive(6), QByteArray("hello\n"));
        first.send("close\n");
        QVERIFY(fixture.waitForState(listener.id, EndpointState::Closed));
        QVERIFY(fixture.waitUntil([&] { return said(fixture, listener.id).size() == 2; }));
        QCOMPARE(said(fixture, listener.id).at(1), QStringLiteral("closed: closed-by-us"));
    }

    void whoeverEndsTheListenerItIsTold() {
        EngineFixture fixture;
        const auto script = write("function listenerClosed(reason) { log(reason.cause + ' ' + listener.isOpen); }");
        for (const char* address : {"tcp://127.0.0.1:0", "udp://127.0.0.1:0"}) {
            const auto listener = fixture.listen(QString::fromLatin1(address), script);
            fixture.engine().close(listener.id);
            QVERIFY(fixture.waitUntil([&] { return said(fixture, listener.id).size() == 1; }));
            QCOMPARE(said(fixture, listener.id).at(0), QStringLiteral("closed-by-us false"));
        }
        // one that has got another behaviour is not its business any more
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), script);
        QVERIFY(fixture.engine().setBehaviour(listener.id, QStringLiteral("echo")));
        fixture.engine().close(listener.id);
        QVERIFY(fixture.waitForState(listener.id, EndpointState::Closed));
        QVERIFY(said(fixture, listener.id).isEmpty());
    }

    void aListenerThatWaitsForItsScriptTakesItsNextBehaviour() {
        EngineFixture fixture;
        const auto slow = write("const begin = Date.now(); while (Date.now() - begin < 500) ;\n"
                                "function filter(c, b) { c.send('slow'); }");
        for (const char* next : {"echo", "talk"}) {
            const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), slow);
            QVERIFY(fixture.engine().setBehaviour(listener.id, QString::fromLatin1(next)));
            const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
            peer.send("x\n");
            QCOMPARE(peer.receive(1), QByteArray(qstrcmp(next, "echo") == 0 ? "x" : "Y"));
        }
        // and the same the other way round: what waits for a second script is not let in by the first
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), slow);
        QVERIFY(fixture.engine().setBehaviour(listener.id, slow));
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        peer.send("x");
        QCOMPARE(peer.receive(4), QByteArray("slow"));
    }

    void aConnectionOfOurOwnHasNoListener() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"));
        const auto client =
            fixture.connectTo(QStringLiteral("tcp://127.0.0.1:%1").arg(fixture.portOf(listener)),
                              write("function opened(c) { log(typeof listener + typeof c.credentials); }"));
        QVERIFY(fixture.waitUntil([&] { return said(fixture, client.id).size() == 1; }));
        QCOMPARE(said(fixture, client.id).at(0), QStringLiteral("undefinedundefined"));
    }

#ifdef Q_OS_LINUX
    void anAcceptorKnowsWhoIsAtAUnixSocket() {
        EngineFixture fixture;
        const QString path = m_folder.filePath(QStringLiteral("s"));
        const auto listener = fixture.listen(QStringLiteral("unix://") + path, write(R"(
function acceptor(c) { const who = c.credentials; log([who.pid, who.uid, typeof who.gid, typeof who.program].join()); })"));
        const auto client = fixture.connectTo(QStringLiteral("unix://") + path);
        QCOMPARE(client.state, EndpointState::Open);
        const EndpointId served = fixture.waitForChild(listener.id);
        QVERIFY(fixture.waitUntil([&] { return said(fixture, served).size() == 1; }));
        QCOMPARE(said(fixture, served).at(0), QStringLiteral("%1,%2,number,string").arg(getpid()).arg(getuid()));
    }

    void anAcceptorKnowsWhoSentADatagram() {
        EngineFixture fixture;
        const QString path = m_folder.filePath(QStringLiteral("d"));
        const auto socket = fixture.listen(QStringLiteral("unixgram://") + path, write(R"(
function acceptor(c) { log(String(c.credentials && c.credentials.pid)); })"));
        const int sender = ::socket(AF_UNIX, SOCK_DGRAM, 0); // with a name of its own, so that it is a flow
        const auto nameOf = [](const QString& file) {
            sockaddr_un name{};
            name.sun_family = AF_UNIX;
            qstrncpy(name.sun_path, file.toLocal8Bit().constData(), sizeof name.sun_path);
            return name;
        };
        const sockaddr_un own = nameOf(path + QStringLiteral(".sender"));
        const sockaddr_un other = nameOf(path);
        QCOMPARE(::bind(sender, reinterpret_cast<const sockaddr*>(&own), sizeof own), 0);
        QCOMPARE(::sendto(sender, "x", 1, 0, reinterpret_cast<const sockaddr*>(&other), sizeof other), 1);
        const EndpointId flow = fixture.waitForChild(socket.id);
        QVERIFY(fixture.waitUntil([&] { return said(fixture, flow).size() == 1; }));
        QCOMPARE(said(fixture, flow).at(0), QString::number(getpid()));
        ::close(sender);
    }
#endif
};

QTEST_GUILESS_MAIN(ScriptListenersTest)
#include "tst_scriptlisteners.moc"
