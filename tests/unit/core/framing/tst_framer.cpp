// SPDX-License-Identifier: MIT
#include "core/framing/framer.h"

#include <QtTest/QtTest>

#include <random>

using namespace sw;

class FramerTest : public QObject {
    Q_OBJECT

private:
    static QList<QByteArray> split(const FramerSpec& spec, const QByteArray& bytes, qsizetype piece) {
        Framer framer(spec);
        QList<QByteArray> contents;
        QByteArray raw;
        const auto take = [&](const Message& message) {
            contents.append(message.content);
            raw += message.raw;
        };
        for (qsizetype at = 0; at < bytes.size(); at += piece) {
            for (const Message& message :
                 framer.feed(QByteArrayView(bytes).sliced(at, std::min(piece, bytes.size() - at))))
                take(message);
        }
        if (const auto rest = framer.flush())
            take(*rest);
        raw += framer.takeFiller();
        if (raw != bytes)
            contents.append("RAW BYTES DIFFER");
        return contents;
    }

private slots:
    void splits_data() {
        QTest::addColumn<QString>("framer");
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QList<QByteArray>>("messages");
        using Many = QList<QByteArray>;
        QTest::newRow("lines") << "lines" << QByteArray("one\ntwo\r\n\nlast") << Many{"one", "two", "", "last"};
        QTest::newRow("delimiter") << "delimiter=\\r\\n\\r\\n"
                                   << QByteArray("a\r\n\r\nb\r\n\r\r\n\r\n") << Many{"a", "b\r\n\r"};
        QTest::newRow("overlapping delimiter") << "delimiter=aab" << QByteArray("xaaaabyaab") << Many{"xaa", "y"};
        QTest::newRow("fixed") << "fixed=3" << QByteArray("abcdefgh") << Many{"abc", "def", "gh"};
        QTest::newRow("length 1") << "length=1" << QByteArray("\3abc\0\1x", 7) << Many{"abc", "", "x"};
        QTest::newRow("length 2be") << "length=2be" << QByteArray("\0\3abc\0\1x", 8) << Many{"abc", "x"};
        QTest::newRow("length 2le") << "length=2le" << QByteArray("\3\0abc", 5) << Many{"abc"};
        QTest::newRow("length counts all") << "length=2be,includes=all" << QByteArray("\0\5abc", 5) << Many{"abc"};
        QTest::newRow("length counts itself")
            << "length=4le,includes=length" << QByteArray("\6\0\0\0ab", 6) << Many{"ab"};
        QTest::newRow("after a type") << "length=1,offset=1" << QByteArray("T\2abU\1c", 7) << Many{"Tab", "Uc"};
        QTest::newRow("slip") << "slip" << QByteArray("\xc0\x61\xdb\xdc\xdb\xdd\xc0\xc0\x62\xc0")
                              << Many{"a\xc0\xdb", "b"};
        QTest::newRow("cobs") << "cobs" << QByteArray("\3\x11\x22\2\x33\0\1\1\1\0", 10)
                              << Many{QByteArray("\x11\x22\0\x33", 4), QByteArray("\0\0", 2)};
    }
    void splits() {
        QFETCH(QString, framer);
        QFETCH(QByteArray, bytes);
        QFETCH(QList<QByteArray>, messages);
        const auto spec = parseFramer(framer);
        QVERIFY2(spec, spec ? "" : qPrintable(spec.error().detail.toText()));
        for (qsizetype piece = 1; piece <= bytes.size(); ++piece)
            QCOMPARE(split(*spec, bytes, piece), messages);
    }

    void whatIsFramedComesBack_data() {
        QTest::addColumn<QString>("framer");
        for (const char* framer : {"length=1", "length=2be", "length=2le", "length=4be,offset=2",
                                   "length=8le,includes=all", "length=4le,includes=length,offset=3", "slip", "cobs"})
            QTest::newRow(framer) << QString::fromLatin1(framer);
    }
    void whatIsFramedComesBack() {
        QFETCH(QString, framer);
        const FramerSpec spec = *parseFramer(framer);
        std::mt19937 random(7);
        QByteArray stream;
        QList<QByteArray> contents;
        for (int i = 0; i < 200; ++i) {
            QByteArray content(static_cast<qsizetype>(3 + random() % 252), '\0');
            for (char& c : content)
                c = static_cast<char>(random() % 3 == 0 ? 0 : random());
            contents.append(content);
            stream += *frame(spec, content);
        }
        contents.append(QByteArray(spec.width == 1 ? 250 : 600, 'x')); // longer than a block of COBS
        stream += *frame(spec, contents.constLast());
        for (const qsizetype piece : {1, 13, 4096})
            QCOMPARE(split(spec, stream, piece), contents);
    }

    void writtenFormsAreReadBack() {
        for (const char* text :
             {"none", "lines", "delimiter=\\r\\n", "delimiter=\\x00\\xff", "fixed=16", "length=1", "length=2be",
              "length=4le,offset=3,includes=all", "length=8be,includes=length", "idle=50ms", "slip", "cobs"}) {
            const auto spec = parseFramer(QString::fromLatin1(text));
            QVERIFY2(spec, text);
            QCOMPARE(*parseFramer(formatFramer(*spec)), *spec);
        }
    }

    void whatCannotBeIsNamed_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("says");
        QTest::newRow("unknown") << "line"
                                 << "There are: none, lines";
        QTest::newRow("width") << "length=3be"
                               << "1, 2be, 2le";
        QTest::newRow("order") << "length=2"
                               << "2be";
        QTest::newRow("offset") << "length=2be,offset=x"
                                << "0 to 65535";
        QTest::newRow("part") << "length=2be,foo"
                              << "offset=N";
        QTest::newRow("empty delimiter") << "delimiter="
                                         << "1 to 256";
        QTest::newRow("fixed") << "fixed=0"
                               << "1 to 1048576";
        QTest::newRow("idle") << "idle=2h"
                              << "1ms to 1m";
    }
    void whatCannotBeIsNamed() {
        QFETCH(QString, text);
        QFETCH(QString, says);
        const auto spec = parseFramer(text);
        QVERIFY(!spec);
        QVERIFY2(spec.error().detail.toText().contains(says), qPrintable(spec.error().detail.toText()));
    }

    void aMessageOverTheLimitIsCutAndTheNextIsWhole() {
        FramerSpec spec{.framing = Framing::Lines, .limit = 10};
        Framer framer(spec);
        const auto messages = framer.feed("0123456789abcdefghijklm\nnext\n");
        QCOMPARE(messages.size(), std::size_t(4));
        QVERIFY(messages[0].isCut && messages[1].isCut && messages[2].isCut);
        QCOMPARE(messages[0].content + messages[1].content + messages[2].content,
                 QByteArray("0123456789abcdefghijklm"));
        QVERIFY(!messages[3].isCut);
        QCOMPARE(messages[3].content, QByteArray("next"));
    }

    void silenceAfterTheLimitEndsACutMessage() {
        FramerSpec spec{.framing = Framing::IdleGap, .limit = 10};
        Framer framer(spec);
        QVERIFY(framer.feed("0123456789").empty()); // as long as it may be
        const auto whole = framer.flush();
        QVERIFY(whole && whole->isWhole());
        const auto cut = framer.feed("0123456789ab");
        QCOMPARE(cut.size(), std::size_t(1));
        QVERIFY(cut[0].isCut && !cut[0].isWhole());
        const auto rest = framer.flush();
        QVERIFY(rest && rest->isCut);
        framer.feed("next");
        QVERIFY(framer.flush()->isWhole());
    }

    void whatIsNoWholeMessageSaysSo_data() {
        QTest::addColumn<QString>("framer");
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("wholes"); // of each message, the one at the end of the stream included: + or -
        const auto add = [](const char* name, const char* framer, const QByteArray& bytes, const char* wholes) {
            QTest::newRow(name) << QString::fromLatin1(framer) << bytes << QString::fromLatin1(wholes);
        };
        add("a line without its end", "lines", "one\ntwo", "++");
        add("a delimiter that does not come", "delimiter=;", "one;two", "++");
        add("a fixed length cut by the end", "fixed=3", "abcde", "+-");
        add("a length cut by the end", "length=2be", QByteArray("\0\1x\0\5abc", 8), "+-");
        add("a length cut in its head", "length=4be", QByteArray("\0\0", 2), "-");
        add("SLIP cut by the end", "slip",
            "a\xc0"
            "b",
            "+-");
        add("SLIP cut in an escape", "slip", "a\xdb", "-");
        add("a bad escape of SLIP", "slip", "\x61\xdb\x61\x62\xc0", "-");
        add("an escape before the end of a SLIP frame", "slip", "\x61\xdb\xc0\x62\xc0", "-+");
        add("ENDs of SLIP only", "slip", "\xc0\xc0", "");
        add("COBS cut by the end", "cobs", QByteArray("\2a\0\3b", 5), "+-");
        add("a short COBS block", "cobs", QByteArray("\5ab\0\2x\0", 7), "-+");
        add("a COBS frame without a block", "cobs", QByteArray("\0\2x\0", 4), "-+");
        add("silence", "idle=50ms", "abc", "+");
        add("no framing", "none", "abc", "+");
    }
    void whatIsNoWholeMessageSaysSo() {
        QFETCH(QString, framer);
        QFETCH(QByteArray, bytes);
        QFETCH(QString, wholes);
        for (qsizetype piece = 1; piece <= bytes.size(); ++piece) {
            if (framer == QLatin1String("none") && piece < bytes.size())
                continue;
            Framer one(*parseFramer(framer));
            QString found;
            const auto take = [&](const Message& message) {
                found += QLatin1Char(message.isWhole() ? '+' : '-');
                QCOMPARE(message.whyNotWhole().isEmpty(), message.isWhole());
            };
            for (qsizetype at = 0; at < bytes.size(); at += piece) {
                for (const Message& message : one.feed(bytes.mid(at, piece)))
                    take(message);
            }
            if (const auto rest = one.flush())
                take(*rest);
            QCOMPARE(found, wholes);
        }
    }

    void itHoldsNoMoreThanTheLimit() {
        for (const char* text : {"lines", "delimiter=ab", "idle=50ms", "slip", "cobs"}) {
            FramerSpec spec = *parseFramer(QString::fromLatin1(text));
            spec.limit = 1000;
            Framer framer(spec);
            for (int i = 0; i < 100; ++i) {
                framer.feed(QByteArray(999, 'x'));
                QVERIFY(framer.pending() <= 2000);
            }
        }
    }

    void aLengthThatCannotBeEndsSplitting() {
        Framer framer(*parseFramer(QStringLiteral("length=4be")));
        const auto messages = framer.feed(QByteArray("\xff\xff\xff\xffrest", 8));
        QVERIFY(framer.error());
        QVERIFY(framer.error()->detail.toText().contains(QLatin1String("4294967295")));
        QCOMPARE(messages.size(), std::size_t(1));
        QCOMPARE(messages[0].content, QByteArray("\xff\xff\xff\xffrest", 8));
        QVERIFY(messages[0].problem.contains(QLatin1String("4294967295")));
        const auto more = framer.feed("more");
        QCOMPARE(more.size(), std::size_t(1));
        QVERIFY(!more[0].isWhole());
        Framer small(*parseFramer(QStringLiteral("length=2be,includes=all")));
        small.feed(QByteArray("\0\1", 2));
        QVERIFY(small.error());
    }

    void wrongEscapesAreTold() {
        Framer slip(*parseFramer(QStringLiteral("slip")));
        QVERIFY(!slip.feed("\xc0\xdb\x01\xc0").at(0).problem.isEmpty());
        Framer cobs(*parseFramer(QStringLiteral("cobs")));
        QVERIFY(!cobs.feed(QByteArray("\x09"
                                      "ab\0",
                                      4))
                     .at(0)
                     .problem.isEmpty());
    }
};

QTEST_GUILESS_MAIN(FramerTest)
#include "tst_framer.moc"
