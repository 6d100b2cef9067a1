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
            return "PARSE: " + made.error().detail.toText().toUtf8();
        const auto bytes = made->render(state, wall);
        return bytes ? *bytes : "RENDER: " + bytes.error().detail.toText().toUtf8();
    }

private slots:
    void lengthsThatDoNotFitAreRefused() {
        TemplateState state;
        const QString body(300, QLatin1Char('q'));
        QVERIFY(!Template::parse(QStringLiteral("${len:1be}") + body)->render(state, 0));
        QVERIFY(Template::parse(QStringLiteral("${len:2be}") + body)->render(state, 0));
    }

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

    void checksumsCoverParts_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("NMEA 0183") << "$$${begin}GPGLL,5057.970,N,00146.110,E,142451,A${end}*${xor8:HEX}\\r\\n"
                                   << QByteArray("$GPGLL,5057.970,N,00146.110,E,142451,A*27\r\n");
        QTest::newRow("end alone") << "GPGLL,5057.970,N,00146.110,E,142451,A${end}*${xor8:hex}"
                                   << QByteArray("GPGLL,5057.970,N,00146.110,E,142451,A*27");
        // the frame of the Modbus over serial line specification: LRC of 01 03 00 6B 00 03
        QTest::newRow("Modbus ASCII") << ":${begin}0103006B0003${lrc:HEX:unhex}\\r\\n"
                                      << QByteArray(":0103006B00038E\r\n");
        QTest::newRow("Intel HEX") << ":${begin}10010000214601360121470136007EFE09D21901${lrc:HEX:unhex}"
                                   << QByteArray(":10010000214601360121470136007EFE09D2190140");
        QTest::newRow("several parts") << "${begin}ab${sum8:hex}${begin}cd${sum8:hex}" << QByteArray("abc3cdc7");
        QTest::newRow("by name, before its part")
            << "${xor8:of=body:HEX}${begin:body}123456789${end:body}x" << QByteArray("31123456789x");
        QTest::newRow("length of a part")
            << "${len:2be:of=a}${len:of=a}${begin:a}abc${end:a}de" << QByteArray("\0\0033abcde", 8);
        // RFC 792: the checksum counts as zeros in its own part
        QTest::newRow("echo request of ICMP") << "${begin:icmp}\\x08\\0${inet:of=icmp}\\0\\x01\\0\\x01${end:icmp}"
                                              << QByteArray("\x08\0\xf7\xfd\0\1\0\1", 8);
        QTest::newRow("a checksum in another's part")
            << "${sum8:hex:of=all}${begin:all}ab${sum8:hex:of=in}${begin:in}c${end:in}${end:all}"
            << QByteArray("8fab63c");
        QTest::newRow("order of digits") << "123456789${end}${crc16-modbus:hex}${crc16-modbus:hex:le}"
                                         << QByteArray("1234567894b37374b");
        QTest::newRow("any CRC") << "123456789${crc:width=16,poly=1021,init=ffff,check=29b1,HEX}"
                                 << QByteArray("12345678929B1");
        QTest::newRow("as the catalogue writes it")
            << "123456789${crc:width=16 poly=0x8005 init=0xffff refin=true refout=true xorout=0x0000 le}"
            << QByteArray("123456789\x37\x4b");
        QTest::newRow("a CRC of 12 bits")
            << "123456789${crc:width=12,poly=80f,refout,hex}" << QByteArray("1234567890daf");
    }
    void checksumsCoverParts() {
        QFETCH(QString, text);
        QFETCH(QByteArray, bytes);
        TemplateState state;
        QCOMPARE(render(text, state), bytes);
    }

    void textAndDigitsGoThroughTheEncoding() {
        const auto made =
            Template::parse(QStringLiteral("A\\n${n}${len:1}${sum8:hex}\\xff${v}"), QStringLiteral("UTF-16LE"));
        QVERIFY(made.has_value());
        TemplateState state{.n = 7, .values = {{QStringLiteral("v"), "raw"}}};
        const auto bytes = made->render(state, wall);
        QVERIFY(bytes.has_value());
        const QByteArray before("A\0\n\0"
                                "7\0\x08",
                                7);
        const QByteArray digits = findChecksum(QStringLiteral("sum8"))->compute(before).toHex();
        QCOMPARE(*bytes, before + digits.at(0) + '\0' + digits.at(1) + '\0' + "\xffraw");
        const auto refused = Template::parse(QStringLiteral("${n}€"), QStringLiteral("ISO-8859-1"));
        QCOMPARE(refused.error().position, 4);
        QVERIFY(!Template::parse(QStringLiteral("x"), QStringLiteral("EBCDIC-x")));
    }

    void anyCrcHasItsCatalogueValue_data() {
        QTest::addColumn<QString>("parameters");
        QTest::addColumn<QByteArray>("hex");
        // of "123456789", as the catalogue of parametrised CRC algorithms gives them
        QTest::newRow("CRC-3/GSM") << "width=3,poly=3,xorout=7" << QByteArray("04");
        QTest::newRow("CRC-5/USB") << "width=5,poly=05,init=1f,refin,refout,xorout=1f" << QByteArray("19");
        QTest::newRow("CRC-7/MMC") << "width=7,poly=09" << QByteArray("75");
        QTest::newRow("CRC-15/CAN") << "width=15,poly=4599" << QByteArray("059e");
        QTest::newRow("CRC-16/KERMIT") << "width=16,poly=1021,refin=true,refout=true" << QByteArray("2189");
        QTest::newRow("CRC-16/DNP") << "width=16,poly=3d65,refin=on,refout=on,xorout=ffff" << QByteArray("ea82");
        QTest::newRow("CRC-24/OPENPGP") << "width=24,poly=864cfb,init=b704ce" << QByteArray("21cf02");
        QTest::newRow("CRC-32/ISO-HDLC") << "width=32,poly=04c11db7,init=ffffffff,refin,refout,xorout=ffffffff"
                                         << QByteArray("cbf43926");
        QTest::newRow("CRC-40/GSM") << "width=40,poly=0004820009,xorout=ffffffffff" << QByteArray("d4164fc646");
        QTest::newRow("CRC-64/XZ")
            << "width=64,poly=42f0e1eba9ea3693,init=ffffffffffffffff,refin,refout,xorout=ffffffffffffffff"
            << QByteArray("995dc9bbdf1939fa");
    }
    void anyCrcHasItsCatalogueValue() {
        QFETCH(QString, parameters);
        QFETCH(QByteArray, hex);
        const auto model = CrcModel::parse(parameters.split(QLatin1Char(',')));
        QVERIFY2(model.has_value(), model ? "" : qPrintable(model.error().detail.toText()));
        QCOMPARE(model->compute("123456789").toHex(), hex);
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
        QTest::newRow("kermit") << "crc16-kermit" << QByteArray("2189");
        QTest::newRow("dnp") << "crc16-dnp" << QByteArray("ea82");
        QTest::newRow("usb") << "crc16-usb" << QByteArray("b4c8");
        QTest::newRow("maxim of 16 bits") << "crc16-maxim" << QByteArray("44c2");
        QTest::newRow("maxim") << "crc8-maxim" << QByteArray("a1");
        QTest::newRow("maxim by its long name") << "crc8-maxim-dow" << QByteArray("a1");
        QTest::newRow("j1850") << "crc8-j1850" << QByteArray("4b");
        QTest::newRow("j1850 by its long name") << "crc8-sae-j1850" << QByteArray("4b");
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
        std::mt19937_64 plain(5);
        QByteArray expected;
        for (int i = 0; i < 2; ++i) {
            quint64 drawn = plain();
            for (std::size_t byte = 0; byte < sizeof drawn; ++byte, drawn >>= 8U)
                expected.append(static_cast<char>(drawn));
        }
        TemplateState fresh{.random = std::mt19937_64(5)};
        QCOMPARE(render(QStringLiteral("${random:11}"), fresh), expected.left(11)); // the same on every machine
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
        QTest::newRow("unknown checksum") << "a${crc16-kermitt:hex}" << 1 << "crc16-kermit";
        QTest::newRow("hex and HEX") << "${crc32:hex:hex}" << 0 << "each once";
        QTest::newRow("both orders") << "${crc32:le:be}" << 0 << "each once";
        QTest::newRow("no such part") << "ab${crc32:of=x}" << 2 << "${begin:x}";
        QTest::newRow("part backwards") << "${end:x}${begin:x}${crc32:of=x}" << 18 << "There is no part";
        QTest::newRow("part twice") << "${begin:x}${begin:x}" << 10 << "twice";
        QTest::newRow("bad name") << "${begin:1}" << 0 << "begins with a letter";
        QTest::newRow("of nothing") << "${crc32:of=}" << 0 << "name of one part";
        QTest::newRow("circle") << "${begin:a}${sum8:of=b}${end:a}${begin:b}${sum8:of=a}${end:b}" << 10
                                << "cover each other";
        QTest::newRow("crc without width") << "${crc:poly=7}" << 0 << "width=16";
        QTest::newRow("crc too wide") << "${crc:width=65,poly=7}" << 0 << "1 to 64";
        QTest::newRow("crc too large") << "${crc:width=8,poly=107}" << 0 << "more than 8 bits";
        QTest::newRow("crc unknown") << "${crc:width=8,poly=7,foo=1}" << 0 << "There are: width";
        QTest::newRow("crc of another kind") << "${crc:width=16,poly=1021,check=1234}" << 0 << "31c3";
    }
    void mistakesArePointedAt() {
        QFETCH(QString, text);
        QFETCH(int, position);
        QFETCH(QString, says);
        const auto made = Template::parse(text);
        QVERIFY(!made);
        QCOMPARE(made.error().position, position);
        QVERIFY2(made.error().detail.toText().contains(says), qPrintable(made.error().detail.toText()));
    }

    void aMissingValueIsNamedWithThoseThatThereAre() {
        TemplateState state{.values = {{QStringLiteral("user"), "eve"}}};
        const auto bytes = Template::parse(QStringLiteral("${name}"))->render(state, wall);
        QVERIFY(!bytes);
        QVERIFY(bytes.error().detail.toText().contains(QLatin1String("user")));
        const auto misspelt = Template::parse(QStringLiteral("${crc16-kermitt}"))->render(state, wall);
        QVERIFY(misspelt.error().detail.toText().contains(QLatin1String("crc16-kermit,")));
    }

    void onlyDigitsAreUnhexed() {
        TemplateState state;
        QVERIFY(render(QStringLiteral(":0g${lrc:unhex}"), state).contains("“:”"));
        QVERIFY(render(QStringLiteral("012${lrc:unhex}"), state).contains("odd number"));
    }
};

QTEST_GUILESS_MAIN(TemplateTest)
#include "tst_template.moc"
