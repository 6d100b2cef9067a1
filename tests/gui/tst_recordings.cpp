// SPDX-License-Identifier: MIT
#include "tests/gui/windowfixture.h"
#include "tests/support/rawpeer.h"

#include "core/capture/importedrecording.h"
#include "core/engine/relayrequest.h"
#include "core/workspace/workspace.h"
#include "ui/buffer/bufferarea.h"
#include "ui/buffer/bufferpanel.h"
#include "ui/buffer/bufferview.h"

#include <QCheckBox>
#include <QDropEvent>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QTreeWidget>

using namespace sw;
using namespace sw::test;

/// Relays, recordings and replays in the window.
class RecordingsTest final : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    QString write(const QString& name, const QByteArray& bytes) {
        QFile file(m_folder.filePath(name));
        [[maybe_unused]] const bool isOpen = file.open(QIODevice::WriteOnly | QIODevice::Truncate);
        file.write(bytes);
        return file.fileName();
    }

    static void trigger(WindowFixture& fixture, const char* action) {
        auto* found = fixture.find<QAction>(action);
        QVERIFY2(found != nullptr, action);
        found->trigger();
    }

    /// Through the form, as a person would; gives the port that clients connect to.
    static quint16 openRelay(WindowFixture& fixture, quint16 target) {
        trigger(fixture, "actionOpenRelay");
        fixture.find<QLineEdit>("relayListen")->setText(QStringLiteral("tcp://127.0.0.1:0"));
        fixture.find<QLineEdit>("relayTarget")->setText(QStringLiteral("tcp://127.0.0.1:%1").arg(target));
        fixture.click("startRelayButton");
        [[maybe_unused]] const bool isOpen = QTest::qWaitFor([&] {
            const auto relay = fixture.snapshotOf(EndpointKind::Listener);
            return relay && relay->state == EndpointState::Listening;
        });
        return fixture.snapshotOf(EndpointKind::Listener)->address.place.portFirst;
    }

    QByteArray recording() const {
        return "I 0000  68 65 6c 6c 6f 0a\nO 0000  61 6e 73 77 65 72 0a\n"; // hello, answer
    }

private slots:
    void theFormSaysWhatIsWrong() {
        WindowFixture fixture;
        trigger(fixture, "actionOpenRelay");
        auto* error = fixture.find<QLabel>("relayError");
        fixture.find<QLineEdit>("relayTarget")->setText(QStringLiteral("nonsense"));
        fixture.click("startRelayButton");
        QVERIFY(error->text().startsWith(QLatin1String("Pass to")));
        fixture.find<QLineEdit>("relayTarget")->setText(QStringLiteral("udp://127.0.0.1:9"));
        fixture.click("startRelayButton");
        QVERIFY(error->text().contains(QLatin1String("datagrams")));
        QVERIFY(!fixture.snapshotOf(EndpointKind::Listener));
    }

    void faultsAreAddedAndSwitchedOffWhileItIsOpen() {
        WindowFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const quint16 port = openRelay(fixture, server.port());
        auto* list = fixture.find<QTreeWidget>("faultList");
        auto* choice = fixture.find<QComboBox>("faultBox");
        choice->setEditText(QStringLiteral("explode"));
        fixture.click("addFaultButton");
        QVERIFY(fixture.find<QLabel>("faultExplanation")->text().contains(QLatin1String("no fault")));
        choice->setEditText(QStringLiteral("up:limit=3"));
        fixture.click("addFaultButton");
        QCOMPARE(list->topLevelItemCount(), 1);
        const EndpointId relay = fixture.idOf(EndpointKind::Listener);
        QCOMPARE(fixture.engine().relayRequest(relay)->faults.size(), 1);
        {
            RawPeer client = RawPeer::connectTo(port);
            QVERIFY(client.send("abcdef"));
            client.shutdownSending();
            const RawPeer served = server.accept();
            QByteArray got;
            QTRY_COMPARE((got += served.receive(3)), QByteArray("abc"));
            QVERIFY(served.sawEnd());
        }
        list->topLevelItem(0)->setCheckState(0, Qt::Unchecked);
        QTRY_VERIFY(!fixture.engine().relayRequest(relay)->faults.constFirst().isEnabled);
        RawPeer client = RawPeer::connectTo(port);
        QVERIFY(client.send("abcdef"));
        QCOMPARE(server.accept().receive(6), QByteArray("abcdef"));
    }

    void heldMessagesAreShownEditedAndPassedOn() {
        WindowFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const quint16 port = openRelay(fixture, server.port());
        fixture.find<QComboBox>("holdFramer")->setEditText(QStringLiteral("lines"));
        auto* condition = fixture.find<QLineEdit>("holdCondition");
        condition->setText(QStringLiteral("frobnicate"));
        fixture.find<QCheckBox>("holdBox")->setChecked(true);
        QVERIFY(fixture.find<QLabel>("holdError")->text().contains(QLatin1String("no condition")));
        condition->setText(QStringLiteral("contains PAY"));
        emit condition->editingFinished();
        QVERIFY(fixture.engine().relayRequest(fixture.idOf(EndpointKind::Listener))->intercept.isOn);
        const RawPeer client = RawPeer::connectTo(port);
        QVERIFY(client.send("hello\nPAY 1\n"));
        const RawPeer served = server.accept();
        auto* list = fixture.find<QTreeWidget>("heldList");
        QTRY_COMPARE(list->topLevelItemCount(), 1);
        QVERIFY(fixture.find<QLabel>("heldTotals")->text().contains(QLatin1String("1 message held")));
        auto* editor = fixture.find<QPlainTextEdit>("heldEditor");
        QCOMPARE(editor->toPlainText(), QStringLiteral("PAY 1\\n"));
        editor->setPlainText(QStringLiteral("PAY \\q"));
        fixture.click("passButton");
        QVERIFY(!fixture.find<QLabel>("holdError")->isHidden());
        editor->setPlainText(QStringLiteral("PAY 100\\n"));
        fixture.click("passButton");
        QTRY_COMPARE(list->topLevelItemCount(), 0);
        QCOMPARE(served.receive(14), QByteArray("hello\nPAY 100\n"));
        QVERIFY(!editor->isEnabled());
        const QByteArray large = "PAY " + QByteArray(3000, '9') + "\n"; // more than lists have
        QVERIFY(client.send(large));
        QTRY_COMPARE(editor->toPlainText(), QString::fromLatin1(large.chopped(1)) + QStringLiteral("\\n"));
        editor->setPlainText(QStringLiteral("PAY 1") + editor->toPlainText().mid(4));
        fixture.click("passButton");
        QCOMPARE(served.receive(large.size() + 1), "PAY 1" + large.mid(4));
    }

    void aPairIsOneBufferWithBothSides() {
        WindowFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        const quint16 port = openRelay(fixture, server.port());
        const RawPeer client = RawPeer::connectTo(port);
        QVERIFY(client.send("question\n"));
        const RawPeer served = server.accept();
        QVERIFY(served.send("answer\n"));
        QCOMPARE(client.receive(7), QByteArray("answer\n"));
        const auto accepted = [&fixture] {
            for (const EndpointSnapshot& one : fixture.engine().snapshots()) {
                if (one.isAccepted)
                    return one.id;
            }
            return EndpointId::None;
        };
        QTRY_VERIFY(fixture.window().openBuffer(accepted()) != nullptr);
        QTRY_COMPARE(fixture.bufferText().count(QLatin1String("question")), 2); // what it wrote, and what was passed on
        QTRY_COMPARE(fixture.bufferText().count(QLatin1String("answer")), 2);
    }

    void aDroppedRecordingIsReadAndShown() {
        WindowFixture fixture;
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(write(QStringLiteral("talk.hex"), recording()))});
        QDragEnterEvent enter(QPoint(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&fixture.window(), &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop(QPointF(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&fixture.window(), &drop);
        QTRY_VERIFY(fixture.snapshotOf(EndpointKind::Recording).has_value());
        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
        QTRY_VERIFY(fixture.bufferText().contains(QLatin1String("hello")));
        QVERIFY(fixture.bufferText().contains(QLatin1String("answer")));
    }

    void whatCannotBeReadIsToldWithItsReason() {
        WindowFixture fixture;
        fixture.prompter().file = write(QStringLiteral("broken.pcapng"), "\x0a\x0d\x0d\x0a nothing");
        trigger(fixture, "actionOpenRecording");
        QTRY_COMPARE(fixture.prompter().told.size(), 1);
        QVERIFY(!fixture.prompter().told.constFirst().isEmpty());
    }

    void aBufferIsExportedInEveryFormat() {
        WindowFixture fixture;
        fixture.window().openFile(write(QStringLiteral("talk.hex"), recording()));
        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
        QTRY_VERIFY(fixture.bufferText().contains(QLatin1String("answer")));
        for (const char* ending : {"pcapng", "jsonl", "csv", "txt", "hex", "bin"}) {
            const QString path = m_folder.filePath(QStringLiteral("out.") + QLatin1String(ending));
            fixture.prompter().file = path;
            trigger(fixture, "actionExport");
            QTRY_VERIFY2(QFileInfo(path).size() > 0, ending);
            if (QLatin1String(ending) != QLatin1String("txt"))
                QTRY_VERIFY2(readRecording(path).has_value(), ending);
        }
    }

    void aRecordingIsReplayedFromItsBuffer() {
        WindowFixture fixture;
        fixture.window().openFile(write(QStringLiteral("talk.hex"), recording()));
        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
        const RawPeer server = RawPeer::listenOn();
        trigger(fixture, "actionReplay");
        QTRY_VERIFY(fixture.find<QLineEdit>("replayAddress") != nullptr);
        fixture.find<QLineEdit>("replayAddress")->setText(QStringLiteral("udp://127.0.0.1:9"));
        fixture.click("startReplayButton");
        QVERIFY(fixture.find<QLabel>("replayError")->text().contains(QLatin1String("stream")));
        fixture.find<QLineEdit>("replayAddress")->setText(QStringLiteral("tcp://127.0.0.1:%1").arg(server.port()));
        fixture.click("startReplayButton");
        const RawPeer served = server.accept();
        QVERIFY(served.send("hello\n"));
        QCOMPARE(served.receive(7), QByteArray("answer\n"));
        QTRY_VERIFY(fixture.bufferText().contains(QLatin1String("the replay is over")));
    }

    void aRecordIsSentAgainOrEdited() {
        WindowFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        fixture.typeAddress(QStringLiteral("tcp://127.0.0.1:%1").arg(server.port()));
        fixture.click("connectButton");
        const RawPeer served = server.accept();
        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
        QVERIFY(served.send("ping"));
        QTRY_VERIFY(fixture.bufferText().contains(QLatin1String("ping")));
        auto* view = fixture.inBuffer<ui::BufferView>("bufferView");
        QVERIFY(view != nullptr);
        view->selectAll(); // the caret stands on the last record
        trigger(fixture, "actionResend");
        QCOMPARE(served.receive(4), QByteArray("ping"));
        view->selectAll();
        trigger(fixture, "actionEditRecord");
        QTRY_COMPARE(fixture.inBuffer<ui::MessageField>("messageField")->text(), QStringLiteral("ping"));
    }

    void aWorkspaceKeepsItsRelays() {
        WindowFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        openRelay(fixture, server.port());
        fixture.find<QComboBox>("faultBox")->setEditText(QStringLiteral("delay=5ms"));
        fixture.click("addFaultButton");
        fixture.prompter().file = m_folder.filePath(QStringLiteral("relay.socketwright"));
        trigger(fixture, "actionSaveWorkspaceAs");
        QFile file(fixture.prompter().file);
        QTRY_VERIFY(file.exists());
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray text = file.readAll();
        QVERIFY(text.contains("\"relay\""));
        QVERIFY(text.contains("delay=5ms"));
        QVERIFY(Workspace::parse(text).has_value());
    }
};

QTEST_MAIN(RecordingsTest)
#include "tst_recordings.moc"
