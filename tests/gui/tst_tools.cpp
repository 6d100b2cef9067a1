// SPDX-License-Identifier: MIT
#include "tests/gui/windowfixture.h"
#include "tests/support/enginefixture.h"

#include "core/tls/certificatemaker.h"
#include "core/workspace/workspace.h"
#include "ui/buffer/bufferarea.h"
#include "ui/buffer/bufferpanel.h"
#include "ui/composer/composer.h"
#include "ui/messages/messagestore.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialog>
#include <QDir>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QPlainTextEdit>
#include <QProcess>
#include <QPushButton>
#include <QSpinBox>
#include <QStandardPaths>
#include <QTabWidget>
#include <QToolButton>
#include <QTreeView>
#include <QTreeWidget>

using namespace sw;
using namespace sw::test;

namespace {

QString textOf(QTreeWidget* tree) {
    QStringList all;
    for (QTreeWidgetItemIterator it(tree); *it != nullptr; ++it)
        all.append((*it)->text(0) + QLatin1Char('=') + (*it)->text(1));
    return all.join(QLatin1Char('\n'));
}

} // namespace

/// TLS, behaviours, saved messages, load, certificates and workspaces in the window.
class ToolsTest : public QObject {
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

    static void listen(WindowFixture& fixture, const QString& address, const QString& behaviour) {
        fixture.find<QComboBox>("behaviourBox")->setCurrentText(behaviour);
        fixture.typeAddress(address);
        fixture.click("listenButton");
        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
    }

private slots:
    void theTlsPageShowsWhatIsWrongAndTheOverride() {
        WindowFixture fixture;
        listen(fixture, QStringLiteral("tls://127.0.0.1:0"), QStringLiteral("echo"));
        auto* tree = fixture.find<QTreeWidget>("tlsTree");
        QTRY_VERIFY(textOf(tree).contains(QLatin1String("DNS:localhost")));
        QVERIFY(fixture.find<QLabel>("tlsVerdict")->text().contains(QLatin1String("made for this listener")));
        const quint16 port = fixture.snapshotOf(EndpointKind::Listener)->address.place.portFirst;
        fixture.find<QComboBox>("behaviourBox")->setCurrentText(QStringLiteral("manual"));
        fixture.typeAddress(QStringLiteral("tls://localhost:%1").arg(port));
        fixture.click("connectButton");
        auto* verdict = fixture.find<QLabel>("tlsVerdict");
        QTRY_VERIFY(verdict->text().contains(QLatin1String("signed by itself")));
        QVERIFY(textOf(tree).contains(QLatin1String("Problem=it is signed by itself")));
        QVERIFY(fixture.find<QLabel>("addressError")->text().contains(QLatin1String("certificate is refused")));
        fixture.typeAddress(QStringLiteral("tls://localhost:%1?verify=off").arg(port));
        fixture.click("connectButton");
        QTRY_VERIFY(verdict->text().contains(QLatin1String("NOT VERIFIED")));
        auto* tabs = qobject_cast<QTabWidget*>(fixture.currentBuffer()->parentWidget()->parentWidget());
        QTRY_VERIFY(!tabs->tabIcon(tabs->currentIndex()).isNull());
        QVERIFY(fixture.bufferText().contains(QLatin1String("NOT VERIFIED")));
    }

    void rulesAreEditedSwitchedTriedAndCounted() {
        WindowFixture fixture;
        const QString file =
            write(QStringLiteral("a.rules"),
                  "framer lines\nrule one\n  equals 1\n  answer a\\n\nrule rest\n  any\n  answer b\\n\n");
        listen(fixture, QStringLiteral("tcp://127.0.0.1:0"), QStringLiteral("rules=") + file);
        const RawPeer peer = RawPeer::connectTo(fixture.snapshotOf(EndpointKind::Listener)->address.place.portFirst);
        peer.send("1\n2\n3\n");
        QCOMPARE(peer.receive(6), QByteArray("a\nb\nb\n"));
        QTRY_VERIFY(fixture.snapshotOf(EndpointKind::Connection).has_value());
        trigger(fixture, "actionEditBehaviour");
        auto* editor = fixture.find<QWidget>("behaviourEditor");
        QVERIFY(editor != nullptr);
        auto* rules = editor->findChild<QTreeWidget*>(QStringLiteral("ruleList"));
        QCOMPARE(rules->topLevelItemCount(), 2);
        QTRY_COMPARE(rules->topLevelItem(0)->text(1), QStringLiteral("1"));
        QTRY_COMPARE(rules->topLevelItem(1)->text(1), QStringLiteral("2"));
        editor->findChild<QPushButton*>(QStringLiteral("tryRulesButton"))->click();
        auto* trial = editor->findChild<QTreeWidget*>(QStringLiteral("ruleTrial"));
        QVERIFY2(trial->topLevelItemCount() == 3,
                 qPrintable(editor->findChild<QLabel*>(QStringLiteral("behaviourStatus"))->text()));
        QCOMPARE(trial->topLevelItem(0)->text(1), QStringLiteral("one"));
        QCOMPARE(trial->topLevelItem(2)->text(2), QStringLiteral("3"));
        rules->topLevelItem(0)->setCheckState(0, Qt::Unchecked);
        auto* text = editor->findChild<QPlainTextEdit*>(QStringLiteral("behaviourText"));
        QVERIFY(text->toPlainText().contains(QLatin1String("  off")));
        auto* save = editor->findChild<QPushButton*>(QStringLiteral("saveBehaviourButton"));
        save->click();
        peer.send("1\n");
        QCOMPARE(peer.receive(2), QByteArray("b\n")); // the same connection
        text->selectAll();
        text->insertPlainText(QStringLiteral("rule x\n  nonsense\n"));
        auto* status = editor->findChild<QLabel*>(QStringLiteral("behaviourStatus"));
        QTRY_VERIFY(status->text().contains(QStringLiteral("Line 2: “nonsense” is not known")));
        QTRY_VERIFY(QFile::exists(file + QStringLiteral(".draft")));
        save->click();
        QVERIFY(status->text().contains(QLatin1String("not applied")));
        peer.send("1\n");
        QCOMPARE(peer.receive(2), QByteArray("b\n"));
    }

    void scriptsAreCheckedAndTakenOver() {
        WindowFixture fixture;
        const QString file = write(QStringLiteral("a.js"), "function filter(c, b) { c.send('one'); }\n");
        listen(fixture, QStringLiteral("tcp://127.0.0.1:0"), QStringLiteral("script=") + file);
        const RawPeer peer = RawPeer::connectTo(fixture.snapshotOf(EndpointKind::Listener)->address.place.portFirst);
        peer.send("x");
        QCOMPARE(peer.receive(3), QByteArray("one"));
        trigger(fixture, "actionEditBehaviour");
        auto* editor = fixture.find<QWidget>("behaviourEditor");
        auto* text = editor->findChild<QPlainTextEdit*>(QStringLiteral("behaviourText"));
        auto* status = editor->findChild<QLabel*>(QStringLiteral("behaviourStatus"));
        text->selectAll();
        text->insertPlainText(QStringLiteral("function filter(c, b) {\n  c.send('two'\n}\n"));
        QTRY_VERIFY(status->text().contains(QLatin1String("Line")));
        text->selectAll();
        text->insertPlainText(QStringLiteral("function filter(c, b) { c.send('two'); }\n"));
        QTRY_VERIFY(status->text().contains(QLatin1String("No mistakes")));
        editor->findChild<QPushButton*>(QStringLiteral("saveBehaviourButton"))->click();
        QTRY_VERIFY(status->text().contains(QLatin1String("Saved and applied")));
        peer.send("x");
        QCOMPARE(peer.receive(3), QByteArray("two"));
    }

    void messagesAreSavedSentAndKept() {
        WindowFixture fixture;
        listen(fixture, QStringLiteral("tcp://127.0.0.1:0"), QStringLiteral("manual"));
        const RawPeer peer = RawPeer::connectTo(fixture.snapshotOf(EndpointKind::Listener)->address.place.portFirst);
        QTRY_VERIFY(fixture.snapshotOf(EndpointKind::Connection).has_value());
        fixture.inBuffer<QAction>("composeTemplate")->trigger();
        auto* message = fixture.inBuffer<ui::MessageField>("messageField");
        message->setText(QStringLiteral("${n}:${crc8:hex}"));
        QVERIFY(fixture.inBuffer<QLabel>("messagePreview")->text().contains(QLatin1String("31 3a")));
        trigger(fixture, "actionSaveMessage");
        auto* dialog = fixture.window().findChild<QDialog*>(QStringLiteral("messageDialog"));
        QVERIFY(dialog != nullptr);
        QCOMPARE(dialog->findChild<QPlainTextEdit*>(QStringLiteral("savedSteps"))->toPlainText(),
                 QStringLiteral("template ${n}:${crc8:hex}"));
        dialog->findChild<QLineEdit*>(QStringLiteral("savedName"))->setText(QStringLiteral("count"));
        dialog->findChild<QLineEdit*>(QStringLiteral("savedFolder"))->setText(QStringLiteral("Lab/One"));
        auto* save = dialog->findChild<QPushButton*>(QStringLiteral("saveMessageButton"));
        dialog->findChild<QPlainTextEdit*>(QStringLiteral("savedSteps"))->appendPlainText(QStringLiteral("foo"));
        QVERIFY(!save->isEnabled());
        dialog->findChild<QPlainTextEdit*>(QStringLiteral("savedSteps"))
            ->setPlainText(QStringLiteral("template <${n}>\nwait 5ms\ntext end"));
        QVERIFY(save->isEnabled());
        save->click();
        trigger(fixture, "actionSavedMessages");
        auto* store = fixture.find<ui::MessageStore>("messageStore");
        QCOMPARE(store->library().messages.size(), 1);
        auto* tree = fixture.find<QTreeWidget>("savedMessages");
        tree->setCurrentItem(tree->topLevelItem(0)->child(0)->child(0));
        QTRY_VERIFY(fixture.inBuffer<QPushButton>("sendButton")->isEnabled());
        fixture.find<QPushButton>("sendSavedButton")->click();
        QCOMPARE(store->library().messages.first().path(), QStringLiteral("Lab/One/count"));
        const QByteArray received = peer.receive(6); // LF is what the composer's line ending was
        QVERIFY2(received.startsWith("<1>"), received.constData());
        QFile kept(fixture.settings().fileBeside(QStringLiteral("library.messages")));
        QVERIFY(kept.open(QIODevice::ReadOnly));
#ifndef Q_OS_WIN
        QCOMPARE(kept.permissions() & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
#endif
        QVERIFY(kept.readAll().startsWith("message Lab/One/count\n"));
    }

    void aWorkspaceOpensNothingUntilAsked() {
        WindowFixture fixture;
        const QString file = write(
            QStringLiteral("w.socketwright"),
            "{\"socketwright\": 1, \"endpoints\": [{\"listen\": \"tcp://127.0.0.1:0\", \"behaviour\": \"echo\", "
            "\"name\": \"one\", \"draft\": \"hex 00 01\"},"
            "{\"listen\": \"tcp://127.0.0.1:0\", \"name\": \"two\"}], \"messages\": [\"message m\", \"  text x\"]}");
        fixture.prompter().file = file;
        trigger(fixture, "actionOpenWorkspace");
        auto* dialog = fixture.window().findChild<QDialog*>(QStringLiteral("workspaceDialog"));
        QVERIFY(dialog != nullptr);
        QVERIFY(settle(fixture.engine()));
        QVERIFY(fixture.engine().snapshots().isEmpty());
        auto* list = dialog->findChild<QListWidget*>(QStringLiteral("workspaceEndpoints"));
        QCOMPARE(list->count(), 2);
        list->item(1)->setCheckState(Qt::Unchecked);
        dialog->findChild<QPushButton*>(QStringLiteral("openWorkspaceButton"))->click();
        QTRY_COMPARE(fixture.engine().snapshots().size(), 1);
        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
        QTRY_COMPARE(fixture.inBuffer<ui::MessageField>("messageField")->text(), QStringLiteral("00 01"));
        QCOMPARE(fixture.find<ui::MessageStore>("messageStore")->library().messages.size(), 1);
        fixture.inBuffer<ui::MessageField>("messageField")->setText(QStringLiteral("ff"));
        fixture.prompter().file = m_folder.filePath(QStringLiteral("saved.socketwright"));
        trigger(fixture, "actionSaveWorkspaceAs");
        const auto saved = Workspace::read(fixture.prompter().file);
        QVERIFY(saved);
        QCOMPARE(saved->endpoints.size(), 1);
        QCOMPARE(saved->endpoints[0].name, QStringLiteral("one"));
        QCOMPARE(saved->endpoints[0].behaviour, QStringLiteral("echo"));
        QCOMPARE(saved->endpoints[0].draft, QStringLiteral("hex ff"));
        fixture.window().close();
        const QString session = fixture.settings().fileBeside(QStringLiteral("last-session.socketwright"));
        QVERIFY(Workspace::read(session));
#ifndef Q_OS_WIN
        QCOMPARE(QFile::permissions(session) & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
#endif
    }

    void aBrokenWorkspaceIsExplained() {
        WindowFixture fixture;
        fixture.prompter().file = write(QStringLiteral("bad.socketwright"),
                                        "{\n\"socketwright\": 1,\n\"endpoints\": [{\"listen\": \"tcp://:x\"}]}");
        trigger(fixture, "actionOpenWorkspace");
        QCOMPARE(fixture.prompter().told.size(), 1);
        QVERIFY2(fixture.prompter().told[0].contains(QLatin1String("line 3, column")),
                 qPrintable(fixture.prompter().told[0]));
    }

    void everyMisbehavingServerIsOneClick() {
        WindowFixture fixture;
        QMenu* menu = nullptr;
        for (QMenu* one : fixture.window().findChildren<QMenu*>()) {
            if (one->title().contains(QLatin1String("Misbehaving")))
                menu = one;
        }
        QVERIFY(menu != nullptr);
        QCOMPARE(menu->actions().size(), 12);
        for (QAction* action : menu->actions()) {
            const auto before = fixture.engine().snapshots().size();
            action->trigger();
            QTRY_VERIFY2(fixture.engine().snapshots().size() > before, qPrintable(action->text()));
            QTRY_COMPARE(fixture.engine().snapshots().constLast().state, EndpointState::Listening);
        }
    }

    void aConsoleForTheNetworkIsAskedFor() {
        WindowFixture fixture;
        fixture.prompter().answer = false;
        fixture.find<QComboBox>("behaviourBox")->setCurrentText(QStringLiteral("console"));
        fixture.typeAddress(QStringLiteral("tcp://*:0"));
        fixture.click("listenButton");
        QCOMPARE(fixture.prompter().questions.size(), 1);
        QVERIFY(settle(fixture.engine()));
        QVERIFY(fixture.engine().snapshots().isEmpty());
        fixture.prompter().answer = true;
        fixture.click("listenButton");
        QTRY_COMPARE(fixture.engine().snapshots().size(), 1);
        QCOMPARE(fixture.prompter().questions.size(), 2); // each time
    }

    void streamsAreUpgradedFromTheMenu() {
        WindowFixture fixture;
        listen(fixture, QStringLiteral("tcp://127.0.0.1:0"), QStringLiteral("manual"));
        const quint16 port = fixture.snapshotOf(EndpointKind::Listener)->address.place.portFirst;
        fixture.typeAddress(QStringLiteral("tcp://localhost:%1").arg(port));
        fixture.click("connectButton");
        QTRY_COMPARE(fixture.engine().snapshots().size(), 3);
        const auto all = fixture.engine().snapshots();
        EndpointId served = EndpointId::None;
        for (const EndpointSnapshot& one : all)
            served = one.parent != EndpointId::None ? one.id : served;
        fixture.engine().startTls(served);
        QTRY_VERIFY(fixture.bufferText().contains(QLatin1String("connected to")));
        trigger(fixture, "actionStartTls");
        auto* dialog = fixture.window().findChild<QDialog*>(QStringLiteral("tlsDialog"));
        QVERIFY(dialog != nullptr);
        dialog->findChild<QCheckBox*>(QStringLiteral("tlsVerify"))->setChecked(false);
        dialog->findChild<QPushButton*>(QStringLiteral("startTlsButton"))->click();
        QTRY_VERIFY(fixture.bufferText().contains(QLatin1String("was not encrypted")) ||
                    fixture.bufferText().contains(QLatin1String("TLS handshake begins, as client")));
        QTRY_VERIFY(fixture.find<QLabel>("tlsVerdict")->text().contains(QLatin1String("NOT VERIFIED")));
    }

    void loadShowsWhatItMeasured() {
        WindowFixture fixture;
        listen(fixture, QStringLiteral("tcp://127.0.0.1:0"), QStringLiteral("echo"));
        trigger(fixture, "actionLoad");
        auto* dialog = fixture.window().findChild<QDialog*>(QStringLiteral("loadDialog"));
        QVERIFY(dialog != nullptr);
        QVERIFY(dialog->findChild<QLineEdit*>(QStringLiteral("loadAddress"))
                    ->text()
                    .startsWith(QLatin1String("tcp://127.0.0.1:")));
        auto* result = dialog->findChild<QLabel*>(QStringLiteral("loadResult"));
        auto* start = dialog->findChild<QPushButton*>(QStringLiteral("loadStartButton"));
        dialog->findChild<QLineEdit*>(QStringLiteral("loadMessage"))->setText(QStringLiteral("${nope:}"));
        start->click();
        QVERIFY(result->text().contains(QLatin1String("is no field")));
        dialog->findChild<QLineEdit*>(QStringLiteral("loadMessage"))->setText(QStringLiteral("x${n}"));
        dialog->findChild<QSpinBox*>(QStringLiteral("loadCount"))->setValue(50);
        start->click();
        QTRY_VERIFY_WITH_TIMEOUT(result->text().contains(QLatin1String("50 messages in")), 10000);
        QVERIFY(result->text().contains(QLatin1String("p50")));
    }

    void certificatesAreMadeAndSigned() {
        WindowFixture fixture;
        trigger(fixture, "actionMakeCertificate");
        auto* dialog = fixture.window().findChild<QDialog*>(QStringLiteral("certificateDialog"));
        QVERIFY(dialog != nullptr);
        const QString folder = m_folder.filePath(QStringLiteral("pki"));
        dialog->findChild<QLineEdit*>(QStringLiteral("certificateFolder"))->setText(folder);
        auto* make = dialog->findChild<QPushButton*>(QStringLiteral("makeCertificateButton"));
        auto* result = dialog->findChild<QLabel*>(QStringLiteral("certificateResult"));
        make->click();
        QVERIFY2(result->text().contains(QLatin1String("authority.crt")), qPrintable(result->text()));
        make->click(); // now a server, signed by it
        QVERIFY2(result->text().contains(QLatin1String("server.crt")), qPrintable(result->text()));
        QVERIFY((readIdentity(
            {.certificate = folder + QStringLiteral("/server.crt"), .key = folder + QStringLiteral("/server.key")})));
        make->click();
        QVERIFY(result->text().contains(QLatin1String("nothing is overwritten")));
    }

    void aPassphraseIsAskedForAndStandsNowhere() {
        if (QStandardPaths::findExecutable(QStringLiteral("openssl")).isEmpty())
            QSKIP("the openssl command is not installed");
        const auto made = makeThrowAwayIdentity();
        const QString certificate = write(QStringLiteral("asked.crt"), made->certificate);
        const QString plain = write(QStringLiteral("asked.plain"), made->key);
        const QString key = m_folder.filePath(QStringLiteral("asked.key"));
        QCOMPARE(
            QProcess::execute(QStringLiteral("openssl"),
                              {QStringLiteral("pkcs8"), QStringLiteral("-topk8"), QStringLiteral("-in"), plain,
                               QStringLiteral("-passout"), QStringLiteral("pass:geheim"), QStringLiteral("-out"), key}),
            0);
        const QString address = QStringLiteral("tls://127.0.0.1:0?cert=%1&key=%2").arg(certificate, key);
        WindowFixture fixture;
        fixture.prompter().secrets = QStringList{QStringLiteral("guess"), QStringLiteral("geheim")};
        fixture.typeAddress(address);
        fixture.click("listenButton");
        QTRY_VERIFY(fixture.snapshotOf(EndpointKind::Listener) &&
                    fixture.snapshotOf(EndpointKind::Listener)->state == EndpointState::Listening);
        QCOMPARE(fixture.prompter().questions.size(), 2);
        QVERIFY(!fixture.snapshotOf(EndpointKind::Listener)->name.contains(QLatin1String("geheim")));
        // whoever changes their mind opens nothing
        WindowFixture other;
        other.typeAddress(address);
        other.click("listenButton");
        QCOMPARE(other.prompter().questions.size(), 1);
        QVERIFY(!other.snapshotOf(EndpointKind::Listener));
    }
};

QTEST_MAIN(ToolsTest)
#include "tst_tools.moc"
