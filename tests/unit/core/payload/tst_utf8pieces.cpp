// SPDX-License-Identifier: MIT
#include "core/payload/utf8pieces.h"

#include <QTest>

using namespace sw;

class TestUtf8Pieces : public QObject {
    Q_OBJECT

private slots:
    void keepsCharactersWhole_data() {
        QTest::addColumn<QList<QByteArray>>("pieces");
        QTest::addColumn<QList<QByteArray>>("shown");
        QTest::newRow("two bytes") << QList<QByteArray>{"Gr\xc3", "\xbcn"} << QList<QByteArray>{"Gr", "\xc3\xbcn"};
        QTest::newRow("three bytes, one at a time")
            << QList<QByteArray>{"\xe2", "\x82", "\xac!"} << QList<QByteArray>{"", "", "\xe2\x82\xac!"};
        QTest::newRow("four bytes") << QList<QByteArray>{"a\xf0\x9f", "\x98\x80"}
                                    << QList<QByteArray>{"a", "\xf0\x9f\x98\x80"};
        QTest::newRow("whole ones") << QList<QByteArray>{"\xe4\xb8\xad", "x"} << QList<QByteArray>{"\xe4\xb8\xad", "x"};
        QTest::newRow("no UTF-8") << QList<QByteArray>{"\xff", "\x80\x80\x80", "\xc0"}
                                  << QList<QByteArray>{"\xff", "\x80\x80\x80", "\xc0"};
        QTest::newRow("a beginning that is none after all") << QList<QByteArray>{"\xc3", "A"}
                                                            << QList<QByteArray>{"", "\xc3"
                                                                                     "A"};
    }

    void findsWhatEdgesCut_data() {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("after");
        QTest::addColumn<qsizetype>("leading");
        QTest::addColumn<QByteArray>("completing");
        const auto row = [](const char* name, const QByteArray& before, const QByteArray& bytes,
                            const QByteArray& after, qsizetype leading, const QByteArray& completing) {
            QTest::newRow(name) << before << bytes << after << leading << completing;
        };
        row("nothing", "ab", "cd", "ef", 0, "");
        row("two bytes", "Gr\xc3", "\xbcn", "", 1, "");
        row("its other side", "", "Gr\xc3", "\xbcn", 0, "\xbc");
        row("both edges", "\xc3", "\xbc\xc3", "\xb6", 1, "\xb6");
        row("in the middle of one", "\xf0", "\x9f", "\x98\x80", 1, "");
        row("the first of four", "a", "\xf0", "\x9f\x98\x80", 0, "\x9f\x98\x80");
        row("the last of four", "\xf0\x9f\x98", "\x80", "", 1, "");
        row("no character after all", "\xc3", "A\xc3", "A", 0, "");
        row("overlong", "\xe0", "\x80\x80", "", 0, "");
        row("a surrogate", "", "\xed", "\xa0\x80", 0, "");
        row("not complete yet", "\xf0", "\x9f", "", 0, "");
        row("continuations of nothing", "a", "\xbc", "\xbc", 0, "");
        row("complete before", "\xc3\xbc", "\xbc", "", 0, "");
    }

    void findsWhatEdgesCut() {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, after);
        const CutCharacters cut = cutCharacters(bytes, before, after);
        QTEST(cut.leading, "leading");
        QTEST(cut.completing, "completing");
    }

    void keepsCharactersWhole() {
        QFETCH(QList<QByteArray>, pieces);
        QFETCH(QList<QByteArray>, shown);
        Utf8Pieces joined;
        QByteArray all;
        for (qsizetype i = 0; i < pieces.size(); ++i) {
            const QByteArray got = joined.take(pieces.at(i));
            QCOMPARE(got, shown.at(i));
            all += got;
        }
        QCOMPARE(all + joined.flush(), pieces.join());
    }

    void givesWhatIsLeftAtTheEnd() {
        Utf8Pieces joined;
        QCOMPARE(joined.take("x\xe2\x82"), QByteArray("x"));
        QCOMPARE(joined.flush(), QByteArray("\xe2\x82"));
        QCOMPARE(joined.flush(), QByteArray());
    }
};

QTEST_GUILESS_MAIN(TestUtf8Pieces)
#include "tst_utf8pieces.moc"
