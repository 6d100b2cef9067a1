// SPDX-License-Identifier: MIT
// Repaints a buffer of many lines at random places. bench_view LINES: fill time in s, p50 and p99 of a repaint in ms.
#include "ui/buffer/bufferview.h"
#include "ui/shell/theme.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QImage>
#include <QRandomGenerator>
#include <QTextStream>

#include <algorithm>

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    sw::ui::applyTheme(application, sw::ui::ThemeChoice::Light, false);
    const int lines = QApplication::arguments().value(1, QStringLiteral("1000000")).toInt();
    auto transcript = std::make_shared<sw::Transcript>(std::make_shared<sw::TranscriptStore>());
    for (int i = 0; i < lines; ++i) {
        const QByteArray line =
            QByteArray::number(i).append(" the quick brown fox jumps over the lazy dog and runs on, 0123456789\n");
        transcript->append(i % 2 == 0 ? sw::RecordKind::Received : sw::RecordKind::Sent, line, sw::Timestamp::now());
    }
    QElapsedTimer time;
    time.start();
    sw::ui::BufferView view;
    view.resize(1200, 800);
    view.addPart({.id = static_cast<sw::EndpointId>(1), .name = QStringLiteral("x"), .transcript = transcript});
    view.show();
    view.refresh();
    while (view.rowCount() < static_cast<quint64>(lines))
        QApplication::processEvents();
    const double filled = static_cast<double>(time.nsecsElapsed()) / 1e9;
    QRandomGenerator random(1);
    std::vector<double> times;
    QImage image(view.viewport()->size(), QImage::Format_ARGB32_Premultiplied);
    for (int i = 0; i < 400; ++i) {
        view.scrollTo({static_cast<sw::RecordIndex>(random.bounded(lines)), 0});
        time.restart();
        view.viewport()->render(&image);
        times.push_back(static_cast<double>(time.nsecsElapsed()) / 1e6);
    }
    std::sort(times.begin(), times.end());
    QTextStream(stdout) << filled << ' ' << times.at(times.size() / 2) << ' ' << times.at(times.size() * 99 / 100)
                        << '\n';
    return 0;
}
