// SPDX-License-Identifier: MIT
#include "core/base/threads.h"
#include "core/engine/engine.h"
#include "identity.h"
#include "ui/buffer/bufferaccessible.h"
#include "ui/shell/mainwindow.h"
#include "ui/style/icons.h"
#include "ui/style/theme.h"

#include "app/gui/tour.h"
#include "app/signals.h"
#include "core/transcript/recovery.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QFileInfo>
#include <QStandardPaths>

namespace {

/// Where the journals of runs are: beside the settings where these were named, else at the system's usual place.
QString transcriptsDirectory(const QString& settingsFile) {
    if (!settingsFile.isEmpty())
        return QFileInfo(settingsFile).absoluteFilePath() + QStringLiteral(".runs");
    return QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation) + QStringLiteral("/runs");
}

/// Whether one of the options is there that print something and end. By their words: before the toolkit has taken its
/// own options out, a parser would take `-stylesheet` for many short ones.
bool isForTerminal(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        const QByteArrayView word(argv[i]);
        if (word == "--")
            return false;
        if (word == "-h" || word == "--help" || word == "--help-all" || word == "-v" || word == "--version")
            return true;
    }
    return false;
}

} // namespace

int main(int argc, char** argv) try {
    sw::Engine::prepareProcess();
    QCoreApplication::setApplicationName(QStringLiteral(SOCKETWRIGHT_NAME));
    QCoreApplication::setApplicationVersion(QStringLiteral(SOCKETWRIGHT_VERSION));
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
    parser.addPositionalArgument(QStringLiteral("workspace"),
                                 QStringLiteral("A .socketwright file; what it would open is shown, and you are asked"),
                                 QStringLiteral("[FILE]"));
    const QCommandLineOption noAsk(QStringLiteral("no-ask"),
                                   QStringLiteral("Ask nothing when the window closes: records are kept"));
    parser.addOptions({example, screenshot, settingsFile, noAsk});
    if (isForTerminal(argc, argv)) { // these need no display
        const QCoreApplication application(argc, argv);
        parser.process(application);
    }

    QApplication application(argc, argv);
    QApplication::setDesktopFileName(QStringLiteral(SOCKETWRIGHT_APP_ID));
    QApplication::setWindowIcon(sw::ui::icon(sw::ui::IconId::Application));
    parser.process(application);
    if (parser.isSet(example) && parser.value(example) != QLatin1String("talk")) {
        qCritical("There is one example: talk.");
        return 2;
    }

    const QPalette system = QApplication::palette();
    sw::ui::Settings settings(parser.value(settingsFile));
    sw::ui::applyTheme(settings.theme(), system);
    QObject::connect(&settings, &sw::ui::Settings::changed, &application, [&, last = settings.theme()]() mutable {
        if (settings.theme() != last)
            sw::ui::applyTheme(last = settings.theme(), system);
    });
    sw::ui::installBufferAccessibility();

    const QString runs = transcriptsDirectory(parser.value(settingsFile));
    auto run = sw::RunDirectory::create(runs);
    sw::StoreOptions store{.budget = static_cast<qint64>(settings.memoryBudget()) << 20U,
                           .quota = static_cast<qint64>(settings.diskQuota()) << 30U};
    if (run)
        store.directory = (*run)->path();
    else
        qWarning("%s", qUtf8Printable(run.error().detail));
    sw::Engine engine({.store = store});
    sw::ui::DialogPrompter prompter;
    sw::ui::MainWindow window(engine, settings, prompter);
    window.setAsksAtQuit(!parser.isSet(noAsk) && !parser.isSet(screenshot));
    QObject::connect(&window, &sw::ui::MainWindow::keepRequested, &window, [&run] {
        if (run)
            (*run)->keep();
    });
    sw::onEndRequested(&window, std::make_shared<sw::Patience>(), [&window](const QString&) { window.endSession(); });
    QObject::connect(&application, &QGuiApplication::commitDataRequest, &window, [&window] { window.keepState(); });
    window.show();
    window.offerRecovery(runs);
    if (!parser.positionalArguments().isEmpty())
        window.openFile(QFileInfo(parser.positionalArguments().constFirst()).absoluteFilePath());
    if (parser.isSet(screenshot))
        sw::gui::runTour(window, engine, parser.value(screenshot));
    else if (parser.isSet(example))
        window.openTalkExample();
    return QApplication::exec();
} catch (const std::system_error& error) { // the system starts no thread
    qCritical("%s", qUtf8Printable(sw::toText(sw::threadError(error.code().value()))));
    return 1;
}
