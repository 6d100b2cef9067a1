// SPDX-License-Identifier: MIT
#include "tests/gui/windowfixture.h"
#include "tests/support/rawpeer.h"

#include "ui/buffer/bufferarea.h"
#include "ui/buffer/bufferpanel.h"
#include "ui/buffer/bufferview.h"
#include "ui/shell/socketfeature.h"
#include "ui/widgets/smallplot.h"

#include <QClipboard>
#include <QDockWidget>
#include <QStatusBar>
#include <QTabWidget>
#include <QTreeView>
#include <QTreeWidget>

using namespace sw;
using namespace sw::test;

namespace {

QTreeWidgetItem* rowOf(QTreeWidget* tree, const QString& name) {
    const auto found = tree->findItems(name, Qt::MatchExactly | Qt::MatchRecursive);
    return found.isEmpty() ? nullptr : found.first();
}

} // namespace

/// What the window does with sockets beyond sending and receiving: options, queues, reports, figures, look-ups,
/// commands.
class SocketsTest : public QObject {
    Q_OBJECT

    static void open(WindowFixture& fixture, const QString& address, const char* button) {
        fixture.typeAddress(address);
        fixture.click(button);
        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
    }

    /// Opens the editor of an option by the keyboard.
    template <typename Editor>
    static Editor* editOption(QTreeWidget* tree, const char* option) {
        [[maybe_unused]] const bool isShown =
            QTest::qWaitFor([&] { return rowOf(tree, QString::fromLatin1(option)) != nullptr; });
        tree->setFocus();
        tree->setCurrentItem(rowOf(tree, QString::fromLatin1(option)));
        QTest::keyClick(tree, Qt::Key_Return);
        return tree->findChild<Editor*>(QStringLiteral("optionEditor"));
    }

    static void trigger(WindowFixture& fixture, const char* action) {
        auto* found = fixture.find<QAction>(action);
        QVERIFY2(found != nullptr, action);
        found->trigger();
    }

private slots:
    void optionsAreEditedInPlace() {
        WindowFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        open(fixture, QStringLiteral("tcp://127.0.0.1:%1").arg(server.port()), "connectButton");
        fixture.find<QTabWidget>("detailsPages")->setCurrentIndex(1);
        auto* tree = fixture.find<QTreeWidget>("optionsTree");
        auto* editor = editOption<QLineEdit>(tree, "ttl");
        QVERIFY(editor != nullptr);
        QTest::keyClicks(editor, QStringLiteral("42"));
        QTest::keyClick(editor, Qt::Key_Return);
        QTRY_COMPARE(rowOf(tree, QStringLiteral("ttl"))->text(1), QStringLiteral("42"));
        QCOMPARE(rowOf(tree, QStringLiteral("ttl"))->text(2), QStringLiteral("42"));
        // a value that is not taken is said, and the old one stands
        tree->setCurrentItem(rowOf(tree, QStringLiteral("ttl")));
        QTest::keyClick(tree, Qt::Key_Return);
        QTRY_VERIFY(tree->findChild<QLineEdit*>(QStringLiteral("optionEditor")) != nullptr);
        editor = tree->findChild<QLineEdit*>(QStringLiteral("optionEditor"));
        editor->selectAll();
        QTest::keyClicks(editor, QStringLiteral("999"));
        QTest::keyClick(editor, Qt::Key_Return);
        QTRY_VERIFY(fixture.window().statusBar()->currentMessage().contains(QLatin1String("1 to 255")));
        QCOMPARE(rowOf(tree, QStringLiteral("ttl"))->text(2), QStringLiteral("42"));
        // one of few values is chosen from a list
        tree->setCurrentItem(rowOf(tree, QStringLiteral("nodelay")));
        QTest::keyClick(tree, Qt::Key_Return);
        auto* box = tree->findChild<QComboBox*>(QStringLiteral("optionEditor"));
        QVERIFY(box != nullptr);
        box->setCurrentText(QStringLiteral("off"));
        QTest::keyClick(box, Qt::Key_Return);
        QTRY_COMPARE(rowOf(tree, QStringLiteral("nodelay"))->text(1), QStringLiteral("off"));
        // and one that cannot change says so
        tree->setCurrentItem(rowOf(tree, QStringLiteral("timeout")));
        QTest::keyClick(tree, Qt::Key_Return);
        QVERIFY(fixture.window().statusBar()->currentMessage().contains(QLatin1String("cannot be changed")));
    }

    void trafficDoesNotDisturbAnEdit() {
        WindowFixture fixture;
        open(fixture, QStringLiteral("tcp://127.0.0.1"), "listenButton");
        const RawPeer peer = RawPeer::connectTo(fixture.snapshotOf(EndpointKind::Listener)->address.place.portFirst);
        QTRY_VERIFY(fixture.snapshotOf(EndpointKind::Connection).has_value());
        fixture.window().openBuffer(fixture.idOf(EndpointKind::Connection));
        fixture.find<QTabWidget>("detailsPages")->setCurrentIndex(1);
        auto* tree = fixture.find<QTreeWidget>("optionsTree");
        auto* editor = editOption<QLineEdit>(tree, "ttl");
        QVERIFY(editor != nullptr);
        for (const char digit : {'4', '2'}) {
            QTest::keyClick(editor, digit);
            const quint64 before = fixture.snapshotOf(EndpointKind::Connection)->counters.receivedRecords;
            peer.send("traffic");
            QTRY_VERIFY(fixture.snapshotOf(EndpointKind::Connection)->counters.receivedRecords > before);
            QTest::qWait(50);
        }
        QCOMPARE(editor->text(), QStringLiteral("42"));
        QTest::keyClick(editor, Qt::Key_Return);
        QTRY_COMPARE(rowOf(tree, QStringLiteral("ttl"))->text(2), QStringLiteral("42"));
    }

    void theAcceptButtonShowsHowManyWait() {
#ifndef Q_OS_LINUX
        QSKIP("only Linux tells the length of the queue");
#endif
        WindowFixture fixture;
        open(fixture, QStringLiteral("tcp://127.0.0.1?accept=manual"), "listenButton");
        auto* accept = fixture.find<QPushButton>("acceptButton");
        QTRY_COMPARE(accept->text(), QStringLiteral("Accept (0 waiting)"));
        QVERIFY(!accept->isEnabled());
        const quint16 port = fixture.snapshotOf(EndpointKind::Listener)->address.place.portFirst;
        const RawPeer a = RawPeer::connectTo(port);
        const RawPeer b = RawPeer::connectTo(port);
        QTRY_COMPARE(accept->text(), QStringLiteral("Accept (2 waiting)"));
        fixture.click("acceptButton");
        QTRY_COMPARE(accept->text(), QStringLiteral("Accept (1 waiting)"));
        QCOMPARE(fixture.snapshotOf(EndpointKind::Listener)->counters.accepted, 1U);
    }

    void aFailedAttemptShowsItsReport() {
        WindowFixture fixture;
        fixture.typeAddress(QStringLiteral("tcp://127.0.0.1:1"));
        fixture.click("connectButton");
        QTRY_VERIFY(fixture.find<QTreeWidget>("detailsTree") != nullptr); // there is something to show
        auto* tree = fixture.find<QTreeWidget>("detailsTree");
        QTRY_VERIFY(rowOf(tree, QStringLiteral("Attempt")) != nullptr);
        QVERIFY(rowOf(tree, QStringLiteral("Attempt"))
                    ->text(1)
                    .startsWith(QLatin1String("127.0.0.1:1: connection-refused after")));
        QCOMPARE(rowOf(tree, QStringLiteral("Reached"))->text(1), QStringLiteral("connect"));
        QVERIFY(fixture.bufferText().contains(QLatin1String("could not connect")));
    }

    void tcpFiguresAreLiveWhileTheyAreSeen() {
#ifndef Q_OS_LINUX
        QSKIP("the figures of this system were never seen");
#endif
        WindowFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        open(fixture, QStringLiteral("tcp://127.0.0.1:%1").arg(server.port()), "connectButton");
        const RawPeer peer = server.accept();
        int samples = 0;
        connect(&fixture.engine(), &Engine::kernelSampled, this, [&samples] { ++samples; });
        QTest::qWait(600);
        QCOMPARE(samples, 0); // on another page: nobody asks
        trigger(fixture, "actionTcpFigures");
        QTRY_COMPARE(fixture.find<QLabel>("tcpState")->text(), QStringLiteral("ESTABLISHED"));
        auto* plot = fixture.find<ui::SmallPlot>("plot_rtt");
        QTRY_VERIFY(plot->count() >= 3);
        QVERIFY(plot->valueText() != QStringLiteral("–"));
        auto* figures = fixture.find<QTreeWidget>("tcpFigures");
        QVERIFY(!rowOf(figures, QStringLiteral("Retransmits"))->isHidden());
        QCOMPARE(rowOf(figures, QStringLiteral("Retransmits"))->text(1), QStringLiteral("0"));
        fixture.click("shutDownSendingButton");
        QVERIFY(peer.sawEnd());
        QTRY_COMPARE(fixture.find<QLabel>("tcpState")->text(), QStringLiteral("FIN-WAIT-2"));
        peer.shutdownSending();
        QTRY_VERIFY(fixture.find<QLabel>("tcpState")->text().startsWith(QLatin1String("TIME-WAIT")));
        fixture.find<QTabWidget>("detailsPages")->setCurrentIndex(0);
        QTest::qWait(300);
        samples = 0;
        QTest::qWait(1200);
        QCOMPARE(samples, 0); // out of sight again
    }

    void aConnectionLeadsToItsListener() {
        WindowFixture fixture;
        open(fixture, QStringLiteral("tcp://127.0.0.1"), "listenButton");
        const auto listener = fixture.snapshotOf(EndpointKind::Listener);
        const RawPeer peer = RawPeer::connectTo(listener->address.place.portFirst);
        QTRY_VERIFY(fixture.snapshotOf(EndpointKind::Connection).has_value());
        fixture.window().openBuffer(fixture.idOf(EndpointKind::Connection));
        QTRY_VERIFY(fixture.find<QTreeWidget>("detailsTree") != nullptr); // there is something to show
        auto* tree = fixture.find<QTreeWidget>("detailsTree");
        QTRY_VERIFY(rowOf(tree, QStringLiteral("Listener")) != nullptr);
        QCOMPARE(rowOf(tree, QStringLiteral("Listener"))->text(1), listener->name);
        tree->setFocus();
        tree->setCurrentItem(rowOf(tree, QStringLiteral("Listener")));
        QTest::keyClick(tree, Qt::Key_Return);
        QCOMPARE(static_cast<ui::BufferPanel*>(fixture.currentBuffer())->endpoint(), listener->id);
        fixture.window().openBuffer(fixture.idOf(EndpointKind::Connection));
        trigger(fixture, "actionGoToListener");
        QCOMPARE(static_cast<ui::BufferPanel*>(fixture.currentBuffer())->endpoint(), listener->id);
        const auto* action = fixture.find<QAction>("actionGoToListener"); // it has none itself
        QVERIFY(!action->isEnabled());
        QVERIFY(action->statusTip().contains(QLatin1String("was not made by a listener")));
    }

    void receivingIsShutDown() {
        WindowFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        open(fixture, QStringLiteral("tcp://127.0.0.1:%1").arg(server.port()), "connectButton");
        fixture.click("shutDownReceivingButton");
        QTRY_COMPARE(fixture.snapshotOf(EndpointKind::Connection)->state, EndpointState::ReadEnded);
        QVERIFY(!fixture.find<QPushButton>("shutDownReceivingButton")->isEnabled());
        QTRY_VERIFY(fixture.bufferText().contains(QLatin1String("we receive no more")));
    }

    void endpointsAndMessagesAreCopiedAsCommands() {
        WindowFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        open(fixture, QStringLiteral("tcp://127.0.0.1:%1?nodelay=off").arg(server.port()), "connectButton");
        const auto clipboard = [] { return QApplication::clipboard()->text(); };
        const QString port = QString::number(server.port());
        trigger(fixture, "actionCopyNcat");
        QCOMPARE(clipboard(), QStringLiteral("ncat -- 127.0.0.1 ") + port);
        trigger(fixture, "actionCopySocat");
        QCOMPARE(clipboard(), QStringLiteral("socat - TCP4:127.0.0.1:%1,nodelay=0").arg(port));
        trigger(fixture, "actionCopyOpenSsl"); // says why not, and leaves the clipboard alone
        QVERIFY(fixture.window().statusBar()->currentMessage().contains(QLatin1String("openssl speaks TLS")));
        QVERIFY(clipboard().startsWith(QLatin1String("socat")));
        auto* message = fixture.inBuffer<ui::MessageField>("messageField");
        QTest::keyClicks(message, QStringLiteral("it's 100%"));
        QTest::keyClick(message, Qt::Key_Return);
        QTRY_VERIFY(fixture.bufferText().contains(QLatin1String("100%")));
        auto* view = static_cast<ui::BufferPanel*>(fixture.currentBuffer())->view();
        view->setWrapped(false); // a row for each record
        view->setFocus();
        QTest::keyClick(view, Qt::Key_Home, Qt::ControlModifier);
        trigger(fixture, "actionCopyMessageNcat"); // an event is no message
        QVERIFY(fixture.window().statusBar()->currentMessage().contains(QLatin1String("This is an event")));
        QTest::keyClick(view, Qt::Key_Down); // connecting, connected, sent
        QTest::keyClick(view, Qt::Key_Down);
        trigger(fixture, "actionCopyMessageNcat");
        QCOMPARE(clipboard(), QStringLiteral("printf 'it\\047s 100%%\\n' | ncat -- 127.0.0.1 ") + port);
    }

    void targetsOfCommands() {
        EndpointSnapshot accepted;
        accepted.kind = EndpointKind::Connection;
        accepted.isAccepted = true;
        accepted.parent = static_cast<EndpointId>(1);
        accepted.address = *parseAddress(QStringLiteral("tcp://*:80?max=3"));
        accepted.local = QStringLiteral("[::1]:80");
        accepted.peer = QStringLiteral("[::1]:5000");
        QCOMPARE(formatAddress(ui::commandTarget(accepted).address), QStringLiteral("tcp://[::1]:80"));
        EndpointSnapshot flow;
        flow.kind = EndpointKind::Flow;
        flow.address = *parseAddress(QStringLiteral("udp://*:53"));
        flow.peer = QStringLiteral("192.0.2.1:999");
        QCOMPARE(formatAddress(ui::commandTarget(flow).address), QStringLiteral("udp://192.0.2.1:999"));
        EndpointSnapshot listener;
        listener.kind = EndpointKind::Listener;
        listener.address = *parseAddress(QStringLiteral("unix:///tmp/x"));
        QCOMPARE(ui::commandTarget(listener).role, Role::Listen);
        QCOMPARE(ui::messageTarget(listener).role, Role::Connect);
        QCOMPARE(ui::messageTarget(listener).address.path, QStringLiteral("/tmp/x"));
    }

    void pastedCommandsBecomeAddresses() {
        WindowFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        auto* field = fixture.find<QLineEdit>("addressField");
        QApplication::clipboard()->setText(QStringLiteral("printf 'a\\001b' | nc 127.0.0.1 %1").arg(server.port()));
        field->setFocus();
        field->clear();
        field->paste();
        QCOMPARE(field->text(), QStringLiteral("tcp://127.0.0.1:%1").arg(server.port()));
        QVERIFY(fixture.engine().snapshots().isEmpty()); // nothing is opened by pasting
        QTest::keyClick(field, Qt::Key_Escape);
        QTest::keyClick(field, Qt::Key_Return);
        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
        QTRY_COMPARE(fixture.inBuffer<ui::MessageField>("messageField")->text(), QStringLiteral("a\\x01b"));
        QCOMPARE(fixture.snapshotOf(EndpointKind::Connection)->counters.sentBytes, 0U);
        // what is not understood is said, and kept
        QApplication::clipboard()->setText(QStringLiteral("nc -e /bin/sh localhost 80"));
        field->clear();
        field->paste();
        QVERIFY(fixture.find<QLabel>("addressError")->isVisible());
        QVERIFY(fixture.find<QLabel>("addressError")->text().contains(QLatin1String("-e")));
        QCOMPARE(field->text(), QStringLiteral("nc -e /bin/sh localhost 80"));
    }

    void lookUpsAnswerInTheirPanel() {
        WindowFixture fixture;
        trigger(fixture, "actionLookUp");
        auto* query = fixture.find<QLineEdit>("lookupQuery");
        QTRY_VERIFY(query->isVisible());
        QTest::keyClicks(query, QStringLiteral("2130706433"));
        QTest::keyClick(query, Qt::Key_Return);
        auto* facts = fixture.find<QTreeWidget>("lookupFacts");
        QTRY_VERIFY(rowOf(facts, QStringLiteral("address")) != nullptr);
        QCOMPARE(rowOf(facts, QStringLiteral("address"))->text(1), QStringLiteral("127.0.0.1"));
        QVERIFY(fixture.find<QTreeWidget>("interfaceTable")->topLevelItemCount() > 0);
        query->clear();
        QTest::keyClicks(query, QStringLiteral("10.0.0.0/99"));
        fixture.click("lookupButton");
        QTRY_VERIFY(fixture.find<QLabel>("lookupStatus")->isVisible());
        QVERIFY(fixture.find<QLabel>("lookupStatus")->text().contains(QLatin1String("0 to 32")));
        QCOMPARE(facts->topLevelItemCount(), 0);
    }

    void groupsAreJoinedFromTheMenu() {
        WindowFixture fixture;
        open(fixture, QStringLiteral("udp://0.0.0.0"), "listenButton");
        fixture.prompter().typed = QStringLiteral("239.255.7.7%lo");
        trigger(fixture, "actionJoinGroup");
        QTRY_COMPARE(fixture.snapshotOf(EndpointKind::DatagramSocket)->address.values("join").size(), 1);
        trigger(fixture, "actionLeaveGroup");
        QTRY_VERIFY(fixture.snapshotOf(EndpointKind::DatagramSocket)->address.values("join").isEmpty());
        fixture.prompter().typed = QStringLiteral("10.0.0.1");
        trigger(fixture, "actionJoinGroup");
        QVERIFY(fixture.window().statusBar()->currentMessage().contains(QLatin1String("multicast group")));
    }
};

QTEST_MAIN(SocketsTest)
#include "tst_sockets.moc"
