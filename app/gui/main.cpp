// SPDX-License-Identifier: MIT
#include "core/engine/engine.h"
#include "identity.h"
#include "ui/buffer/bufferaccessible.h"
#include "ui/shell/icons.h"
#include "ui/shell/mainwindow.h"
#include "ui/shell/theme.h"

#include "app/gui/tour.h"

#include <QApplication>
#include <QCommandLineParser>

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral(SOCKETWRIGHT_NAME));
    QApplication::setApplicationVersion(QStringLiteral(SOCKETWRIGHT_VERSION));
    QApplication::setDesktopFileName(QStringLiteral(SOCKETWRIGHT_APP_ID));
    QApplication::setWindowIcon(sw::ui::icon(sw::ui::IconId::Application));

    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral(SOCKETWRIGHT_SUMMARY ". Nothing is opened until you ask for it."));
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption example(QStringLiteral("example"), QStringLiteral("Open an example: talk"),
                                     QStringLiteral("NAME"));
    const QCommandLineOption screenshot(
        QStringLiteral("screenshot"), QStringLiteral("Run the example, save a picture of the window to FILE, and exit"),
        QStringLiteral("FILE"));
    const QCommandLineOption settingsFile(QStringLiteral("settings"), QStringLiteral("Keep settings in FILE"),
                                          QStringLiteral("FILE"));
    parser.addOptions({example, screenshot, settingsFile});
    parser.process(application);
    if (parser.isSet(example) && parser.value(example) != QLatin1String("talk")) {
        qCritical("There is one example: talk.");
        return 2;
    }

    const bool systemIsDark = sw::ui::isDark(QApplication::palette());
    sw::ui::Settings settings(parser.value(settingsFile));
    sw::ui::applyTheme(application, settings.theme(), systemIsDark);
    QObject::connect(&settings, &sw::ui::Settings::changed, &application, [&, last = settings.theme()]() mutable {
        if (settings.theme() != last)
            sw::ui::applyTheme(application, last = settings.theme(), systemIsDark);
    });
    sw::ui::installBufferAccessibility();

    sw::Engine engine;
    sw::ui::DialogPrompter prompter;
    sw::ui::MainWindow window(engine, settings, prompter);
    window.show();
    if (parser.isSet(screenshot))
        sw::gui::runTour(window, engine, parser.value(screenshot));
    else if (parser.isSet(example))
        window.openTalkExample();
    return QApplication::exec();
}
