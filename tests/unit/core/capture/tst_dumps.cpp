// SPDX-License-Identifier: MIT
// Hex dumps of other programs, and text files of spreadsheets and shells.
#include "core/capture/importedrecording.h"

#include <QProcess>
#include <QStandardPaths>
#include <QStringEncoder>
#include <QTemporaryDir>
#include <QtTest/QtTest>

#include <random>

using namespace sw;

namespace {

QByteArray bytesOf(const ImportedRecording& recording, RecordKind kind = RecordKind::Received) {
    QByteArray bytes;
    for (const RecoveredTranscript& one : recording.conversations) {
        const TranscriptReader reader(one.transcript);
        for (RecordIndex i = 0; i < reader.count(); ++i) {
            const RecordView record = reader.at(i);
            if (record.header.kind == kind)
                bytes += record.bytes;
        }
    }
    return bytes;
}

const QByteArray sample = QByteArray(64, '\0') + "tail of the data 0123456789";

} // namespace

class DumpsTest final : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    QString save(const QByteArray& bytes, const QString& name) {
        const QString path = m_folder.filePath(name);
        QFile file(path);
        [[maybe_unused]] const bool isOpen = file.open(QIODevice::WriteOnly);
        file.write(bytes);
        return path;
    }

    static std::optional<QByteArray> outputOf(const QString& program, const QStringList& arguments) {
        if (QStandardPaths::findExecutable(program).isEmpty())
            return std::nullopt;
        QProcess process;
        process.start(program, arguments);
        if (!process.waitForFinished() || process.exitCode() != 0)
            return std::nullopt; // an option that this version does not have
        return process.readAllStandardOutput();
    }

private slots:
    void readsWhatIsRepeated() {
        const auto read =
            readRecording(save("00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n*\n"
                               "00000040  74 61 69 6c 20 6f 66 20  74 68 65 20 64 61 74 61  |tail of the data|\n"
                               "00000050  20 30 31 32 33 34 35 36  37 38 39                 | 0123456789|\n0000005b\n",
                               QStringLiteral("star.hex")));
        QVERIFY2(read, read ? "" : qPrintable(read.error().detail.toText()));
        QCOMPARE(bytesOf(*read), sample);
        QVERIFY(read->problems.isEmpty());
    }

    void readsWordsInTheirOrder() {
        const auto read = readRecording(save("0000000 6174 6c69 6f20 2066 6874 2065 6164 6174\n"
                                             "0000010 3020 3231 3433 3635 3837 0039          \n000001b\n",
                                             QStringLiteral("words.hex")));
        QVERIFY2(read, read ? "" : qPrintable(read.error().detail.toText()));
        QCOMPARE(bytesOf(*read), QByteArray("tail of the data 0123456789"));
        QCOMPARE(read->problems.size(), 1); // nothing in it says the order
        QVERIFY(read->problems.constFirst().contains(QLatin1String("little-endian")));
    }

    void readsDigitsAlone_data() {
        QTest::addColumn<QByteArray>("dump");
        QTest::newRow("xxd -p") << QByteArray("7461696c206f66207468652064617461\n20303132333435363738\n39\n");
        QTest::newRow("pairs") << QByteArray("74 61 69 6c 20 6f 66 20 74 68 65 20 64 61 74 61\r\n"
                                             "20 30 31 32 33 34 35 36 37 38 39\r\n");
        QTest::newRow("one row, upper case") << QByteArray("7461696C206F6620746865206461746120303132333435363738\t39");
    }
    void readsDigitsAlone() {
        QFETCH(QByteArray, dump);
        if (QTest::currentDataTag() == QByteArray("one row, upper case"))
            dump.replace('\t', "");
        const auto read = readRecording(save(dump, QStringLiteral("plain.hex")));
        QVERIFY2(read, read ? "" : qPrintable(read.error().detail.toText()));
        QCOMPARE(bytesOf(*read), QByteArray("tail of the data 0123456789"));
    }

    /// A dump is read whole, or not at all and with the line.
    void neverReadsAPart_data() {
        QTest::addColumn<QByteArray>("dump");
        QTest::addColumn<QString>("says");
        const QByteArray good = "00000000: 7461 696c 206f 6620 7468 6520 6461 7461  tail of the data\n";
        QTest::newRow("od, octal words") << QByteArray("0000000 060564 066151 067440 020146\n") << "Line 1";
        QTest::newRow("od -c") << QByteArray("0000000   t   a   i   l       o   f\n") << "Line 1";
        QTest::newRow("od -b") << QByteArray("0000000 164 141 151 154\n") << "Line 1";
        QTest::newRow("hexdump -d") << QByteArray("0000000   24948   27753\n") << "Line 1";
        QTest::newRow("xxd -b") << QByteArray("00000000: 01110100 01100001 01101001 01101100  tail\n") << "Line 1";
        QTest::newRow("xxd -i") << QByteArray("  0x74, 0x61, 0x69, 0x6c\n") << "Line 1";
        QTest::newRow("groups without offsets") << QByteArray("7461 696c\n206f 6620\n") << "Line 1";
        QTest::newRow("od -An -tu1") << QByteArray("  74  61  69  60\n") << "decimal";
        QTest::newRow("od -An -td1") << QByteArray("   65   66   67   68\n   97\n") << "decimal";
        QTest::newRow("od -An -tu1, one byte") << QByteArray("  97\n") << "decimal";
        QTest::newRow("xxd -e without its characters") << QByteArray("00000000: 6c696174 20666f20\n") << "byte order";
        QTest::newRow("a line is missing") << QByteArray(good + "00000020: 3031                  01\n") << "Line 2";
        QTest::newRow("prose behind it") << QByteArray(good + "and so on\n") << "Line 2";
        QTest::newRow("another text beside") << QByteArray(good + "00000010: 3031 3233  0124\n") << "Line 2";
        QTest::newRow("odd digits") << QByteArray("746169\n7\n") << "Line 2";
        QTest::newRow("repeated to nowhere") << QByteArray(good + "*\n") << "no offset after it";
        QTest::newRow("repeated before anything") << QByteArray("*\n00000010: 3031  01\n") << "Line 1";
        QTest::newRow("repeated digits") << QByteArray("0000\n*\n") << "Line 2";
        QTest::newRow("repeated too often") << QByteArray(good + "*\nffffffffffff0: 3031  01\n") << "Line 3";
        QTest::newRow("repeated not whole lines") << QByteArray(good + "*\n00000028: 3031  01\n") << "Line 3";
        QTest::newRow("shorter than it says") << QByteArray("00000000  61 62 63  |abc|\n00000005\n") << "Line 2";
    }
    void neverReadsAPart() {
        QFETCH(QByteArray, dump);
        QFETCH(QString, says);
        const auto read = readRecording(save(dump, QStringLiteral("bad.hex")));
        QVERIFY(!read);
        QVERIFY2(read.error().detail.toText().contains(says), qPrintable(read.error().detail.toText()));
    }

    /// What the programs of this machine write, of bytes that look like anything.
    void readsWhatProgramsWrite_data() {
        QTest::addColumn<QString>("program");
        QTest::addColumn<QStringList>("options");
        const auto row = [](const char* program, const QStringList& options) {
            QTest::addRow("%s %s", program, qPrintable(options.join(QLatin1Char(' '))))
                << QString::fromLatin1(program) << options;
        };
        const auto list = [](const char* options) {
            return QString::fromLatin1(options).split(QLatin1Char(' '), Qt::SkipEmptyParts);
        };
        for (const char* options :
             {"", "-g1", "-g4", "-g8 -c 24", "-c 8 -g 1", "-c 1", "-u", "-a", "-p", "-p -c 20", "-e", "-c 256", "-d"})
            row("xxd", list(options));
        for (const char* options : {"", "-C", "-v -C", "-x"})
            row("hexdump", list(options));
        for (const char* options : {"-A x -t x1z", "-A x -t x1", "-t x1", "-A d -t x1z", "-x", "-A x -t x2z", "-t x4",
                                    "-t x8", "-A n -v -t x1", "-v -t x1"})
            row("od", list(options));
    }
    void readsWhatProgramsWrite() {
        QFETCH(QString, program);
        QFETCH(QStringList, options);
        std::mt19937 random(7);
        for (int round = 0; round < 12; ++round) {
            QByteArray content;
            const int pieces = 1 + static_cast<int>(random() % 6);
            for (int i = 0; i < pieces; ++i) {
                const auto size = static_cast<qsizetype>(random() % 120);
                if (random() % 3 == 0) {
                    content += QByteArray(size, "\0 a"[random() % 3]);
                } else if (random() % 2 == 0) {
                    for (qsizetype n = 0; n < size; ++n)
                        content += static_cast<char>(random());
                } else {
                    for (qsizetype n = 0; n < size; ++n)
                        content += "0123456789abcdef  ||<>:*.I#"[random() % 27];
                }
            }
            const auto words = options.join(QLatin1Char(' '));
            const bool isPadded = words.contains(QLatin1String("x4")) || words.contains(QLatin1String("x8"));
            if (isPadded || words.contains(QLatin1String("-e")))
                content.truncate(content.size() / 8 * 8);
            if (content.isEmpty())
                continue;
            const auto dump = outputOf(program, options + QStringList{save(content, QStringLiteral("raw"))});
            if (!dump)
                QSKIP("not on this machine");
            const auto read = readRecording(save(*dump, QStringLiteral("made.hex")));
            if (!read && dump->contains("\n*\n") && program != QLatin1String("xxd")) {
                QVERIFY2(read.error().detail.toText().contains(QLatin1String("octal, decimal or hexadecimal")),
                         qPrintable(read.error().detail.toText() + QLatin1Char('\n') + QString::fromLatin1(*dump)));
                continue; // refused: it can be read in two ways
            }
            QVERIFY2(read,
                     read ? ""
                          : qPrintable(read.error().detail.toText() + QLatin1Char('\n') + QString::fromLatin1(*dump)));
            QVERIFY2(bytesOf(*read) == content, dump->constData());
        }
    }

    void readsWhatSpreadsheetsSave_data() {
        QTest::addColumn<QByteArray>("file");
        const QByteArray head = "time,endpoint,id,kind,event,size,text";
        const QByteArray line = "2023-11-14 22:13:20.126456000,\"10.0.0.1:40000\",1,sent,,7,\"GET; /o\"";
        QTest::newRow("mark and CR LF") << "\xef\xbb\xbf" + head + "\r\n" + line + "\r\n";
        QTest::newRow("everything quoted") << QByteArray(
            "\"time\",\"endpoint\",\"id\",\"kind\",\"event\",\"size\",\"text\"\n"
            "\"2023-11-14 22:13:20.126456000\",\"10.0.0.1:40000\",\"1\",\"sent\",\"\",\"7\",\"GET; /o\"\n");
        QTest::newRow("semicolons") << QByteArray(
            "time;endpoint;id;kind;event;size;text\n"
            "2023-11-14 22:13:20,126456000;10.0.0.1:40000;1;sent;;7;\"GET; /o\"\n");
        QTest::newRow("tabs and sep=") << QByteArray(
            "sep=\t\r\ntime\tendpoint\tid\tkind\tevent\tsize\ttext\t\r\n"
            "2023-11-14 22:13:20.126456\t10.0.0.1:40000\t1\tsent\t\t7\tGET; /o\t\r\n");
        QTest::newRow("other order") << QByteArray("Kind,Time,Endpoint,Id,Event,Text,Size\n"
                                                   "sent,2023-11-14 22:13:20.126456000,a,1,,GET; /o,7\n");
        for (const auto& [name, encoding] :
             {std::pair("UTF-16LE", QStringConverter::Utf16LE), std::pair("UTF-16BE", QStringConverter::Utf16BE)}) {
            QStringEncoder encoder(encoding, QStringConverter::Flag::WriteBom);
            QTest::newRow(name) << QByteArray(encoder(QString::fromLatin1(head + "\r\n" + line + "\r\n")));
        }
    }
    void readsWhatSpreadsheetsSave() {
        QFETCH(QByteArray, file);
        const auto read = readRecording(save(file, QStringLiteral("s.csv")));
        QVERIFY2(read, read ? "" : qPrintable(read.error().detail.toText()));
        QVERIFY2(read->problems.isEmpty(), qPrintable(read->problems.join(QLatin1Char('\n'))));
        QCOMPARE(bytesOf(*read, RecordKind::Sent), QByteArray("GET; /o"));
        const TranscriptReader reader(read->conversations.at(0).transcript);
        QCOMPARE(reader.header(0).time.wall, 1'700'000'000'126'456'000);
    }

    void readsWhatAShellRedirects() {
        const QString line = QStringLiteral("{\"time\":\"2023-11-14T22:13:20.1Z\",\"endpoint\":\"é\",\"id\":1,\"kind\":"
                                            "\"received\",\"size\":2,\"base64\":\"aGk=\"}\r\n");
        for (const auto encoding : {QStringConverter::Utf8, QStringConverter::Utf16LE, QStringConverter::Utf16BE}) {
            QStringEncoder encoder(encoding, QStringConverter::Flag::WriteBom);
            const auto read = readRecording(save(QByteArray(encoder(line)), QStringLiteral("s.jsonl")));
            QVERIFY(read);
            QCOMPARE(bytesOf(*read), QByteArray("hi"));
            QCOMPARE(read->conversations.at(0).label.value(QStringLiteral("name")).toString(), QStringLiteral("é"));
            QStringEncoder again(encoding, QStringConverter::Flag::WriteBom);
            const auto dump = readRecording(
                save(QByteArray(again(QStringLiteral("00000000: 6869 0a  hi.\r\n"))), QStringLiteral("s.hex")));
            QVERIFY2(dump, dump ? "" : qPrintable(dump.error().detail.toText()));
            QCOMPARE(bytesOf(*dump), QByteArray("hi\n"));
        }
    }

    /// A size that is not that of the text: a spreadsheet changed it, or the line.
    void changedTextIsNotTakenForTheBytes() {
        const auto read = readRecording(save("time,endpoint,id,kind,event,size,text\n"
                                             "2023-11-14 22:13:20.1,a,1,sent,,9,short\n",
                                             QStringLiteral("size.csv")));
        QVERIFY(read);
        QCOMPARE(bytesOf(*read, RecordKind::Sent), QByteArray());
        QVERIFY(read->problems.constFirst().contains(QLatin1String("Line 2")));
    }
};

QTEST_GUILESS_MAIN(DumpsTest)
#include "tst_dumps.moc"
