// SPDX-License-Identifier: MIT
#include "tests/gui/windowfixture.h"
#include "tests/support/rawpeer.h"

#include "ui/buffer/bufferpanel.h"
#include "ui/buffer/bufferview.h"

#include <QTreeView>

using namespace sw;
using namespace sw::test;

/// Everything with the keyboard alone: keys go to whatever has the focus.
class KeyboardTest : public QObject {
    Q_OBJECT

private:
    static void press(int key, Qt::KeyboardModifiers modifiers = {}) {
        // as the window system does: an open popup gets the keys first
        QWidget* popup = QApplication::activePopupWidget();
        QWidget* target = popup != nullptr ? popup : QApplication::focusWidget();
        QVERIFY(target != nullptr);
        QTest::keyClick(target, static_cast<Qt::Key>(key), modifiers);
    }
    static void type(const QString& text) {
        QVERIFY(QApplication::focusWidget() != nullptr);
        QTest::keyClicks(QApplication::focusWidget(), text);
    }

private slots:
    void listensConnectsSendsFindsAndCloses() {
        WindowFixture fixture;
        const quint16 port = fixture.freePort();
        QTRY_VERIFY(QApplication::focusWidget() != nullptr);
        press(Qt::Key_L, Qt::ControlModifier);
        type(QStringLiteral("tcp://127.0.0.1:%1").arg(port));
        press(Qt::Key_Escape); // the completion's list
        press(Qt::Key_Tab);    // behaviour
        type(QStringLiteral("talk"));
        press(Qt::Key_Tab); // Listen
        QCOMPARE(QApplication::focusWidget()->objectName(), QStringLiteral("listenButton"));
        press(Qt::Key_Space);
        QTRY_COMPARE(fixture.snapshotOf(EndpointKind::Listener).value_or(EndpointSnapshot{}).state,
                     EndpointState::Listening);

        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
        fixture.window().activateWindow(); // the offscreen platform lets go of it when a popup closes
        QVERIFY(QTest::qWaitForWindowActive(&fixture.window()));
        QTRY_COMPARE(QApplication::focusWidget()->objectName(), QStringLiteral("addressField")); // for the next one
        for (int i = 0; i < 3; ++i)
            press(Qt::Key_Tab); // behaviour, Listen, Connect
        QCOMPARE(QApplication::focusWidget()->objectName(), QStringLiteral("connectButton"));
        fixture.find<QComboBox>("behaviourBox")->setCurrentText(QStringLiteral("manual"));
        press(Qt::Key_Space);
        QTRY_COMPARE(fixture.engine().snapshots().size(), 3);
        QTRY_COMPARE(QApplication::focusWidget()->objectName(), QStringLiteral("messageField"));
        QTRY_VERIFY(fixture.inBuffer<QPushButton>("sendButton")->isEnabled());
        type(QStringLiteral("Hello self."));
        press(Qt::Key_Return);
        QTRY_VERIFY(fixture.bufferText().contains(QLatin1String("You sent: 'Hello self.'")));
        press(Qt::Key_Up); // history
        QCOMPARE(fixture.inBuffer<ui::MessageField>("messageField")->text(), QStringLiteral("Hello self."));

        press(Qt::Key_2, Qt::ControlModifier);
        QTRY_VERIFY(fixture.bufferText().contains(QLatin1String("48 65 6c 6c 6f")));
        press(Qt::Key_F, Qt::ControlModifier);
        QCOMPARE(QApplication::focusWidget()->objectName(), QStringLiteral("findField"));
        type(QStringLiteral("self"));
        QTRY_VERIFY(fixture.inBuffer<QLabel>("findCount")->text().contains(QLatin1String("2")));
        press(Qt::Key_Escape);
        QCOMPARE(QApplication::focusWidget()->objectName(), QStringLiteral("bufferView"));

        press(Qt::Key_E, Qt::ControlModifier);
        QCOMPARE(QApplication::focusWidget()->objectName(), QStringLiteral("endpointsTree"));
        press(Qt::Key_W, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_VERIFY(isEnded(fixture.snapshotOf(EndpointKind::Connection)->state));
    }

    void thePaletteRunsCommands() {
        WindowFixture fixture;
        QTRY_VERIFY(QApplication::focusWidget() != nullptr);
        press(Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
        auto* field = fixture.find<QLineEdit>("pickerField");
        QVERIFY(field != nullptr);
        QTest::keyClicks(field, QStringLiteral("about"));
        QTest::keyClick(field, Qt::Key_Return);
        QCOMPARE(fixture.prompter().told.size(), 1);
        QVERIFY(fixture.prompter().told.first().contains(QLatin1String("MIT")));
    }

    void quickOpenFindsBuffers() {
        WindowFixture fixture;
        const auto first = fixture.engine().listen(*parseAddress(QStringLiteral("tcp://127.0.0.1")),
                                                   {.name = QStringLiteral("alpha")});
        const auto second =
            fixture.engine().listen(*parseAddress(QStringLiteral("tcp://127.0.0.1")), {.name = QStringLiteral("beta")});
        QVERIFY(first && second);
        QTRY_COMPARE(fixture.engine().snapshots().size(), 2);
        QTRY_VERIFY(QApplication::focusWidget() != nullptr);
        press(Qt::Key_P, Qt::ControlModifier);
        auto* field = fixture.find<QLineEdit>("pickerField");
        QTest::keyClicks(field, QStringLiteral("bet"));
        QTest::keyClick(field, Qt::Key_Return);
        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
        QCOMPARE(static_cast<ui::BufferPanel*>(fixture.currentBuffer())->title(), QStringLiteral("beta"));
    }
};

QTEST_MAIN(KeyboardTest)
#include "tst_keyboard.moc"
