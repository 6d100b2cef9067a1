// SPDX-License-Identifier: MIT
#include "core/behaviour/scriptbehaviour.h"
#include "core/behaviour/scriptchecker.h"
#include "tests/support/enginefixture.h"

#include <QTemporaryDir>

using namespace sw;
using namespace sw::test;

/// Scripts as people write them for other programs: what is there, and what the error says where it is not.
class ScriptLanguageTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    QString write(const QByteArray& text) {
        QFile file(m_folder.filePath(QStringLiteral("a.js")));
        [[maybe_unused]] const bool isOpen = file.open(QIODevice::WriteOnly | QIODevice::Truncate);
        file.write(text);
        return QStringLiteral("script=") + file.fileName();
    }

    /// What a client gets that sends `x` to a listener with this script.
    QByteArray ask(const QByteArray& script, qsizetype wanted) {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), write(script));
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        peer.send("x");
        return peer.receive(wanted);
    }

    /// The first error of a script whose filter is this.
    QString errorOf(const QByteArray& script) {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), write(script));
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        peer.send("x");
        const EndpointId served = fixture.waitForChild(listener.id);
        if (!fixture.waitUntil([&] { return !fixture.events(served, EventKind::BehaviourFailed).isEmpty(); }))
            return {};
        return fixture.events(served, EventKind::BehaviourFailed).at(0).value(QStringLiteral("text")).toString();
    }

private slots:
    void expressions_data() {
        QTest::addColumn<QByteArray>("expression");
        QTest::addColumn<QByteArray>("value");
        const auto add = [](const char* expression, const char* value) {
            QTest::newRow(expression) << QByteArray(expression) << QByteArray(value);
        };
        add("'abc'.at(-1) + 'abc'.at(0) + 'abc'.at(9)", "caundefined");
        add("[1, 2, 3].at(-2)", "2");
        add("Bytes.from('abc').at(-1)", "99");
        add("'a.b.c'.replaceAll('.', '-')", "a-b-c");
        add("'a1b22'.replaceAll(/\\d+/g, (found) => '<' + found + '>')", "a<1>b<22>");
        add("'abc'.replaceAll('', '-')", "-a-b-c-");
        add("[...'a1b22'.matchAll(/[a-z](\\d+)/g)].map((m) => m[1] + '@' + m.index).join()", "1@0,22@2");
        add("[...'a.b.'.matchAll('\\\\.')].length", "2");
        add("/(?<key>\\w+)=(?<value>\\d+)/.exec('n=42').groups.value", "42");
        add("'n=42'.match(/(?<key>\\w+)=(\\d+)/).groups.key", "n");
        add("/(a)/.exec('a').groups", "undefined");
        add("'2026-11-27'.replace(/(?<y>\\d+)-(?<m>\\d+)/, '$<m>/$<y>')", "11/2026-27");
        add("'ab'.replace(/(?<one>a)/, (...given) => JSON.stringify(given[given.length - 1]))", "{\"one\":\"a\"}b");
        add("/(?<q>['\"]).*\\k<q>/.test('\"x\"')", "true");
        add("'$1 costs'.replace(/(costs)/, '[$1]')", "$1 [costs]");
        add("'a$2b'.replace(/(a\\$2)(b)/, '$1-$2')", "a$2-b");
        add("'abc'.replace(/b/, \"[$`|$']\")", "a[a|c]c");
        add("Object.entries({ a: 1, b: 2 }).join(';')", "a,1;b,2");
        add("Object.fromEntries([['a', 1], ['b', 2]]).b", "2");
        add("Object.hasOwn({ a: 1 }, 'a')", "true");
        add("'7'.padStart(3, '0') + '7'.padEnd(3, '.')", "0077..");
        add("'[' + ' a '.trimStart() + '|' + ' a '.trimEnd() + ']'", "[a | a]");
        add("[1, [2, [3]]].flat().length + ':' + [1, [2, [3]]].flat(9).length", "3:3");
        add("[1, 2].flatMap((n) => [n, n * 10]).join()", "1,10,2,20");
        add("[1, 2, 3].findLast((n) => n < 3)", "2");
        add("typeof Promise", "undefined");
    }
    void expressions() {
        QFETCH(QByteArray, expression);
        QFETCH(QByteArray, value);
        QCOMPARE(ask("function filter(c, b) { c.send(String(" + expression + ")); }", value.size()), value);
    }

    void errorsHaveTheScriptsOwnLine_data() {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<QString>("says");
        const auto add = [](const char* line, const char* says) {
            QTest::newRow(line) << QByteArray(line) << QString::fromUtf8(says);
        };
        add("c.send(5);", "send takes text, Bytes");
        add("c.setTimer(-1);", "setTimer takes 0 to 86400000 milliseconds");
        add("c.setTimer(1, 1e300);", "setTimer takes a token from 0 to 9007199254740991");
        add("c.startTls('key=x');", "scripts have no access to files");
        add("Bytes.from('0g', 'hex');", "hexadecimal");
        add("b.checksum('nosuch');", "no checksum");
        add("b.toString('ebcdic');", "utf-8");
        add("'x'.repeat(1e9);", "16777216");
        add("'aa'.replaceAll(/a/, 'b');", "flag g");
        add("/(?<a$>x)/.exec('x');", "cannot be matched here");
        add("setTimeout('c.close()', 1);", "setTimeout takes a function");
        add("setTimeout(() => {}, 1e12);", "0 to 86400000");
        add("for (let i = 0; i < 1001; ++i) setInterval(() => {}, 1000);", "more than 1000 timers");
        add("for (let i = 0; i < 20000; ++i) c.setTimer(60000);", "more than 10000 timers");
        add("for (let i = 0; i < 20000; ++i) clearTimeout(setTimeout(() => {}, 60000));", "more than 10000 timers");
        add("require('fs');", "a script is one file without modules");
        add("module.exports = { filter };", "found by their names");
        add("exports.filter = filter;", "found by their names");
        add("new Promise(() => {});", "there are no promises");
        add("Buffer.from('x');", "bytes are Bytes here");
    }
    void errorsHaveTheScriptsOwnLine() {
        QFETCH(QByteArray, line);
        QFETCH(QString, says);
        const QString text = errorOf("// first\nfunction filter(c, b) {\n    " + line + "\n}\n");
        QVERIFY2(text.startsWith(QLatin1String("a.js:3: ")), qPrintable(text));
        QVERIFY2(text.contains(says), qPrintable(text));
        QVERIFY2(!text.contains(QLatin1String("prelude")), qPrintable(text));
    }

    void modulesAreToldWhatToWriteInstead_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("says");
        QTest::newRow("import") << QStringLiteral("// a\nimport fs from 'fs';\n")
                                << QStringLiteral("there is no import");
        QTest::newRow("import()") << QStringLiteral("// a\nconst a = import('x');\n")
                                  << QStringLiteral("there is no import");
        QTest::newRow("export") << QStringLiteral("// a\nexport function filter(c, b) {}\n")
                                << QStringLiteral("leave out “export”");
        QTest::newRow("export default") << QStringLiteral("// a\nexport default { filter() {} };\n")
                                        << QStringLiteral("leave out “export”");
        QTest::newRow("async") << QStringLiteral("// a\nasync function filter(c, b) {}\n")
                               << QStringLiteral("there is no async");
    }
    void modulesAreToldWhatToWriteInstead() {
        QFETCH(QString, text);
        QFETCH(QString, says);
        const auto checked = checkScript(text, QStringLiteral("a.js"));
        QVERIFY(!checked);
        QVERIFY2(checked.error().detail.toText().startsWith(QLatin1String("a.js:2: ")),
                 qPrintable(checked.error().detail.toText()));
        QVERIFY2(checked.error().detail.toText().contains(says), qPrintable(checked.error().detail.toText()));
    }

    void theConsoleWritesToTheEventLog() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), write(R"(
function opened(c) { console.log("%s has %d", "x", 3, { a: [1, 2] }); console.info("i"); console.debug("d"); console.warn("w"); console.error(new Error("e")); })"));
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        const EndpointId served = fixture.waitForChild(listener.id);
        QVERIFY(fixture.waitUntil([&] { return fixture.events(served, EventKind::Warning).size() == 2; }));
        QStringList said;
        for (const QJsonObject& event : fixture.events(served, EventKind::BehaviourLog))
            said.append(event.value(QStringLiteral("text")).toString());
        QCOMPARE(said,
                 (QStringList{QStringLiteral("x has 3 {\"a\":[1,2]}"), QStringLiteral("i"), QStringLiteral("d")}));
        const auto warnings = fixture.events(served, EventKind::Warning);
        QCOMPARE(warnings.at(0).value(QStringLiteral("level")).toString(), QStringLiteral("warning"));
        QCOMPARE(warnings.at(1).value(QStringLiteral("text")).toString(), QStringLiteral("Error: e"));
        QCOMPARE(warnings.at(1).value(QStringLiteral("level")).toString(), QStringLiteral("error"));
    }

    void timersOfAConnection() {
        QCOMPARE(ask("function opened(c) { setTimeout((text) => c.send(text), 5, 'late'); c.send('now '); }", 8),
                 QByteArray("now late"));
        QCOMPARE(ask(R"(function filter(c, b) {
    let count = 0;
    const every = setInterval(() => { c.send(String(++count)); if (count === 3) { clearInterval(every); setTimeout(() => c.close(), 20); } }, 1);
    clearTimeout(setTimeout(() => c.send("never"), 1));
})",
                     100),
                 QByteArray("123"));
        QCOMPARE(ask("function opened(c) { c.setTimer(1, 7); setTimeout(() => c.send('a'), 20); }\n"
                     "function timer(c, token) { c.send('t' + token); }",
                     3),
                 QByteArray("t7a"));
    }

    void anErrorInATimerHasItsLine() {
        EngineFixture fixture;
        const auto listener =
            fixture.listen(QStringLiteral("tcp://127.0.0.1:0"),
                           write("function opened(c) {\n  setTimeout(() => {\n    nosuch();\n  });\n}"));
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        const EndpointId served = fixture.waitForChild(listener.id);
        QVERIFY(fixture.waitUntil([&] { return !fixture.events(served, EventKind::BehaviourFailed).isEmpty(); }));
        const QJsonObject event = fixture.events(served, EventKind::BehaviourFailed).at(0);
        QCOMPARE(event.value(QStringLiteral("text")).toString(),
                 QStringLiteral("a.js:3: ReferenceError: nosuch is not defined"));
        QVERIFY(!event.value(QStringLiteral("stack")).toString().contains(QLatin1String("prelude")));
    }

    void timersEndWithTheirConnection() {
        EngineFixture fixture;
        const auto listener =
            fixture.listen(QStringLiteral("tcp://127.0.0.1:0"),
                           write("store.ran = 0;\nfunction filter(c, b) { if (b == 'first') { setInterval(() => "
                                 "store.ran++, 1); setTimeout(() => c.abort(), 20); } else "
                                 "c.send(String(store.ran).padStart(8, '0')); }"));
        const RawPeer first = RawPeer::connectTo(fixture.portOf(listener));
        first.send("first");
        QVERIFY(fixture.waitForState(fixture.waitForChild(listener.id), EndpointState::Closed));
        const RawPeer second = RawPeer::connectTo(fixture.portOf(listener));
        second.send("a");
        const QByteArray before = second.receive(8);
        second.send("b");
        QCOMPARE(second.receive(8), before);
    }

    void atThePromptTimersWorkToo() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), QStringLiteral("console"));
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        const QByteArray asked(
            "session: session \xe2\x80\x9cmine\xe2\x80\x9d begins\n> 1\n> error: console:1: Error: x\n");
        peer.send("mine\nsetTimeout(() => { throw new Error('x') }, 1)\n");
        QCOMPARE(peer.receive(asked.size()), asked);
    }
};

QTEST_GUILESS_MAIN(ScriptLanguageTest)
#include "tst_scriptlanguage.moc"
