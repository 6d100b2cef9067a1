// SPDX-License-Identifier: MIT
#include "core/payload/payload.h"

#include <QRandomGenerator>
#include <QtTest/QtTest>

using namespace sw;

class PayloadTest : public QObject {
    Q_OBJECT

private slots:
    void readsEscapes_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("plain") << "Hello" << QByteArray("Hello");
        QTest::newRow("controls") << "a\\n\\r\\t\\0b" << QByteArray("a\n\r\t\0b", 6);
        QTest::newRow("byte") << "\\xff\\x00" << QByteArray("\xff\0", 2);
        QTest::newRow("code point") << "\\u{20ac}\\u{1F600}" << QByteArray("\xe2\x82\xac\xf0\x9f\x98\x80");
        QTest::newRow("backslash") << "\\\\n" << QByteArray("\\n");
        QTest::newRow("umlaut") << QStringLiteral("ü") << QByteArray("\xc3\xbc");
        QTest::newRow("emoji") << QStringLiteral("😀") << QByteArray("\xf0\x9f\x98\x80");
        QTest::newRow("empty") << "" << QByteArray("");
    }
    void readsEscapes() {
        QFETCH(QString, text);
        QFETCH(QByteArray, bytes);
        QCOMPARE(*parseEscapedText(text), bytes);
    }

    void pointsAtBadEscapes_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("position");
        QTest::newRow("unknown") << "ab\\q" << 2;
        QTest::newRow("alone") << "ab\\" << 2;
        QTest::newRow("short byte") << "\\xf" << 0;
        QTest::newRow("no hex") << "..\\xzz" << 2;
        QTest::newRow("no brace") << "\\u20ac" << 0;
        QTest::newRow("surrogate") << "\\u{d800}" << 3;
        QTest::newRow("too large") << "x\\u{110000}" << 4;
    }
    void pointsAtBadEscapes() {
        QFETCH(QString, text);
        QFETCH(int, position);
        const auto bytes = parseEscapedText(text);
        QVERIFY(!bytes);
        QCOMPARE(bytes.error().position, position);
    }

    void encodesAsAsked() {
        QCOMPARE(*parseEscapedText(QStringLiteral("ü\\xff"), QStringLiteral("ISO-8859-1")), QByteArray("\xfc\xff"));
        QCOMPARE(*parseEscapedText(QStringLiteral("ab"), QStringLiteral("UTF-16LE")), QByteArray("a\0b\0", 4));
        const auto refused = parseEscapedText(QStringLiteral("ab€"), QStringLiteral("ISO-8859-1"));
        QVERIFY(!refused);
        QCOMPARE(refused.error().position, 2);
        QVERIFY(!parseEscapedText(QStringLiteral("x"), QStringLiteral("EBCDIC-x")));
        for (const QString& encoding : encodings())
            QVERIFY2(parseEscapedText(QStringLiteral("abc"), encoding).has_value(), qPrintable(encoding));
    }

    void escapesAndEndingsAreCodeUnits_data() {
        QTest::addColumn<QString>("encoding");
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("ending");
        QTest::addColumn<QByteArray>("hex");
        const auto row = [](const char* encoding, const char* text, LineEnding ending, const char* hex) {
            QTest::addRow("%s %s %d", encoding, text, static_cast<int>(ending))
                << QString::fromLatin1(encoding) << QString::fromLatin1(text) << static_cast<int>(ending)
                << QByteArray(hex);
        };
        row("UTF-16LE", "A", LineEnding::CrLf, "41000d000a00");
        row("UTF-16BE", "A", LineEnding::Lf, "0041000a");
        row("UTF-16BE", "A", LineEnding::Cr, "0041000d");
        row("UTF-16LE", "A", LineEnding::Nul, "41000000");
        row("UTF-32LE", "A", LineEnding::CrLf, "410000000d0000000a000000");
        row("UTF-32BE", "A", LineEnding::Nul, "0000004100000000");
        row("UTF-16LE", "\\n\\0\\\\", LineEnding::None, "0a0000005c00");
        row("UTF-16BE", "\\u{1f600}\\e", LineEnding::None, "d83dde00001b");
        row("UTF-32BE", "\\r\\t", LineEnding::None, "0000000d00000009");
        row("UTF-16LE", "\\xff\\xfeA", LineEnding::None, "fffe4100"); // a byte is one byte
        row("ISO-8859-1", "\\n\\0", LineEnding::CrLf, "0a000d0a");
        row("UTF-8", "\\n", LineEnding::Nul, "0a00");
    }
    void escapesAndEndingsAreCodeUnits() {
        QFETCH(QString, encoding);
        QFETCH(QString, text);
        QFETCH(int, ending);
        QFETCH(QByteArray, hex);
        const auto bytes = toBytes({.form = PayloadForm::Text,
                                    .source = text,
                                    .lineEnding = static_cast<LineEnding>(ending),
                                    .encoding = encoding});
        QVERIFY(bytes.has_value());
        QCOMPARE(bytes->toHex(), hex);
    }

    void whatHasNoFormIsNamed() {
        const auto visible = parseEscapedText(QStringLiteral("a€"), QStringLiteral("ISO-8859-1"));
        QVERIFY(visible.error().detail.toText().contains(QStringLiteral("“€”")));
        const auto escaped = parseEscapedText(QStringLiteral("ab\\u{20ac}"), QStringLiteral("ISO-8859-1"));
        QCOMPARE(escaped.error().position, 2);
        const auto invisible = parseEscapedText(QStringLiteral("\\u{200b}"), QStringLiteral("ISO-8859-1"));
        QVERIFY(invisible.error().detail.toText().contains(QStringLiteral("U+200B")));
        const auto unknown = toBytes({.form = PayloadForm::Hex,
                                      .source = QStringLiteral("00"),
                                      .lineEnding = LineEnding::Lf,
                                      .encoding = QStringLiteral("EBCDIC-x")});
        QVERIFY(unknown.error().detail.toText().contains(QStringLiteral("UTF-16LE")));
    }

    void escapedTextRoundTrips() {
        QRandomGenerator random(3);
        for (int i = 0; i < 5000; ++i) {
            QByteArray bytes(random.bounded(24), '\0');
            for (char& c : bytes)
                c = static_cast<char>(random.bounded(256));
            if (i % 2 == 0)
                bytes = QString::fromUtf8(bytes).toUtf8();
            QCOMPARE(*parseEscapedText(toEscapedText(bytes)), bytes);
        }
    }

    void readsHex_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QByteArray>("bytes");
        const QByteArray wanted("\x00\x01\xff", 3);
        QTest::newRow("spaces") << "00 01 ff" << wanted;
        QTest::newRow("together") << "0001FF" << wanted;
        QTest::newRow("0x and commas") << "0x00, 0x01,0xff" << wanted;
        QTest::newRow("escapes") << "\\x00\\x01\\xff" << wanted;
        QTest::newRow("colons") << "00:01:ff" << wanted;
        QTest::newRow("single digits") << "0 1 ff" << wanted;
        QTest::newRow("lines") << "00\n01\r\nff" << wanted;
        QTest::newRow("empty") << "  " << QByteArray();
    }
    void readsHex() {
        QFETCH(QString, text);
        QFETCH(QByteArray, bytes);
        QCOMPARE(*parseHex(text), bytes);
    }

    void pointsAtBadHex() {
        QCOMPARE(parseHex(QStringLiteral("00 zz")).error().position, 3);
        QCOMPARE(parseHex(QStringLiteral("00 012")).error().position, 5);
    }

    void readsBase64() {
        QCOMPARE(*parseBase64(QStringLiteral("AAH/\n")), QByteArray("\x00\x01\xff", 3));
        QCOMPARE(*parseBase64(QStringLiteral("AAH_")), QByteArray("\x00\x01\xff", 3));
        QCOMPARE(parseBase64(QStringLiteral("AA*=")).error().position, 2);
        QVERIFY(!parseBase64(QStringLiteral("A")));
    }

    void appendsLineEndings() {
        const auto with = [](LineEnding ending) {
            return *toBytes({.form = PayloadForm::Text, .source = QStringLiteral("x"), .lineEnding = ending});
        };
        QCOMPARE(with(LineEnding::None), QByteArray("x"));
        QCOMPARE(with(LineEnding::Lf), QByteArray("x\n"));
        QCOMPARE(with(LineEnding::CrLf), QByteArray("x\r\n"));
        QCOMPARE(with(LineEnding::Cr), QByteArray("x\r"));
        QCOMPARE(with(LineEnding::Nul), QByteArray("x\0", 2));
        for (const LineEnding ending :
             {LineEnding::None, LineEnding::Lf, LineEnding::CrLf, LineEnding::Cr, LineEnding::Nul})
            QCOMPARE(*parseLineEnding(lineEndingName(ending)), ending);
    }
};

QTEST_GUILESS_MAIN(PayloadTest)
#include "tst_payload.moc"
