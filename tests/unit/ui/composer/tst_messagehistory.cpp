// SPDX-License-Identifier: MIT
#include "ui/composer/messagehistory.h"

#include <QtTest/QtTest>

using namespace sw::ui;

class MessageHistoryTest : public QObject {
    Q_OBJECT

private slots:
    void walksBackAndForth() {
        MessageHistory history({QStringLiteral("b"), QStringLiteral("a")});
        QCOMPARE(history.older(QStringLiteral("draft")), QStringLiteral("b"));
        QCOMPARE(history.older(QStringLiteral("b")), QStringLiteral("a"));
        QCOMPARE(history.older(QStringLiteral("a")), QStringLiteral("a"));
        QCOMPARE(history.newer(QStringLiteral("a")), QStringLiteral("b"));
        QCOMPARE(history.newer(QStringLiteral("b")), QStringLiteral("draft"));
        QCOMPARE(history.newer(QStringLiteral("draft")), QStringLiteral("draft"));
    }

    void keepsOneOfEach() {
        MessageHistory history;
        history.add(QStringLiteral("a"));
        history.add(QStringLiteral("b"));
        history.add(QStringLiteral("a"));
        QCOMPARE(history.older({}), QStringLiteral("a"));
        QCOMPARE(history.older(QStringLiteral("a")), QStringLiteral("b"));
        QCOMPARE(history.older(QStringLiteral("b")), QStringLiteral("b"));
    }
};

QTEST_GUILESS_MAIN(MessageHistoryTest)
#include "tst_messagehistory.moc"
