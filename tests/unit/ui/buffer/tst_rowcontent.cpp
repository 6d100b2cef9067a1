// SPDX-License-Identifier: MIT
#include "ui/buffer/bufferlayout.h"
#include "ui/buffer/rowcontent.h"
#include "ui/buffer/selectiontext.h"

#include <QFontDatabase>
#include <QtTest/QtTest>

using namespace sw;
using namespace sw::ui;

class RowContentTest : public QObject {
    Q_OBJECT

private:
    std::shared_ptr<Transcript> m_transcript = std::make_shared<Transcript>(std::make_shared<TranscriptStore>());
    RecordSource m_source;
    BufferLayout m_layout;

private slots:
    void initTestCase() {
        m_transcript->append(RecordKind::Received, "ab\xc3\xbc\n\xffz", {.wall = 1'000'000'000, .mono = 1'000'000'000});
        m_transcript->append(RecordKind::Sent, "", {.wall = 2'000'000'000, .mono = 2'500'000'000});
        m_transcript->appendEvent(EventKind::Closed, {{Fact::Text, QStringLiteral("closed by us")}},
                                  {.wall = 3'000'000'000, .mono = 3'000'000'000});
        m_source.addPart({.id = EndpointId::None, .name = QStringLiteral("n"), .transcript = m_transcript});
        m_source.update();
    }

    void textPositionsMatchBytes() {
        const RowContent content = makeRowContent(m_source, {0, 0, 7}, m_layout);
        const BufferFont metrics(QFontDatabase::systemFont(QFontDatabase::FixedFont));
        for (const quint32 byte : {0U, 1U, 2U, 4U, 5U, 6U, 7U})
            QCOMPARE(byteAtTextX(content, metrics, textXOfByte(content, metrics, byte)), byte);
    }

    void emptyDatagramsAreSaid() {
        QCOMPARE(makeRowContent(m_source, {1, 0, 0}, m_layout).text.text, QStringLiteral("(empty datagram)"));
    }

    void eventsAreSentences() {
        const RowContent content = makeRowContent(m_source, {2, 0, 0}, m_layout);
        QCOMPARE(content.text.text, QStringLiteral("closed by us"));
        QVERIFY(content.plainText(BufferMode::Text).endsWith(QLatin1String(" event closed by us")));
    }

    void hexShowsOffsetAndDigits() {
        const RowContent content = makeRowContent(m_source, {0, 0, 7}, m_layout);
        QCOMPARE(content.hexDigits(), QStringLiteral("00000000  61 62 c3 bc 0a ff 7a "));
    }

    void timestampsFollowTheirMode() {
        QCOMPARE(timestampText(TimestampMode::Relative, 0, 63'000'001'000, 0, 0), QStringLiteral("01:03.000001"));
        QCOMPARE(timestampText(TimestampMode::Delta, 0, 2'500'000'000, 0, 1'000'000'000), QStringLiteral("+1.500000"));
        QCOMPARE(timestampText(TimestampMode::Off, 1, 1, 1, 1), QString());
        QVERIFY(timestampText(TimestampMode::Absolute, 123'456'000, 0, 0, 0).endsWith(QLatin1String(".123456")));
    }

    void hexColumnsAreHitWhereTheyArePainted() {
        BufferLayout layout{.mode = BufferMode::Hex};
        for (int byte = 0; byte < layout.hexBytes; ++byte)
            QCOMPARE(layout.hexByteAt(layout.hexX(byte) + layout.charWidth), byte);
        QCOMPARE(layout.hexByteAt(layout.textX() + 500), layout.hexBytes);
        QVERIFY(layout.textX() > layout.hexX(layout.hexBytes - 1));
        int before = 0;
        for (const int width : {200, 700, 1000, 1400, 4000}) { // pixels; wider shows more, and what is shown fits
            const int bytes = layout.hexBytesFor(width);
            QVERIFY(bytes >= before);
            before = bytes;
            BufferLayout fitted = layout;
            fitted.hexBytes = bytes;
            QVERIFY(bytes == 8 || fitted.contentWidth(bytes) <= width);
        }
        QCOMPARE(layout.hexBytesFor(200), 8);
        QCOMPARE(layout.hexBytesFor(4000), 32);
    }

    void charactersThatReadsCutAreWholeWhereTheyBegin() {
        auto transcript = std::make_shared<Transcript>(std::make_shared<TranscriptStore>());
        const auto add = [&](RecordKind kind, const char* bytes, quint8 flags = NoFlag) {
            const auto count = static_cast<qint64>(transcript->count());
            transcript->append(kind, bytes, {.wall = count + 1, .mono = count + 1}, flags);
        };
        add(RecordKind::Received, "Gr\xc3");
        add(RecordKind::Sent, "\xbc other way");
        transcript->appendEvent(EventKind::Warning, {{Fact::Text, QStringLiteral("between")}}, {.wall = 3, .mono = 3});
        add(RecordKind::Received, "\xbcn \xf0");
        add(RecordKind::Received, "\x9f");
        add(RecordKind::Received, "\x98");
        add(RecordKind::Received, "\x80!");
        add(RecordKind::Received, "\xc3", DatagramFlag);
        add(RecordKind::Received, "\xbc", DatagramFlag);
        RecordSource source;
        source.addPart({.id = EndpointId::None, .name = QStringLiteral("n"), .transcript = transcript});
        source.update();
        QStringList shown;
        const BufferFont metrics(QFontDatabase::systemFont(QFontDatabase::FixedFont));
        for (RecordIndex index = 0; index < source.count(); ++index) {
            const quint32 size = source.header(index).size;
            const RowContent content = makeRowContent(source, {index, 0, size}, m_layout);
            shown.append(content.text.text);
            if (!content.isData())
                continue;
            qsizetype end = 0; // pieces stand for the record's own bytes, all of them
            for (const VisibleText::Piece& piece : content.text.pieces) {
                QCOMPARE(piece.byteStart, end);
                end += piece.byteLength;
            }
            QCOMPARE(end, qsizetype(size));
            QCOMPARE(byteAtTextX(content, metrics, textXOfByte(content, metrics, size)), size);
        }
        QCOMPARE(shown, (QStringList{QStringLiteral("Grü"), QStringLiteral("\\xbc other way"),
                                     QStringLiteral("between"), QStringLiteral("n 😀"), QString(), QString(),
                                     QStringLiteral("!"), QStringLiteral("\\xc3"), QStringLiteral("\\xbc")}));
        QCOMPARE(copyAsText(source, {0, 0}, {0, 3}), QStringLiteral("Grü"));
        QCOMPARE(copyAsText(source, {3, 0}, {6, 2}), QStringLiteral("n 😀\n!"));
    }

    void aCharacterThatIsCutInItsMiddleIsHitAsAWhole() {
        auto transcript = std::make_shared<Transcript>(std::make_shared<TranscriptStore>());
        transcript->append(RecordKind::Received, "\xf0\x9f", {.wall = 1, .mono = 1});
        transcript->append(RecordKind::Received, "\x98\x80", {.wall = 2, .mono = 2});
        RecordSource source;
        source.addPart({.id = static_cast<EndpointId>(1), .name = QStringLiteral("n"), .transcript = transcript});
        source.update();
        const BufferFont metrics(QFontDatabase::systemFont(QFontDatabase::FixedFont));
        const RowContent content = makeRowContent(source, {0, 0, 2}, m_layout);
        const qreal width = textXOfByte(content, metrics, 2);
        QVERIFY(width > 0);
        for (const qreal share : {0.1, 0.4, 0.6, 0.9})
            QCOMPARE(byteAtTextX(content, metrics, width * share), share < 0.5 ? 0U : 2U);
        // where its begin is hidden, the rest is shown as what it is
        source.setFiltered(true);
        source.show({1});
        QCOMPARE(makeRowContent(source, {0, 0, 2}, m_layout).text.text, QStringLiteral("\\x98\\x80"));
    }

    void rowsOfHexCutNoCharacterEither() {
        auto transcript = std::make_shared<Transcript>(std::make_shared<TranscriptStore>());
        transcript->append(RecordKind::Received, "0123456789abcde\xe2\x82\xac!", {.wall = 1, .mono = 1});
        RecordSource source;
        source.addPart({.id = EndpointId::None, .name = QStringLiteral("n"), .transcript = transcript});
        source.update();
        QCOMPARE(makeRowContent(source, {0, 0, 16}, m_layout).text.text, QStringLiteral("0123456789abcde€"));
        QCOMPARE(makeRowContent(source, {0, 16, 3}, m_layout).text.text, QStringLiteral("!"));
    }

    void copiesInEveryForm() {
        QCOMPARE(selectedBytes(m_source, {0, 1}, {0, 5}, 100), QByteArray("b\xc3\xbc\n"));
        QCOMPARE(copyAsText(m_source, {0, 0}, {2, 1}),
                 QStringLiteral("abü\n\ufffdz\n\nclosed by us").replace(QStringLiteral("\n\n"), QStringLiteral("\n")));
        QCOMPARE(copyAsHex("a\xff"), QStringLiteral("61 ff"));
        QCOMPARE(copyAsCArray("a\xff"),
                 QStringLiteral("static const unsigned char data[2] = {\n    0x61, 0xff,\n};\n"));
    }
};

QTEST_MAIN(RowContentTest)
#include "tst_rowcontent.moc"
