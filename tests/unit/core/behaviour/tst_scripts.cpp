// SPDX-License-Identifier: MIT
#include "core/behaviour/scriptbehaviour.h"
#include "core/behaviour/scriptchecker.h"
#include "tests/support/enginefixture.h"

#include <QDirIterator>
#include <QTemporaryDir>

using namespace sw;
using namespace sw::test;

/// Scripts and the console: what they can do, and what they cannot.
class ScriptsTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    QString write(const QByteArray& text) {
        QFile file(m_folder.filePath(QStringLiteral("a.js")));
        [[maybe_unused]] const bool isOpen = file.open(QIODevice::WriteOnly | QIODevice::Truncate);
        file.write(text);
        return QStringLiteral("script=") + file.fileName();
    }

    QByteArray ask(const QByteArray& script, const QByteArray& sent, qsizetype wanted) {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), write(script));
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        peer.send(sent);
        return peer.receive(wanted);
    }

    /// How many there are of this one; 0 where that cannot be told.
    static qsizetype childProcesses() {
        QByteArray all;
        QDirIterator tasks(QStringLiteral("/proc/self/task"), QDir::Dirs | QDir::NoDotAndDotDot);
        while (tasks.hasNext()) {
            QFile file(tasks.next() + QStringLiteral("/children"));
            if (file.open(QIODevice::ReadOnly))
                all += file.readAll() + ' ';
        }
        return all.simplified().isEmpty() ? 0 : all.simplified().split(' ').size();
    }

private slots:
    void aCheckerThatGoesMeanwhileTakesItsProcessAlong() {
        const QString slow = QStringLiteral("let a = [") + QString(4'000'000, QLatin1Char(',')) + QStringLiteral("];");
        for (int rounds = 0; rounds < 5; ++rounds) {
            const qsizetype before = childProcesses();
            {
                ScriptChecker checker;
                checker.check(slow, QStringLiteral("x.js"));
                for (int i = 0; i < rounds; ++i)
                    QCoreApplication::processEvents();
#ifdef Q_OS_LINUX
                QCOMPARE(childProcesses(), before + 1);
#endif
            }
            QCOMPARE(childProcesses(), before);
        }
        ScriptChecker checker;
        QStringList said;
        QObject::connect(&checker, &ScriptChecker::checked, &checker, [&](const std::optional<Error>& error) {
            said.append(error ? error->detail.toText() : QStringLiteral("fine"));
        });
        checker.check(QStringLiteral("nonsense ("), QStringLiteral("x.js"));
        checker.check(QStringLiteral("f()"), QStringLiteral("x.js")); // the newest counts
        QTRY_COMPARE(said, QStringList{QStringLiteral("fine")});
        checker.check(QStringLiteral("\n("), QStringLiteral("x.js"));
        QTRY_COMPARE(said.size(), 2);
        QVERIFY2(said.at(1).startsWith(QLatin1String("x.js:2: SyntaxError")), qPrintable(said.at(1)));
    }

    void mistakesAreFoundInTheirLine_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("line");
        QTest::newRow("none") << QStringLiteral("let a = 1;\nfunction filter(c, b) {}\n") << 0;
        QTest::newRow("return at the top") << QStringLiteral("let a = 1;\nreturn;\n") << 0; // the text is a body
        QTest::newRow("first") << QStringLiteral("let = ;\nlet b = 1;\n") << 1;
        QTest::newRow("third") << QStringLiteral("let a = 1;\n\nlet b = ;\n") << 3;
        QTest::newRow("last") << QStringLiteral("// a\nfunction f() {\n}\nfunction ( {\n") << 4;
        QTest::newRow("a brace that closes the body") << QStringLiteral("\n}; throw 1; function x() {\n") << 2;
    }
    void mistakesAreFoundInTheirLine() {
        QFETCH(QString, text);
        QFETCH(int, line);
        const auto checked = checkScript(text, QStringLiteral("x.js"));
        QCOMPARE(checked ? 0 : checked.error().position, line);
        QVERIFY(checked ||
                checked.error().detail.toText().startsWith(QStringLiteral("x.js:%1: SyntaxError").arg(line)));
    }

    void bytesAreWhatTheyAre_data() {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QByteArray>("answer");
        QTest::newRow("echo") << QByteArray("c.send(b)") << QByteArray("a\0\xff", 3);
        QTest::newRow("text") << QByteArray("c.send('\\u00e4' + b.length)")
                              << QByteArray("\xc3\xa4"
                                            "3");
        QTest::newRow("hex") << QByteArray("c.send(b.toHex(' '))") << QByteArray("61 00 ff");
        QTest::newRow("from hex") << QByteArray("c.send(Bytes.from('00 ff', 'hex'))") << QByteArray("\0\xff", 2);
        QTest::newRow("array") << QByteArray("c.send([1, 2, 255])") << QByteArray("\1\2\xff");
        QTest::newRow("slice") << QByteArray("c.send(b.slice(1))") << QByteArray("\0\xff", 2);
        QTest::newRow("latin1") << QByteArray("c.send(String(b.toString('latin1').charCodeAt(2)))")
                                << QByteArray("255");
        QTest::newRow("checksum") << QByteArray("c.send(Bytes.from('123456789').checksum('crc32'))")
                                  << QByteArray("\xcb\xf4\x39\x26");
        QTest::newRow("compare") << QByteArray("c.send(String(b.startsWith('a')) + b.equals(Bytes.from([97, 0, 255])))")
                                 << QByteArray("truetrue");
        QTest::newRow("names") << QByteArray("c.send(String(c.listener.startsWith('tcp://')) + (c.name === c.listener "
                                             "+ ' ← ' + c.peer) + c.isDatagram)")
                               << QByteArray("truetruefalse");
    }
    void bytesAreWhatTheyAre() {
        QFETCH(QByteArray, body);
        QFETCH(QByteArray, answer);
        QCOMPARE(ask("function filter(c, b) { " + body + " }", QByteArray("a\0\xff", 3), answer.size()), answer);
    }

    void hooksComeInOrder() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), write(R"(
function acceptor(c) { log("acceptor"); return true; }
function opened(c) { log("opened"); c.setTimer(1, 5); }
function timer(c, token) { log("timer " + token); }
function filter(c, b) { log("filter " + b); }
function end(c) { log("end"); c.close(); }
function sentinel(c, reason) { log("sentinel " + reason.cause); })"));
        RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        const EndpointId served = fixture.waitForChild(listener.id);
        QVERIFY(fixture.waitUntil([&] { return fixture.events(served, EventKind::BehaviourLog).size() == 3; }));
        peer.send("x");
        QVERIFY(fixture.waitUntil([&] { return fixture.events(served, EventKind::BehaviourLog).size() == 4; }));
        peer.close();
        QVERIFY(fixture.waitUntil([&] { return fixture.events(served, EventKind::BehaviourLog).size() == 6; }));
        QStringList said;
        for (const QJsonObject& event : fixture.events(served, EventKind::BehaviourLog))
            said.append(event.value(QStringLiteral("text")).toString());
        QCOMPARE(said, (QStringList{QStringLiteral("acceptor"), QStringLiteral("opened"), QStringLiteral("timer 5"),
                                    QStringLiteral("filter x"), QStringLiteral("end"),
                                    QStringLiteral("sentinel closed-by-peer")}));
    }

    void anAcceptorRefuses() {
        EngineFixture fixture;
        const auto listener =
            fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), write("function acceptor(c) { return false; }"));
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        peer.receive(1);
        const EndpointId served = fixture.waitForChild(listener.id);
        QVERIFY(fixture.waitForState(served, EndpointState::Closed));
        QCOMPARE(fixture.events(served, EventKind::Refused).size(), 1);
    }

    void connectionsOfOneListenerKnowEachOther() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), write(R"(
store.seen = 0;
function filter(c, b) { store.seen += b.length; for (const other of connections()) if (other !== c) other.send(store.seen + ":" + b); })"));
        const RawPeer one = RawPeer::connectTo(fixture.portOf(listener));
        const RawPeer two = RawPeer::connectTo(fixture.portOf(listener));
        fixture.waitForChild(listener.id, 2);
        one.send("hi");
        QCOMPARE(two.receive(4), QByteArray("2:hi"));
        two.send("you");
        QCOMPARE(one.receive(5), QByteArray("5:you"));
    }

    void anErrorIsToldWithItsPlaceAndTheConnectionGoesOn() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"),
                                             write("let framer = 'lines';\nfunction filter(c, b) {\n  if (b == "
                                                   "'bad')\n    nosuch.thing();\n  c.send('ok');\n}\n"));
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        peer.send("bad\ngood\n");
        QCOMPARE(peer.receive(2), QByteArray("ok"));
        const auto events = fixture.events(fixture.waitForChild(listener.id), EventKind::BehaviourFailed);
        QCOMPARE(events.size(), 1);
        QVERIFY2(
            events.at(0).value(QStringLiteral("text")).toString().startsWith(QLatin1String("a.js:4: ReferenceError")),
            qPrintable(events.at(0).value(QStringLiteral("text")).toString()));
        QVERIFY(!events.at(0).value(QStringLiteral("stack")).toString().isEmpty());
    }

    void hostileScriptsAreBounded_data() {
        QTest::addColumn<QByteArray>("body");
        QTest::newRow("endless") << QByteArray("for (;;) ;");
        QTest::newRow("endless try") << QByteArray("for (;;) { try { for (;;) ; } catch (e) {} }");
        QTest::newRow("recursion") << QByteArray("const f = () => f(); f();");
        QTest::newRow("throw") << QByteArray("throw new Error('x');");
        QTest::newRow("throw nothing") << QByteArray("throw undefined;");
        QTest::newRow("array") << QByteArray("const a = []; for (;;) a.push(new Array(1000).fill(7));");
        QTest::newRow("string") << QByteArray("let s = 'x'; for (let i = 0; i < 40; i++) s += s; c.send(s);");
        QTest::newRow("repeat") << QByteArray("'x'.repeat(1e9);");
        QTest::newRow("fill") << QByteArray("new Array(1e9).fill(0);");
        QTest::newRow("buffers") << QByteArray(
            "const a = []; for (;;) { const b = new Uint8Array(1 << 24); b.fill(1); a.push(b); }");
        QTest::newRow("send without end") << QByteArray("for (;;) c.send('x'.repeat(65536));");
        QTest::newRow("console without end") << QByteArray("for (;;) console.log('x', {});");
        QTest::newRow("a promise that does not end") << QByteArray("Promise.resolve().then(() => { for (;;) ; });");
        QTest::newRow("names without end") << QByteArray("for (;;) 'x'.replaceAll('x', 'y');");
        QTest::newRow("flat something long") << QByteArray("Array.prototype.flat.call({ length: 4e9 });");
        QTest::newRow("timers without end") << QByteArray("for (;;) setTimeout(() => {}, 1);");
        QTest::newRow("polynomial all") << QByteArray("'a'.repeat(5000).matchAll(/a*a*a*a*a*a*a*[bc]/g);");
        QTest::newRow("log without end") << QByteArray("for (;;) log('x');");
        QTest::newRow("polynomial pattern") << QByteArray("/a*a*a*a*a*a*a*[bc]/.test('a'.repeat(5000));");
        QTest::newRow("polynomial replace") << QByteArray("'a'.repeat(5000).replace(/a*a*a*a*a*a*a*[bc]/g, 'x');");
        QTest::newRow("large buffer") << QByteArray("new ArrayBuffer(1 << 30);");
        QTest::newRow("large array") << QByteArray("new Float64Array(1e9);");
        QTest::newRow("the constructor of bytes")
            << QByteArray("new (Object.getPrototypeOf(Object.getPrototypeOf(b)).constructor)(1e9);");
        QTest::newRow("from something long") << QByteArray("Array.from({ length: 4e9 });");
        QTest::newRow("shift something long") << QByteArray("Array.prototype.shift.call({ length: 4e9 });");
        // what runs outside of calls in an engine that shares the program's process
        QTest::newRow("a getter of the error") << QByteArray(
            "const e = new Error('x'); Object.defineProperty(e, 'fileName', { get() { for (;;) ; } }); throw e;");
        QTest::newRow("a getter of the error's stack") << QByteArray(
            "const e = new Error('x'); Object.defineProperty(e, 'stack', { get() { for (;;) ; } }); throw e;");
        QTest::newRow("the text of the error")
            << QByteArray("const e = new Error('x'); e.toString = function () { for (;;) ; }; throw e;");
        QTest::newRow("the name of the error") << QByteArray(
            "const e = new Error('x'); Object.defineProperty(e, 'name', { get() { for (;;) ; } }); throw e;");
        QTest::newRow("a proxy for the error") << QByteArray(
            "throw new Proxy(new Error('x'), { get() { for (;;) ; }, getPrototypeOf() { for (;;) ; } });");
        QTest::newRow("what cannot be made text")
            << QByteArray("throw { toString() { for (;;) ; }, valueOf() { for (;;) ; } };");
        // what cannot be interrupted
        QTest::newRow("recursion that is caught") << QByteArray("function f() { try { f() } catch (e) { f() } } f();");
        QTest::newRow("JSON without end")
            << QByteArray("let o = 1; for (let i = 0; i < 40; i++) o = [o, o]; JSON.stringify(o);");
        QTest::newRow("JSON of a deep text")
            << QByteArray("JSON.parse('['.repeat(1 << 20)); JSON.stringify((() => { let o = []; for (let i = 0; i < "
                          "1e6; i++) o = [o]; return o; })());");
        QTest::newRow("JSON that calls") << QByteArray("JSON.stringify({ toJSON() { for (;;) ; } });");
        QTest::newRow("a sort that compares for ever") << QByteArray(
            "new Array(1 << 20).fill(0).map((x, i) => -i).sort(() => { for (let i = 0; i < 1e6; i++) ; return 1; });");
        QTest::newRow("objects without end") << QByteArray("let o = {}; for (;;) o = { o };");
        QTest::newRow("a split of much") << QByteArray("'a'.repeat(1 << 24).split(''); for (;;) ;");
        QTest::newRow("names of much") << QByteArray("Object.keys('a'.repeat(1 << 24)); for (;;) ;");
        // what an engine may not survive
        QTest::newRow("a deep proxy") << QByteArray(
            "let f = {}; for (let i = 0; i < 1e6; i++) f = new Proxy(f, {}); f.x; for (;;) ;");
        QTest::newRow("a deep chain of prototypes")
            << QByteArray("let f = {}; for (let i = 0; i < 1e6; i++) f = Object.create(f); f.x; for (;;) ;");
        QTest::newRow("a deep pattern") << QByteArray(
            "new RegExp('('.repeat(1 << 20) + ')'.repeat(1 << 20)).test('x'); for (;;) ;");
        QTest::newRow("a deep function") << QByteArray(
            "new Function('('.repeat(1 << 18) + '1' + ')'.repeat(1 << 18)); for (;;) ;");
        QTest::newRow("a deep bind") << QByteArray(
            "let f = () => 1; for (let i = 0; i < 1e6; i++) f = f.bind(null); f(); for (;;) ;");
        QTest::newRow("a getter that gets itself")
            << QByteArray("const o = { get a() { return this.a; } }; try { o.a; } catch (e) {} for (;;) ;");
        QTest::newRow("generators") << QByteArray(
            "function* g() { for (;;) yield* g(); } for (const x of g()) ; for (;;) ;");
        QTest::newRow("timers that multiply")
            << QByteArray("const more = () => { setTimeout(more, 0); setTimeout(more, 0); }; more();");
        QTest::newRow("a file") << QByteArray("c.startTls('keylog=/tmp/tst_scripts_keys');");
        QTest::newRow("open the host") << QByteArray("host.send(1, 2);");
        QTest::newRow("another connection") << QByteArray("Object.getPrototypeOf(c).send.call({ id: 77 }, 'x');");
    }
    void hostileScriptsAreBounded() {
        QFETCH(QByteArray, body);
        EngineFixture fixture;
        const auto listener =
            fixture.listen(QStringLiteral("tcp://127.0.0.1:0"),
                           write("function filter(c, b) { if (b == 'bad') { " + body + " } else c.send('alive'); }"));
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        peer.send("bad");
        const EndpointId served = fixture.waitForChild(listener.id);
        const bool isEndless = body.contains("send('x'") || body.contains("log('x')");
        // another listener of the same program is served meanwhile, however long it takes
        const auto bystander = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), QStringLiteral("echo"));
        const RawPeer beside = RawPeer::connectTo(fixture.portOf(bystander));
        QElapsedTimer time;
        time.start();
        int exchanges = 0;
        QVERIFY(fixture.waitUntil(
            [&] {
                beside.send("x");
                exchanges += beside.receive(1) == "x" ? 1 : 0;
                return !fixture.events(served, EventKind::BehaviourFailed).isEmpty();
            },
            isEndless ? 8000 : 5000));
        QVERIFY2(exchanges >= 10 || time.elapsed() < 500, qPrintable(QString::number(exchanges)));
        // another connection of the same listener
        const RawPeer other = RawPeer::connectTo(fixture.portOf(listener));
        other.send("good");
        const QByteArray answer = other.receive(5);
        QString said;
        for (const EndpointSnapshot& child : fixture.children(listener.id)) {
            for (const QJsonObject& event : fixture.events(child.id, EventKind::BehaviourFailed))
                said += event.value(QStringLiteral("text")).toString() + QLatin1Char('\n');
        }
        QVERIFY2(answer == "alive", qPrintable(said));
    }

    /// What it makes of the language is its own affair.
    void aScriptThatRuinsTheLanguageIsStillCalled() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), write(R"(function filter(c, b) {
    Array.prototype[Symbol.iterator] = function () { for (;;) ; };
    Object.prototype.toString = Function.prototype.apply = Function.prototype.call = () => { for (;;) ; };
    c.send('alive');
})"));
        for (int i = 0; i < 2; ++i) {
            const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
            peer.send("x");
            QCOMPARE(peer.receive(5), QByteArray("alive"));
        }
    }

    void patternsWorkAsInJavaScript_data() {
        QTest::addColumn<QByteArray>("expression");
        QTest::addColumn<QByteArray>("value");
        QTest::newRow("test") << QByteArray("/^a+$/.test('aaa')") << QByteArray("true");
        QTest::newRow("end before a line feed") << QByteArray("/a$/.test('a\\n')") << QByteArray("false");
        QTest::newRow("multiline") << QByteArray("/a$/m.test('a\\nb')") << QByteArray("true");
        QTest::newRow("case") << QByteArray("/ABC/i.test('abc')") << QByteArray("true");
        QTest::newRow("groups") << QByteArray("/(\\w)(x)?(\\d+)/.exec('-b42').join()") << QByteArray("b42,b,,42");
        QTest::newRow("index") << QByteArray("/c/.exec('abc').index") << QByteArray("2");
        QTest::newRow("match all") << QByteArray("'a1b22'.match(/\\d+/g).join('|')") << QByteArray("1|22");
        QTest::newRow("match one") << QByteArray("'a1b22'.match(/\\d+/)[0]") << QByteArray("1");
        QTest::newRow("no match") << QByteArray("'abc'.match(/\\d/)") << QByteArray("null");
        QTest::newRow("replace") << QByteArray("'a1b22'.replace(/(\\d+)/g, '<$1>')") << QByteArray("a<1>b<22>");
        QTest::newRow("replace by a function")
            << QByteArray("'a1b22'.replace(/\\d+/g, (x) => x * 2)") << QByteArray("a2b44");
        QTest::newRow("replace once") << QByteArray("'aa'.replace(/a/, '$&$$')") << QByteArray("a$a");
        QTest::newRow("split") << QByteArray("'a, b;c'.split(/[,;] */).join('|')") << QByteArray("a|b|c");
        QTest::newRow("search") << QByteArray("'abc'.search(/c/)") << QByteArray("2");
        QTest::newRow("last index")
            << QByteArray("(() => { const r = /a/g; r.exec('aa'); r.exec('aa'); return r.lastIndex; })()")
            << QByteArray("2");
        QTest::newRow("unicode escape") << QByteArray("/\\u00e4/.test('\\u00e4')") << QByteArray("true");
        QTest::newRow("any character") << QByteArray("/a[^]b/.test('a\\nb')") << QByteArray("true");
    }
    void patternsWorkAsInJavaScript() {
        QFETCH(QByteArray, expression);
        QFETCH(QByteArray, value);
        QCOMPARE(ask("function filter(c, b) { c.send(String(" + expression + ")); }", "x", value.size()), value);
    }

    void nothingOfAScriptIsRunToCheckIt() {
        EngineFixture fixture;
        const Address address = *parseAddress(QStringLiteral("tcp://127.0.0.1:0"));
        for (const char* text : {"})(); for (;;) ; (function () {", "}); for (;;) ; ({", "for (;;) ;"}) {
            QElapsedTimer time;
            time.start();
            (void)fixture.engine().listen(address, {.behaviour = write(text)});
            QVERIFY(time.elapsed() < 900); // an endless loop would not come back
        }
    }

    void whatAScriptReturnsIsReadWithinItsTime() {
        EngineFixture fixture;
        const auto listener =
            fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), write("return { get framer() { for (;;) ; } };"));
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        const EndpointId served = fixture.waitForChild(listener.id);
        QVERIFY(fixture.waitUntil([&] { return !fixture.events(served, EventKind::BehaviourFailed).isEmpty(); }));
        QVERIFY(fixture.events(served, EventKind::BehaviourFailed)
                    .at(0)
                    .value(QStringLiteral("text"))
                    .toString()
                    .contains(QLatin1String("1 s")));
    }

    void nothingIsCalledAfterTheEnd() {
        EngineFixture fixture;
        const auto listener =
            fixture.listen(QStringLiteral("tcp://127.0.0.1:0"),
                           write("let framer = 'lines';\nfunction filter(c, b) { log(b); if (b == 'a') c.abort(); }\n"
                                 "function sentinel(c) { log('end ' + connections().length); }"));
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        peer.send("a\nb\nc\n");
        const EndpointId served = fixture.waitForChild(listener.id);
        QVERIFY(fixture.waitForState(served, EndpointState::Closed));
        // the sentinel runs in the script's process and answers after the connection is closed; it is called last
        QVERIFY(fixture.waitUntil([&] { return fixture.events(served, EventKind::BehaviourLog).size() >= 2; }));
        QStringList said;
        for (const QJsonObject& event : fixture.events(served, EventKind::BehaviourLog))
            said.append(event.value(QStringLiteral("text")).toString());
        QCOMPARE(said, (QStringList{QStringLiteral("a"), QStringLiteral("end 0")}));
    }

    void anAcceptorMayCloseOrStartTls() {
        EngineFixture fixture;
        const auto closing = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"),
                                            write("function acceptor(c) { c.abort(); return true; }"));
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(closing));
        peer.receive(1);
        const EndpointId served = fixture.waitForChild(closing.id);
        QVERIFY(fixture.waitForState(served, EndpointState::Closed));
        QCOMPARE(fixture.events(served, EventKind::Closed).size(), 1);
        const auto secure =
            fixture.listen(QStringLiteral("tcp://127.0.0.1:0"),
                           write("function acceptor(c) { c.startTls(); }\nfunction opened(c) { c.send('secret'); }"));
        const auto client =
            fixture.connectTo(QStringLiteral("tls://localhost:%1?verify=off").arg(fixture.portOf(secure)));
        QVERIFY(fixture.waitUntil([&] { return fixture.bytesOf(client.id, RecordKind::Received) == "secret"; }));
    }

    void whatBeganInClearTextDoesNotGoOnInTls_data() {
        QTest::addColumn<QString>("behaviour");
        QTest::addColumn<QByteArray>("answer");
        QTest::newRow("script") << write("let framer = 'lines';\nfunction filter(c, b) { c.send('<' + b + '>'); }")
                                << QByteArray("<whole>");
        QFile rules(m_folder.filePath(QStringLiteral("a.rules")));
        QVERIFY(rules.open(QIODevice::WriteOnly));
        rules.write("framer lines\nrule any\n  any\n  answer <${0}>\n");
        QTest::newRow("rules") << QStringLiteral("rules=") + rules.fileName() << QByteArray("<whole>");
        QTest::newRow("talk") << QStringLiteral("talk") << QByteArray("You sent: 'whole'\n");
        QTest::newRow("console") << QStringLiteral("console") << QByteArray("session: session “whole” begins");
    }
    /// TLS that the user begins: half a line waits, which somebody on the way could have put there.
    void whatBeganInClearTextDoesNotGoOnInTls() {
        QFETCH(QString, behaviour);
        QFETCH(QByteArray, answer);
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), behaviour);
        const auto client = fixture.connectTo(QStringLiteral("tcp://localhost:%1").arg(fixture.portOf(listener)));
        const EndpointId served = fixture.waitForChild(listener.id);
        fixture.engine().send(client.id, "inj");
        QVERIFY(fixture.waitUntil([&] { return fixture.bytesOf(served, RecordKind::Received) == "inj"; }));
        fixture.engine().startTls(served, {});
        fixture.engine().startTls(client.id, QStringLiteral("verify=off"));
        QVERIFY(fixture.waitUntil([&] { return fixture.now(client.id).tls != nullptr; }));
        fixture.engine().send(client.id, "whole\n");
        QVERIFY(fixture.waitUntil(
            [&] { return fixture.bytesOf(client.id, RecordKind::Received).size() >= answer.size(); }));
        QCOMPARE(fixture.bytesOf(client.id, RecordKind::Received).left(answer.size()), answer);
    }

    void clearTextAfterStartTlsDoesNotCount() {
        EngineFixture fixture;
        const auto listener =
            fixture.listen(QStringLiteral("tcp://127.0.0.1:0"),
                           write("let framer = 'lines';\nfunction filter(c, b) { log(b); if (b == 'STARTTLS') "
                                 "c.startTls(); }\nfunction secured(c) { log('secured'); }"));
        const auto client = fixture.connectTo(QStringLiteral("tcp://localhost:%1").arg(fixture.portOf(listener)));
        const EndpointId served = fixture.waitForChild(listener.id);
        fixture.engine().send(client.id, "STARTTLS\nINJECTED\npart of ");
        QVERIFY(fixture.waitUntil([&] { return !fixture.events(served, EventKind::TlsStarted).isEmpty(); }));
        fixture.engine().startTls(client.id, QStringLiteral("verify=off"));
        fixture.engine().send(client.id, "a line\n"); // after TLS was asked for: never in clear text
        QVERIFY(fixture.waitUntil([&] { return fixture.events(served, EventKind::BehaviourLog).size() == 3; }));
        QStringList said;
        for (const QJsonObject& event : fixture.events(served, EventKind::BehaviourLog))
            said.append(event.value(QStringLiteral("text")).toString());
        QCOMPARE(said, (QStringList{QStringLiteral("STARTTLS"), QStringLiteral("secured"), QStringLiteral("a line")}));
        QCOMPARE(fixture.events(served, EventKind::Warning).size(), 1);
    }

    void aScriptReadAgainWithNobodyThereIsUsedNextTime() {
        EngineFixture fixture;
        const auto listener =
            fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), write("function filter(c, b) { c.send('one'); }"));
        {
            const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
            peer.send("x");
            QCOMPARE(peer.receive(3), QByteArray("one"));
        }
        QVERIFY(fixture.waitForState(fixture.waitForChild(listener.id), EndpointState::Closed));
        write("function filter(c, b) { c.send('two'); }");
        QVERIFY(fixture.engine().reloadBehaviour(listener.id));
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        peer.send("x");
        QCOMPARE(peer.receive(3), QByteArray("two"));
    }

    void nothingButItsConnectionCanBeReached() {
        const QByteArray answer = ask(R"(function filter(c, b) {
    const found = [];
    for (const name of ["XMLHttpRequest", "Qt", "require", "process", "host", "fetch", "WebSocket", "print", "gc", "importScripts", "File", "Promise"])
        if (name in globalThis) found.push(name);
    for (const key of ["deleteLater", "destroyed", "objectName", "parent", "thread"]) if (key in c) found.push(key);
    c.send("[" + found + "]");
})",
                                      "x", 2);
        QCOMPARE(answer, QByteArray("[]"));
    }

    void aScriptIsReadAgainWithoutReconnecting() {
        EngineFixture fixture;
        const auto behaviour = write("let framer = 'lines';\nfunction filter(c, b) { c.data.count = (c.data.count || "
                                     "0) + 1; c.send('one ' + c.data.count); }");
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), behaviour);
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        peer.send("a\n");
        QCOMPARE(peer.receive(5), QByteArray("one 1"));
        write("function filter(c, b) {");
        const auto broken = fixture.engine().reloadBehaviour(listener.id);
        QVERIFY(!broken);
        QVERIFY(broken.error().detail.toText().contains(QLatin1String("SyntaxError")));
        write("let framer = 'lines';\nfunction filter(c, b) { c.data.count++; c.send('two ' + c.data.count); }");
        QVERIFY(fixture.engine().reloadBehaviour(listener.id));
        peer.send("a\n");
        QCOMPARE(peer.receive(5), QByteArray("two 2"));
    }

    void aMissingOrBrokenFileIsAnErrorAtOnce() {
        EngineFixture fixture;
        const Address address = *parseAddress(QStringLiteral("tcp://127.0.0.1:0"));
        QVERIFY(!fixture.engine().listen(address, {.behaviour = QStringLiteral("script=/nowhere.js")}));
        const auto broken = fixture.engine().listen(address, {.behaviour = write("function (")});
        QVERIFY(!broken);
        QCOMPARE(broken.error().id, ErrorId::ScriptFailed);
    }

    void theConsoleKeepsSessionsByName() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), QStringLiteral("console"));
        RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        peer.send("mine\nlet x = 20\nx + 1\n'a' + 1\nnosuch\n({a: [1, 2]})\n");
        const QByteArray expected(
            "session: session \xe2\x80\x9cmine\xe2\x80\x9d begins\n> undefined\n> 21\n> \"a1\"\n> error: console:1: "
            "ReferenceError: nosuch is not defined\n> {\"a\":[1,2]}\n> ");
        QCOMPARE(peer.receive(expected.size()), expected);
        peer.close();
        const RawPeer again = RawPeer::connectTo(fixture.portOf(listener));
        again.send("mine\nx\n");
        const QByteArray goesOn("session: session \xe2\x80\x9cmine\xe2\x80\x9d goes on\n> 20\n> ");
        QCOMPARE(again.receive(goesOn.size()), goesOn);
        const RawPeer other = RawPeer::connectTo(fixture.portOf(listener));
        other.send("other\ntypeof x\n");
        const QByteArray fresh("session: session \xe2\x80\x9cother\xe2\x80\x9d begins\n> \"undefined\"\n> ");
        QCOMPARE(other.receive(fresh.size()), fresh);
    }

    void aConsoleForTheNetworkNeedsAYesEachTime() {
        EngineFixture fixture;
        const Address address = *parseAddress(QStringLiteral("tcp://*:0"));
        const auto refused = fixture.engine().listen(address, {.behaviour = QStringLiteral("console")});
        QVERIFY(!refused);
        QVERIFY(refused.error().detail.toText().contains(QLatin1String("allowed each time")));
        QVERIFY(
            fixture.engine().listen(address, {.behaviour = QStringLiteral("console"), .allowsRemoteConsole = true}));
    }

    void datagramsAreServedToo() {
        EngineFixture fixture;
        const auto socket = fixture.listen(QStringLiteral("udp://127.0.0.1:0"),
                                           write("function filter(c, b) { c.send('got ' + b + c.isDatagram); }"));
        const RawPeer peer = RawPeer::datagram();
        peer.sendTo(fixture.portOf(socket), "x");
        QCOMPARE(peer.receive(9), QByteArray("got xtrue"));
    }
};

QTEST_GUILESS_MAIN(ScriptsTest)
#include "tst_scripts.moc"
