// SPDX-License-Identifier: MIT
#include "ui/buffer/bufferview.h"
#include "ui/buffer/findbar.h"

#include <QApplication>
#include <QClipboard>
#include <QLabel>
#include <QLineEdit>
#include <QScrollBar>
#include <QSignalSpy>
#include <QtTest/QtTest>

using namespace sw;
using namespace sw::ui;

class BufferViewTest : public QObject {
    Q_OBJECT

private:
    std::shared_ptr<Transcript> m_transcript;
    std::unique_ptr<BufferView> m_view;

    void addLines(int count) {
        for (int i = 0; i < count; ++i)
            m_transcript->append(RecordKind::Received, QStringLiteral("line %1\n").arg(m_transcript->count()).toUtf8(),
                                 Timestamp::now());
        m_view->refresh();
    }

private slots:
    void init() {
        m_transcript = std::make_shared<Transcript>(std::make_shared<TranscriptStore>());
        m_view = std::make_unique<BufferView>();
        m_view->addPart({.id = static_cast<EndpointId>(1), .name = QStringLiteral("x"), .transcript = m_transcript});
        m_view->resize(700, 300);
        m_view->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_view.get()));
    }

    void followsTheEndUntilTheUserScrolls() {
        addLines(500);
        QVERIFY(m_view->isFollowing());
        QVERIFY(m_view->visibleLines().last().contains(QLatin1String("line 499")));
        QTest::keyClick(m_view.get(), Qt::Key_Home, Qt::ControlModifier);
        QVERIFY(!m_view->isFollowing());
        addLines(100);
        QVERIFY(m_view->visibleLines().first().contains(QLatin1String("line 0")));
        QTest::keyClick(m_view.get(), Qt::Key_End, Qt::ControlModifier);
        QVERIFY(m_view->isFollowing());
        addLines(100);
        QVERIFY(m_view->visibleLines().last().contains(QLatin1String("line 699")));
    }

    void aFilterOutlivesAPartThatJoins() {
        addLines(20);
        m_view->setFilter(*Filter::parse(QStringLiteral("\"line 1\""), 0));
        QTRY_COMPARE(m_view->source().count(), 11U); // 1, 10 to 19
        auto other = std::make_shared<Transcript>(m_transcript->store());
        other->append(RecordKind::Received, "line 1 of another\n", Timestamp::now());
        m_view->addPart({.id = static_cast<EndpointId>(2), .name = QStringLiteral("y"), .transcript = other});
        m_view->refresh(); // the order is made anew
        QTRY_COMPARE(m_view->source().count(), 12U);
        m_view->setFilter({});
        QCOMPARE(m_view->source().count(), 21U);
    }

    void theCaretGoesByCharactersThatReadsHaveCut() {
        for (const char* piece : {"\xc3", "\x9f e", "\xf0", "\x9f\x98", "\x80!"}) // ß, blank, e, 😀, !
            m_transcript->append(RecordKind::Received, piece, Timestamp::now());
        m_view->refresh();
        QTest::keyClick(m_view.get(), Qt::Key_Home, Qt::ControlModifier);
        QTest::keyClick(m_view.get(), Qt::Key_Right); // behind ß
        QTest::keyClick(m_view.get(), Qt::Key_Right); // to the next record
        QGuiApplication::clipboard()->setText(QStringLiteral("before"));
        QTest::keyClick(m_view.get(), Qt::Key_Right, Qt::ShiftModifier);
        m_view->copyText();
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral(" "));
        QTest::keyClick(m_view.get(), Qt::Key_Right, Qt::ShiftModifier);
        m_view->copyText();
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral(" e"));
        QTest::keyClick(m_view.get(), Qt::Key_Left);
        QTest::keyClick(m_view.get(), Qt::Key_Left);
        QTest::keyClick(m_view.get(), Qt::Key_Left, Qt::ShiftModifier); // past the bytes that are shown before
        QTest::keyClick(m_view.get(), Qt::Key_Left, Qt::ShiftModifier);
        m_view->copyText();
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("ß"));
    }

    void nothingToCopyLeavesTheClipboard() {
        m_transcript->append(RecordKind::Received, "\xc3", Timestamp::now());
        m_transcript->append(RecordKind::Received, "\x9f", Timestamp::now());
        m_view->refresh();
        QGuiApplication::clipboard()->setText(QStringLiteral("before"));
        m_view->select({1, 0}, {1, 1});
        m_view->copyText();
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("before"));
    }

    void partsAreRenamed() {
        m_view->setShowsNames(true);
        addLines(2);
        m_view->renamePart(static_cast<EndpointId>(1), QStringLiteral("another name"));
        QVERIFY(m_view->visibleLines().first().contains(QLatin1String("another name")));
    }

    void theWheelLetsGoOfTheEnd() {
        addLines(500);
        m_view->verticalScrollBar()->triggerAction(QAbstractSlider::SliderPageStepSub);
        QVERIFY(!m_view->isFollowing());
        m_view->verticalScrollBar()->triggerAction(QAbstractSlider::SliderToMaximum);
        QVERIFY(m_view->isFollowing());
    }

    void selectsByKeyboardAndCopies() {
        addLines(3);
        QTest::keyClick(m_view.get(), Qt::Key_Home, Qt::ControlModifier);
        for (int i = 0; i < 4; ++i)
            QTest::keyClick(m_view.get(), Qt::Key_Right, Qt::ShiftModifier);
        QCOMPARE(m_view->selectedBytes(), QByteArray("line"));
        QTest::keyClick(m_view.get(), Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QApplication::clipboard()->text(), QStringLiteral("line"));
        m_view->copyHex();
        QCOMPARE(QApplication::clipboard()->text(), QStringLiteral("6c 69 6e 65"));
        QTest::keyClick(m_view.get(), Qt::Key_Down, Qt::ShiftModifier);
        QCOMPARE(m_view->selectedBytes(), QByteArray("line 0\nline"));
        QTest::keyClick(m_view.get(), Qt::Key_A, Qt::ControlModifier);
        QCOMPARE(m_view->selectedBytes(), QByteArray("line 0\nline 1\nline 2\n"));
    }

    void selectsByMouse() {
        addLines(3);
        QTest::mouseDClick(m_view->viewport(), Qt::LeftButton, {}, QPoint(260, 30));
        QCOMPARE(m_view->selectedBytes(), QByteArray("line 1\n"));
    }

    void modesKeepThePlace() {
        m_view->resize(1000, 300); // a line is a row of hex
        addLines(1000);
        m_view->scrollTo({500, 0});
        m_view->setMode(BufferMode::Hex);
        QVERIFY(m_view->visibleLines().join(QLatin1Char('\n')).contains(QLatin1String("6c 69 6e 65")));
        QVERIFY(m_view->visibleLines().join(QLatin1Char('\n')).contains(QLatin1String("line 500")));
        m_view->setMode(BufferMode::Both);
        QVERIFY(m_view->visibleLines().join(QLatin1Char('\n')).contains(QLatin1String("line 500")));
    }

    void findsCountsAndSteps() {
        addLines(300);
        FindBar bar(m_view.get());
        bar.open();
        auto* field = bar.findChild<QLineEdit*>(QStringLiteral("findField"));
        auto* count = bar.findChild<QLabel*>(QStringLiteral("findCount"));
        QTest::keyClicks(field, QStringLiteral("LINE 29"));
        QTRY_COMPARE(count->text(), QStringLiteral("11 matches")); // 29, 290 to 299
        bar.next();
        QCOMPARE(count->text(), QStringLiteral("1 of 11"));
        bar.previous();
        QCOMPARE(count->text(), QStringLiteral("11 of 11"));
        m_transcript->append(RecordKind::Received, "line 29 again\n", Timestamp::now());
        m_view->refresh();
        bar.refresh();
        QTRY_COMPARE(count->text(), QStringLiteral("11 of 12"));
        field->setText(QStringLiteral("nothing like this"));
        QTRY_COMPARE(count->text(), QStringLiteral("no match"));
    }

    void paintsHostileBytesWithoutHarm() {
        m_view->setWrapped(false);
        QByteArray all;
        for (int i = 0; i < 256; ++i)
            all.append(static_cast<char>(i));
        all.append("<b>bold</b>%s%n %1\xe2\x80\xae");
        m_transcript->append(RecordKind::Received, all, Timestamp::now());
        m_transcript->append(RecordKind::Sent, QByteArray(3'000'000, 'x'), Timestamp::now());
        for (const BufferMode mode : {BufferMode::Text, BufferMode::Hex, BufferMode::Both}) {
            m_view->setMode(mode);
            m_view->refresh();
            QVERIFY(!m_view->grab().isNull());
        }
        m_view->setMode(BufferMode::Text);
        m_view->scrollTo({0, 0});
        QVERIFY(m_view->visibleLines().join(QString()).contains(QStringLiteral("<b>bold</b>%s%n %1⟦U+202E⟧")));
    }
};

QTEST_MAIN(BufferViewTest)
#include "tst_bufferview.moc"
