// SPDX-License-Identifier: MIT
#include "tests/gui/windowfixture.h"
#include "tests/support/rawpeer.h"

#include "ui/actions/prompter.h"
#include "ui/buffer/bufferpanel.h"
#include "ui/buffer/bufferview.h"
#include "ui/settings/preferencesdialog.h"
#include "ui/shell/manualwindow.h"

#include <QAccessible>
#include <QApplication>
#include <QDialog>
#include <QLabel>
#include <QTimer>
#include <QTreeView>

using namespace sw;
using namespace sw::test;

class AccessibilityTest : public QObject {
    Q_OBJECT

private:
    static QStringList namelessIn(QWidget& root) {
        QStringList nameless;
        for (QWidget* widget : root.findChildren<QWidget*>()) {
            const bool isInner = widget->objectName().startsWith(QLatin1String("qt_")) || widget->inherits("QTabBar") ||
                                 widget->inherits("QMenu") || widget->inherits("QComboBoxPrivateContainer") ||
                                 widget->inherits("QAbstractItemView") || widget->inherits("QHeaderView");
            const bool isOwnView = widget->inherits("QAbstractItemView") && !widget->objectName().isEmpty();
            if (widget->focusPolicy() == Qt::NoFocus || (isInner && !isOwnView) || widget->focusProxy() != nullptr)
                continue;
            const QAccessibleInterface* interface = QAccessible::queryAccessibleInterface(widget);
            if (interface == nullptr || interface->text(QAccessible::Name).isEmpty())
                nameless.append(QString::fromLatin1(widget->metaObject()->className()) + QLatin1Char(' ') +
                                widget->objectName());
        }
        return nameless;
    }

private slots:
    void everyFocusableWidgetHasAName() {
        WindowFixture fixture;
        fixture.typeAddress(QStringLiteral("udp://127.0.0.1"));
        fixture.click("optionsButton");
        fixture.click("listenButton");
        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
        QCOMPARE(namelessIn(fixture.window()).join(QStringLiteral(", ")), QString());
        ui::PreferencesDialog preferences(fixture.settings());
        QCOMPARE(namelessIn(preferences).join(QStringLiteral(", ")), QString());
        ui::ManualWindow* manual = new ui::ManualWindow;
        QCOMPARE(namelessIn(*manual).join(QStringLiteral(", ")), QString());
        delete manual;
    }

    void namesOfTheContract() {
        WindowFixture fixture;
        const auto nameOf = [&](const char* name) {
            return QAccessible::queryAccessibleInterface(fixture.find<QWidget>(name))->text(QAccessible::Name);
        };
        QCOMPARE(nameOf("addressField"), QStringLiteral("Address"));
        QCOMPARE(nameOf("listenButton"), QStringLiteral("Listen"));
        QCOMPARE(nameOf("connectButton"), QStringLiteral("Connect"));
        QCOMPARE(nameOf("optionsButton"), QStringLiteral("Options"));
        QCOMPARE(nameOf("endpointsTree"), QStringLiteral("Endpoints"));
        const RawPeer server = RawPeer::listenOn();
        fixture.typeAddress(QStringLiteral("tcp://127.0.0.1:%1").arg(server.port()));
        fixture.click("connectButton");
        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
        QCOMPARE(nameOf("messageField"), QStringLiteral("Message"));
        QCOMPARE(nameOf("sendButton"), QStringLiteral("Send"));
    }

    void nothingIsHeardThatIsNotSeen() {
        WindowFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        fixture.click("optionsButton");
        fixture.typeAddress(QStringLiteral("tcp://127.0.0.1:%1").arg(server.port()));
        fixture.click("connectButton");
        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
        for (const char* action : {"actionSavedMessages", "actionLookUp", "actionThroughput", "actionRelayPanel"})
            fixture.find<QAction>(action)->trigger();
        int combos = 0;
        for (QWidget* widget : fixture.window().findChildren<QWidget*>()) {
            QAccessibleInterface* interface = QAccessible::queryAccessibleInterface(widget);
            if (interface == nullptr)
                continue;
            for (const QAccessible::Text kind : {QAccessible::Name, QAccessible::Description, QAccessible::Value})
                QVERIFY2(!interface->text(kind).contains(QLatin1String("<qt>")), qPrintable(widget->objectName()));
            if (auto* box = qobject_cast<QComboBox*>(widget); box != nullptr && !box->objectName().isEmpty()) {
                ++combos; // by what they are for, and what they say
                QCOMPARE(interface->text(QAccessible::Name), box->accessibleName());
                QVERIFY2(!box->accessibleName().isEmpty(), qPrintable(box->objectName()));
                QCOMPARE(interface->text(QAccessible::Value), box->currentText());
                QCOMPARE(interface->role(), QAccessible::ComboBox);
            }
        }
        QVERIFY(combos >= 6);
    }

    void buffersGiveTheirVisibleText() {
        WindowFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        fixture.typeAddress(QStringLiteral("tcp://127.0.0.1:%1").arg(server.port()));
        fixture.click("connectButton");
        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
        const RawPeer peer = server.accept();
        peer.send("<b>read me</b>\n");
        QTRY_VERIFY(fixture.bufferText().contains(QLatin1String("read me")));
        QAccessibleInterface* buffer =
            QAccessible::queryAccessibleInterface(static_cast<ui::BufferPanel*>(fixture.currentBuffer())->view());
        QCOMPARE(buffer->text(QAccessible::Name), QStringLiteral("tcp://127.0.0.1:%1").arg(server.port()));
        QVERIFY(buffer->text(QAccessible::Value).contains(QLatin1String("<b>read me</b>")));
        QAccessibleTextInterface* text = buffer->textInterface();
        QVERIFY(text != nullptr);
        QVERIFY(text->text(0, text->characterCount()).contains(QLatin1String("received <b>read me</b>")));
        QVERIFY(buffer->state().readOnly);
    }

    void questionsShowNamesAsTheyAre() {
        const QString question = QStringLiteral("Passphrase of <b>key</b><br>.pem");
        int seen = 0;
        const auto look = [&] {
            auto* dialog = qobject_cast<QDialog*>(QApplication::activeModalWidget());
            if (!dialog)
                return;
            for (const QLabel* label : dialog->findChildren<QLabel*>())
                seen += label->text() == question && label->textFormat() == Qt::PlainText ? 1 : 0;
            dialog->reject();
        };
        sw::ui::DialogPrompter prompter;
        QTimer::singleShot(0, this, look);
        QVERIFY(!prompter.askSecret(nullptr, QStringLiteral("Passphrase"), question));
        QCOMPARE(seen, 1);
        QTimer::singleShot(0, this, look);
        QVERIFY(!prompter.ask(nullptr, QStringLiteral("Name"), question, QString()));
        QCOMPARE(seen, 2);
        QTimer::singleShot(0, this, look);
        QVERIFY(!prompter.confirm(nullptr, question, QStringLiteral("Go")));
        QCOMPARE(seen, 3);
        QTimer::singleShot(0, this, look);
        prompter.tell(nullptr, QStringLiteral("Told"), question);
        QCOMPARE(seen, 4);
    }
};

QTEST_MAIN(AccessibilityTest)
#include "tst_accessibility.moc"
