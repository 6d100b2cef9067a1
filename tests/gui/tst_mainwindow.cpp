// SPDX-License-Identifier: MIT
#include "tests/gui/windowfixture.h"
#include "tests/support/enginefixture.h"

#include "ui/buffer/bufferarea.h"
#include "ui/buffer/bufferpanel.h"
#include "ui/buffer/bufferview.h"

#include <QClipboard>
#include <QDockWidget>
#include <QStatusBar>
#include <QToolButton>
#include <QTreeView>
#include <QTreeWidget>

using namespace sw;
using namespace sw::test;

/// The main window, driven by the mouse and the keyboard, against real sockets.
class MainWindowTest : public QObject {
    Q_OBJECT

private slots:
    void opensNothingByItself() {
        WindowFixture fixture;
        QVERIFY(fixture.engine().snapshots().isEmpty());
        QVERIFY(fixture.find<QPushButton>("exampleButton")->isVisible());
    }

    void listensAndTalksToAPeer() {
        WindowFixture fixture;
        fixture.typeAddress(QStringLiteral("tcp://127.0.0.1:0"));
        fixture.find<QComboBox>("behaviourBox")->setCurrentText(QStringLiteral("talk"));
        fixture.click("listenButton");
        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
        const auto listener = fixture.snapshotOf(EndpointKind::Listener);
        QCOMPARE(listener->state, EndpointState::Listening);
        const RawPeer peer = RawPeer::connectTo(listener->address.place.portFirst);
        peer.send("Hello self.\n");
        QCOMPARE(peer.receive(24), QByteArray("You sent: 'Hello self.'\n"));
        QTRY_VERIFY(fixture.bufferText().contains(QLatin1String("You sent: 'Hello self.'")));
        QVERIFY(fixture.bufferText().contains(QLatin1String("received Hello self.")));
        auto* tree = fixture.find<QTreeView>("endpointsTree");
        QTRY_COMPARE(tree->model()->rowCount(tree->model()->index(0, 0)), 1);
    }

    void connectsSendsTextAndHexAndHalfCloses() {
        WindowFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        fixture.typeAddress(QStringLiteral("tcp://127.0.0.1:%1").arg(server.port()));
        fixture.click("connectButton");
        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
        const RawPeer peer = server.accept();
        auto* message = fixture.inBuffer<ui::MessageField>("messageField");
        QTest::keyClicks(message, QStringLiteral("caf\\xc3\\xa9"));
        QTRY_VERIFY(fixture.inBuffer<QPushButton>("sendButton")->isEnabled());
        QTest::mouseClick(fixture.inBuffer<QPushButton>("sendButton"), Qt::LeftButton);
        QCOMPARE(peer.receive(6), QByteArray("caf\xc3\xa9\n"));
        fixture.inBuffer<QAction>("composeHex")->trigger();
        message->clear();
        QTest::keyClicks(message, QStringLiteral("00 01 ff"));
        QCOMPARE(fixture.inBuffer<QLabel>("messagePreview")->text(), QStringLiteral("3 bytes    00 01 ff"));
        QTest::keyClick(message, Qt::Key_Return);
        QCOMPARE(peer.receive(3), QByteArray("\x00\x01\xff", 3));
        peer.send("from the peer");
        QTRY_VERIFY(fixture.bufferText().contains(QLatin1String("received from the peer")));
        fixture.click("shutDownSendingButton");
        QVERIFY(peer.sawEnd());
        QTRY_COMPARE(fixture.snapshotOf(EndpointKind::Connection)->state, EndpointState::WriteEnded);
        QTRY_VERIFY(fixture.inBuffer<QLabel>("bufferState")->text().contains(QLatin1String("half-closed (local)")));
        peer.send("late");
        QTRY_VERIFY(fixture.bufferText().contains(QLatin1String("received late")));
    }

    void saysBadMessagesBeforeTheyAreSent() {
        WindowFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        fixture.typeAddress(QStringLiteral("tcp://127.0.0.1:%1").arg(server.port()));
        fixture.click("connectButton");
        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
        auto* message = fixture.inBuffer<ui::MessageField>("messageField");
        QTest::keyClicks(message, QStringLiteral("ab\\q"));
        QVERIFY(fixture.inBuffer<QLabel>("messagePreview")->text().startsWith(QLatin1String("at character 3")));
        QVERIFY(message->property("hasError").toBool());
        QTest::keyClick(message, Qt::Key_Return);
        message->setText(QStringLiteral("good"));
        QTest::keyClick(message, Qt::Key_Return);
        QTRY_COMPARE(fixture.snapshotOf(EndpointKind::Connection)->counters.sentBytes, 5U); // with its line end
    }

    void showsAddressErrorsInPlace() {
        WindowFixture fixture;
        auto* error = fixture.find<QLabel>("addressError");
        fixture.typeAddress(QStringLiteral("tcp://127.0.0.1:99999"));
        fixture.click("listenButton");
        QVERIFY(error->isVisible());
        QVERIFY(error->text().contains(QLatin1String("0 to 65535")));
        QCOMPARE(fixture.find<QLineEdit>("addressField")->cursorPosition(), 16);
        fixture.typeAddress(QStringLiteral("tcp://127.0.0.1:1"));
        QVERIFY(!error->isVisible());
        fixture.click("connectButton");
        QTRY_VERIFY(error->isVisible());
        QVERIFY(error->text().contains(QLatin1String("nothing listens")));
        QTRY_COMPARE(fixture.engine().snapshots().size(), 1); // kept for the report of what was tried
        QVERIFY(fixture.engine().snapshots().front().report != nullptr);
        const RawPeer taken = RawPeer::listenOn();
        fixture.typeAddress(QStringLiteral("tcp://127.0.0.1:%1").arg(taken.port()));
        fixture.click("listenButton");
        QTRY_VERIFY(error->isVisible() && error->text().contains(QLatin1String("address-in-use")));
        QTRY_VERIFY(fixture.engine().snapshots().isEmpty()); // until the next attempt
    }

    void theFormAndTheBarAreOne() {
        WindowFixture fixture;
        fixture.typeAddress(QStringLiteral("tcp://127.0.0.1:4000"));
        fixture.click("optionsButton");
        QVERIFY(fixture.find<QDockWidget>("formDock")->isVisible());
        QCOMPARE(fixture.find<QLineEdit>("formPort")->text(), QStringLiteral("4000"));
        auto* backlog = fixture.find<QLineEdit>("option_backlog");
        QTest::keyClicks(backlog, QStringLiteral("7"));
        QCOMPARE(fixture.find<QLineEdit>("addressField")->text(), QStringLiteral("tcp://127.0.0.1:4000?backlog=7"));
        fixture.find<QComboBox>("option_nodelay")->setCurrentText(QStringLiteral("off"));
        QCOMPARE(fixture.find<QLabel>("formAddress")->text(),
                 QStringLiteral("tcp://127.0.0.1:4000?backlog=7&nodelay=off"));
        fixture.find<QComboBox>("formScheme")->setCurrentText(QStringLiteral("udp"));
        QVERIFY(fixture.find<QLineEdit>("addressField")->text().startsWith(QLatin1String("udp://127.0.0.1:4000")));
        QVERIFY(fixture.find<QComboBox>("option_broadcast") != nullptr);
    }

    /// Steps 1 to 5 of the README's tour.
    void theTourDoesWhatItSays() {
        const RawPeer probe = RawPeer::connectTo(10244);
        if (probe.isOpen())
            QSKIP("port 10244 is in use on this machine");
        WindowFixture fixture;
        const auto trigger = [&](const char* action) { fixture.find<QAction>(action)->trigger(); };
        // 1: a line, and its answer, in both buffers
        fixture.click("exampleButton");
        auto* area = fixture.find<ui::BufferArea>("bufferArea");
        QTRY_COMPARE(area->count(), 2); // split
        QTRY_VERIFY(fixture.inBuffer<QPushButton>("sendButton")->isEnabled());
        QTest::keyClicks(fixture.inBuffer<ui::MessageField>("messageField"), QStringLiteral("Hello self."));
        QTest::keyClick(fixture.inBuffer<ui::MessageField>("messageField"), Qt::Key_Return);
        const auto panels = area->findChildren<ui::BufferPanel*>();
        QCOMPARE(panels.size(), 2);
        const auto shows = [](ui::BufferPanel* panel, const char* text) {
            return panel->view()->visibleLines().join(QLatin1Char('\n')).contains(QLatin1String(text));
        };
        for (ui::BufferPanel* panel : panels) {
            panel->view()->setWrapped(false); // so that texts are in one row
            QTRY_VERIFY(shows(panel, "You sent: 'Hello self.'"));
        }
        // 2: half-close, two events and two states
        auto* client = static_cast<ui::BufferPanel*>(fixture.currentBuffer());
        ui::BufferPanel* server = panels.first() == client ? panels.last() : panels.first();
        const auto stateOf = [&](bool isAccepted) {
            const auto all = fixture.engine().snapshots();
            for (const EndpointSnapshot& one : all) {
                if (one.kind == EndpointKind::Connection && one.isAccepted == isAccepted)
                    return one.state;
            }
            return EndpointState::Idle;
        };
        trigger("actionShutDown");
        QTRY_COMPARE(stateOf(false), EndpointState::WriteEnded);
        QTRY_COMPARE(stateOf(true), EndpointState::ReadEnded);
        QTRY_VERIFY(shows(client, "we send no more, and can still receive"));
        QTRY_VERIFY(shows(server, "it sends no more, and can still receive"));
        auto* field = server->findChild<ui::MessageField*>(QStringLiteral("messageField"));
        QTest::keyClicks(field, QStringLiteral("still here"));
        QTest::keyClick(field, Qt::Key_Return);
        QTRY_VERIFY(shows(client, "still here"));
        // 3: what the system says of it, and an option that is changed
        fixture.find<QTreeView>("endpointsTree")->setFocus();
        area->open(client->endpoint());
        trigger("actionTcpFigures");
        QTRY_COMPARE(fixture.find<QLabel>("tcpState")->text(), QStringLiteral("FIN-WAIT-2"));
        // 4: hex, find, filter, palette
        trigger("actionModeHex");
        QTRY_VERIFY(shows(client, "48 65 6c 6c 6f"));
        trigger("actionFind");
        QCOMPARE(QApplication::focusWidget()->objectName(), QStringLiteral("findField"));
        trigger("actionFilter");
        QTest::keyClicks(client->findChild<QLineEdit*>(QStringLiteral("filterField")),
                         QStringLiteral("dir:sent len>10"));
        QTRY_VERIFY(!shows(client, "73 74 69 6c 6c")); // what was received
        QTRY_VERIFY(shows(client, "48 65 6c 6c 6f"));
    }

    void longMessagesAreSentWhole() {
        WindowFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        fixture.typeAddress(QStringLiteral("tcp://127.0.0.1:%1").arg(server.port()));
        fixture.click("connectButton");
        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
        const RawPeer peer = server.accept();
        auto* field = fixture.inBuffer<ui::MessageField>("messageField");
        QTRY_VERIFY(fixture.inBuffer<QPushButton>("sendButton")->isEnabled());
        fixture.inBuffer<QAction>("composeHex")->trigger();
        QByteArray bytes(11000, '\0'); // as hex, more than a line edit of Qt's takes by itself
        for (qsizetype i = 0; i < bytes.size(); ++i)
            bytes[i] = static_cast<char>(i * 7);
        QApplication::clipboard()->setText(QString::fromLatin1(bytes.toHex(' ')));
        field->setFocus();
        field->paste();
        QTest::keyClick(field, Qt::Key_Return);
        QCOMPARE(peer.receive(bytes.size()), bytes);
        fixture.inBuffer<QAction>("composeText")->trigger();
        QByteArray large(5'000'000, 'a');
        for (qsizetype i = 0; i < large.size(); i += 1000)
            large[i] = '\n';
        field->setText(QStringLiteral("before "));
        QApplication::clipboard()->setText(QString::fromLatin1(large));
        field->paste();
        QVERIFY(field->isHolding());
        QVERIFY(field->toPlainText().size() < 1000); // and not five million characters to be laid out
        QTest::keyClick(field, Qt::Key_Return);
        QCOMPARE(peer.receive(7 + large.size() + 1), "before " + large + '\n');
        QTest::keyClick(field, Qt::Key_Backspace);
        QVERIFY(!field->isHolding());
        QCOMPARE(field->text(), QStringLiteral("before ")); // as it was before it was pasted
    }

    void messagesHaveSeveralLines() {
        WindowFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        fixture.typeAddress(QStringLiteral("tcp://127.0.0.1:%1").arg(server.port()));
        fixture.click("connectButton");
        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
        const RawPeer peer = server.accept();
        auto* field = fixture.inBuffer<ui::MessageField>("messageField");
        QTRY_VERIFY(fixture.inBuffer<QPushButton>("sendButton")->isEnabled());
        const int oneLine = field->height();
        auto* ending = fixture.inBuffer<QComboBox>("lineEndingBox");
        ending->setCurrentText(QStringLiteral("CR LF"));
        QTest::keyClicks(field, QStringLiteral("GET / HTTP/1.0"));
        QTest::keyClick(field, Qt::Key_Return, Qt::ShiftModifier);
        QTest::keyClicks(field, QStringLiteral("Host: x"));
        QTRY_VERIFY(field->height() > oneLine);
        QTest::keyClick(field, Qt::Key_Return);
        QCOMPARE(peer.receive(25), QByteArray("GET / HTTP/1.0\r\nHost: x\r\n"));
        fixture.inBuffer<QLineEdit>("pieceBreak")->setText(QStringLiteral("30ms"));
        field->setText(QStringLiteral("one\ntwo\nthree"));
        const QElapsedTimer since = [] {
            QElapsedTimer timer;
            timer.start();
            return timer;
        }();
        QTest::keyClick(field, Qt::Key_Return);
        QTRY_COMPARE(fixture.snapshotOf(EndpointKind::Connection)->counters.sentRecords, quint64{4});
        QVERIFY(since.elapsed() >= 60); // two pauses
        QCOMPARE(peer.receive(17), QByteArray("one\r\ntwo\r\nthree\r\n"));
        field->setText(QStringLiteral("first\nsecond"));
        field->moveCursor(QTextCursor::Start);
        QTest::keyClick(field, Qt::Key_Down); // to the second line, not to another message
        QCOMPARE(field->text(), QStringLiteral("first\nsecond"));
    }

    void endpointsAreRenamed() {
        WindowFixture fixture;
        fixture.typeAddress(QStringLiteral("tcp://127.0.0.1"));
        fixture.click("listenButton");
        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
        fixture.prompter().typed = QStringLiteral("web");
        fixture.find<QAction>("actionRename")->trigger();
        QTRY_COMPARE(fixture.snapshotOf(EndpointKind::Listener)->name, QStringLiteral("web"));
        QTRY_COMPARE(static_cast<ui::BufferPanel*>(fixture.currentBuffer())->title(), QStringLiteral("web"));
    }

    void datagramsGoWhereAsked() {
        WindowFixture fixture;
        const RawPeer peer = RawPeer::datagram();
        fixture.typeAddress(QStringLiteral("udp://127.0.0.1"));
        fixture.click("listenButton");
        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
        auto* destination = fixture.inBuffer<QLineEdit>("destinationField");
        QTRY_VERIFY(destination->isVisible());
        QTest::keyClicks(destination, QStringLiteral("127.0.0.1:%1").arg(peer.port()));
        QTest::keyClicks(fixture.inBuffer<ui::MessageField>("messageField"), QStringLiteral("hi"));
        QTest::keyClick(fixture.inBuffer<ui::MessageField>("messageField"), Qt::Key_Return);
        QCOMPARE(peer.receive(3), QByteArray("hi"));
    }

    void repeatsAndStops() {
        WindowFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        fixture.typeAddress(QStringLiteral("tcp://127.0.0.1:%1").arg(server.port()));
        fixture.click("connectButton");
        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
        const RawPeer peer = server.accept();
        fixture.inBuffer<QSpinBox>("repeatCount")->setValue(5);
        fixture.inBuffer<QLineEdit>("repeatInterval")->setText(QStringLiteral("5ms"));
        QTest::keyClicks(fixture.inBuffer<ui::MessageField>("messageField"), QStringLiteral("x"));
        QTest::keyClick(fixture.inBuffer<ui::MessageField>("messageField"), Qt::Key_Return);
        QTRY_COMPARE(fixture.snapshotOf(EndpointKind::Connection)->counters.sentBytes, 10U);
        QCOMPARE(peer.receive(10), QByteArray("x\nx\nx\nx\nx\n"));
        QTRY_COMPARE(fixture.inBuffer<QPushButton>("sendButton")->text(), QStringLiteral("Send"));
    }

    void detailsShowOptionsAndCounters() {
        WindowFixture fixture;
        fixture.typeAddress(QStringLiteral("tcp://127.0.0.1?backlog=9"));
        fixture.click("listenButton");
        QTRY_VERIFY(fixture.find<QTreeWidget>("optionsTree") != nullptr); // there is something to show
        auto* tree = fixture.find<QTreeWidget>("optionsTree");
        QTRY_VERIFY(!tree->findItems(QStringLiteral("backlog"), Qt::MatchExactly | Qt::MatchRecursive).isEmpty());
        const QTreeWidgetItem* backlog =
            tree->findItems(QStringLiteral("backlog"), Qt::MatchExactly | Qt::MatchRecursive).first();
        QCOMPARE(backlog->text(2), QStringLiteral("9"));
        QVERIFY(fixture.find<QPushButton>("pauseButton")->isVisible());
        fixture.click("pauseButton");
        QTRY_COMPARE(fixture.snapshotOf(EndpointKind::Listener)->state, EndpointState::Paused);
        fixture.click("closeButton");
        QTRY_COMPARE(fixture.snapshotOf(EndpointKind::Listener)->state, EndpointState::Closed);
        fixture.click("removeButton");
        QTRY_VERIFY(fixture.engine().snapshots().isEmpty());
        QTRY_VERIFY(fixture.find<QPushButton>("exampleButton")->isVisible());
    }

    void remembersAddressesButReopensNothing() {
        WindowFixture fixture;
        fixture.typeAddress(QStringLiteral("tcp://127.0.0.1:0"));
        fixture.click("listenButton");
        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
        QCOMPARE(fixture.settings().recentAddresses().first(), QStringLiteral("tcp://127.0.0.1"));
        Engine engine;
        ui::MainWindow again(engine, fixture.settings(), fixture.prompter());
        again.show();
        QVERIFY(settle(engine));
        QVERIFY(engine.snapshots().isEmpty());
    }
};

QTEST_MAIN(MainWindowTest)
#include "tst_mainwindow.moc"
