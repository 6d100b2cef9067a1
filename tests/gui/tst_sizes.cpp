// SPDX-License-Identifier: MIT
// The window on screens of all sizes: nothing off screen or clipped, and most of it shows data.
#include "tests/gui/windowfixture.h"
#include "tests/support/enginefixture.h"

#include "ui/buffer/bufferarea.h"
#include "ui/buffer/bufferpanel.h"
#include "ui/buffer/bufferview.h"

#include <QAbstractButton>
#include <QScreen>
#include <QScrollArea>
#include <QScrollBar>
#include <QTabWidget>
#include <QTranslator>

using namespace sw;
using namespace sw::test;

namespace {

/// Every text is longer by two fifths, as in many languages.
class LongTranslator final : public QTranslator {
public:
    QString translate(const char*, const char* source, const char*, int) const override {
        const QString text = QString::fromUtf8(source);
        return text + QString(text.size() * 2 / 5, QLatin1Char('x'));
    }
    bool isEmpty() const override { return false; }
};

} // namespace

class SizesTest : public QObject {
    Q_OBJECT

private:
    static void openExample(WindowFixture& fixture) {
        fixture.click("exampleButton");
        QTRY_COMPARE(fixture.find<ui::BufferArea>("bufferArea")->count(), 2);
        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
    }

    /// Buttons, fields and boxes that can be seen, as far as they are not in something that scrolls.
    static QList<QWidget*> controls(QWidget& window) {
        QList<QWidget*> all;
        const auto children = window.findChildren<QWidget*>();
        for (QWidget* widget : children) {
            const bool isControl = qobject_cast<QAbstractButton*>(widget) != nullptr ||
                                   qobject_cast<QLineEdit*>(widget) != nullptr ||
                                   qobject_cast<QComboBox*>(widget) != nullptr;
            bool isScrolled = false;
            for (QWidget* parent = widget->parentWidget(); parent != nullptr; parent = parent->parentWidget())
                isScrolled = isScrolled || parent->inherits("QScrollArea") || parent->inherits("QTabBar") ||
                             parent->inherits("QComboBox") || parent->inherits("QAbstractItemView") ||
                             parent->inherits("QDockWidgetTitleButton") || parent->inherits("QLineEdit");
            if (isControl && !isScrolled && widget->isVisible() && widget->window() == &window &&
                !widget->inherits("QDockWidgetTitleButton"))
                all.append(widget);
        }
        return all;
    }

private slots:
    void itOpensInsideTheScreen() {
        WindowFixture fixture;
        const QSize room = fixture.window().screen()->availableGeometry().size();
        QTRY_VERIFY(fixture.window().width() <= room.width());
        QVERIFY(fixture.window().height() <= room.height());
        QVERIFY(!fixture.find<QWidget>("eventsDock")->isVisible());
    }

    void nothingIsOffScreenOrClipped_data() {
        QTest::addColumn<QSize>("size");
        QTest::addColumn<bool>("isLong");
        QTest::newRow("800x500, within a frame") << QSize(784, 460) << false;
        QTest::newRow("1024x768") << QSize(1024, 768) << false;
        QTest::newRow("1366x768") << QSize(1366, 768) << false;
        QTest::newRow("1280x720, as 1920x1080 at 150 %") << QSize(1280, 720) << false;
        QTest::newRow("1366x768, in a language of long words") << QSize(1366, 768) << true;
        QTest::newRow("1024x768, in a language of long words") << QSize(1024, 768) << true;
    }
    void nothingIsOffScreenOrClipped() {
        QFETCH(QSize, size);
        QFETCH(bool, isLong);
        LongTranslator translator;
        if (isLong)
            QCoreApplication::installTranslator(&translator); // which leaves when it goes
        WindowFixture fixture;
        QCOMPARE(fixture.find<QPushButton>("listenButton")->text().size() > 6, isLong);
        openExample(fixture);
        fixture.window().resize(size);
        QTRY_COMPARE(fixture.window().size(), size);
        const QRect room = fixture.window().rect();
        for (const QWidget* control : controls(fixture.window())) {
            const QRect place(control->mapTo(&fixture.window(), QPoint()), control->size());
            const QByteArray who = control->objectName().toUtf8() + ' ' + control->metaObject()->className();
            QVERIFY2(room.contains(place), who.constData());
            QVERIFY2(control->width() >= control->minimumSizeHint().width() ||
                         control->sizePolicy().horizontalPolicy() == QSizePolicy::Ignored,
                     who.constData());
        }
    }

    void panesShrinkAndAThirdDoesNotWidenTheWindow() {
        WindowFixture fixture;
        openExample(fixture);
        fixture.window().resize(900, 600);
        QTRY_COMPARE(fixture.window().width(), 900);
        auto* area = fixture.find<ui::BufferArea>("bufferArea");
        const EndpointId listener = fixture.idOf(EndpointKind::Listener);
        const auto all = fixture.engine().snapshots();
        for (const EndpointSnapshot& snapshot : all) {
            if (snapshot.parent == listener)
                fixture.window().openBuffer(snapshot.id);
        }
        area->split();
        QTRY_COMPARE(area->count(), 3);
        QCOMPARE(fixture.window().width(), 900);
        for (ui::BufferPanel* panel : area->panels())
            QVERIFY2(panel->minimumSizeHint().width() <= 360,
                     qPrintable(QString::number(panel->minimumSizeHint().width())));
    }

    void mostOfItShowsData() {
        WindowFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        fixture.typeAddress(QStringLiteral("tcp://127.0.0.1:%1").arg(server.port()));
        fixture.click("connectButton");
        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
        const QSize size(1366, 768);
        fixture.window().resize(size);
        QTRY_COMPARE(fixture.window().size(), size);
        const auto* view = static_cast<ui::BufferPanel*>(fixture.currentBuffer())->view();
        const double shows = static_cast<double>(view->viewport()->width()) * view->viewport()->height();
        const double share = shows / (static_cast<double>(size.width()) * size.height());
        qInfo("%.1f %% of 1366x768 shows data", share * 100);
        QVERIFY(share >= 0.55);
    }

    void longTextNeverResizesIt() {
        WindowFixture fixture;
        fixture.window().resize(900, 600);
        QTRY_COMPARE(fixture.window().size(), QSize(900, 600));
        auto* field = fixture.find<QLineEdit>("addressField");
        field->setText(QStringLiteral("tcp://") + QString(32'000, QLatin1Char('x')) + QStringLiteral(":99999"));
        fixture.click("listenButton");
        QVERIFY(fixture.find<QLabel>("addressError")->isVisible());
        QCOMPARE(fixture.window().width(), 900);
        QVERIFY(fixture.window().minimumSizeHint().width() <= 800);
    }

    void wrappedRowsNeedNoBar() {
        WindowFixture fixture;
        const RawPeer server = RawPeer::listenOn();
        fixture.typeAddress(QStringLiteral("tcp://127.0.0.1:%1").arg(server.port()));
        fixture.click("connectButton");
        const RawPeer peer = server.accept();
        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
        fixture.window().resize(800, 500);
        auto* view = static_cast<ui::BufferPanel*>(fixture.currentBuffer())->view();
        peer.send(QByteArray("several words that are long enough to need more than one row of this small window, and "
                             "then some more of them ")
                      .repeated(3) +
                  "\xe2\x80\xae bidi \x01\x02\x03\n");
        QTRY_VERIFY(fixture.bufferText().contains(QLatin1String("bidi")));
        QVERIFY(view->isWrapped());
        QCOMPARE(view->horizontalScrollBar()->maximum(), 0);
        QTRY_VERIFY(fixture.bufferText().contains(QLatin1String("opened")) ||
                    fixture.bufferText().contains(QLatin1String("connected")));
        const auto lines = view->visibleLines();
        for (const QString& line : lines) // no word is cut
            QVERIFY2(!line.endsWith(QLatin1String(" tha")) && !line.endsWith(QLatin1String(" wor")), qPrintable(line));
    }
};

QTEST_MAIN(SizesTest)
#include "tst_sizes.moc"
