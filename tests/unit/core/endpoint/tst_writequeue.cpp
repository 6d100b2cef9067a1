// SPDX-License-Identifier: MIT
#include "core/endpoint/writequeue.h"

#include <QTemporaryFile>
#include <QtTest/QtTest>

using namespace sw;

class WriteQueueTest : public QObject {
    Q_OBJECT

private:
    static QByteArray drain(WriteQueue& queue, qsizetype step) {
        QByteArray all;
        for (QByteArrayView bytes = queue.front(); !bytes.isEmpty(); bytes = queue.front()) {
            const qsizetype take = std::min(step, bytes.size());
            all.append(bytes.first(take));
            queue.advance(take);
        }
        return all;
    }

private slots:
    void whatWasSentAlreadyDoesNotCount() {
        WriteQueue queue;
        const QByteArray bytes("sent and not sent");
        QVERIFY(queue.append(bytes, 9));
        QCOMPARE(queue.bytes(), quint64(8));
        QCOMPARE(queue.front().toByteArray(), QByteArray("not sent"));
        QVERIFY(queue.append("!"));
        queue.advance(4);
        QCOMPARE(queue.front().toByteArray(), QByteArray("sent"));
        QCOMPARE(queue.bytes(), quint64(5));
        queue.advance(4);
        QCOMPARE(queue.front().toByteArray(), QByteArray("!"));
        queue.advance(1);
        QVERIFY(queue.isEmpty());
        QCOMPARE(queue.memory(), quint64(0));
    }

    void keepsTheOrder() {
        WriteQueue queue;
        QVERIFY(queue.append("abc"));
        QVERIFY(queue.append("defgh"));
        QCOMPARE(queue.size(), 8U);
        QCOMPARE(drain(queue, 2), QByteArray("abcdefgh"));
        QVERIFY(queue.isEmpty());
        QCOMPARE(queue.memory(), 0U);
    }

    void refusesAboveItsBound() {
        WriteQueue queue;
        QVERIFY(queue.append(QByteArray(WriteQueue::bound, 'x')));
        QVERIFY(!queue.append("y"));
        QCOMPARE(queue.bytes(), WriteQueue::bound);
    }

    void countsWhatPiecesTakeBesidesTheirBytes() {
        WriteQueue queue;
        quint64 pieces = 0;
        while (queue.append("x"))
            ++pieces;
        QCOMPARE(queue.bytes(), pieces);
        QVERIFY(pieces * (WriteQueue::pieceCost + 1) <= WriteQueue::bound + WriteQueue::pieceCost);
        QCOMPARE(drain(queue, 1).size(), static_cast<qsizetype>(pieces));
        QCOMPARE(queue.memory(), 0U);
    }

    void readsFilesAsTheyGo() {
        QTemporaryFile source;
        QVERIFY(source.open());
        const QByteArray content(3'000'000, 'f');
        source.write(content);
        source.flush();
        WriteQueue queue;
        auto file = std::make_unique<QFile>(source.fileName());
        QVERIFY(file->open(QIODevice::ReadOnly));
        queue.append("<");
        queue.append(std::move(file));
        queue.append(">");
        QCOMPARE(queue.size(), 3'000'002U);
        queue.front();
        QVERIFY(queue.memory() < 1'000'000);
        QCOMPARE(drain(queue, 100'000), QByteArray("<") + content + QByteArray(">"));
        QVERIFY(queue.isEmpty());
    }
};

QTEST_GUILESS_MAIN(WriteQueueTest)
#include "tst_writequeue.moc"
