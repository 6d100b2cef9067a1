// SPDX-License-Identifier: MIT
#include "core/endpoint/sendinghalf.h"

#include <QTemporaryDir>
#include <QtTest/QtTest>

using namespace sw;

class SendingHalfTest : public QObject {
    Q_OBJECT

private:
    /// All that waits for the channel, in order.
    static QByteArray drained(SendingHalf& half) {
        QByteArray all;
        for (QByteArrayView next = half.queue().front(); !next.isEmpty(); next = half.queue().front()) {
            all.append(next);
            half.queue().advance(next.size());
        }
        return all;
    }

private slots:
    void whatIsSentComesInOrder() {
        SendingHalf half;
        QVERIFY(half.isOut() && half.isComfortable());
        QVERIFY(half.append("one "));
        QVERIFY(half.append("xxtwo ", 2));
        QTemporaryDir folder;
        QFile file(folder.filePath(QStringLiteral("three")));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("three ") == 6);
        file.close();
        QVERIFY(half.appendFile(file.fileName()));
        QVERIFY(half.append("four"));
        QCOMPARE(half.size(), quint64(18));
        QVERIFY(!half.isOut() && !half.isQueueEmpty());
        QCOMPARE(drained(half), QByteArray("one two three four"));
        QVERIFY(half.isOut());
    }

    void whatCannotBeReadSaysWhy() {
        SendingHalf half;
        const auto refused = half.appendFile(QStringLiteral("/no/such/file"));
        QVERIFY(!refused);
        QCOMPARE(refused.error().situation, QStringLiteral("send file"));
        QVERIFY(refused.error().detail.toText().contains(QStringLiteral("/no/such/file")));
        QVERIFY(half.isOut());
    }

    void moreThanTheBoundIsRefusedAndNothingIsLost() {
        SendingHalf half;
        const QByteArray piece(1 << 20, 'x');
        int taken = 0;
        while (const auto done = half.append(piece))
            ++taken;
        QCOMPARE(taken, 15); // beside what each piece costs
        QVERIFY(!half.isComfortable() && !half.hasMuchRoom());
        const auto refused = half.append(piece);
        QCOMPARE(errorName(refused.error().id), QStringLiteral("no-buffer-space"));
        QVERIFY(refused.error().detail.toText().contains(QString::number(15 << 20)));
        QVERIFY(refused.error().detail.toText().contains(QString::number(WriteQueue::bound)));
        QCOMPARE(drained(half).size(), qsizetype(15) << 20);
        QVERIFY(half.append(piece));
    }

    void whatWaitsForTlsComesWhenItIsReleased() {
        SendingHalf half;
        QVERIFY(half.append("clear"));
        QVERIFY(half.appendForTls("xsecret ", 1));
        half.keepForTls("kept");
        QCOMPARE(drained(half), QByteArray("clear"));
        half.releaseForTls();
        QVERIFY(half.append(" later"));
        QCOMPARE(drained(half), QByteArray("secret kept later"));
        const QByteArray much(WriteQueue::bound, 'x');
        QVERIFY(half.appendForTls(much));
        QVERIFY(!half.appendForTls("x"));
    }

    void whatTheBehaviourKeepsHoldsTheEnd() {
        SendingHalf half;
        QVERIFY(half.keep(10));
        QVERIFY(half.keepsAny() && !half.isOut() && half.isQueueEmpty());
        QCOMPARE(half.size(), quint64(10));
        const auto refused = half.keep(static_cast<qsizetype>(WriteQueue::bound));
        QVERIFY(!refused && refused.error().detail.toText().contains(QStringLiteral("busy")));
        half.giveBack(4);
        half.giveBack(400); // no more than there is
        QVERIFY(half.isOut());
    }

    void itEndsStepByStep() {
        SendingHalf half;
        QVERIFY(half.isOpen() && half.takesMore() && !half.isToEnd() && !half.wasTold() && !half.hasEnded());
        half.askEnd();
        QVERIFY(!half.isOpen() && !half.takesMore() && half.isToEnd() && !half.wasTold() && !half.hasEnded());
        half.beginLastWords();
        QVERIFY(!half.isOpen() && half.takesMore() && !half.isToEnd() && half.wasTold() && !half.hasEnded());
        half.beginEnd();
        QVERIFY(!half.isOpen() && !half.takesMore() && half.isToEnd() && half.wasTold() && !half.hasEnded());
        half.end();
        QVERIFY(!half.isOpen() && !half.takesMore() && !half.isToEnd() && half.wasTold() && half.hasEnded());
    }
};

QTEST_GUILESS_MAIN(SendingHalfTest)
#include "tst_sendinghalf.moc"
