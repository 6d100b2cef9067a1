// SPDX-License-Identifier: MIT
// Shows a window, and ends after it was painted. bench_start empty: a bare QMainWindow; full: ours, with its engine.
// Prints resident KiB.
#include "core/engine/engine.h"
#include "ui/settings/settings.h"
#include "ui/shell/mainwindow.h"
#include "ui/style/theme.h"

#include <QApplication>
#include <QFile>
#include <QTemporaryDir>
#include <QTextStream>
#include <QTimer>

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    const auto finish = [] {
        QFile status(QStringLiteral("/proc/self/status"));
        if (status.open(QIODevice::ReadOnly)) {
            for (const QByteArray& line : status.readAll().split('\n')) {
                if (line.startsWith("VmRSS:"))
                    QTextStream(stdout) << line.simplified().split(' ').value(1).toDouble() << '\n';
            }
        }
        QApplication::quit();
    };
    if (QApplication::arguments().value(1) == QLatin1String("empty")) {
        QMainWindow window;
        window.resize(1360, 860);
        window.show();
        QTimer::singleShot(0, finish);
        return QApplication::exec();
    }
    const QTemporaryDir folder;
    sw::ui::Settings settings(folder.filePath(QStringLiteral("settings.ini")));
    sw::ui::applyTheme(settings.theme(), QApplication::palette());
    sw::Engine engine({.store = {.directory = folder.path()}});
    sw::ui::DialogPrompter prompter;
    sw::ui::MainWindow window(engine, settings, prompter);
    window.show();
    QTimer::singleShot(0, finish);
    return QApplication::exec();
}
