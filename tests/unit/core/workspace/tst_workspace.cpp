// SPDX-License-Identifier: MIT
#include "core/workspace/workspace.h"

#include <QTemporaryDir>
#include <QtTest/QtTest>

using namespace sw;

/// Workspaces and saved messages as files.
class WorkspaceTest : public QObject {
    Q_OBJECT

private slots:
    void whatIsWrittenIsReadBack() {
        Workspace workspace;
        workspace.endpoints = {
            {.role = Role::Listen,
             .address = *parseAddress(QStringLiteral("tcp://*:10244?max=1")),
             .name = QStringLiteral("a \"server\""),
             .behaviour = QStringLiteral("rules=a.rules"),
             .draft = QStringLiteral("template ${n}\\n")},
            {.role = Role::Connect, .address = *parseAddress(QStringLiteral("tls://h:443?verify=off&alpn=h2"))}};
        workspace.messages = *MessageLibrary::parse(QStringLiteral(
            "message A/b\n  shortcut Ctrl+1\n  ending crlf\n  encoding UTF-16LE\n  text a\\n\n  wait 20ms\n"
            "  hex 00 ff\n"));
        workspace.window.insert(QStringLiteral("state"), QStringLiteral("abc"));
        const auto read = Workspace::parse(workspace.format());
        QVERIFY2(read, read ? "" : qPrintable(read.error().detail.toText()));
        QCOMPARE(*read, workspace);
        QTemporaryDir folder;
        QVERIFY(workspace.write(folder.filePath(QStringLiteral("w.socketwright"))));
        QCOMPARE(*Workspace::read(folder.filePath(QStringLiteral("w.socketwright"))), workspace);
    }

    void mistakesNameLineAndColumn_data() {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("says");
        QTest::newRow("no JSON") << QByteArray("{\n  \"a\": }") << ": this is no JSON";
        QTest::newRow("list") << QByteArray("[]") << "line 1, column 1: a workspace is a JSON object";
        QTest::newRow("version") << QByteArray("{\n \"socketwright\": 2}")
                                 << "line 2, column 18: “socketwright” has to be 1";
        QTest::newRow("member") << QByteArray("{\"socketwright\": 1,\n  \"endpoint\": []}")
                                << "line 2, column 15: “endpoint” is not known";
        QTest::newRow("address") << QByteArray("{\"socketwright\": 1, \"endpoints\": [\n  {\"listen\": "
                                               "\"tcp://:0\"},\n  {\"name\": \"x\", \"connect\": \"tcp://h:99999\"}]}")
                                 << "line 3, column 28: ";
        QTest::newRow("both")
            << QByteArray(
                   "{\"socketwright\": 1, \"endpoints\": [{\"listen\": \"tcp://:0\", \"connect\": \"tcp://h:1\"}]}")
            << "column 35: An endpoint has either";
        QTest::newRow("behaviour")
            << QByteArray("{\"socketwright\": 1, \"endpoints\": [{\"listen\": \"tcp://:0\", \"behaviour\": \"ecko\"}]}")
            << "“ecko” is no behaviour";
        QTest::newRow("number") << QByteArray("{\"socketwright\": 1, \"endpoints\": [{\"listen\": 5}]}")
                                << "“listen” is a text";
        QTest::newRow("message") << QByteArray(
                                        "{\"socketwright\": 1, \"messages\": [\"message a\",\n \"  text \\\\q\"]}")
                                 << "line 2, column 2: Line 2: ";
        QTest::newRow("message list") << QByteArray("{\"socketwright\": 1, \"messages\": {}}")
                                      << "“messages” is a list";
    }
    void mistakesNameLineAndColumn() {
        QFETCH(QByteArray, json);
        QFETCH(QString, says);
        const auto workspace = Workspace::parse(json);
        QVERIFY(!workspace);
        QVERIFY2(workspace.error().detail.toText().contains(says), qPrintable(workspace.error().detail.toText()));
    }

    void positionsAreFoundBehindStringsWithBrackets() {
        const QByteArray json("{\"a\": \"x{[\\\"]}\", \"b\": [1, {\"c\": \"]\"}, [2]], \"d\": {\"e\": true}}");
        QCOMPARE(json.mid(jsonPosition(json, {QStringLiteral("d"), QStringLiteral("e")}), 4), QByteArray("true"));
        QCOMPARE(json.mid(jsonPosition(json, {QStringLiteral("b"), QStringLiteral("2"), QStringLiteral("0")}), 1),
                 QByteArray("2"));
        QCOMPARE(json.mid(jsonPosition(json, {QStringLiteral("b"), QStringLiteral("1"), QStringLiteral("c")}), 3),
                 QByteArray("\"]\""));
        QCOMPARE(jsonPosition(json, {QStringLiteral("nosuch")}), -1);
    }

    void relativeFilesAreOfItsFolder() {
        Workspace workspace;
        workspace.endpoints = {{.address = *parseAddress(QStringLiteral("tls://:0?cert=own.pem&ca=/abs/ca.pem")),
                                .behaviour = QStringLiteral("script=sub/a.js")}};
        workspace.resolveFiles(QStringLiteral("/lab"));
        QCOMPARE(workspace.endpoints[0].behaviour, QStringLiteral("script=/lab/sub/a.js"));
        QCOMPARE(workspace.endpoints[0].address.value("cert"), QStringLiteral("/lab/own.pem"));
        QCOMPARE(workspace.endpoints[0].address.value("ca"), QStringLiteral("/abs/ca.pem"));
    }

    void readingDoesNothing() {
        // S2: 1,000 of them, with files that do not exist, names that would have to be looked up, and consoles
        QElapsedTimer time;
        time.start();
        for (int i = 0; i < 1000; ++i) {
            const QByteArray json =
                "{\"socketwright\": 1, \"endpoints\": [{\"connect\": \"tls://no-such-host-" + QByteArray::number(i) +
                ".example:443?ca=/nowhere\"}, {\"listen\": \"tcp://*:0\", \"behaviour\": \"script=/nowhere.js\"},"
                "{\"listen\": \"tcp://*:0\", \"behaviour\": \"console\"}]}";
            const auto workspace = Workspace::parse(json);
            QVERIFY2(workspace, workspace ? "" : qPrintable(workspace.error().detail.toText()));
            QVERIFY(workspace->endpoints[1].describe().contains(QLatin1String("reachable from the network")));
            QVERIFY(workspace->endpoints[2].describe().contains(QLatin1String("can run scripts")));
        }
        QVERIFY(time.elapsed() < 5000);
    }

    void largeAndDeepOnesAreBounded() {
        QVERIFY(!Workspace::parse(QByteArray((16 << 20) + 1, ' ')));
        QVERIFY(!Workspace::parse("{\"socketwright\":1,\"window\":" + QByteArray(100000, '[')));
        QByteArray many = "{\"socketwright\":1,\"endpoints\":[";
        for (int i = 0; i < 1001; ++i)
            many += i == 0 ? "{\"listen\":\"tcp://:0\"}" : ",{\"listen\":\"tcp://:0\"}";
        QVERIFY(!Workspace::parse(many + "]}"));
    }

    void messagesNameTheirMistakes_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("says");
        QTest::newRow("before") << "text x"
                                << "Line 1: “text” comes before the first message";
        QTest::newRow("no name") << "message "
                                 << "Line 1: a message has a name";
        QTest::newRow("twice") << "message a\nmessage a"
                               << "Line 2: there are two messages";
        QTest::newRow("step") << "message a\n  foo"
                              << "Line 2: “foo” is not known";
        QTest::newRow("escape") << "message a\n  text \\q"
                                << "Line 2: ";
        QTest::newRow("template") << "message a\n  template ${len:3}"
                                  << "Line 2: ";
        QTest::newRow("ending") << "message a\n  ending crr"
                                << "Line 2: ";
        QTest::newRow("wait") << "message a\n  wait 2h"
                              << "wait takes a time up to an hour";
        QTest::newRow("no encoding") << QStringLiteral("message a\n  encoding EBCDIC\n") << "UTF-16LE";
        QTest::newRow("encoding too late")
            << QStringLiteral("message a\n  text b\n  encoding UTF-16\n") << "before the steps";
        QTest::newRow("no form") << QStringLiteral("message a\n  encoding ISO-8859-1\n  text €\n") << "“€”";
    }
    void messagesNameTheirMistakes() {
        QFETCH(QString, text);
        QFETCH(QString, says);
        const auto library = MessageLibrary::parse(text);
        QVERIFY(!library);
        QVERIFY2(library.error().detail.toText().contains(says), qPrintable(library.error().detail.toText()));
    }

    void stepsAreInTheirMessagesEncoding() {
        const auto library = MessageLibrary::parse(
            QStringLiteral("message a\n  encoding UTF-16BE\n  text A\\n\n  template ${n}\n  hex ff\n"));
        QVERIFY(library.has_value());
        const SavedMessage& message = library->messages.front();
        TemplateState state;
        QCOMPARE(message.steps.at(0).render(state, 0)->toHex(), QByteArray("0041000a"));
        QCOMPARE(message.steps.at(1).render(state, 0)->toHex(), QByteArray("0031"));
        QCOMPARE(message.steps.at(2).render(state, 0)->toHex(), QByteArray("ff"));
        QCOMPARE(*MessageLibrary::parse(library->format()), *library);
    }
};

QTEST_GUILESS_MAIN(WorkspaceTest)
#include "tst_workspace.moc"
