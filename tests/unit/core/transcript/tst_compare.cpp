// SPDX-License-Identifier: MIT
#include "core/transcript/compare.h"

#include <QRandomGenerator>
#include <QtTest/QtTest>

using namespace sw;

namespace {

std::vector<ComparedMessage> lines(const QByteArray& letters) {
    std::vector<ComparedMessage> messages;
    for (const char c : letters)
        messages.push_back({RecordKind::Received, QByteArray(1, c), 0, 0});
    return messages;
}

/// One letter a row: = same, ~ changed, < only left, > only right.
QByteArray shape(const std::vector<ComparedRow>& rows) {
    QByteArray text;
    for (const ComparedRow& row : rows)
        text += "==~<>"[static_cast<int>(row.kind)];
    return text;
}

} // namespace

class CompareTest : public QObject {
    Q_OBJECT

private slots:
    void alignsLikeWithLike() {
        const auto compare = [](const QByteArray& a, const QByteArray& b) {
            return shape(compareMessages(lines(a), lines(b), {}));
        };
        QCOMPARE(compare("abc", "abc"), QByteArray("==="));
        QCOMPARE(compare("abc", "axc"), QByteArray("=~="));
        QCOMPARE(compare("abc", "abxc"), QByteArray("==>="));
        QCOMPARE(compare("abcd", "ad"), QByteArray("=<<="));
        QCOMPARE(compare("", "ab"), QByteArray(">>"));
        QCOMPARE(compare("ab", ""), QByteArray("<<"));
        QCOMPARE(compare("abcabba", "cbabac").count('='), 4);
    }

    void everyMessageStandsOnceAndInOrder() {
        QRandomGenerator random(5);
        for (int round = 0; round < 300; ++round) {
            QByteArray a(random.bounded(40), '\0');
            QByteArray b(random.bounded(40), '\0');
            for (QByteArray* text : {&a, &b}) {
                for (char& c : *text)
                    c = static_cast<char>('a' + random.bounded(4));
            }
            std::size_t left = 0;
            std::size_t right = 0;
            for (const ComparedRow& row : compareMessages(lines(a), lines(b), {})) {
                if (row.left)
                    QCOMPARE(*row.left, left++);
                if (row.right)
                    QCOMPARE(*row.right, right++);
                if (row.kind == DifferenceKind::Same)
                    QCOMPARE(a.at(static_cast<qsizetype>(*row.left)), b.at(static_cast<qsizetype>(*row.right)));
            }
            QCOMPARE(left, static_cast<std::size_t>(a.size()));
            QCOMPARE(right, static_cast<std::size_t>(b.size()));
        }
    }

    void masksTimesAndNumbers() {
        const CompareOptions times{.masksTimes = true};
        QCOMPARE(maskedBytes("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", times),
                 maskedBytes("Date: Mon, 07 Nov 2011 18:00:01 GMT\r\n", times));
        QCOMPARE(maskedBytes("at 2026-01-31T12:00:00.5Z", times), maskedBytes("at 2025-11-01T02:10:40Z", times));
        QVERIFY(maskedBytes("id 5", times) != maskedBytes("id 6", times));
        const CompareOptions numbers{.masksNumbers = true};
        QCOMPARE(maskedBytes("id 5", numbers), maskedBytes("id 600", numbers));
        const auto rows =
            compareMessages({{RecordKind::Sent, "id 5", 0, 0}}, {{RecordKind::Sent, "id 600", 0, 0}}, numbers);
        QCOMPARE(rows.front().kind, DifferenceKind::SameMasked);
    }

    void findsTheFirstDifference() {
        const auto rows =
            compareMessages({{RecordKind::Sent, "hello world", 0, 0}}, {{RecordKind::Sent, "hello there", 0, 0}}, {});
        QCOMPARE(rows.front(), (ComparedRow{DifferenceKind::Changed, 0, 0, 6}));
    }

    void linesGoAcrossReads() {
        auto transcript = std::make_shared<Transcript>(std::make_shared<TranscriptStore>());
        transcript->append(RecordKind::Received, "one\ntw", Timestamp::now());
        transcript->append(RecordKind::Sent, "answer\n", Timestamp::now());
        transcript->append(RecordKind::Received, "o\nrest", Timestamp::now());
        RecordSource source({{.id = EndpointId::None, .name = {}, .transcript = transcript}});
        source.update();
        const auto messages = messagesOf(source, 0, source.count(), {}, 100);
        QCOMPARE(messages.size(), std::size_t(4));
        QCOMPARE(messages.at(2).bytes, QByteArray("two\n"));
        QCOMPARE(messages.at(2).record, 0U);
        QCOMPARE(messages.at(2).offset, 4U);
        QCOMPARE(messages.at(3).bytes, QByteArray("rest"));
    }

    void manyDifferencesEndInTime() {
        std::vector<ComparedMessage> left;
        std::vector<ComparedMessage> right;
        for (int i = 0; i < 20'000; ++i) {
            left.push_back({RecordKind::Received, QByteArray::number(i), 0, 0});
            right.push_back({RecordKind::Received, QByteArray::number(-i - 1), 0, 0});
        }
        QCOMPARE(compareMessages(left, right, {}).size(), std::size_t(20'000));
    }
};

QTEST_GUILESS_MAIN(CompareTest)
#include "tst_compare.moc"
