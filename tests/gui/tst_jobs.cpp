// SPDX-License-Identifier: MIT
// What people do all day, in as few clicks as it takes.
#include "tests/gui/windowfixture.h"
#include "tests/support/enginefixture.h"
#include "tests/support/rawpeer.h"
#include "ui/buffer/bufferpanel.h"
#include "ui/buffer/bufferview.h"
#include "ui/buffer/filterbar.h"
#include "ui/messages/messagestore.h"
#include "ui/relay/faultsliders.h"

#include <QAction>
#include <QDialog>
#include <QListWidget>
#include <QSlider>
#include <QStatusBar>
#include <QToolBar>
#include <QToolButton>

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
        QVERIFY(fixture.bufferText().contains(QLatin1String("opened again")));
        QCOMPARE(fixture.idOf(EndpointKind::Connection), id);
        QCOMPARE(fixture.engine().snapshots().size(), 1);
        QTRY_COMPARE(QApplication::focusWidget()->objectName(), QStringLiteral("messageField"));
    }

    void connectingAgainByItself() {
        WindowFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        connectTo(fixture, addressOf(server) + QStringLiteral("?eof=close"));
        RawPeer first = server.accept();
        fixture.prompter().typed = QStringLiteral("100ms");
        trigger(fixture, "actionOpenAgainAlways");
        first.close();
        RawPeer second = server.accept(); // nobody clicked anything
        second.reset();
        const RawPeer third = server.accept();
        third.send("still here");
        QTRY_VERIFY(fixture.bufferText().contains(QLatin1String("still here")));
        trigger(fixture, "actionClose"); // what the user closes stays closed
        QTRY_COMPARE(fixture.snapshotOf(EndpointKind::Connection)->state, EndpointState::Closed);
        QCOMPARE(fixture.snapshotOf(EndpointKind::Connection)->closingCause, std::optional(ClosingCause::ClosedByUs));
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
