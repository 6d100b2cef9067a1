// SPDX-License-Identifier: MIT
// What people do all day, in as few clicks as it takes.
#include "core/engine/relayrequest.h"
#include "core/transcript/store.h"
#include "tests/gui/windowfixture.h"
#include "tests/support/enginefixture.h"
#include "tests/support/rawpeer.h"
#include "ui/actions/actions.h"
#include "ui/buffer/bufferarea.h"
#include "ui/buffer/bufferpanel.h"
#include "ui/buffer/bufferview.h"
#include "ui/buffer/colorrules.h"
#include "ui/buffer/filterbar.h"
#include "ui/messages/messagestore.h"
#include "ui/relay/faultsliders.h"
#include "ui/shell/manualwindow.h"

#include <QAction>
#include <QDialog>
#include <QKeySequenceEdit>
#include <QListWidget>
#include <QSlider>
#include <QStatusBar>
#include <QToolBar>
#include <QToolButton>
#include <QTreeView>
#include <QTreeWidget>

using namespace sw;
using namespace sw::test;

namespace {

void trigger(WindowFixture& fixture, const char* action) {
    fixture.find<QAction>(action)->trigger();
}

/// Connects from the address bar, and waits for its buffer.
void connectTo(WindowFixture& fixture, const QString& address) {
    fixture.typeAddress(address);
    fixture.click("connectButton");
    QTRY_VERIFY(fixture.currentBuffer() != nullptr);
}

QString addressOf(const RawPeer& server) {
    return QStringLiteral("tcp://127.0.0.1:%1").arg(server.port());
}

} // namespace

class JobsTest : public QObject {
    Q_OBJECT

private slots:
    void connectingAgainIsOneClick() {
        WindowFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        connectTo(fixture, addressOf(server));
        {
            const RawPeer peer = server.accept();
            peer.send("first");
            QTRY_VERIFY(fixture.bufferText().contains(QLatin1String("first")));
        }
        trigger(fixture, "actionClose");
        auto* again = fixture.inBuffer<QPushButton>("openAgainButton");
        QTRY_VERIFY(again->isVisible());
        QVERIFY(!fixture.inBuffer<QWidget>("composer")->isVisible());
        QVERIFY(!fixture.inBuffer<QLabel>("endedText")->text().isEmpty());
        QCOMPARE(again->text(), QStringLiteral("Connect again"));
        const EndpointId id = fixture.idOf(EndpointKind::Connection);
        QTest::mouseClick(again, Qt::LeftButton);
        const RawPeer peer = server.accept();
        QTRY_VERIFY(fixture.inBuffer<QWidget>("composer")->isVisible());
        peer.send("second");
        QTRY_VERIFY(fixture.bufferText().contains(QLatin1String("second")));
        QVERIFY(fixture.bufferText().contains(QLatin1String("first"))); // the same buffer, with a mark between
        QVERIFY(fixture.bufferText().contains(QLatin1String("opening again")));
        QCOMPARE(fixture.idOf(EndpointKind::Connection), id);
        QCOMPARE(fixture.engine().snapshots().size(), 1);
        QTRY_VERIFY(fixture.inBuffer<QPushButton>("sendButton")->isEnabled());
    }

    void connectingAgainByItself() {
        WindowFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        connectTo(fixture, addressOf(server) + QStringLiteral("?eof=close"));
        RawPeer first = server.accept();
        fixture.prompter().typed = QStringLiteral("100ms");
        trigger(fixture, "actionOpenAgainAlways");
        const auto again = [&] { return fixture.bufferText().count(QLatin1String("opening again")); };
        first.close();
        QTRY_COMPARE(again(), 1); // nobody clicked anything
        RawPeer second = server.accept();
        second.reset();
        QTRY_COMPARE(again(), 2);
        const RawPeer third = server.accept();
        third.send("still here");
        QTRY_VERIFY(fixture.bufferText().contains(QLatin1String("still here")));
        trigger(fixture, "actionClose"); // what the user closes stays closed
        QTRY_COMPARE(fixture.snapshotOf(EndpointKind::Connection)->state, EndpointState::Closed);
        QCOMPARE(fixture.snapshotOf(EndpointKind::Connection)->closingCause, std::optional(ClosingCause::ClosedByUs));
    }

    void openingAgainCanBeStopped() {
        WindowFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        connectTo(fixture, addressOf(server) + QStringLiteral("?eof=close"));
        RawPeer first = server.accept();
        fixture.prompter().typed = QStringLiteral("90s");
        trigger(fixture, "actionOpenAgainAlways");
        first.close();
        auto* stop = fixture.inBuffer<QPushButton>("stopReopening");
        QTRY_VERIFY(stop->isVisible());
        QVERIFY(
            fixture.inBuffer<QLabel>("endedText")->text().startsWith(QLatin1String("Opens again 90s after its end")));
        stop->click();
        QVERIFY(!stop->isVisible());
        QVERIFY(!fixture.inBuffer<QLabel>("endedText")->text().startsWith(QLatin1String("Opens again")));
        QVERIFY(fixture.inBuffer<QPushButton>("openAgainButton")->isVisible());
    }

    void aRefusedCertificateIsTrustedByOneClick() {
        WindowFixture fixture;
        const auto server = fixture.engine().listen(*parseAddress(QStringLiteral("tls://127.0.0.1:0")),
                                                    {.behaviour = QStringLiteral("tls-self-signed")});
        QTRY_COMPARE(fixture.engine().snapshot(*server)->state, EndpointState::Listening);
        connectTo(
            fixture,
            QStringLiteral("tls://127.0.0.1:%1").arg(fixture.engine().snapshot(*server)->address.place.portFirst));
        auto* trust = fixture.inBuffer<QPushButton>("trustButton");
        QTRY_VERIFY(trust->isVisible());
        QTest::mouseClick(trust, Qt::LeftButton);
        const auto client = [&] {
            const auto all = fixture.engine().snapshots();
            const auto found = std::find_if(all.begin(), all.end(), [](const EndpointSnapshot& one) {
                return one.kind == EndpointKind::Connection && !one.isAccepted;
            });
            return found == all.end() ? EndpointSnapshot{} : *found;
        };
        QTRY_COMPARE(client().state, EndpointState::Open);
        QVERIFY(client().tls->isPinned);
        QVERIFY(!client().address.value("pin").isEmpty());
    }

    void theViewIsClearedAndShownAgain() {
        WindowFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        connectTo(fixture, addressOf(server));
        const RawPeer peer = server.accept();
        peer.send("old");
        QTRY_VERIFY(fixture.bufferText().contains(QLatin1String("old")));
        trigger(fixture, "actionClearView");
        QTRY_VERIFY(!fixture.bufferText().contains(QLatin1String("old")));
        peer.send("new");
        QTRY_VERIFY(fixture.bufferText().contains(QLatin1String("new")));
        QVERIFY(!fixture.bufferText().contains(QLatin1String("old")));
        trigger(fixture, "actionShowCleared");
        QTRY_VERIFY(fixture.bufferText().contains(QLatin1String("old")));
        QVERIFY(fixture.bufferText().contains(QLatin1String("new")));
    }

    void chipsKeepWhatElseIsFilteredFor() {
        WindowFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        connectTo(fixture, addressOf(server));
        auto* bar = static_cast<ui::BufferPanel*>(fixture.currentBuffer())->filterBar();
        bar->open();
        bar->setText(QStringLiteral("\"a  b\" or /c d/"));
        fixture.inBuffer<QToolButton>("showSent")->click();
        QCOMPARE(bar->text(), QStringLiteral("(\"a  b\" or /c d/) -dir:sent")); // for both of them
        QVERIFY(!fixture.inBuffer<QToolButton>("showSent")->isChecked());
        fixture.inBuffer<QToolButton>("showEvents")->click();
        QCOMPARE(bar->text(), QStringLiteral("(\"a  b\" or /c d/) -dir:sent -kind:event"));
        fixture.inBuffer<QToolButton>("showSent")->click();
        QCOMPARE(bar->text(), QStringLiteral("(\"a  b\" or /c d/) -kind:event"));
        QVERIFY(fixture.inBuffer<QToolButton>("showSent")->isChecked());
    }

    void savedMessagesAreOneClickAway() {
        WindowFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        auto* bar = fixture.find<QToolBar>("messagesBar");
        QVERIFY(!bar->isVisible()); // nothing is saved
        auto* store = fixture.find<ui::MessageStore>("messageStore");
        QVERIFY(store->store(
            {.name = QStringLiteral("log in & go"), .steps = {*MessageStep::text(QStringLiteral("USER\\r\\n"))}}));
        QVERIFY(bar->isVisible());
        connectTo(fixture, addressOf(server));
        const RawPeer peer = server.accept();
        QTRY_VERIFY(fixture.inBuffer<QPushButton>("sendButton")->isEnabled());
        QAction* send = bar->actions().constFirst();
        QCOMPARE(send->text(), QStringLiteral("log in && go"));
        QTest::mouseClick(bar->widgetForAction(send), Qt::LeftButton);
        QCOMPARE(peer.receive(6), QByteArray("USER\r\n"));
        trigger(fixture, "actionSavedMessages"); // the panel has a button in each row
        auto* rowButton = fixture.find<QToolButton>("sendRowButton");
        QVERIFY(rowButton != nullptr);
        QTest::mouseClick(rowButton, Qt::LeftButton);
        QCOMPARE(peer.receive(6), QByteArray("USER\r\n"));
    }

    void aRelayInFrontWithADelay() {
        WindowFixture fixture;
        const auto server = fixture.engine().listen(*parseAddress(QStringLiteral("tcp://127.0.0.1:0")),
                                                    {.behaviour = QStringLiteral("echo")});
        QTRY_COMPARE(fixture.engine().snapshot(*server)->state, EndpointState::Listening);
        fixture.window().openBuffer(*server);
        trigger(fixture, "actionRelayInFront");
        QTRY_COMPARE(fixture.engine().snapshots().size(), 2);
        const EndpointId relay = fixture.idOf(EndpointKind::Listener);
        QTRY_COMPARE(fixture.engine().snapshot(relay)->state, EndpointState::Listening);
        QTRY_VERIFY(fixture.find<QSlider>("delaySlider") != nullptr &&
                    fixture.find<QSlider>("delaySlider")->isVisible());
        QVERIFY(!fixture.find<QSlider>("dropSlider")->isVisible()); // streams lose nothing
        fixture.find<QSlider>("delaySlider")->setValue(60);
        const auto request = fixture.engine().relayRequest(relay);
        QVERIFY(request.has_value());
        QCOMPARE(request->faults.size(), 1);
        QCOMPARE(request->faults.first(), ui::faultAt(FaultKind::Delay, 60));
        fixture.find<QSlider>("delaySlider")->setValue(0);
        QVERIFY(fixture.engine().relayRequest(relay)->faults.isEmpty());
        const RawPeer peer = RawPeer::connectTo(fixture.engine().snapshot(relay)->address.place.portFirst);
        peer.send("through");
        QCOMPARE(peer.receive(7), QByteArray("through"));
    }

    void slidersSayWhatTheyStandFor() {
        for (const FaultKind kind : {FaultKind::Delay, FaultKind::Rate, FaultKind::Drop}) {
            for (int step = 1; step <= ui::sliderSteps; ++step) {
                const Fault fault = ui::faultAt(kind, step);
                QVERIFY(parseFault(formatFault(fault)).has_value());
                QCOMPARE(*parseFault(formatFault(fault)), fault);
                QCOMPARE(ui::faultAt(kind, ui::stepOf(fault)), fault);
            }
        }
        QCOMPARE(ui::faultAt(FaultKind::Delay, 1).time, std::chrono::milliseconds(1));
        QCOMPARE(ui::faultAt(FaultKind::Delay, ui::sliderSteps).time, std::chrono::seconds(5));
    }

    void answersWithoutAFile() {
        WindowFixture fixture;
        fixture.typeAddress(QStringLiteral("tcp://127.0.0.1:0"));
        fixture.click("listenButton");
        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
        trigger(fixture, "actionAutoReply");
        auto* dialog = fixture.window().findChild<QDialog*>(QStringLiteral("behaviourDialog"));
        QVERIFY(dialog != nullptr);
        dialog->findChild<QPushButton*>(QStringLiteral("setBehaviourButton"))->click();
        QVERIFY(!dialog->findChild<QLabel*>(QStringLiteral("behaviourError"))->text().isEmpty()); // nothing to look for
        QTest::keyClicks(dialog->findChild<QLineEdit*>(QStringLiteral("replyWhen")), QStringLiteral("PING"));
        QTest::keyClicks(dialog->findChild<QLineEdit*>(QStringLiteral("replyAnswer")), QStringLiteral("PONG\\n"));
        dialog->findChild<QPushButton*>(QStringLiteral("setBehaviourButton"))->click();
        QTRY_COMPARE(fixture.snapshotOf(EndpointKind::Listener)->behaviour, QStringLiteral("reply=PING => PONG\\n"));
        const RawPeer peer = RawPeer::connectTo(fixture.snapshotOf(EndpointKind::Listener)->address.place.portFirst);
        peer.send("PING\n");
        QCOMPARE(peer.receive(5), QByteArray("PONG\n"));
    }

    void behavioursAreChosenFromAList() {
        WindowFixture fixture;
        fixture.typeAddress(QStringLiteral("tcp://127.0.0.1:0"));
        fixture.click("listenButton");
        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
        trigger(fixture, "actionChangeBehaviour");
        auto* dialog = fixture.window().findChild<QDialog*>(QStringLiteral("behaviourDialog"));
        QVERIFY(dialog != nullptr);
        QVERIFY(dialog->width() <= 800);
        auto* list = dialog->findChild<QListWidget*>(QStringLiteral("behaviourList"));
        QVERIFY(list->currentItem()->text().startsWith(QLatin1String("manual")));
        const auto talk = list->findItems(QStringLiteral("talk "), Qt::MatchStartsWith);
        QCOMPARE(talk.size(), 1);
        list->setCurrentItem(talk.first());
        dialog->findChild<QPushButton*>(QStringLiteral("setBehaviourButton"))->click();
        QTRY_COMPARE(fixture.snapshotOf(EndpointKind::Listener)->behaviour, QStringLiteral("talk"));
    }

    void aLoopIsPausedAndSaysSo() {
        WindowFixture fixture;
        const auto server = fixture.engine().listen(*parseAddress(QStringLiteral("tcp://127.0.0.1:0")),
                                                    {.behaviour = QStringLiteral("echo")});
        QTRY_COMPARE(fixture.engine().snapshot(*server)->state, EndpointState::Listening);
        const auto client = fixture.engine().connectTo(
            *parseAddress(
                QStringLiteral("tcp://127.0.0.1:%1").arg(fixture.engine().snapshot(*server)->address.place.portFirst)),
            {.behaviour = QStringLiteral("echo")});
        fixture.engine().send(*client, "round");
        auto* bar = fixture.find<QWidget>("loopBar");
        QTRY_VERIFY_WITH_TIMEOUT(bar->isVisible(), 15'000);
        QTRY_COMPARE(fixture.engine().snapshot(*client)->behaviour, QStringLiteral("manual"));
        fixture.find<QPushButton>("resumeLoop")->click();
        QTRY_COMPARE(fixture.engine().snapshot(*client)->behaviour, QStringLiteral("echo"));
        QVERIFY(!bar->isVisible());
    }

    void shortcutsCanBeChanged() {
        WindowFixture fixture;
        trigger(fixture, "actionShortcuts");
        auto* dialog = fixture.window().findChild<QDialog*>(QStringLiteral("shortcutsDialog"));
        QVERIFY(dialog != nullptr);
        auto* list = dialog->findChild<QTreeWidget*>(QStringLiteral("shortcutList"));
        dialog->findChild<QLineEdit*>(QStringLiteral("shortcutSearch"))->setText(QStringLiteral("look up"));
        const auto found = list->findItems(QStringLiteral("Look Up"), Qt::MatchExactly);
        QCOMPARE(found.size(), 1);
        QVERIFY(!found.first()->isHidden());
        list->setCurrentItem(found.first());
        auto* keys = dialog->findChild<QKeySequenceEdit*>(QStringLiteral("shortcutKeys"));
        auto* set = dialog->findChild<QPushButton*>(QStringLiteral("setShortcut"));
        keys->setKeySequence(QKeySequence(QStringLiteral("Ctrl+F"))); // another one has it
        set->click();
        QVERIFY(dialog->findChild<QLabel*>(QStringLiteral("shortcutConflict"))->text().contains(QLatin1String("Find")));
        QCOMPARE(fixture.find<QAction>("actionFind")->shortcut(), QKeySequence(QStringLiteral("Ctrl+F")));
        set->click();
        QCOMPARE(fixture.find<QAction>("actionLookUp")->shortcut(), QKeySequence(QStringLiteral("Ctrl+F")));
        QVERIFY(fixture.find<QAction>("actionFind")->shortcut().isEmpty());
        QCOMPARE(fixture.settings().shortcut(QStringLiteral("actionLookUp")), std::optional(QStringLiteral("Ctrl+F")));
        dialog->findChild<QPushButton*>(QStringLiteral("resetShortcut"))->click();
        QCOMPARE(fixture.find<QAction>("actionLookUp")->shortcut(), QKeySequence(QStringLiteral("Ctrl+Shift+Y")));
        QVERIFY(!fixture.settings().shortcut(QStringLiteral("actionLookUp")));
    }

    void everyShortcutIsForOneCommand() {
        QMap<QString, QString> taken;
        for (const ui::ActionEntry& entry : ui::actionTable()) {
            const QString keys = QString::fromLatin1(entry.shortcut);
            if (keys.isEmpty())
                continue;
            QVERIFY2(!taken.contains(keys), qPrintable(keys + QLatin1Char(' ') + taken.value(keys)));
            taken.insert(keys, QString::fromLatin1(entry.name));
        }
    }

    void theManualOpensAtThePageOfThePlace() {
        WindowFixture fixture;
        QCOMPARE(ui::manualPageOf(fixture.find<QWidget>("addressField")), QStringLiteral("addresses"));
        QCOMPARE(ui::manualPageOf(fixture.find<QWidget>("endpointsTree")), QStringLiteral("window"));
        QCOMPARE(ui::manualPageOf(nullptr), QString());
        trigger(fixture, "actionRelayPanel");
        QCOMPARE(ui::manualPageOf(fixture.find<QWidget>("relayPanel")), QStringLiteral("faults"));
    }

    void theTextIsZoomed() {
        WindowFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        connectTo(fixture, addressOf(server));
        const int size = fixture.settings().bufferFont().pointSize();
        trigger(fixture, "actionZoomIn");
        QCOMPARE(fixture.settings().bufferFont().pointSize(), size + 1);
        const int field = fixture.inBuffer<ui::MessageField>("messageField")->height();
        for (int i = 0; i < 8; ++i)
            trigger(fixture, "actionZoomIn");
        QTRY_VERIFY(fixture.inBuffer<ui::MessageField>("messageField")->height() > field); // the message grows with it
        for (int i = 0; i < 100; ++i)
            trigger(fixture, "actionZoomOut");
        QCOMPARE(fixture.settings().bufferFont().pointSize(), ui::Settings::leastFontSize);
        trigger(fixture, "actionZoomReset");
        QCOMPARE(fixture.settings().bufferFont().pointSize(), size);
    }

    void otherBuffersAreClosedButPinnedOnes() {
        WindowFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        for (int i = 0; i < 3; ++i) {
            connectTo(fixture, addressOf(server));
            QTRY_COMPARE(fixture.engine().snapshots().size(), i + 1);
            QTRY_COMPARE(fixture.find<ui::BufferArea>("bufferArea")->panels().size(), static_cast<std::size_t>(i + 1));
            if (i == 0)
                trigger(fixture, "actionPin");
        }
        trigger(fixture, "actionCloseOthers");
        QCOMPARE(fixture.find<ui::BufferArea>("bufferArea")->panels().size(),
                 std::size_t{2});                         // that and the pinned one
        QCOMPARE(fixture.engine().snapshots().size(), 3); // closing a buffer ends nothing
    }

    void rowsGetColoursByPattern() {
        auto store = std::make_shared<TranscriptStore>();
        auto transcript = std::make_shared<Transcript>(store);
        transcript->append(RecordKind::Received, "all is well", Timestamp::now());
        transcript->append(RecordKind::Received, "an ERROR", Timestamp::now());
        RecordSource source({{.id = EndpointId{1}, .name = {}, .transcript = transcript}});
        source.update();
        const std::vector<ui::ColorRule> rules{{ui::MarkColor::Red, QStringLiteral("ERROR")},
                                               {ui::MarkColor::Green, QStringLiteral("dir:in len<12")},
                                               {ui::MarkColor::Blue, QStringLiteral("(")}}; // cannot be used
        const ui::ColorRules colors(rules, Timestamp::now().wall);
        QCOMPARE(colors.colorOf(source, 0), ui::MarkColor::Green);
        QCOMPARE(colors.colorOf(source, 1), ui::MarkColor::Red); // the first that takes it
        const auto read = ui::ColorRules::read(ui::ColorRules::write(rules));
        QCOMPARE(read.size(), rules.size());
        QCOMPARE(read[1].pattern, rules[1].pattern);
        WindowFixture fixture;
        trigger(fixture, "actionColors");
        auto* dialog = fixture.window().findChild<QDialog*>(QStringLiteral("colorsDialog"));
        QVERIFY(dialog != nullptr);
        dialog->findChild<QPushButton*>(QStringLiteral("addColorRule"))->click();
        auto* pattern = dialog->findChild<QLineEdit*>(QStringLiteral("rulePattern"));
        pattern->setText(QStringLiteral("foo:bar"));
        QVERIFY(!dialog->findChild<QLabel*>(QStringLiteral("colorProblem"))->text().isEmpty());
        QCOMPARE(fixture.settings().colorRules().size(), 1); // what is typed is not lost
        pattern->setText(QStringLiteral("dir:sent"));
        QCOMPARE(fixture.settings().colorRules(), QStringList{QStringLiteral("yellow dir:sent")});
    }

    void endpointsAreFound() {
        WindowFixture fixture;
        const auto server = fixture.engine().listen(*parseAddress(QStringLiteral("tcp://127.0.0.1:0")));
        QTRY_COMPARE(fixture.engine().snapshot(*server)->state, EndpointState::Listening);
        auto* search = fixture.find<QLineEdit>("endpointSearch");
        QVERIFY(!search->isVisible());
        std::vector<RawPeer> peers;
        for (int i = 0; i < 15; ++i)
            peers.push_back(RawPeer::connectTo(fixture.engine().snapshot(*server)->address.place.portFirst));
        QTRY_COMPARE(fixture.engine().snapshots().size(), 16);
        QTRY_VERIFY(search->isVisible());
        const EndpointId wanted = fixture.idOf(EndpointKind::Connection);
        search->setText(fixture.engine().snapshot(wanted)->peer);
        auto* tree = fixture.find<QTreeView>("endpointsTree");
        const auto shown = [&] {
            int count = 0;
            const QModelIndex listener = tree->model()->index(0, 0);
            for (int row = 0; row < tree->model()->rowCount(listener); ++row)
                count += tree->isRowHidden(row, listener) ? 0 : 1;
            return tree->isRowHidden(0, {}) ? -1 : count;
        };
        QCOMPARE(shown(), 1);
        search->clear();
        QCOMPARE(shown(), 15);
    }

    void onlyOnePeerIsShown() {
        WindowFixture fixture;
        fixture.typeAddress(QStringLiteral("tcp://127.0.0.1:0"));
        fixture.click("listenButton");
        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
        const quint16 port = fixture.snapshotOf(EndpointKind::Listener)->address.place.portFirst;
        const RawPeer one = RawPeer::connectTo(port);
        one.send("from one");
        QTRY_VERIFY(fixture.bufferText().contains(QLatin1String("from one")));
        const RawPeer other = RawPeer::connectTo(port);
        other.send("from the other");
        QTRY_VERIFY(fixture.bufferText().contains(QLatin1String("from the other")));
        auto* panel = static_cast<ui::BufferPanel*>(fixture.currentBuffer());
        const RecordIndex last = panel->view()->source().count() - 1;
        panel->view()->select({last, 0}, {last, 0});
        trigger(fixture, "actionOnlyThisPeer");
        QTRY_VERIFY(fixture.bufferText().contains(QLatin1String("from the other")) &&
                    !fixture.bufferText().contains(QLatin1String("from one")));
        panel->view()->select({0, 0}, {0, 0});
        trigger(fixture, "actionOnlyThisPeer");
        QTRY_VERIFY(fixture.bufferText().contains(QLatin1String("from one")));
    }

    void theNextBufferIsShownAsTheLastOne() {
        WindowFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        connectTo(fixture, addressOf(server));
        trigger(fixture, "actionModeBoth");
        connectTo(fixture, addressOf(server));
        QTRY_COMPARE(fixture.engine().snapshots().size(), 2);
        QTRY_COMPARE(static_cast<ui::BufferPanel*>(fixture.currentBuffer())->endpoint(),
                     fixture.idOf(EndpointKind::Connection));
        QCOMPARE(static_cast<ui::BufferPanel*>(fixture.currentBuffer())->view()->mode(), ui::BufferMode::Both);
    }
};

QTEST_MAIN(JobsTest)
#include "tst_jobs.moc"
