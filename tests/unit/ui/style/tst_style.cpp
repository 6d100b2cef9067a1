// SPDX-License-Identifier: MIT
// Pictures from files, and colours that can be read.
#include "ui/style/icons.h"
#include "ui/style/pictogram.h"
#include "ui/style/theme.h"

#include <QApplication>
#include <QDir>
#include <QImage>
#include <QStyle>
#include <QStyleFactory>
#include <QtTest/QtTest>

using namespace sw::ui;

class StyleTest : public QObject {
    Q_OBJECT

private slots:
    void allPicturesCanBeRead() {
        const QDir folder(QStringLiteral(SOCKETWRIGHT_SOURCE_DIR "/resources/icons"));
        const QStringList files = folder.entryList({QStringLiteral("*.svg")});
        QVERIFY(files.size() >= 20);
        for (const QString& name : files) {
            QFile file(folder.filePath(name));
            QVERIFY(file.open(QIODevice::ReadOnly));
            const auto picture = Pictogram::parse(file.readAll());
            QVERIFY2(picture.has_value(), qPrintable(name));
            for (const Pictogram::Stroke& stroke : picture->strokes)
                QVERIFY2(QRectF(0, 0, 16, 16).contains(stroke.path.boundingRect().adjusted(-0.1, -0.1, 0.1, 0.1)),
                         qPrintable(name)); // a straight line has no area
        }
        for (int id = 0; id <= static_cast<int>(IconId::Pin); ++id) { // each shows something
            const QImage image = icon(static_cast<IconId>(id)).pixmap(32, 32).toImage();
            bool isPainted = false;
            for (int i = 0; i < 32 * 32 && !isPainted; ++i)
                isPainted = qAlpha(image.pixel(i % 32, i / 32)) > 0;
            QVERIFY2(isPainted, qPrintable(QString::number(id)));
        }
    }

    void pathsAreRead() {
        const auto path = parsePath(QStringLiteral("M1 2 L3.5-4 H8 V.5 C1 1 2 2 3 3 Z"));
        QVERIFY(path.has_value());
        QCOMPARE(path->elementAt(0).x, 1.0);
        QCOMPARE(path->elementAt(1).y, -4.0);
        QCOMPARE(path->elementAt(2).x, 8.0);
        QCOMPARE(path->elementAt(3).y, 0.5);
        QCOMPARE(parsePath(QStringLiteral("M0 0 1 1 2 2"))->elementCount(), 3); // further pairs are lines
        for (const char* wrong : {"", "5 5", "M1", "M1 2 L3", "M1 2 A3", "M1 2 m3 4"})
            QVERIFY2(!parsePath(QString::fromLatin1(wrong)), wrong);
        QVERIFY(!Pictogram::parse("<svg><path d='M1'/></svg>"));
        QVERIFY(!Pictogram::parse("<svg></svg>"));
        QVERIFY(!Pictogram::parse("<svg><path d='M1 2 L3 4'/>"));
    }

    void colorsCanBeRead_data() {
        QTest::addColumn<ThemeChoice>("choice");
        QTest::newRow("light") << ThemeChoice::Light;
        QTest::newRow("dark") << ThemeChoice::Dark;
    }
    void colorsCanBeRead() {
        QFETCH(ThemeChoice, choice);
        constexpr double least = 4.5; // WCAG 2.1, 1.4.3
        const QPalette palette = themePalette(choice, {});
        const ThemeColors colors = themeColors(palette);
        const auto check = [&](const char* what, const QColor& text, const QColor& ground) {
            QVERIFY2(contrastOf(text, ground) >= least,
                     qPrintable(QStringLiteral("%1: %2 on %3 is %4")
                                    .arg(QLatin1String(what), text.name(), ground.name())
                                    .arg(contrastOf(text, ground))));
        };
        const std::pair<const char*, QColor> texts[] = {
            {"received", colors.received}, {"sent", colors.sent},
            {"event", colors.event},       {"note", colors.note},
            {"error", colors.error},       {"ok", colors.ok},
            {"warning", colors.warning},   {"muted", colors.muted},
            {"control", colors.control},   {"text", palette.color(QPalette::Text)}};
        for (const QPalette::ColorRole ground : {QPalette::Base, QPalette::Window, QPalette::AlternateBase}) {
            for (const auto& [name, color] : texts)
                check(name, color, palette.color(ground));
        }
        for (const auto& [name, color] : {std::pair("received", colors.received), std::pair("sent", colors.sent)}) {
            check(name, color, colors.match);
            check(name, palette.color(QPalette::Text), colors.currentMatch);
        }
        for (const QPalette::ColorGroup group : {QPalette::Active, QPalette::Disabled}) {
            check("button", palette.color(group, QPalette::ButtonText), palette.color(group, QPalette::Button));
            check("label", palette.color(group, QPalette::WindowText), palette.color(group, QPalette::Window));
            check("field", palette.color(group, QPalette::Text), palette.color(group, QPalette::Base));
        }
        check("placeholder", palette.color(QPalette::PlaceholderText), palette.color(QPalette::Base));
        check("primary", QColor(Qt::white), colors.accent);
        check("selected", palette.color(QPalette::HighlightedText), palette.color(QPalette::Highlight));
        check("tooltip", palette.color(QPalette::ToolTipText), palette.color(QPalette::ToolTipBase));
    }

    void aDesktopOfHighContrastIsFollowed() {
        QPalette system = QStyleFactory::create(QStringLiteral("Fusion"))->standardPalette();
        QCOMPARE(themePalette(ThemeChoice::System, system).color(QPalette::Window),
                 themePalette(ThemeChoice::Light, {}).color(QPalette::Window));
        system.setColor(QPalette::Window, Qt::black);
        system.setColor(QPalette::Base, Qt::black);
        system.setColor(QPalette::WindowText, Qt::yellow);
        system.setColor(QPalette::Text, Qt::yellow);
        const QPalette followed = themePalette(ThemeChoice::System, system);
        QCOMPARE(followed.color(QPalette::WindowText), QColor(Qt::yellow));
        QCOMPARE(themeColors(followed).muted, QColor(Qt::yellow)); // nothing is faint
        system.setColor(QPalette::Window, QColor(0x30343a));       // a dark desktop, but not of high contrast
        system.setColor(QPalette::WindowText, QColor(0xd0d0d0));
        QCOMPARE(themePalette(ThemeChoice::System, system).color(QPalette::Window),
                 themePalette(ThemeChoice::Dark, {}).color(QPalette::Window));
    }
};

QTEST_MAIN(StyleTest)
#include "tst_style.moc"
