// SPDX-License-Identifier: MIT
#include "core/transcript/facts.h"

#include <QtTest/QtTest>

using namespace sw;

class SentenceTest : public QObject {
    Q_OBJECT

private slots:
    void wordsAndValuesArePutTogether() {
        QCOMPARE(sentence("plain").toText(), QStringLiteral("plain"));
        QCOMPARE(sentence("%1 of %2", 3, QStringLiteral("x")).toText(), QStringLiteral("3 of x"));
        QCOMPARE(sentence("%2 before %1, %1", quint64(1), 2).toText(), QStringLiteral("2 before 1, 1"));
        // a value may look like a place, and a place may have no value
        QCOMPARE(sentence("“%1” and “%2”", QStringLiteral("%2 100%"), QStringLiteral("b")).toText(),
                 QStringLiteral("“%2 100%” and “b”"));
        QCOMPARE(sentence("%3 % %", 1).toText(), QStringLiteral("%3 % %"));
    }

    void piecesFollowEachOther() {
        Sentence text = sentence("closed by us");
        text += sentence(" (%1)", QStringLiteral("SIGTERM"));
        QCOMPARE((text + QStringLiteral(": %1")).toText(), QStringLiteral("closed by us (SIGTERM): %1"));
        QVERIFY(Sentence().isEmpty() && Sentence().toText().isEmpty());
    }

    void itIsShownInAnotherLanguage() {
        const Sentence text = sentence("opened by %1, accepted by “%2”", QStringLiteral("a"), QStringLiteral("b")) +
                              QStringLiteral(" [as it is]");
        const auto german = [](const char* words) {
            return qstrcmp(words, "opened by %1, accepted by “%2”") == 0 ? QStringLiteral("„%2“ nahm %1 an")
                                                                         : QStringLiteral("?");
        };
        QCOMPARE(text.toText(german), QStringLiteral("„b“ nahm a an [as it is]"));
    }

    void factsKeepItWhole() {
        const Sentence text = sentence("%1: a message of %2 bytes", QStringLiteral("ü→"), 7) +
                              QStringLiteral(" \U0001F600") + sentence("; end");
        Facts facts;
        facts.add(Fact::Text, text).add(Fact::Count, 1);
        const Facts read = Facts::read(facts.bytes());
        QCOMPARE(read.sentence(), text);
        QCOMPARE(read.text(Fact::Text), QStringLiteral("ü→: a message of 7 bytes \U0001F600; end"));
        QCOMPARE(read.toJson().value(QStringLiteral("text")).toString(), read.text(Fact::Text));
        QCOMPARE(read.number(Fact::Count).value_or(0), 1);
        // a text as it is takes no more than its bytes
        Facts verbatim;
        verbatim.add(Fact::Text, Sentence(QStringLiteral("as it is")));
        QCOMPARE(verbatim.bytes().size(), qsizetype(1 + 2 + 4 + 8));
        QCOMPARE(Facts::read(verbatim.bytes()).sentence().toText(), QStringLiteral("as it is"));
        // cut anywhere
        for (qsizetype size = 0; size < facts.bytes().size(); ++size)
            (void)Facts::read(facts.bytes().first(size)).sentence().toText();
    }
};

QTEST_GUILESS_MAIN(SentenceTest)
#include "tst_sentence.moc"
