// SPDX-License-Identifier: MIT
#include "core/payload/checksums.h"
#include "core/payload/template.h"

#include <QtTest/QtTest>

using namespace sw;

class TemplateTest : public QObject {
    Q_OBJECT

private:
    static constexpr qint64 wall = 1767225600'123000000; // 2026-01-01T00:00:00.123Z

    static QByteArray render(const QString& text, TemplateState& state) {
        const auto made = Template::parse(text);
        if (!made)
            return "PARSE: " + made.error().detail.toUtf8();
        const auto bytes = made->render(state, wall);
        return bytes ? *bytes : "RENDER: " + bytes.error().detail.toUtf8();
    }

private slots:
    void fieldsAreFilledIn_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("plain") << "a\\n\\x00b" << QByteArray("a\n\0b", 4);
        QTest::newRow("counter") << "${n}-${n:4}" << QByteArray("7-0007");
        QTest::newRow("time") << "${time}" << QByteArray("2026-01-01T00:00:00.123Z");
        QTest::newRow("unix") << "${time:unix} ${time:ms}" << QByteArray("1767225600 1767225600123");
        QTest::newRow("format") << "${time:yyyy/MM HH}" << QByteArray("2026/01 00");
        QTest::newRow("value") << "hello ${user}, ${1}" << QByteArray("hello eve, first");
        QTest::newRow("dollar") << "$$5 $ {x} \\x24{n}" << QByteArray("$5 $ {x} ${n}");
        QTest::newRow("length of what follows") << "${len:2be}abc" << QByteArray("\0\3abc", 5);
        QTest::newRow("little-endian") << "${len:4le}${user}" << QByteArray("\3\0\0\0eve", 7);
        QTest::newRow("digits") << "Content-Length: ${len}\\n" << QByteArray("Content-Length: 1\n");
        QTest::newRow("length counts the checksum") << "${len:1}ab${sum8}" << QByteArray("\3ab\xc6");
        QTest::newRow("crc32") << "123456789${crc32}" << QByteArray("123456789\xcb\xf4\x39\x26");
        QTest::newRow("crc32 le") << "123456789${crc32:le}" << QByteArray("123456789\x26\x39\xf4\xcb");
        QTest::newRow("modbus") << "\\x01\\x03\\x00\\x00\\x00\\x0a${crc16-modbus}"
                                << QByteArray("\1\3\0\0\0\x0a\xc5\xcd", 8);
        QTest::newRow("hex") << "$$GPGGA*${xor8:hex}" << QByteArray("$GPGGA*") + QByteArray(1, 'x').replace("x", "4e");
        QTest::newRow("only what stands before") << "ab${crc8:hex}cd" << QByteArray("ab") + "cd";
    }
    void fieldsAreFilledIn() {
        QFETCH(QString, text);
        QFETCH(QByteArray, bytes);
        TemplateState state{.n = 7, .values = {{QStringLiteral("user"), "eve"}, {QStringLiteral("1"), "first"}}};
        const QByteArray made = render(text, state);
        if (text.contains(QLatin1String("xor8")) || text.contains(QLatin1String("crc8"))) { // computed here
            const QByteArray before = text.contains(QLatin1String("xor8")) ? QByteArray("$GPGGA*") : QByteArray("ab");
            const char* name = text.contains(QLatin1String("xor8")) ? "xor8" : "crc8";
            const QByteArray after = text.contains(QLatin1String("crc8")) ? QByteArray("cd") : QByteArray();
            bytes = before + findChecksum(QString::fromLatin1(name))->compute(before).toHex() + after;
        }
        QCOMPARE(made, bytes);
    }

    void checksumsHaveTheirPublishedValues_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("hex");
        // of "123456789", as the catalogue of parametrised CRC algorithms gives them
        QTest::newRow("crc8") << "crc8" << QByteArray("f4");
        QTest::newRow("arc") << "crc16-arc" << QByteArray("bb3d");
        QTest::newRow("modbus") << "crc16-modbus" << QByteArray("4b37");
        QTest::newRow("ccitt") << "crc16-ccitt" << QByteArray("29b1");
        QTest::newRow("xmodem") << "crc16-xmodem" << QByteArray("31c3");
        QTest::newRow("x25") << "crc16-x25" << QByteArray("906e");
        QTest::newRow("crc32") << "crc32" << QByteArray("cbf43926");
        QTest::newRow("crc32c") << "crc32c" << QByteArray("e3069283");
        QTest::newRow("adler32") << "adler32" << QByteArray("091e01de");
        QTest::newRow("fletcher16") << "fletcher16" << QByteArray("1ede");
        QTest::newRow("sum8") << "sum8" << QByteArray("dd");
        QTest::newRow("sum16") << "sum16" << QByteArray("01dd");
        QTest::newRow("xor8") << "xor8" << QByteArray("31");
        QTest::newRow("lrc") << "lrc" << QByteArray("23");
        QTest::newRow("md5") << "md5" << QByteArray("25f9e794323b453885f5181f1b624d0b");
    }
    void checksumsHaveTheirPublishedValues() {
        QFETCH(QString, name);
        QFETCH(QByteArray, hex);
        QCOMPARE(findChecksum(name)->compute("123456789").toHex(), hex);
    }

    void theInternetChecksumIsThatOfTheRfc() {
        // the example of RFC 1071 section 3
        QCOMPARE(findChecksum(QStringLiteral("inet"))->compute(QByteArray::fromHex("0001f203f4f5f6f7")).toHex(),
                 QByteArray("220d"));
        QCOMPARE(findChecksum(QStringLiteral("inet"))->compute(QByteArray::fromHex("01")).toHex(), QByteArray("feff"));
    }

    void countersGoOnAndSeedsRepeat() {
        TemplateState state;
        QCOMPARE(render(QStringLiteral("${n}"), state), QByteArray("1"));
        QCOMPARE(render(QStringLiteral("${n}"), state), QByteArray("2"));
        TemplateState one{.random = std::mt19937_64(5)};
        TemplateState two{.random = std::mt19937_64(5)};
        const QString text = QStringLiteral("${random:32}${random:1-6}");
        const QByteArray first = render(text, one);
        QCOMPARE(render(text, two), first);
        QVERIFY(render(text, one) != first);
        QCOMPARE(first.size(), 33);
        for (int i = 0; i < 200; ++i) {
            const int number = render(QStringLiteral("${random:1-6}"), one).toInt();
            QVERIFY(number >= 1 && number <= 6);
        }
    }

    void mistakesArePointedAt_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("position");
        QTest::addColumn<QString>("says");
        QTest::newRow("not closed") << "ab${n" << 2 << "no closing";
        QTest::newRow("unknown") << "x${foo bar}" << 1 << "is no field";
        QTest::newRow("length") << "${len:3be}" << 0 << "${len:2be}";
        QTest::newRow("random") << "${random}" << 0 << "number of bytes";
        QTest::newRow("random backwards") << "${random:6-1}" << 0 << "smaller number first";
        QTest::newRow("checksum") << "a${crc32:foo}" << 1 << "be, le or hex";
        QTest::newRow("escape") << "${n}\\q" << 4 << "";
    }
    void mistakesArePointedAt() {
        QFETCH(QString, text);
        QFETCH(int, position);
        QFETCH(QString, says);
        const auto made = Template::parse(text);
        QVERIFY(!made);
        QCOMPARE(made.error().position, position);
        QVERIFY2(made.error().detail.contains(says), qPrintable(made.error().detail));
    }

    void aMissingValueIsNamedWithThoseThatThereAre() {
        TemplateState state{.values = {{QStringLiteral("user"), "eve"}}};
        const auto bytes = Template::parse(QStringLiteral("${name}"))->render(state, wall);
        QVERIFY(!bytes);
        QVERIFY(bytes.error().detail.contains(QLatin1String("user")));
    }
};

QTEST_GUILESS_MAIN(TemplateTest)
#include "tst_template.moc"
