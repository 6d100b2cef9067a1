// SPDX-License-Identifier: MIT
#include "core/capture/recorder.h"

#include <QJsonDocument>
#include <QTemporaryDir>
#include <QtTest/QtTest>

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
        transcript->appendEvent(EventKind::Closed, {{QStringLiteral("text"), QStringLiteral("closed by us")}},
                                Timestamp::now());
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
        QVERIFY(Recorder::open(QStringLiteral("x.docx")).error().detail.contains(QLatin1String(".jsonl")));
        QCOMPARE(Recorder::open(QStringLiteral("/no/such/folder/x.bin")).error().id, ErrorId::WriteFailed);
    }

    void stopsLoudlyOnAFullDisk() {
        if (!QFile::exists(QStringLiteral("/dev/full")))
            QSKIP("this system has no /dev/full");
        QVERIFY(QFile::link(QStringLiteral("/dev/full"), m_folder.filePath(QStringLiteral("full.bin"))));
        auto recorder = Recorder::open(m_folder.filePath(QStringLiteral("full.bin")));
        QVERIFY(recorder.has_value());
        const TranscriptReader reader(m_part.transcript);
        const bool isRefused =
            !(*recorder)->write(m_part, reader.at(0)).has_value() || !(*recorder)->flush().has_value();
        QVERIFY(isRefused);
    }
};

QTEST_GUILESS_MAIN(RecorderTest)
#include "tst_recorder.moc"
