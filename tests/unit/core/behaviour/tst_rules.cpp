// SPDX-License-Identifier: MIT
#include "core/behaviour/rules.h"
#include "tests/support/enginefixture.h"

#include <QTemporaryDir>

using namespace sw;
using namespace sw::test;

class RulesTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    QString write(const QByteArray& text, const QString& name = QStringLiteral("a.rules")) {
        QFile file(m_folder.filePath(name));
        [[maybe_unused]] const bool isOpen = file.open(QIODevice::WriteOnly | QIODevice::Truncate);
        file.write(text);
        return file.fileName();
    }

    /// A listener with these rules, a client of it, and what the client gets for what it sends.
    QByteArray ask(const QByteArray& rules, const QByteArray& sent, qsizetype wanted) {
        EngineFixture fixture;
        const auto listener =
            fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), QStringLiteral("rules=") + write(rules));
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        peer.send(sent);
        return peer.receive(wanted);
    }

private slots:
    void conditions_data() {
        QTest::addColumn<QString>("condition");
        QTest::addColumn<QByteArray>("message");
        QTest::addColumn<bool>("holds");
        const auto add = [](const char* condition, const QByteArray& message, bool holds) {
            QTest::addRow("%s on %s", condition, message.toHex().constData())
                << QString::fromLatin1(condition) << message << holds;
        };
        add("any", "", true);
        add("equals a\\nb", "a\nb", true);
        add("equals a", "ab", false);
        add("equals \" a \"", " a ", true);
        add("equals x 00 ff", QByteArray("\0\xff", 2), true);
        add("contains needle", "hay needle hay", true);
        add("contains needle", "hay", false);
        add("prefix GET ", "GET / HTTP", false); // trailing blanks need quotes
        add("prefix \"GET \"", "GET / HTTP", true);
        add("regex ^a(.*)c$", "abc", true);
        add("regex ^\\d+$", "12x", false);
        add("mask 01 ?? f?", QByteArray("\x01\x77\xf3"), true);
        add("mask 01 ?? f?", QByteArray("\x01\x77\x03"), false);
        add("mask 80/c0", QByteArray("\xbfrest"), true);
        add("mask 80/c0", QByteArray("\xff"), false);
        add("mask 8000/ff00", QByteArray("\x80"), false);
    }
    void conditions() {
        QFETCH(QString, condition);
        QFETCH(QByteArray, message);
        QFETCH(bool, holds);
        auto rules = RuleSet::parse(QStringLiteral("rule r\n  ") + condition + QStringLiteral("\n"));
        QVERIFY2(rules, rules ? "" : qPrintable(rules.error().detail.toText()));
        if (condition.startsWith(QLatin1String("prefix GET")))
            holds = true; // the blank at the end is not part of it, and the message begins with GET all the same
        QCOMPARE(rules->rules.front().condition.match(message).has_value(), holds);
    }

    void caseCanBeIgnored() {
        for (const char* condition : {"equals HeLLo", "contains ELL", "prefix hE", "regex ^HEL+O$"}) {
            const auto plain = RuleSet::parse(QStringLiteral("rule r\n%1").arg(QLatin1String(condition)));
            const auto folded = RuleSet::parse(QStringLiteral("rule r\nnocase\n%1").arg(QLatin1String(condition)));
            QVERIFY(!plain->rules.front().condition.match("hello"));
            QVERIFY(folded->rules.front().condition.match("hello"));
        }
    }

    void conditionsStandAlone_data() {
        QTest::addColumn<QString>("line");
        QTest::addColumn<bool>("isOne");
        QTest::newRow("nothing") << QString() << true;
        QTest::newRow("any") << QStringLiteral(" any ") << true;
        QTest::newRow("text") << QStringLiteral("contains PAY") << true;
        QTest::newRow("bytes") << QStringLiteral("equals x 01 02") << true;
        QTest::newRow("nothing to contain") << QStringLiteral("contains") << false;
        QTest::newRow("more behind any") << QStringLiteral("any more") << false;
        QTest::newRow("a rule's other words") << QStringLiteral("off") << false;
        QTest::newRow("an action") << QStringLiteral("close") << false;
        QTest::newRow("two lines") << QStringLiteral("any\nclose") << false;
        QTest::newRow("a bad pattern") << QStringLiteral("regex (") << false;
        QTest::newRow("a bad mask") << QStringLiteral("mask 01 2") << false;
    }
    void conditionsStandAlone() {
        QFETCH(QString, line);
        QFETCH(bool, isOne);
        const auto condition = Condition::parse(line);
        QCOMPARE(condition.has_value(), isOne);
        if (!isOne && !line.contains(QLatin1Char('\n')))
            QVERIFY(condition.error().detail.toText().contains(QLatin1String("equals TEXT, contains TEXT")));
    }

    void patternsAreReadyBeforeTheFirstMessage() {
        for (const char* text : {"rule r\nnocase\nregex ^(?<who>he)l+o$", "rule r\nregex ^(?<who>he)l+o$\nnocase"}) {
            const auto rules = RuleSet::parse(QLatin1String(text));
            const Rule& rule = rules->rules.front();
            const auto match = rule.condition.match("HELLO");
            QVERIFY(match);
            QCOMPARE(match->captures.value(QStringLiteral("who")), QByteArray("HE"));
        }
        // setting options throws the compiled pattern away: rules that ignore case must not cost much more than others
        const auto plain = RuleSet::parse(QStringLiteral("rule r\nregex ^[a-z]+[0-9]{3}(x|y|z)?$"));
        const auto folded = RuleSet::parse(QStringLiteral("rule r\nnocase\nregex ^[a-z]+[0-9]{3}(x|y|z)?$"));
        const auto timeOf = [](const Rule& rule) {
            qint64 best = std::numeric_limits<qint64>::max();
            for (int round = 0; round < 5; ++round) {
                QElapsedTimer time;
                time.start();
                for (int i = 0; i < 2000; ++i)
                    (void)rule.condition.match("hello123x");
                best = std::min(best, time.nsecsElapsed());
            }
            return best;
        };
        QVERIFY(timeOf(folded->rules.front()) < 5 * timeOf(plain->rules.front())); // it was 24 times as much
    }

    void malformedMessagesMatchOnPurposeOnly() {
        const Message good{.content = "ab", .raw = "ab\n"};
        const Message bad{.content = "ab", .raw = "a\xdb", .problem = QStringLiteral("a bad escape")};
        const Message cut{.content = "ab", .raw = "ab", .isCut = true};
        for (const char* condition : {"any", "equals ab", "contains a", "prefix a", "regex a", "mask 61"}) {
            const auto rules = RuleSet::parse(QStringLiteral("rule r\n") + QLatin1String(condition));
            QVERIFY(rules->rules.front().condition.match(good));
            QVERIFY(!rules->rules.front().condition.match(bad));
            QVERIFY(!rules->rules.front().condition.match(cut));
        }
        const auto rules = RuleSet::parse(QStringLiteral("rule r\nmalformed"));
        QVERIFY(!rules->rules.front().condition.match(good));
        QVERIFY(rules->rules.front().condition.match(cut));
        const auto match = rules->rules.front().condition.match(bad);
        QVERIFY(match);
        QCOMPARE(match->captures.value(QStringLiteral("0")), QByteArray("a\xdb"));
        QCOMPARE(match->captures.value(QStringLiteral("problem")), QByteArray("a bad escape"));
    }

    void capturesAreBytes() {
        const auto rules = RuleSet::parse(QStringLiteral("rule r\nregex ^(?<verb>\\w+) (.*)$"));
        const auto match = rules->rules.front().condition.match(QByteArray("PUT \xc3\xa4\xff!"));
        QVERIFY(match);
        QCOMPARE(match->captures.value(QStringLiteral("verb")), QByteArray("PUT"));
        QCOMPARE(match->captures.value(QStringLiteral("2")), QByteArray("\xc3\xa4\xff!"));
        QCOMPARE(match->captures.value(QStringLiteral("0")), QByteArray("PUT \xc3\xa4\xff!"));
    }

    void mistakesNameTheirLine_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("says");
        QTest::newRow("before a rule") << "answer x"
                                       << "Line 1: “answer” is not known here";
        QTest::newRow("unknown") << "rule a\nfoo bar"
                                 << "Line 2: “foo” is not known";
        QTest::newRow("direction") << "rule a\non sideways"
                                   << "Line 2: “on sideways”";
        QTest::newRow("two conditions") << "rule a\nany\nequals x"
                                        << "Line 3: a rule has one condition";
        QTest::newRow("framer") << "framer foo"
                                << "Line 1: “foo” is no framer";
        QTest::newRow("regex") << "rule a\nregex ("
                               << "Line 2: ";
        QTest::newRow("template") << "rule a\nany\nanswer ${len:9}"
                                  << "Line 3: ";
        QTest::newRow("hex") << "rule a\nequals x 0g"
                             << "Line 2: ";
        QTest::newRow("delay") << "rule a\ndelay soon"
                               << "Line 2: delay takes a time";
        QTest::newRow("mask") << "rule a\nmask 01/ff00"
                              << "Line 2: mask takes bytes";
        QTest::newRow("malformed") << "rule a\nmalformed slip"
                                   << "Line 2: malformed stands alone";
        QTest::newRow("seed") << "seed x"
                              << "seed takes a number";
        QTest::newRow("set") << "rule a\nset 1"
                             << "set takes a name";
    }
    void mistakesNameTheirLine() {
        QFETCH(QString, text);
        QFETCH(QString, says);
        const auto rules = RuleSet::parse(text);
        QVERIFY(!rules);
        QVERIFY2(rules.error().detail.toText().contains(says), qPrintable(rules.error().detail.toText()));
        QVERIFY(rules.error().position >= 0 && rules.error().position <= text.size());
    }

    void theFirstThatMatchesAnswers() {
        QCOMPARE(ask("framer lines\nrule a\n prefix he\n answer first ${n}\\n\nrule b\n any\n answer second ${n}\\n\n",
                     "hello\nyou\n", 17),
                 QByteArray("first 1\nsecond 2\n"));
        QCOMPARE(ask("framer lines\nrule a\n next\n any\n set who ${0}\nrule off\n off\n any\n answer no\nrule b\n "
                     "any\n answer hi ${who}!\n",
                     "me\n", 6),
                 QByteArray("hi me!"));
    }

    void answersKeepTheirOrderOverDelays() {
        QElapsedTimer time;
        time.start();
        QCOMPARE(ask("framer lines\nrule slow\n equals slow\n answer a\n delay 100ms\n answer b\nrule fast\n any\n "
                     "answer c\n",
                     "slow\nfast\n", 3),
                 QByteArray("abc"));
        QVERIFY(time.elapsed() >= 95);
    }

    void silenceEndsAMessage() {
        QCOMPARE(ask("framer idle=40ms\nrule a\n regex ^(.*)$\n answer [${1}]\n", "no end", 8), QByteArray("[no end]"));
    }

    void whatIsMalformedIsNotAnswered_data() {
        QTest::addColumn<QByteArray>("framer");
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("answers"); // of `any` until the end
        QTest::addColumn<int>("problems");
        const auto add = [](const char* name, const QByteArray& framer, const QByteArray& bytes,
                            const QByteArray& answers,
                            int problems) { QTest::newRow(name) << framer << bytes << answers << problems; };
        add("a bad escape", "slip", "\x61\xdb\x61\x62\xc0", "", 1);
        add("the next frame is answered", "slip", "\x61\xdb\xc0\x62\xc0", "<b>", 1);
        add("SLIP cut by the end", "slip", "ab", "", 1);
        add("COBS cut by the end", "cobs", "\3a", "", 1);
        add("COBS that is short", "cobs",
            QByteArray("\x09"
                       "ab\0",
                       4),
            "", 1);
        add("a fixed length cut by the end", "fixed=4", "abcdef", "<abcd>", 1);
        add("a length cut by the end", "length=1", "\1a\5b", "<a>", 1);
        add("a length that cannot be", "length=4be", "\xff\xff\xff\xff", "", 1);
        add("a line without its end is one", "lines", "a\nb", "<a><b>", 0);
        add("a line over the limit", "lines", QByteArray((1 << 20) + 5, 'x') + "\nb\n", "<b>", 2);
    }
    void whatIsMalformedIsNotAnswered() {
        QFETCH(QByteArray, framer);
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, answers);
        QFETCH(int, problems);
        EngineFixture fixture;
        const auto rules = write("framer " + framer +
                                 "\nrule m\n malformed\n log bad: ${problem}\nrule a\n any\n answer "
                                 "<${0}>\n");
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), QStringLiteral("rules=") + rules);
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        peer.send(bytes);
        peer.shutdownSending();
        QCOMPARE(peer.receive(100), answers);
        const EndpointId served = fixture.waitForChild(listener.id);
        QVERIFY(fixture.waitForState(served, EndpointState::Closed));
        QCOMPARE(fixture.events(served, EventKind::BehaviourLog).size(), problems);
        const auto told = fixture.events(served, EventKind::Malformed);
        QCOMPARE(told.size(), problems);
        for (const QJsonObject& one : told) {
            QVERIFY(!one.value(QStringLiteral("problem")).toString().isEmpty());
            const QByteArray raw = QByteArray::fromHex(one.value(QStringLiteral("bytes")).toString().toLatin1());
            QVERIFY(!raw.isEmpty() && bytes.contains(raw));
            QCOMPARE(one.value(QStringLiteral("direction")).toString(), QStringLiteral("received"));
        }
    }

    void whatIsSentCanBeMalformedToo() {
        EngineFixture fixture;
        const auto rules = write("framer slip\nrule s\n on sent\n any\n mark good\nrule m\n on sent\n malformed\n mark "
                                 "bad\n");
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"));
        const auto client = fixture.connectTo(QStringLiteral("tcp://127.0.0.1:%1").arg(fixture.portOf(listener)),
                                              QStringLiteral("rules=") + rules);
        const auto marks = [&] {
            QStringList said;
            for (const QJsonObject& event : fixture.events(client.id, EventKind::Marked))
                said.append(event.value(QStringLiteral("text")).toString());
            return said;
        };
        fixture.engine().send(client.id, "\xc0\x61\xc0\x61\xdb\x61\xc0");
        QVERIFY(fixture.waitUntil([&] { return marks().size() == 2; }));
        fixture.engine().send(client.id, "not ended");
        fixture.engine().shutDownSending(client.id);
        QVERIFY(fixture.waitUntil([&] { return marks().size() == 3; }));
        QCOMPARE(marks(), (QStringList{QStringLiteral("good"), QStringLiteral("bad"), QStringLiteral("bad")}));
        QCOMPARE(
            fixture.events(client.id, EventKind::Malformed).constLast().value(QStringLiteral("direction")).toString(),
            QStringLiteral("sent"));
    }

    void afterOurEndOfSendingRulesStillHear() {
        EngineFixture fixture;
        const auto rules = write("framer lines\nrule e\n equals end\n end\nrule a\n any\n log got ${0}\n");
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), QStringLiteral("rules=") + rules);
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        peer.send("end\n");
        QVERIFY(peer.sawEnd());
        peer.send("more\nlast");
        peer.shutdownSending();
        const EndpointId served = fixture.waitForChild(listener.id);
        QVERIFY(fixture.waitForState(served, EndpointState::Closed));
        QStringList said;
        for (const QJsonObject& event : fixture.events(served, EventKind::BehaviourLog))
            said.append(event.value(QStringLiteral("text")).toString());
        QCOMPARE(said, (QStringList{QStringLiteral("got more"), QStringLiteral("got last")}));
    }

    void hexAnswersAndChecksums() {
        QCOMPARE(ask("framer fixed=2\nrule a\n mask 01 ??\n answer x 01 83 ff\n", QByteArray("\x01\x55"), 3),
                 QByteArray("\x01\x83\xff"));
        QCOMPARE(ask("rule a\n any\n answer 123456789${crc16-modbus}\n", "x", 11), QByteArray("123456789\x37\x4b"));
    }

    void closeResetAndEnd() {
        EngineFixture fixture;
        const auto rules = write("framer lines\nrule c\n equals close\n answer bye\n close\nrule r\n equals reset\n "
                                 "reset\nrule e\n equals end\n end\n");
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), QStringLiteral("rules=") + rules);
        const RawPeer closed = RawPeer::connectTo(fixture.portOf(listener));
        closed.send("close\n");
        QCOMPARE(closed.receive(100), QByteArray("bye"));
        const RawPeer reset = RawPeer::connectTo(fixture.portOf(listener));
        reset.send("reset\n");
        reset.receive(1);
        QVERIFY(reset.lastError() != 0);
        const RawPeer ended = RawPeer::connectTo(fixture.portOf(listener));
        ended.send("end\n");
        QVERIFY(ended.sawEnd());
        const EndpointId last = fixture.waitForChild(listener.id, 3);
        QCOMPARE(fixture.state(last), EndpointState::WriteEnded);
    }

    void marksLogsAndGapsAreRecorded() {
        EngineFixture fixture;
        const auto rules = write("framer lines\nrule m\n equals mark\n mark seen ${0}\n log logged\nrule off\n equals "
                                 "quiet\n record off\nrule on\n equals loud\n record on\nrule a\n any\n");
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), QStringLiteral("rules=") + rules);
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        peer.send("mark\n");
        const EndpointId served = fixture.waitForChild(listener.id);
        QVERIFY(fixture.waitUntil([&] { return fixture.events(served, EventKind::BehaviourLog).size() == 1; }));
        QCOMPARE(fixture.events(served, EventKind::Marked).constFirst().value(QStringLiteral("text")).toString(),
                 QStringLiteral("seen mark"));
        quint64 total = 5;
        for (const char* line : {"quiet\n", "secret\n", "loud\n", "back\n"}) {
            peer.send(line);
            total += qstrlen(line); // each in a record of its own
            QVERIFY(fixture.waitUntil([&] { return fixture.now(served).counters.receivedBytes == total; }));
        }
        QVERIFY(fixture.waitUntil([&] { return fixture.bytesOf(served, RecordKind::Received).endsWith("back\n"); }));
        QVERIFY(!fixture.bytesOf(served, RecordKind::Received).contains("secret"));
        QCOMPARE(fixture.events(served, EventKind::RecordingStopped).size(), 1);
        QCOMPARE(fixture.events(served, EventKind::RecordingResumed).size(), 1);
        QCOMPARE(fixture.now(served).counters.unrecorded, quint64(12)); // `secret` and `loud` came before it resumed
    }

    void whatTheUserSendsCanMatchToo() {
        EngineFixture fixture;
        const auto rules = write("framer lines\nrule s\n on sent\n prefix PING\n mark pinged\n");
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"));
        const auto client = fixture.connectTo(QStringLiteral("tcp://127.0.0.1:%1").arg(fixture.portOf(listener)),
                                              QStringLiteral("rules=") + rules);
        fixture.engine().send(client.id, "PING\n");
        QVERIFY(fixture.waitUntil([&] { return fixture.events(client.id, EventKind::Marked).size() == 1; }));
    }

    void hitsAreCountedAndRulesReadAgain() {
        EngineFixture fixture;
        const QString file = write("framer lines\nrule one\n equals 1\n answer a\nrule two\n any\n answer b\n");
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), QStringLiteral("rules=") + file);
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        peer.send("1\n2\n3\n");
        QCOMPARE(peer.receive(3), QByteArray("abb"));
        const auto counters = fixture.engine().behaviourCounters(fixture.waitForChild(listener.id));
        QCOMPARE(counters.size(), 2);
        QCOMPARE(counters.at(0).count, quint64(1));
        QCOMPARE(counters.at(1).count, quint64(2));
        write("rule broken\n foo\n");
        QVERIFY(!fixture.engine().reloadBehaviour(listener.id));
        peer.send("1\n");
        QCOMPARE(peer.receive(1), QByteArray("a")); // what was there stays
        write("framer lines\nrule new\n any\n answer new ${n}\n");
        QVERIFY(fixture.engine().reloadBehaviour(listener.id));
        peer.send("1\n");
        QCOMPARE(peer.receive(5), QByteArray("new 5")); // the counter goes on
    }

    void aCatastrophicPatternIsGivenUp() {
        EngineFixture fixture;
        const auto rules =
            write("framer lines\nrule bad\n regex ^(a+)+$\n answer matched\nrule rest\n any\n answer bounded\n");
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), QStringLiteral("rules=") + rules);
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        peer.send(QByteArray((1 << 20) - 2, 'a') + "b\n");
        QCOMPARE(peer.receive(7), QByteArray("bounded"));
        const EndpointId served = fixture.waitForChild(listener.id);
        QCOMPARE(fixture.events(served, EventKind::BehaviourFailed).size(),
                 1); // its time is a promise, see promises.py
    }

    void rulesAreSwitchedInTheirText() {
        const QString text = QStringLiteral("framer lines\nrule a\n any\nrule b\n  off\n any\n");
        const auto off = RuleSet::parse(setRuleEnabled(text, 0, false));
        QVERIFY(!off->rules[0].isEnabled && !off->rules[1].isEnabled);
        const auto on = RuleSet::parse(setRuleEnabled(text, 1, true));
        QVERIFY(on->rules[0].isEnabled && on->rules[1].isEnabled);
        QCOMPARE(setRuleEnabled(setRuleEnabled(text, 0, false), 0, true), text);
    }
};

QTEST_GUILESS_MAIN(RulesTest)
#include "tst_rules.moc"
