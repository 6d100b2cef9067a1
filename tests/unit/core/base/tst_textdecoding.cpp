// SPDX-License-Identifier: MIT
#include "core/base/textdecoding.h"

#include <QBuffer>
#include <QtTest/QtTest>

using namespace sw;

class TextDecodingTest final : public QObject {
    Q_OBJECT

private slots:
    void readsWhatEditorsWrite_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("UTF-8") << QByteArray("a\xc3\xa4\xe2\x82\xac\n");
        QTest::newRow("UTF-8 with a mark") << QByteArray("\xef\xbb\xbf"
                                                         "a\xc3\xa4\xe2\x82\xac\n");
        QTest::newRow("UTF-16LE") << QByteArray("\xff\xfe"
                                                "a\0\xe4\0\xac\x20\n\0",
                                                10);
        QTest::newRow("UTF-16BE") << QByteArray("\xfe\xff"
                                                "\0a\0\xe4\x20\xac\0\n",
                                                10);
        QTest::newRow("UTF-32LE") << QByteArray("\xff\xfe\0\0"
                                                "a\0\0\0\xe4\0\0\0\xac\x20\0\0\n\0\0\0",
                                                20);
        QTest::newRow("UTF-32BE") << QByteArray("\0\0\xfe\xff"
                                                "\0\0\0a\0\0\0\xe4\0\0\x20\xac\0\0\0\n",
                                                20);
        QTest::newRow("UTF-16LE without a mark") << QByteArray("a\0\xe4\0\xac\x20\n\0", 8);
        QTest::newRow("UTF-16BE without a mark") << QByteArray("\0a\0\xe4\x20\xac\0\n", 8);
    }
    void readsWhatEditorsWrite() {
        QFETCH(QByteArray, bytes);
        const QString expected = QStringLiteral("aä€\n");
        const auto text = decodeText(bytes, QStringLiteral("test"));
        QVERIFY(text);
        QCOMPARE(*text, expected);
        QBuffer buffer(&bytes);
        QVERIFY(buffer.open(QIODevice::ReadOnly));
        Utf8Reader reader(buffer);
        QCOMPARE(reader.readLine(), expected.toUtf8());
        QCOMPARE(reader.readLine(), QByteArray());
    }

    void nothingStaysNothing() {
        for (const QByteArray& bytes : {QByteArray(), QByteArray("\xef\xbb\xbf"), QByteArray("\xff\xfe")}) {
            const auto text = decodeText(bytes, QStringLiteral("test"));
            QVERIFY(text);
            QVERIFY(text->isEmpty());
        }
    }

    void whatIsNoTextIsNamed() {
        const auto latin = decodeText("first\nK\xe4se\n", QStringLiteral("rules"));
        QVERIFY(!latin);
        QVERIFY2(latin.error().detail.toText().contains(QLatin1String("line 2")),
                 qPrintable(latin.error().detail.toText()));
        QVERIFY(!decodeText(QByteArray("\xff\xfe"
                                       "a\0\0\xd8"
                                       "b\0",
                                       8),
                            QStringLiteral("rules"))); // half a pair
    }

    void charactersAcrossPortionsAreWhole() {
        QString expected;
        while (expected.size() < 200'001)
            expected += QStringLiteral("x\U0001f600");
        QStringEncoder encoder(QStringConverter::Utf16LE);
        QByteArray bytes = QByteArray("\xff\xfe") + QByteArray(encoder(expected));
        QBuffer buffer(&bytes);
        QVERIFY(buffer.open(QIODevice::ReadOnly));
        Utf8Reader reader(buffer);
        QCOMPARE(reader.readAll(), expected.toUtf8());
    }
};

QTEST_GUILESS_MAIN(TextDecodingTest)
#include "tst_textdecoding.moc"
