// SPDX-License-Identifier: MIT
#include "tests/gui/windowfixture.h"
#include "tests/support/rawpeer.h"

#include "core/transcript/recovery.h"
#include "ui/buffer/bufferarea.h"
#include "ui/buffer/bufferpanel.h"
#include "ui/buffer/bufferview.h"
#include "ui/buffer/markscrollbar.h"
#include "ui/compare/comparewindow.h"
#include "ui/throughput/throughputplot.h"
#include "ui/widgets/noticebar.h"

#include <QCheckBox>
#include <QDir>
#include <QDockWidget>
#include <QJsonDocument>
#include <QLabel>
#include <QScrollBar>
#include <QStatusBar>
#include <QTableView>
#include <QToolButton>
#include <QTreeView>

using namespace sw;
using namespace sw::test;
using sw::ui::BufferPanel;

/// What the window does with recorded traffic: find, filter, marks, compare, statistics, throughput, files, recovery.
class TranscriptsTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<WindowFixture> m_fixture;
    RawPeer m_peer;

    /// A connected buffer in the window.
    void open() {
        m_fixture = std::make_unique<WindowFixture>();
        const RawPeer server = RawPeer::listenOn();
        m_fixture->typeAddress(QStringLiteral("tcp://127.0.0.1:%1").arg(server.port()));
        m_fixture->click("connectButton");
        QTRY_VERIFY(m_fixture->currentBuffer() != nullptr);
        m_peer = server.accept();
    }
    BufferPanel* panel() { return static_cast<BufferPanel*>(m_fixture->currentBuffer()); }
    void trigger(const char* action) { m_fixture->find<QAction>(action)->trigger(); }
    void sendAndWait(const QByteArray& bytes) {
        const auto before = m_fixture->engine().snapshot(panel()->endpoint())->counters.receivedBytes;
        m_peer.send(bytes);
        QTRY_COMPARE(m_fixture->engine().snapshot(panel()->endpoint())->counters.receivedBytes,
                     before + static_cast<quint64>(bytes.size()));
        panel()->view()->refresh();
    }

private slots:
    void init() { open(); }
    void cleanup() {
        m_peer.close();
        m_fixture.reset();
    }

    void findsAcrossReadsAndShowsWhere() {
        sendAndWait("the nee");
        sendAndWait("dle, a needle\n");
        trigger("actionFind");
        QTest::keyClicks(m_fixture->inBuffer<QLineEdit>("findField"), QStringLiteral("needle"));
        auto* count = m_fixture->inBuffer<QLabel>("findCount");
        QTRY_COMPARE(count->text(), QStringLiteral("2 matches"));
        const auto* bar = static_cast<ui::MarkScrollBar*>(panel()->view()->verticalScrollBar());
        QTRY_VERIFY(!bar->ticks().empty());
        trigger("actionFindNext");
        QCOMPARE(count->text(), QStringLiteral("1 of 2"));
        sendAndWait("one more needle\n"); // live
        QTRY_COMPARE(count->text(), QStringLiteral("1 of 3"));
    }

    void findsWithPatternsAndSaysWhatIsWrong() {
        sendAndWait("code=200 code=404 decode=1\n");
        trigger("actionFind");
        m_fixture->inBuffer<QComboBox>("findForm")->setCurrentIndex(2);
        auto* field = m_fixture->inBuffer<QLineEdit>("findField");
        auto* count = m_fixture->inBuffer<QLabel>("findCount");
        field->setText(QStringLiteral("\\bcode=\\d+"));
        QTRY_COMPARE(count->text(), QStringLiteral("2 matches"));
        field->setText(QStringLiteral("code=(\\d+"));
        QTRY_COMPARE(count->text(), QStringLiteral("not a pattern"));
        QVERIFY(field->property("hasError").toBool());
        m_fixture->inBuffer<QComboBox>("findForm")->setCurrentIndex(0);
        field->setText(QStringLiteral("code"));
        QTRY_COMPARE(count->text(), QStringLiteral("3 matches"));
        m_fixture->inBuffer<QToolButton>("findWord")->click();
        QTRY_COMPARE(count->text(), QStringLiteral("2 matches"));
    }

    void aCostlyPatternLeavesTheWindowAlive() {
        for (int i = 0; i < 4; ++i)
            sendAndWait(QByteArray(60'000, 'a') + "!");
        trigger("actionFind");
        m_fixture->inBuffer<QComboBox>("findForm")->setCurrentIndex(2);
        m_fixture->inBuffer<QLineEdit>("findField")->setText(QStringLiteral("(a+)+$"));
        QTRY_VERIFY(m_fixture->inBuffer<QLineEdit>("findField")->toolTip().contains(QLatin1String("too many steps")));
    }

    void filtersLiveAndSaysWhereItIsWrong() {
        sendAndWait("keep one\n");
        sendAndWait("drop\n");
        trigger("actionFilter");
        auto* field = m_fixture->inBuffer<QLineEdit>("filterField");
        auto* state = m_fixture->inBuffer<QLabel>("filterState");
        field->setText(QStringLiteral("dir:in keep"));
        QTRY_VERIFY(state->text().startsWith(QLatin1String("1 of ")));
        QVERIFY(m_fixture->bufferText().contains(QLatin1String("keep one")));
        QVERIFY(!m_fixture->bufferText().contains(QLatin1String("drop")));
        sendAndWait("keep two\n");
        QTRY_VERIFY(m_fixture->bufferText().contains(QLatin1String("keep two")));
        field->setText(QStringLiteral("dir:up"));
        QTRY_VERIFY(state->text().startsWith(QLatin1String("at 5: ")));
        QVERIFY(m_fixture->bufferText().contains(QLatin1String("keep two"))); // the last good one goes on
        QTest::keyClick(field, Qt::Key_Escape);
        QTRY_VERIFY(m_fixture->bufferText().contains(QLatin1String("drop")));
    }

    void filterCompletesTerms() {
        trigger("actionFilter");
        auto* field = m_fixture->inBuffer<QLineEdit>("filterField");
        QTest::keyClicks(field, QStringLiteral("kind:e"));
        QTRY_VERIFY(QApplication::activePopupWidget() != nullptr);
        QTest::keyClick(QApplication::activePopupWidget(), Qt::Key_Down);
        QTest::keyClick(QApplication::activePopupWidget(), Qt::Key_Return);
        QCOMPARE(field->text(), QStringLiteral("kind:event"));
    }

    void marksAndNotesStandBesideRecords() {
        for (int i = 0; i < 5; ++i)
            sendAndWait("line " + QByteArray::number(i) + "\n");
        auto* view = panel()->view();
        view->goTo({.kind = ui::GoToTarget::Kind::Percent, .percent = 50});
        const RecordIndex middle = view->caret().record;
        trigger("actionMarkYellow");
        m_fixture->prompter().typed = QStringLiteral("look here");
        trigger("actionNote");
        view->goTo({.kind = ui::GoToTarget::Kind::Row, .value = 1});
        trigger("actionNextMark");
        QCOMPARE(view->caret().record, middle);
        const auto* bar = static_cast<ui::MarkScrollBar*>(view->verticalScrollBar());
        QTRY_COMPARE(bar->ticks().size(), std::size_t(1));
        trigger("actionFilter");
        m_fixture->inBuffer<QLineEdit>("filterField")->setText(QStringLiteral("is:marked"));
        QTRY_VERIFY(m_fixture->inBuffer<QLabel>("filterState")->text().startsWith(QLatin1String("1 of ")));
        trigger("actionUnmark");
        m_fixture->prompter().typed = QString();
        trigger("actionNote");
        QTRY_VERIFY(bar->ticks().empty());
    }

    void goesToRowsBytesAndTimes() {
        for (int i = 0; i < 300; ++i)
            m_peer.send("line " + QByteArray::number(i) + "\n");
        QTRY_COMPARE(m_fixture->engine().snapshot(panel()->endpoint())->counters.receivedBytes, 2590U);
        panel()->view()->refresh();
        for (const char* place : {"10", "@0", "50%", "00:00"}) {
            m_fixture->prompter().typed = QString::fromLatin1(place);
            trigger("actionGoTo");
        }
        m_fixture->prompter().typed = QStringLiteral("@14");
        trigger("actionGoTo");
        QTRY_VERIFY(!panel()->view()->isFollowing() || m_fixture->bufferText().contains(QLatin1String("line 2")));
        m_fixture->prompter().typed = QStringLiteral("nowhere");
        trigger("actionGoTo");
        QTRY_VERIFY(m_fixture->window().statusBar()->currentMessage().contains(QLatin1String("is no place")));
    }

    void statisticsOfTheSelection() {
        sendAndWait("12345");
        sendAndWait("678");
        auto* view = panel()->view();
        view->selectAll();
        const auto selected = view->selectionStatistics();
        QCOMPARE(selected.bytes, 8U);
        QCOMPARE(selected.records, 2U);
        auto* label = m_fixture->inBuffer<QLabel>("selectionStatistics");
        QVERIFY(label->isVisible());
        QVERIFY2(label->text().startsWith(QLatin1String("Selected: 8 bytes in 2 records over")),
                 qPrintable(label->text()));
        const RecordIndex last = view->source().count() - 1;
        view->select({last, 1}, {last, 2});
        QVERIFY(label->text().startsWith(QLatin1String("Selected: 1 byte in 1 record")));
    }

    void wrapsAndDoesNot() {
        sendAndWait(QByteArray(5000, 'w') + "end\n");
        auto* view = panel()->view();
        trigger("actionWrap");
        trigger("actionWrap"); // at the width that it has now, and not after a pause
        const quint64 wrapped = view->rowCount();
        trigger("actionWrap");
        QVERIFY(view->rowCount() < wrapped);
        view->goTo({.kind = ui::GoToTarget::Kind::Offset, .value = 0});
        QVERIFY(view->horizontalScrollBar()->maximum() > 0 || QTest::qWaitFor([view] {
                    view->viewport()->grab();
                    return view->horizontalScrollBar()->maximum() > 4000;
                }));
        view->horizontalScrollBar()->setValue(view->horizontalScrollBar()->maximum());
        QTRY_VERIFY(m_fixture->bufferText().contains(QLatin1String("end")));
        trigger("actionWrap");
        QCOMPARE(view->rowCount(), wrapped);
    }

    void comparesTwoBuffers() {
        sendAndWait("same\nid 1\nonly here\n");
        const RawPeer server = RawPeer::listenOn();
        m_fixture->typeAddress(QStringLiteral("tcp://127.0.0.1:%1").arg(server.port()));
        m_fixture->click("connectButton");
        const RawPeer other = server.accept();
        QTRY_COMPARE(m_fixture->find<ui::BufferArea>("bufferArea")->panels().size(), std::size_t(2));
        other.send("same\nid 2\n");
        QTRY_COMPARE(m_fixture->engine().snapshot(panel()->endpoint())->counters.receivedBytes, 10U);
        trigger("actionCompare");
        auto* window = m_fixture->find<ui::CompareWindow>("compareWindow");
        QVERIFY(window != nullptr);
        auto* result = window->findChild<QLabel*>(QStringLiteral("compareResult"));
        QTRY_COMPARE(result->text(), QStringLiteral("2 differences"));
        QCOMPARE(window->findChild<QTableView*>(QStringLiteral("compareTable"))->currentIndex().row(), 1);
        window->findChild<QCheckBox*>(QStringLiteral("compareNumbers"))->click();
        QTRY_COMPARE(result->text(), QStringLiteral("1 difference"));
    }

    void mergesWhatIsSelected() {
        sendAndWait("from the first\n");
        const RawPeer server = RawPeer::listenOn();
        m_fixture->typeAddress(QStringLiteral("tcp://127.0.0.1:%1").arg(server.port()));
        m_fixture->click("connectButton");
        const RawPeer other = server.accept();
        QTRY_COMPARE(m_fixture->find<ui::BufferArea>("bufferArea")->panels().size(), std::size_t(2));
        m_fixture->find<QTreeView>("endpointsTree")->selectAll();
        trigger("actionMerge");
        QVERIFY(panel()->isMerged());
        other.send("from the second\n");
        QTRY_VERIFY(m_fixture->bufferText().contains(QLatin1String("from the first")));
        QTRY_VERIFY(m_fixture->bufferText().contains(QLatin1String("from the second")));
    }

    void plotsThroughputAndZooms() {
        trigger("actionThroughput");
        sendAndWait(QByteArray(50'000, 't'));
        auto* plot = m_fixture->find<ui::ThroughputPlot>("throughputPlot");
        QTRY_VERIFY(plot->range().to > plot->range().from);
        const auto all = plot->range();
        QTest::keyClick(plot, Qt::Key_Plus);
        QVERIFY(plot->range().to - plot->range().from < all.to - all.from);
        QTest::keyClick(plot, Qt::Key_Home);
        QVERIFY(plot->range().to - plot->range().from >= all.to - all.from);
    }

    void recordsToAFile() {
        QTemporaryDir folder;
        sendAndWait("before\n");
        m_fixture->prompter().file = folder.filePath(QStringLiteral("x.jsonl"));
        trigger("actionRecord");
        QTRY_VERIFY(m_fixture->find<QLabel>("recordingTotals")->isVisible());
        sendAndWait("after\n");
        const auto lines = [&] {
            QFile file(m_fixture->prompter().file);
            QByteArray text;
            if (file.open(QIODevice::ReadOnly)) {
                for (const QByteArray& line : file.readAll().split('\n'))
                    text += QJsonDocument::fromJson(line).object().value(QStringLiteral("text")).toString().toUtf8();
            }
            return text;
        };
        QTRY_COMPARE(lines(), QByteArray("before\nafter\n")); // within a second, while it runs
        sendAndWait("last\n");
        trigger("actionStopRecord");
        QCOMPARE(lines(), QByteArray("before\nafter\nlast\n"));
        m_fixture->prompter().file = folder.filePath(QStringLiteral("x.unknown"));
        trigger("actionRecord");
        QVERIFY(m_fixture->window().statusBar()->currentMessage().contains(QLatin1String("ending decides")));
    }

    void offersWhatAKilledRunLeft() {
        QTemporaryDir base;
        const QString path = base.filePath(QStringLiteral("run-20260131-120000-1"));
        QVERIFY(QDir().mkdir(path));
        {
            const auto store = std::make_shared<TranscriptStore>(
                StoreOptions{.directory = path, .interval = std::chrono::milliseconds(5)});
            store->keepFiles();
            auto transcript = std::make_shared<Transcript>(store);
            transcript->setLabel({{Fact::Id, 7},
                                  {Fact::Kind, QStringLiteral("connection")},
                                  {Fact::Name, QStringLiteral("old talk")},
                                  {Fact::Address, QStringLiteral("tcp://127.0.0.1:9")}});
            transcript->append(RecordKind::Received, "said before the kill\n", Timestamp::now());
            store->flush();
            QVERIFY(store->journaled() > 0);
            store->close();
        }
        m_fixture->window().offerRecovery(base.path());
        auto* bar = m_fixture->find<ui::NoticeBar>("recoveryBar");
        QVERIFY(bar->isVisible());
        m_fixture->click("recoveryOpen");
        auto* tree = m_fixture->find<QTreeView>("endpointsTree");
        QTRY_COMPARE(tree->model()->rowCount(), 2);
        QVERIFY(!bar->isVisible());
        const auto all = m_fixture->engine().snapshots();
        QCOMPARE(all.last().name, QStringLiteral("old talk (recovered)"));
        m_fixture->window().openBuffer(all.last().id);
        QTRY_VERIFY(m_fixture->bufferText().contains(QLatin1String("said before the kill")));
        m_fixture->window().offerRecovery(base.path()); // it stays until it is removed
        QVERIFY(bar->isVisible());
        m_fixture->click("recoveryRemove");
        QTRY_VERIFY(!QDir(path).exists());
        QVERIFY(!bar->isVisible());
    }
};

QTEST_MAIN(TranscriptsTest)
#include "tst_transcripts.moc"
