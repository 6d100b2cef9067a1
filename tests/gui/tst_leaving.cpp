// SPDX-License-Identifier: MIT
// Leaving the window, and what commands act on.
#include "tests/gui/windowfixture.h"
#include "tests/support/enginefixture.h"

#include "core/transcript/recovery.h"
#include "ui/buffer/bufferarea.h"
#include "ui/endpoints/endpointmodel.h"

#include <QAction>
#include <QListWidget>
#include <QMenu>
#include <QStatusBar>
#include <QToolButton>
#include <QTreeView>
#include <QTreeWidget>

using namespace sw;
using namespace sw::test;

class LeavingTest : public QObject {
    Q_OBJECT

private:
    static void listen(WindowFixture& fixture, const QString& behaviour = QStringLiteral("manual")) {
        fixture.find<QComboBox>("behaviourBox")->setCurrentText(behaviour);
        fixture.typeAddress(QStringLiteral("tcp://127.0.0.1:0"));
        fixture.click("listenButton");
        QTRY_VERIFY(fixture.idOf(EndpointKind::Listener) != EndpointId::None);
        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
    }

private slots:
    void nothingIsAskedWhereNothingWasRecorded() {
        WindowFixture fixture;
        QSignalSpy kept(&fixture.window(), &ui::MainWindow::keepRequested);
        QVERIFY(fixture.window().close());
        QVERIFY(fixture.prompter().questions.isEmpty());
        QVERIFY(kept.isEmpty());
    }

    void leavingAsksWhatBecomesOfRecords_data() {
        QTest::addColumn<bool>("keeps");
        QTest::addColumn<bool>("remembers");
        QTest::newRow("kept") << true << false;
        QTest::newRow("discarded") << false << false;
        QTest::newRow("discarded, and not asked again") << false << true;
    }
    void leavingAsksWhatBecomesOfRecords() {
        QFETCH(bool, keeps);
        QFETCH(bool, remembers);
        WindowFixture fixture;
        listen(fixture);
        QSignalSpy kept(&fixture.window(), &ui::MainWindow::keepRequested);
        fixture.prompter().leaving = std::nullopt;
        QVERIFY(!fixture.window().close()); // the user changed their mind
        QVERIFY(fixture.window().isVisible());
        QCOMPARE(fixture.prompter().questions.size(), 1);
        QVERIFY(fixture.prompter().questions.front().contains(QLatin1String("One endpoint is open")));
        fixture.prompter().leaving = ui::Prompter::Leaving{.keepsRecords = keeps, .remembers = remembers};
        QVERIFY(fixture.window().close());
        QCOMPARE(kept.size(), keeps ? 1 : 0);
        QCOMPARE(fixture.settings().atQuit(), remembers ? ui::AtQuit::Discard : ui::AtQuit::Ask);
        fixture.window().show();
        QVERIFY(fixture.window().close());
        QCOMPARE(fixture.prompter().questions.size(), remembers ? 2 : 3);
    }

    void theEndOfTheSessionKeepsWithoutAsking() {
        WindowFixture fixture;
        listen(fixture);
        QSignalSpy kept(&fixture.window(), &ui::MainWindow::keepRequested);
        fixture.window().setAsksAtQuit(false);
        QVERIFY(fixture.window().close());
        QVERIFY(fixture.prompter().questions.isEmpty());
        QCOMPARE(kept.size(), 1);
        QVERIFY(!fixture.settings().windowState().isEmpty());
    }

    void keptRunsAreNoKilledOnes() {
        QTemporaryDir base;
        {
            auto run = RunDirectory::create(base.path());
            QVERIFY(run.has_value());
            Engine engine({.store = {.directory = (*run)->path()}});
            const auto listener = engine.listen(*parseAddress(QStringLiteral("tcp://127.0.0.1:0")),
                                                {.behaviour = QStringLiteral("echo")});
            QVERIFY(listener.has_value());
            QTRY_COMPARE(engine.snapshot(*listener).value_or(EndpointSnapshot{}).state, EndpointState::Listening);
            const RawPeer peer = RawPeer::connectTo(engine.snapshot(*listener)->address.place.portFirst);
            peer.send("kept");
            QCOMPARE(peer.receive(4), QByteArray("kept"));
            QVERIFY(settle(engine));
            engine.store()->keepFiles();
            engine.store()->flush();
            QVERIFY((*run)->keep());
        }
        const auto runs = findKilledRuns(base.path());
        QCOMPARE(runs.size(), std::size_t(1));
        QVERIFY(runs.front().wasKept);
        QVERIFY(!openKilledRun(runs.front()).empty());
        QVERIFY(removeKilledRun(runs.front()));
    }

    void whatEndedLongAgoIsKept() {
        QTemporaryDir base;
        {
            auto run = RunDirectory::create(base.path());
            QVERIFY(run.has_value());
            Engine engine({.store = {.directory = (*run)->path()}});
            const RawPeer server = RawPeer::listenOn();
            const auto client =
                engine.connectTo(*parseAddress(QStringLiteral("tcp://127.0.0.1:%1").arg(server.port())));
            QTRY_COMPARE(engine.snapshot(*client).value_or(EndpointSnapshot{}).state, EndpointState::Open);
            engine.send(*client, "long ago");
            engine.close(*client);
            QTRY_COMPARE(engine.snapshot(*client)->state, EndpointState::Closed);
            engine.store()->flush(); // all of it is in the journal
            engine.store()->flush();
            engine.store()->keepFiles(); // and nothing comes that would be written
            engine.store()->flush();
            QVERIFY((*run)->keep());
        }
        const auto runs = findKilledRuns(base.path());
        QCOMPARE(runs.size(), std::size_t(1));
        const auto kept = openKilledRun(runs.front());
        const auto found = std::find_if(kept.begin(), kept.end(), [](const RecoveredTranscript& one) {
            return one.label.value(QStringLiteral("kind")).toString() == kindName(EndpointKind::Connection);
        });
        QVERIFY(found != kept.end());
        const QJsonObject counters = found->label.value(QStringLiteral("counters")).toObject();
        QCOMPARE(counters.value(QStringLiteral("sentBytes")).toInteger(), 8);
        QCOMPARE(counters.value(QStringLiteral("sentRecords")).toInteger(), 1);
        QVERIFY(removeKilledRun(runs.front()));
    }

    void echoIsForListenersAndTheBoxIsReset() {
        WindowFixture fixture;
        listen(fixture, QStringLiteral("echo"));
        QCOMPARE(fixture.snapshotOf(EndpointKind::Listener)->behaviour, QStringLiteral("echo"));
        auto* box = fixture.find<QComboBox>("behaviourBox");
        QCOMPARE(box->currentText(), QStringLiteral("manual"));
        box->setCurrentText(QStringLiteral("echo"));
        fixture.typeAddress(formatAddress(fixture.snapshotOf(EndpointKind::Listener)->address));
        fixture.click("connectButton");
        QTRY_VERIFY(fixture.idOf(EndpointKind::Connection) != EndpointId::None);
        const auto all = fixture.engine().snapshots();
        const auto client = std::find_if(all.begin(), all.end(), [](const EndpointSnapshot& one) {
            return one.kind == EndpointKind::Connection && !one.isAccepted;
        });
        QVERIFY(client != all.end());
        QCOMPARE(client->behaviour, QStringLiteral("manual"));
        QVERIFY(fixture.window().statusBar()->currentMessage().contains(QLatin1String("for listeners")));
        QVERIFY(fixture.find<QPushButton>("connectButton")->property("primary").toBool()); // what Return does
        QVERIFY(!fixture.find<QPushButton>("listenButton")->property("primary").toBool());
    }

    void aPortThatIsOpenHereIsShown() {
        WindowFixture fixture;
        listen(fixture);
        const EndpointId first = fixture.idOf(EndpointKind::Listener);
        fixture.typeAddress(QStringLiteral("tcp://127.0.0.1:%1")
                                .arg(fixture.snapshotOf(EndpointKind::Listener)->address.place.portFirst));
        fixture.click("listenButton");
        QTRY_VERIFY(fixture.window().statusBar()->currentMessage().contains(QLatin1String("open already")));
        QVERIFY(!fixture.find<QLabel>("addressError")->isVisible());
        QTRY_COMPARE(fixture.engine().snapshots().size(), 1);
        QCOMPARE(fixture.idOf(EndpointKind::Listener), first);
    }

    void shortcutsWorkFromTextFields() {
        WindowFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        fixture.typeAddress(QStringLiteral("tcp://127.0.0.1:%1").arg(server.port()));
        fixture.click("connectButton");
        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
        auto* message = fixture.inBuffer<ui::MessageField>("messageField");
        fixture.window().activateWindow(); // the offscreen platform lets go of it when a popup closes
        QVERIFY(QTest::qWaitForWindowActive(&fixture.window()));
        message->setFocus();
        QTest::keyClicks(message, QStringLiteral("abc"));
        QTest::keyClick(message, Qt::Key_E, Qt::ControlModifier);
        QTRY_VERIFY(fixture.find<QTreeView>("endpointsTree")->hasFocus());
        message->setFocus();
        QTest::keyClick(message, Qt::Key_A, Qt::ControlModifier);
        QTest::keyClick(message, Qt::Key_X, Qt::ControlModifier); // but what every field does, it does
        QCOMPARE(message->text(), QString());
    }

    void whatCannotRunIsDisabledAndSaysWhy() {
        WindowFixture fixture;
        const auto action = [&](const char* name) { return fixture.find<QAction>(name); };
        for (const char* name :
             {"actionClose", "actionAbort", "actionAccept", "actionStartTls", "actionExport", "actionFind"}) {
            QVERIFY2(!action(name)->isEnabled(), name);
            QVERIFY2(!action(name)->statusTip().isEmpty(), name);
        }
        QVERIFY(action("actionOpenWorkspace")->isEnabled());
        listen(fixture);
        QVERIFY(action("actionClose")->isEnabled());
        QVERIFY(action("actionFind")->isEnabled());
        QVERIFY(action("actionPause")->isEnabled());
        QVERIFY(!action("actionShutDown")->isEnabled());
        QVERIFY(action("actionShutDown")->statusTip().contains(QLatin1String("no connection")));
        QVERIFY(action("actionReloadBehaviour")->statusTip().contains(QLatin1String("no file")));
        action("actionClose")->trigger();
        QTRY_VERIFY(!action("actionClose")->isEnabled());
        QVERIFY(action("actionRemoveEnded")->isEnabled());
    }

    void commandsActOnTheSelection() {
        WindowFixture fixture;
        listen(fixture);
        const quint16 port = fixture.snapshotOf(EndpointKind::Listener)->address.place.portFirst;
        std::vector<RawPeer> peers;
        for (int i = 0; i < 3; ++i)
            peers.push_back(RawPeer::connectTo(port));
        auto* tree = fixture.find<QTreeView>("endpointsTree");
        QTRY_COMPARE(tree->model()->rowCount(tree->model()->index(0, 0)), 3);
        tree->expandAll();
        tree->selectionModel()->clearSelection();
        for (int row : {0, 2})
            tree->selectionModel()->select(tree->model()->index(row, 0, tree->model()->index(0, 0)),
                                           QItemSelectionModel::Select);
        fixture.find<QAction>("actionClose")->trigger();
        const auto open = [&] {
            const auto all = fixture.engine().snapshots();
            return std::count_if(all.begin(), all.end(), [](const EndpointSnapshot& one) {
                return one.kind == EndpointKind::Connection && !isEnded(one.state);
            });
        };
        QTRY_COMPARE(open(), 1);
        tree->setCurrentIndex(tree->model()->index(0, 0));
        fixture.find<QAction>("actionClosePeers")->trigger();
        QTRY_COMPARE(open(), 0);
        QVERIFY(!isEnded(fixture.snapshotOf(EndpointKind::Listener)->state));
    }

    void thePaletteRanksDimsAndSaysWhenNothingFits() {
        WindowFixture fixture;
        fixture.find<QAction>("actionPalette")->trigger();
        auto* field = fixture.window().findChild<QLineEdit*>(QStringLiteral("pickerField"));
        auto* list = fixture.window().findChild<QListWidget*>(QStringLiteral("pickerList"));
        QVERIFY(field != nullptr && list != nullptr);
        field->setText(QStringLiteral("endpoints"));
        QVERIFY(list->currentItem() != nullptr);
        QVERIFY2(list->currentItem()->text().startsWith(QLatin1String("Endpoints")),
                 qPrintable(list->currentItem()->text()));
        field->setText(QStringLiteral("close"));
        QVERIFY(!list->item(0)->flags().testFlag(Qt::ItemIsEnabled)); // nothing is open
        QVERIFY(list->item(0)->text().contains(QLatin1String("No endpoint is chosen")));
        field->setText(QStringLiteral("never-accept"));
        QVERIFY(list->item(0)->text().contains(QLatin1String("never-accept")));
        field->setText(QStringLiteral("xyzzyq"));
        QCOMPARE(list->count(), 1);
        QVERIFY(list->item(0)->text().contains(QLatin1String("Nothing fits")));
    }

    void chipsWriteTheFilter() {
        WindowFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        fixture.typeAddress(QStringLiteral("tcp://127.0.0.1:%1").arg(server.port()));
        fixture.click("connectButton");
        const RawPeer peer = server.accept();
        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
        peer.send("from the peer\n");
        QTRY_VERIFY(fixture.bufferText().contains(QLatin1String("from the peer")));
        auto* events = fixture.inBuffer<QToolButton>("showEvents");
        auto* received = fixture.inBuffer<QToolButton>("showReceived");
        events->click();
        QTRY_VERIFY(!fixture.bufferText().contains(QLatin1String("connected to")));
        QTRY_VERIFY(fixture.bufferText().contains(QLatin1String("from the peer")));
        auto* field = fixture.inBuffer<QLineEdit>("filterField");
        QCOMPARE(field->text(), QStringLiteral("-kind:event"));
        received->click();
        QCOMPARE(field->text(), QStringLiteral("-kind:event -dir:received"));
        QTRY_VERIFY(!fixture.bufferText().contains(QLatin1String("from the peer")));
        events->click();
        received->click();
        QTRY_VERIFY(fixture.bufferText().contains(QLatin1String("from the peer")));
        QTRY_VERIFY(fixture.bufferText().contains(QLatin1String("connected to")));
        QVERIFY(events->isChecked() && received->isChecked());
    }

    void theTreeRenamesByF2AndSumsUpPeers() {
        WindowFixture fixture;
        listen(fixture, QStringLiteral("echo"));
        const EndpointId listener = fixture.idOf(EndpointKind::Listener);
        const RawPeer peer = RawPeer::connectTo(fixture.snapshotOf(EndpointKind::Listener)->address.place.portFirst);
        peer.send("12345");
        QCOMPARE(peer.receive(5), QByteArray("12345"));
        auto* tree = fixture.find<QTreeView>("endpointsTree");
        tree->setFocus();
        tree->setCurrentIndex(tree->model()->index(0, 0));
        auto* details = fixture.find<QTreeWidget>("detailsTree");
        QTRY_VERIFY(!details->findItems(QStringLiteral("5 B"), Qt::MatchStartsWith | Qt::MatchRecursive, 1).isEmpty());
        fixture.prompter().typed = QStringLiteral("my server");
        QTest::keyClick(tree, Qt::Key_F2);
        QTRY_COMPARE(fixture.engine().snapshot(listener)->name, QStringLiteral("my server"));
    }

    void theStartPageLeadsOn() {
        WindowFixture fixture;
        QVERIFY(fixture.find<QWidget>("startPage")->isVisible());
        fixture.settings().addRecentAddress(QStringLiteral("tcp://127.0.0.1:4711"));
        fixture.window().hide();
        fixture.window().show();
        auto* recent = fixture.find<QPushButton>("recentAddress");
        QVERIFY(recent != nullptr);
        recent->click();
        QCOMPARE(fixture.find<QLineEdit>("addressField")->text(), QStringLiteral("tcp://127.0.0.1:4711"));
        QVERIFY(fixture.engine().snapshots().isEmpty()); // it is looked at before it is opened
        fixture.find<QPushButton>("startEcho")->click();
        QTRY_VERIFY(fixture.snapshotOf(EndpointKind::Listener).has_value());
        QCOMPARE(fixture.snapshotOf(EndpointKind::Listener)->behaviour, QStringLiteral("echo"));
        QTRY_VERIFY(!fixture.find<QWidget>("startPage")->isVisible());
    }
};

QTEST_MAIN(LeavingTest)
#include "tst_leaving.moc"
