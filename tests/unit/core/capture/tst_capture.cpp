// SPDX-License-Identifier: MIT
#include "core/capture/importedrecording.h"
#include "core/capture/packetbuilder.h"
#include "core/capture/packetreader.h"
#include "core/capture/recorder.h"
#include "core/capture/recordingwriter.h"
#include "core/capture/tcpreassembly.h"
#include "core/capture/textrecorders.h"

#include <QDirIterator>
#include <QtEndian>
#include <QtTest/QtTest>

#include <random>

using namespace sw;

namespace {

const PacketEnd client{QHostAddress(QStringLiteral("10.0.0.1")), 40000};
const PacketEnd server{QHostAddress(QStringLiteral("10.0.0.2")), 80};

QByteArray tcpFrame(const PacketEnd& from, const PacketEnd& to, quint32 sequence, quint32 acknowledged, quint8 flags,
                    QByteArrayView payload) {
    return tcpHead(from, to, sequence, acknowledged, flags, payload) + payload.toByteArray();
}

QByteArray udpFrame(const PacketEnd& from, const PacketEnd& to, QByteArrayView payload) {
    return udpHead(from, to, payload) + payload.toByteArray();
}

template <typename T>
QByteArray raw(T value, bool isBig) {
    const T swapped = isBig ? qToBigEndian(value) : qToLittleEndian(value);
    return {reinterpret_cast<const char*>(&swapped), sizeof swapped};
}

QByteArray pcap(const QVector<QByteArray>& frames, quint32 linkType = 1, bool isBig = false, bool isNano = false) {
    QByteArray file = raw<quint32>(isNano ? 0xa1b23c4d : 0xa1b2c3d4, isBig) + raw<quint16>(2, isBig) +
                      raw<quint16>(4, isBig) + QByteArray(8, '\0') + raw<quint32>(65535, isBig) +
                      raw<quint32>(linkType, isBig);
    quint32 time = 0;
    for (const QByteArray& frame : frames)
        file += raw<quint32>(1'700'000'000, isBig) + raw<quint32>(++time, isBig) +
                raw<quint32>(static_cast<quint32>(frame.size()), isBig) +
                raw<quint32>(static_cast<quint32>(frame.size()), isBig) + frame;
    return file;
}

QByteArray bytesOf(const ImportedRecording& recording, std::size_t conversation, RecordKind kind) {
    QByteArray bytes;
    const TranscriptReader reader(recording.conversations.at(conversation).transcript);
    for (RecordIndex i = 0; i < reader.count(); ++i) {
        const RecordView record = reader.at(i);
        if (record.header.kind == kind)
            bytes += record.bytes;
    }
    return bytes;
}

int countOf(const ImportedRecording& recording, std::size_t conversation, EventKind event) {
    int count = 0;
    const TranscriptReader reader(recording.conversations.at(conversation).transcript);
    for (RecordIndex i = 0; i < reader.count(); ++i)
        count += reader.header(i).event == event ? 1 : 0;
    return count;
}

TcpSegment segment(quint32 sequence, QByteArrayView payload) {
    return {.sequence = sequence, .payload = payload, .size = static_cast<quint32>(payload.size())};
}

QByteArray joined(const std::vector<TcpReassembly::Output>& outputs) {
    QByteArray bytes;
    for (const auto& output : outputs)
        bytes += output.gap > 0 ? QByteArray("[") + QByteArray::number(output.gap) + "]" : output.bytes;
    return bytes;
}

} // namespace

class CaptureTest final : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    QString save(const QByteArray& bytes, const QString& name) {
        const QString path = m_folder.filePath(name);
        QFile file(path);
        [[maybe_unused]] const bool isOpen = file.open(QIODevice::WriteOnly);
        file.write(bytes);
        return path;
    }

    static QVector<QByteArray> exchange() {
        return {tcpFrame(client, server, 99, 0, TcpSyn, {}),
                tcpFrame(server, client, 499, 100, TcpSyn | TcpAck, {}),
                tcpFrame(client, server, 100, 500, TcpAck | TcpPsh, "GET / HTTP/1.0\r\n\r\n"),
                tcpFrame(server, client, 500, 118, TcpAck | TcpPsh, "200 OK"),
                tcpFrame(server, client, 506, 118, TcpFin | TcpAck, {}),
                tcpFrame(client, server, 118, 507, TcpFin | TcpAck, {})};
    }

private slots:
    void readsBothByteOrdersAndResolutions_data() {
        QTest::addColumn<bool>("isBig");
        QTest::addColumn<bool>("isNano");
        QTest::newRow("little micro") << false << false;
        QTest::newRow("big micro") << true << false;
        QTest::newRow("little nano") << false << true;
        QTest::newRow("big nano") << true << true;
    }
    void readsBothByteOrdersAndResolutions() {
        QFETCH(bool, isBig);
        QFETCH(bool, isNano);
        const auto recording = readRecording(save(pcap(exchange(), 1, isBig, isNano), QStringLiteral("a.pcap")));
        QVERIFY(recording);
        QCOMPARE(recording->conversations.size(), 1U);
        QCOMPARE(bytesOf(*recording, 0, RecordKind::Sent), QByteArray("GET / HTTP/1.0\r\n\r\n"));
        QCOMPARE(bytesOf(*recording, 0, RecordKind::Received), QByteArray("200 OK"));
        QCOMPARE(countOf(*recording, 0, EventKind::Closed), 1);
        const TranscriptReader reader(recording->conversations[0].transcript);
        QCOMPARE(reader.header(0).time.wall, 1'700'000'000'000'000'000 + (isNano ? 1 : 1000));
        QCOMPARE(recording->conversations[0].label.value(QStringLiteral("peer")).toString(),
                 QStringLiteral("10.0.0.2:80"));
    }

    void readsEveryLinkType_data() {
        QTest::addColumn<quint32>("linkType");
        QTest::addColumn<QByteArray>("before");
        QTest::newRow("raw") << 101U << QByteArray();
        QTest::newRow("raw as OpenBSD has it") << 14U << QByteArray();
        QTest::newRow("ipv4") << 228U << QByteArray();
        QTest::newRow("null") << 0U << QByteArray("\x02\0\0\0", 4);
        QTest::newRow("loop") << 108U << QByteArray("\0\0\0\x02", 4);
        QTest::newRow("cooked") << 113U << QByteArray(14, '\0') + QByteArray("\x08\0", 2);
        QTest::newRow("cooked 2") << 276U << QByteArray("\x08\0", 2) + QByteArray(18, '\0');
        QTest::newRow("VLAN") << 1U << QByteArray(12, 'm') + QByteArray("\x81\0\0\x07\x08\0", 6);
        QTest::newRow("VLAN in VLAN") << 1U << QByteArray(12, 'm') + QByteArray("\x88\xa8\0\x07\x81\0\0\x09\x08\0", 10);
    }
    void readsEveryLinkType() {
        QFETCH(quint32, linkType);
        QFETCH(QByteArray, before);
        QVector<QByteArray> frames;
        for (const QByteArray& frame : exchange())
            frames.append(before + frame.mid(14));
        const auto recording = readRecording(save(pcap(frames, linkType), QStringLiteral("b.pcap")));
        QVERIFY(recording);
        QCOMPARE(bytesOf(*recording, 0, RecordKind::Received), QByteArray("200 OK"));
    }

    void namesTheLinkTypeThatItCannotRead() {
        const auto recording = readRecording(save(pcap({QByteArray(40, 'x')}, 127), QStringLiteral("c.pcap")));
        QVERIFY(recording);
        QVERIFY(recording->problems.join(QLatin1Char(' ')).contains(QStringLiteral("IEEE 802.11 with radiotap")));
    }

    void putsFragmentsTogether() {
        const QByteArray whole = udpFrame(client, server, QByteArray(QByteArray(3000, 'f') + "end")).mid(14);
        QVector<QByteArray> fragments;
        for (const int at : {1600, 0, 800, 2400}) { // the last one is not the last to come
            QByteArray piece = whole.left(20) + whole.mid(20 + at, 800);
            qToBigEndian(static_cast<quint16>(piece.size()), piece.data() + 2);
            const bool isLast = 20 + at + 800 >= whole.size();
            qToBigEndian(static_cast<quint16>(at / 8 | (isLast ? 0 : 0x2000)), piece.data() + 6);
            fragments.append(piece);
        }
        const auto recording = readRecording(save(pcap(fragments, 101), QStringLiteral("d.pcap")));
        QVERIFY(recording);
        QCOMPARE(bytesOf(*recording, 0, RecordKind::Sent), QByteArray(QByteArray(3000, 'f') + "end"));
    }

    void passesOverExtensionHeaders() {
        const PacketEnd a{QHostAddress(QStringLiteral("fe80::1")), 4000};
        const PacketEnd b{QHostAddress(QStringLiteral("fe80::2")), 53};
        QByteArray frame = udpFrame(a, b, "six").mid(14);
        frame.insert(40, QByteArray("\x3c\0\x01\x04\0\0\0\0\x11\0\x01\x04\0\0\0\0", 16)); // hop by hop, destination
        frame[6] = 0;
        qToBigEndian(static_cast<quint16>(frame.size() - 40), frame.data() + 4);
        const auto recording = readRecording(save(pcap({frame}, 229), QStringLiteral("e.pcap")));
        QVERIFY(recording);
        QCOMPARE(bytesOf(*recording, 0, RecordKind::Sent), QByteArray("six"));
    }

    void reassemblesWhateverTheOrder() {
        std::mt19937 random(7);
        QByteArray stream;
        for (int i = 0; i < 5000; ++i)
            stream.append(static_cast<char>(random()));
        for (int run = 0; run < 50; ++run) {
            const quint32 initial = 0xffffffffU - random() % 6000; // wraps in the middle
            QVector<std::pair<int, int>> pieces;
            for (int at = 0; at < stream.size();) {
                const int size = 1 + static_cast<int>(random() % 400);
                pieces.append({at, size});
                if (random() % 4 == 0)
                    pieces.append({std::max(0, at - 100), size}); // repeated, overlapping
                at += size;
            }
            for (int i = 0; i + 1 < pieces.size(); ++i)
                std::swap(pieces[i],
                          pieces[i + static_cast<int>(random() % std::min<qsizetype>(8, pieces.size() - i))]);
            TcpReassembly way;
            TcpSegment syn{.sequence = initial, .isSyn = true};
            way.feed(syn);
            QByteArray out;
            for (const auto& [at, size] : pieces) {
                const QByteArray payload = stream.mid(at, size);
                out += joined(way.feed(segment(initial + 1 + static_cast<quint32>(at), payload)));
            }
            QCOMPARE(out, stream);
            QCOMPARE(way.waiting(), 0);
        }
    }

    void whatCameFirstStays() {
        TcpReassembly way;
        way.feed({.sequence = 0, .isSyn = true});
        QCOMPARE(joined(way.feed(segment(6, "DDDD"))), QByteArray());
        QCOMPARE(joined(way.feed(segment(1, "aaaaaaaaaaaa"))), QByteArray("aaaaaDDDDaaa"));
    }

    void manySmallSegmentsBackwardsAreAllThere() {
        constexpr int count = 20'000;
        TcpReassembly way;
        way.feed({.sequence = 0, .isSyn = true});
        QByteArray stream;
        for (int i = 0; i < count; ++i)
            stream.append(static_cast<char>('a' + i % 26));
        QByteArray out;
        for (int i = count - 1; i >= 0; --i)
            out += joined(way.feed(segment(static_cast<quint32>(i) + 1, stream.mid(i, 1))));
        QCOMPARE(out, stream);
    }

    void marksWhatIsMissing() {
        TcpReassembly way;
        way.feed({.sequence = 0, .isSyn = true});
        QCOMPARE(joined(way.feed(segment(1, "begin"))), QByteArray("begin"));
        way.feed(segment(16, "later"));
        QCOMPARE(joined(way.flush()), QByteArray("[10]later"));
        TcpReassembly told;
        told.feed({.sequence = 0, .isSyn = true});
        for (const quint32 at : {101U, 201U, 301U})
            told.feed(segment(at, QByteArray(100, 'x')));
        QCOMPARE(joined(told.acknowledged(401)), QByteArray(QByteArray("[100]") + QByteArray(300, 'x')));
    }

    void survivesCutAndChangedFiles() {
        QVector<QByteArray> frames = exchange();
        frames.append(udpFrame(client, server, "datagram"));
        const QByteArray whole = pcap(frames);
        for (qsizetype size = 0; size < whole.size(); size += 3) {
            const auto recording = readRecording(save(whole.left(size), QStringLiteral("cut.pcap")));
            QVERIFY(recording || !recording.error().detail.isEmpty());
        }
        std::mt19937 random(1);
        for (int i = 0; i < 500; ++i) {
            QByteArray changed = whole;
            for (int k = 0; k < 5; ++k)
                changed[static_cast<qsizetype>(random() % static_cast<unsigned>(whole.size()))] =
                    static_cast<char>(random());
            readRecording(save(changed, QStringLiteral("changed.pcap")));
        }
    }

    /// Every format that is read gives back what was written.
    void writesWhatItReads_data() {
        QTest::addColumn<QString>("ending");
        QTest::addColumn<EventKind>("beginning");
        for (const char* ending : {"pcapng", "jsonl", "csv", "hex", "bin"}) {
            QTest::newRow(ending) << QString::fromLatin1(ending) << EventKind::Opened;
            QTest::addRow("%s, accepted", ending) << QString::fromLatin1(ending) << EventKind::Accepted;
        }
    }
    void writesWhatItReads() {
        QFETCH(QString, ending);
        QFETCH(EventKind, beginning);
        QByteArray all;
        for (int i = 0; i < 256; ++i)
            all.append(static_cast<char>(i));
        auto store = std::make_shared<TranscriptStore>();
        auto transcript = std::make_shared<Transcript>(store);
        const qint64 wall = 1'700'000'000'123'456'789;
        transcript->appendEvent(beginning,
                                {{Fact::Text, QStringLiteral("connected")},
                                 {Fact::Scheme, QStringLiteral("tcp")},
                                 {Fact::Local, QStringLiteral("127.0.0.1:41234")},
                                 {Fact::Peer, QStringLiteral("127.0.0.1:80")}},
                                {.wall = wall, .mono = 1});
        transcript->append(RecordKind::Sent, "=question\n", {.wall = wall + 1000, .mono = 2});
        transcript->append(RecordKind::Received, all, {.wall = wall + 2000, .mono = 3});
        transcript->append(RecordKind::Note, "look here", {.wall = wall + 2500, .mono = 4});
        transcript->append(RecordKind::Sent, "'quoted', \"too\"", {.wall = wall + 3000, .mono = 5});
        transcript->appendEvent(EventKind::EndOfStream, {{Fact::Text, QStringLiteral("end")}},
                                {.wall = wall + 3500, .mono = 6});
        transcript->appendEvent(
            EventKind::Closed,
            {{Fact::Text, QStringLiteral("closed by us")}, {Fact::Cause, QStringLiteral("closed-by-us")}},
            {.wall = wall + 4000, .mono = 7});
        const SourcePart part{
            .id = static_cast<EndpointId>(7), .name = QStringLiteral("to the server"), .transcript = transcript};
        const QString path = m_folder.filePath(QStringLiteral("written.") + ending);
        {
            auto recorder = Recorder::open(path, Existing::Replace);
            QVERIFY(recorder);
            const TranscriptReader reader(transcript);
            for (RecordIndex i = 0; i < reader.count(); ++i)
                QVERIFY((*recorder)->write(part, reader.at(i)));
            QVERIFY((*recorder)->finish());
        }
        const auto recording = readRecording(path);
        QVERIFY2(recording, recording ? "" : qPrintable(recording.error().detail.toText()));
        QVERIFY2(recording->problems.isEmpty(), qPrintable(recording->problems.join(QLatin1Char('\n'))));
        QCOMPARE(recording->conversations.size(), 1U);
        QCOMPARE(bytesOf(*recording, 0, RecordKind::Sent), QByteArray("=question\n'quoted', \"too\""));
        QCOMPARE(bytesOf(*recording, 0, RecordKind::Received), all);
        if (ending == QLatin1String("bin"))
            return; // bytes only
        const TranscriptReader reader(recording->conversations[0].transcript);
        QVector<qint64> times;
        for (RecordIndex i = 0; i < reader.count(); ++i) {
            if (reader.header(i).kind == RecordKind::Sent)
                times.append(reader.header(i).time.wall);
        }
        QCOMPARE(times, (QVector<qint64>{wall + 1000, wall + 3000}));
        QCOMPARE(recording->conversations[0].label.value(QStringLiteral("name")).toString(), part.name);
        if (ending == QLatin1String("hex"))
            return; // events are comments there
        QCOMPARE(bytesOf(*recording, 0, RecordKind::Note), QByteArray("look here"));
        QCOMPARE(countOf(*recording, 0, EventKind::Closed), 1);
        QCOMPARE(countOf(*recording, 0, EventKind::EndOfStream), 1);
        QCOMPARE(countOf(*recording, 0, beginning), 1);
    }

    /// Who began is told by our first comment only, not by what others write.
    void nobodyTurnsTheSides() {
        auto transcript = std::make_shared<Transcript>(std::make_shared<TranscriptStore>());
        transcript->appendEvent(EventKind::Opened,
                                {{Fact::Text, QStringLiteral("open")},
                                 {Fact::Scheme, QStringLiteral("udp")},
                                 {Fact::Local, QStringLiteral("127.0.0.1:41234")},
                                 {Fact::Peer, QStringLiteral("127.0.0.1:53")}},
                                {.wall = 1, .mono = 1});
        const QByteArray claim = "(accepted here; headers synthesised from socket calls)";
        transcript->append(RecordKind::Note, claim, {.wall = 2, .mono = 2});
        transcript->appendEvent(EventKind::TlsEstablished, {{Fact::Text, QString::fromLatin1(claim)}},
                                {.wall = 3, .mono = 3});
        transcript->append(RecordKind::Sent, "ours", {.wall = 4, .mono = 4}, DatagramFlag);
        transcript->append(RecordKind::Received, "theirs", {.wall = 5, .mono = 5}, DatagramFlag);
        const QString path = m_folder.filePath(QStringLiteral("turned.pcapng"));
        RecordSource source;
        source.addPart({.id = static_cast<EndpointId>(1), .name = QStringLiteral("x"), .transcript = transcript});
        source.update();
        QVERIFY(writeRecording(source, path, {}));
        const auto recording = readRecording(path);
        QVERIFY(recording);
        QCOMPARE(bytesOf(*recording, 0, RecordKind::Sent), QByteArray("ours"));
        QCOMPARE(bytesOf(*recording, 0, RecordKind::Received), QByteArray("theirs"));
        QCOMPARE(countOf(*recording, 0, EventKind::Accepted), 0);
    }

    void nothingStaysOfACancelledOne_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"c.pcapng", "c.txt", "c.bin", "folder/"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }
    void nothingStaysOfACancelledOne() {
        QFETCH(QString, name);
        const QTemporaryDir folder;
        auto transcript = std::make_shared<Transcript>(std::make_shared<TranscriptStore>());
        for (int i = 0; i < 4000; ++i)
            transcript->append(i % 2 == 0 ? RecordKind::Sent : RecordKind::Received, "some bytes", Timestamp::now());
        RecordSource source;
        source.addPart({.id = static_cast<EndpointId>(1), .name = QStringLiteral("x"), .transcript = transcript});
        source.update();
        ImportProgress progress;
        const auto cancel = [&](RecordIndex index) {
            progress.isCancelled = progress.isCancelled || index == 1500;
            return true;
        };
        const auto written = writeRecording(source, folder.filePath(name), cancel, &progress);
        QVERIFY(!written);
        QCOMPARE(written.error().id, ErrorId::ShutDown);
        QDirIterator left(folder.path(), QDir::Files, QDirIterator::Subdirectories);
        QVERIFY2(!left.hasNext(), qPrintable(left.next()));
        progress.isCancelled = false;
        const auto whole = writeRecording(source, folder.filePath(name), {}, &progress);
        QVERIFY(whole);
        QCOMPARE(*whole, RecordIndex(4000));
    }

    void readsHexDumpsOfOthers() {
        const auto wireshark =
            readRecording(save("I 0000  68 65 6c 6c 6f 20 77 6f  72 6c 64 21 0a 00 01 02   hello wo rld!....\n"
                               "  0010  03 04                                             ..\n"
                               "O 0000  62 79 65                                          bye\n",
                               QStringLiteral("w.hex")));
        QVERIFY(wireshark);
        QCOMPARE(bytesOf(*wireshark, 0, RecordKind::Received), QByteArray("hello world!\n\0\1\2\3\4", 18));
        QCOMPARE(bytesOf(*wireshark, 0, RecordKind::Sent), QByteArray("bye"));
        const auto xxd = readRecording(save("00000000: 6865 6c6c 6f0a 6465 6164 6265 6566 2061  hello.deadbeef a\n"
                                            "00000010: 6263                                     bc\n",
                                            QStringLiteral("x.hex")));
        QVERIFY(xxd);
        QCOMPARE(bytesOf(*xxd, 0, RecordKind::Received), QByteArray("hello\ndeadbeef abc"));
        QVERIFY(!readRecording(save("no dump at all\n", QStringLiteral("n.hex"))));
    }

    void fileNamesStayInTheirFolder_data() {
        QTest::addColumn<QString>("name");
        for (const char* name :
             {"../../etc/passwd", "..", "", "con", "COM1.txt", "a/b\\c", "nul", "x\ty\nz", "....", "C:evil"})
            QTest::newRow(name) << QString::fromLatin1(name);
        QTest::newRow("long") << QString(300, QLatin1Char('n'));
        QTest::newRow("NUL") << QString(QLatin1Char('a')) + QChar(0) + QLatin1Char('b');
        QTest::newRow("bidi") << QStringLiteral("a\u202eb");
    }
    void fileNamesStayInTheirFolder() {
        QFETCH(QString, name);
        const QString safe = safeFileName(name);
        QVERIFY(!safe.isEmpty() && safe.size() <= 121);
        for (const char c : {'/', '\\', ':', '\0', '\n', '\t'})
            QVERIFY(!safe.contains(QLatin1Char(c)));
        QVERIFY(!safe.startsWith(QLatin1Char('.')) && !safe.endsWith(QLatin1Char('.')));
        QVERIFY(safe.toLower() != QLatin1String("con") && safe.toLower() != QLatin1String("nul"));
    }

    void aFolderHasOneRecording() {
        auto transcript = std::make_shared<Transcript>(std::make_shared<TranscriptStore>());
        transcript->append(RecordKind::Received, "new", Timestamp::now());
        const SourcePart part{
            .id = static_cast<EndpointId>(1), .name = QStringLiteral("../x"), .transcript = transcript};
        const QString folder = m_folder.filePath(QStringLiteral("streams"));
        QVERIFY(QDir().mkpath(folder));
        const QString taken = folder + QLatin1Char('/') + safeFileName(part.name) + QStringLiteral("-received.bin");
        save("old", QStringLiteral("streams/") + QFileInfo(taken).fileName());
        QCOMPARE(Recorder::open(folder).error().id, ErrorId::AlreadyExists); // two recordings would be mixed
        QFile old(taken);
        QVERIFY(old.open(QIODevice::ReadOnly));
        QCOMPARE(old.readAll(), QByteArray("old"));
        auto recorder = Recorder::open(folder, Existing::Replace);
        QVERIFY(recorder);
        QVERIFY((*recorder)->write(part, TranscriptReader(transcript).at(0)));
        QVERIFY((*recorder)->finish());
        QFile replaced(taken);
        QVERIFY(replaced.open(QIODevice::ReadOnly));
        QCOMPARE(replaced.readAll(), QByteArray("new"));
        QCOMPARE(QDir(folder).entryList(QDir::Files).size(), 1);
        save("mine", QStringLiteral("streams/firmware.bin")); // not named like one of ours
        QVERIFY(!Recorder::open(folder, Existing::Replace));
        QVERIFY(QFile::exists(folder + QStringLiteral("/firmware.bin")));
        QVERIFY(QFile::exists(taken));
    }
};

QTEST_GUILESS_MAIN(CaptureTest)
#include "tst_capture.moc"
