// SPDX-License-Identifier: MIT
#include "core/capture/importedrecording.h"
#include "core/capture/recorder.h"

#include <QJsonDocument>
#include <QTemporaryDir>
#include <QtTest/QtTest>

#ifdef Q_OS_UNIX
#include <cerrno>
#include <csignal>
#include <sys/resource.h>
#endif

using namespace sw;

class RecorderTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    SourcePart m_part;

    static QByteArray contentOf(const QString& path) {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("missing");
    }

    void record(const QString& path) {
        auto recorder = Recorder::open(path);
        QVERIFY(recorder.has_value());
        const TranscriptReader reader(m_part.transcript);
        for (RecordIndex i = 0; i < reader.count(); ++i)
            QVERIFY((*recorder)->write(m_part, reader.at(i)).has_value());
        QVERIFY((*recorder)->flush().has_value());
    }

private slots:
    void initTestCase() {
        auto transcript = std::make_shared<Transcript>(std::make_shared<TranscriptStore>());
        transcript->append(RecordKind::Received, QByteArray("in\xff\0", 4), Timestamp::now());
        transcript->append(RecordKind::Sent, "out\n", Timestamp::now());
        transcript->appendEvent(EventKind::Closed, {{Fact::Text, QStringLiteral("closed by us")}}, Timestamp::now());
        m_part = {.id = static_cast<EndpointId>(3), .name = QStringLiteral("a name"), .transcript = transcript};
    }

    void writesOneObjectALine() {
        const QString path = m_folder.filePath(QStringLiteral("a.jsonl"));
        record(path);
        const QList<QByteArray> lines = contentOf(path).trimmed().split('\n');
        QCOMPARE(lines.size(), 3);
        const QJsonObject first = QJsonDocument::fromJson(lines.at(0)).object();
        QCOMPARE(first[QLatin1String("kind")].toString(), QStringLiteral("received"));
        QCOMPARE(QByteArray::fromBase64(first[QLatin1String("base64")].toString().toLatin1()),
                 QByteArray("in\xff\0", 4));
        QVERIFY(!first.contains(QLatin1String("text"))); // not UTF-8
        QCOMPARE(QJsonDocument::fromJson(lines.at(1)).object()[QLatin1String("text")].toString(),
                 QStringLiteral("out\n"));
        QCOMPARE(QJsonDocument::fromJson(lines.at(2)).object()[QLatin1String("event")].toString(),
                 QStringLiteral("closed"));
    }

    void writesExactBytesByDirection() {
        record(m_folder.filePath(QStringLiteral("b.bin")));
        QCOMPARE(contentOf(m_folder.filePath(QStringLiteral("b.bin"))), QByteArray("in\xff\0", 4));
        QCOMPARE(contentOf(m_folder.filePath(QStringLiteral("b.sent.bin"))), QByteArray("out\n"));
    }

    void filesArePrivate() {
        const QString path = m_folder.filePath(QStringLiteral("c.jsonl"));
        record(path);
        QCOMPARE(QFile::permissions(path) &
                     (QFile::ReadGroup | QFile::ReadOther | QFile::WriteGroup | QFile::WriteOther),
                 QFile::Permissions());
    }

    void saysWhatItCannotWrite() {
        QVERIFY(Recorder::open(QStringLiteral("x.docx")).error().detail.toText().contains(QLatin1String(".jsonl")));
        QCOMPARE(Recorder::open(QStringLiteral("/no/such/folder/x.bin")).error().id, ErrorId::WriteFailed);
    }

    void oneRecordingIsOneSetOfFiles() {
        const QString path = m_folder.filePath(QStringLiteral("set.bin"));
        const QString sent = m_folder.filePath(QStringLiteral("set.sent.bin"));
        record(path);
        QCOMPARE(Recorder::open(path).error().id, ErrorId::AlreadyExists);
        QVERIFY(QFile::remove(path));
        QCOMPARE(Recorder::open(path).error().id, ErrorId::AlreadyExists); // the other one is there
        QVERIFY(!QFile::exists(path));
        auto replaced = Recorder::open(path, Existing::Replace);
        QVERIFY(replaced.has_value());
        QVERIFY((*replaced)->finish().has_value());
        QCOMPARE(contentOf(path), QByteArray());
        QVERIFY(!QFile::exists(sent)); // this one has sent nothing
    }

    void nothingIsOverwrittenUnasked_data() {
        QTest::addColumn<QString>("ending");
        for (const char* ending : {".pcapng", ".jsonl", ".csv", ".txt", ".hex", ".bin"})
            QTest::newRow(ending) << QString::fromLatin1(ending);
    }
    void nothingIsOverwrittenUnasked() {
        QFETCH(QString, ending);
        const QString path = m_folder.filePath(QStringLiteral("mine") + ending);
        const auto save = [](const QString& name) {
            QFile file(name);
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write("precious");
        };
        save(path);
        QCOMPARE(Recorder::open(path).error().id, ErrorId::AlreadyExists);
        QCOMPARE(contentOf(path), QByteArray("precious"));
        QVERIFY(Recorder::open(path, Existing::Replace).has_value());
        QVERIFY(contentOf(path) != QByteArray("precious"));
        const QString target = m_folder.filePath(QStringLiteral("target") + ending.mid(1));
        save(target);
        const QString link = m_folder.filePath(QStringLiteral("link") + ending);
        if (!QFile::link(target, link))
            QSKIP("no links here");
        for (const Existing existing : {Existing::Refuse, Existing::Replace})
            QVERIFY(Recorder::open(link, existing).error().detail.toText().contains(QLatin1String("symbolic link")));
        QCOMPARE(contentOf(target), QByteArray("precious"));
    }

    void dumpsHaveBothDirections() {
        const TranscriptReader reader(m_part.transcript);
        const auto dumped = [&](bool isHex, bool passedOn) {
            const QString path = m_folder.filePath(QStringLiteral("any name"));
            auto recorder = Recorder::openDump(path, isHex, passedOn, Existing::Replace);
            for (RecordIndex i = 0; recorder && i < reader.count(); ++i)
                (void)(*recorder)->write(m_part, reader.at(i));
            return recorder && (*recorder)->finish() ? contentOf(path) : QByteArray("failed");
        };
        QCOMPARE(dumped(false, false), QByteArray("in\xff\0out\n", 8));
        QCOMPARE(dumped(false, true), QByteArray("out\n"));
        QVERIFY(dumped(true, false).contains("00000000: 69 6e ff 00"));
        QVERIFY(dumped(true, false).contains("00000000: 6f 75 74 0a"));
        QVERIFY(!dumped(true, true).contains("69 6e ff 00"));
        QVERIFY(!Recorder::openDump(m_folder.filePath(QStringLiteral("folder/")), false, false));
    }

    void whatNobodyWantsGoes() {
        const QString path = m_folder.filePath(QStringLiteral("gone.bin"));
        auto recorder = Recorder::open(path);
        QVERIFY(recorder.has_value());
        const TranscriptReader reader(m_part.transcript);
        QVERIFY((*recorder)->write(m_part, reader.at(1)).has_value());
        (*recorder)->discard();
        QVERIFY(!QFile::exists(path));
        QVERIFY(!QFile::exists(m_folder.filePath(QStringLiteral("gone.sent.bin"))));
    }

#ifdef Q_OS_UNIX
    void aFullDiskKeepsWholeRecords_data() {
        nothingIsOverwrittenUnasked_data();
    }
    void aFullDiskKeepsWholeRecords() {
        QFETCH(QString, ending);
        const QString path = m_folder.filePath(QStringLiteral("full") + ending);
        auto transcript = std::make_shared<Transcript>(std::make_shared<TranscriptStore>());
        for (int i = 0; i < 3000; ++i)
            transcript->append(RecordKind::Received, QByteArray("record " + QByteArray::number(i + 100'000) + '\n'),
                               Timestamp::now());
        const SourcePart part{.id = static_cast<EndpointId>(4), .name = QStringLiteral("n"), .transcript = transcript};
        const TranscriptReader reader(transcript);
        const auto before = std::signal(SIGXFSZ, SIG_IGN);
        rlimit limit{};
        QCOMPARE(::getrlimit(RLIMIT_FSIZE, &limit), 0);
        const rlimit small{.rlim_cur = 20'011, .rlim_max = limit.rlim_max};
        auto recorder = Recorder::open(path);
        QVERIFY(recorder.has_value());
        ::setrlimit(RLIMIT_FSIZE, &small);
        for (RecordIndex i = 0; i < reader.count(); ++i)
            (void)(*recorder)->write(part, reader.at(i));
        const auto failed = (*recorder)->finish();
        ::setrlimit(RLIMIT_FSIZE, &limit);
        std::signal(SIGXFSZ, before);
        QVERIFY(!failed);
        QCOMPARE(failed.error().id, ErrorId::WriteFailed);
        QCOMPARE(failed.error().native, EFBIG);
        QVERIFY(failed.error().detail.toText().contains(path) &&
                failed.error().detail.toText().contains(qt_error_string(EFBIG)));
        const QByteArray content = contentOf(path);
        QVERIFY2(content.size() > 19'000 && content.size() <= 20'011, QByteArray::number(content.size()));
        if (ending == QLatin1String(".txt")) {
            QVERIFY(content.endsWith('\n'));
            return;
        }
        const auto read = readRecording(path);
        QVERIFY(read.has_value());
        QVERIFY2(read->problems.isEmpty(), qPrintable(read->problems.join(QLatin1Char('\n'))));
        QByteArray bytes;
        const TranscriptReader again(read->conversations.at(0).transcript);
        for (RecordIndex i = 0; i < again.count(); ++i) {
            if (again.header(i).kind == RecordKind::Received)
                bytes += again.at(i).bytes;
        }
        QVERIFY(bytes.startsWith("record 100000\nrecord 100001\n"));
        QVERIFY(ending == QLatin1String(".bin") || bytes.endsWith('\n'));
    }
#endif
};

QTEST_GUILESS_MAIN(RecorderTest)
#include "tst_recorder.moc"
