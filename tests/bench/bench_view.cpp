// SPDX-License-Identifier: MIT
// Repaints a buffer at random places. bench_view lines COUNT | giant BYTES: a transcript of so many lines, or of one
// line, within the memory budget. Prints seconds until the first rows, seconds until all rows are known, p50 and p99 of
// a repaint in ms, resident MB, and the bytes recorded.
#include "core/transcript/recovery.h"
#include "ui/buffer/bufferview.h"
#include "ui/style/theme.h"

#include <QApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QFontDatabase>
#include <QImage>
#include <QRandomGenerator>
#include <QTextStream>

#include <algorithm>
#include <thread>

namespace {

double residentMegabytes() {
    QFile status(QStringLiteral("/proc/self/status"));
    if (!status.open(QIODevice::ReadOnly))
        return 0;
    for (const QByteArray& line : status.readAll().split('\n')) {
        if (line.startsWith("VmRSS:"))
            return line.simplified().split(' ').value(1).toDouble() / 1000;
    }
    return 0;
}

void append(sw::Transcript& transcript, sw::RecordKind kind, const QByteArray& bytes) {
    while (!transcript.store()->hasRoom())
        std::this_thread::yield(); // as an endpoint waits
    transcript.append(kind, bytes, sw::Timestamp::now());
}

quint64 fill(sw::Transcript& transcript, bool isGiant, qint64 amount) {
    if (isGiant) {
        const QByteArray piece(65536, 'x');
        for (qint64 done = 0; done < amount; done += piece.size())
            append(transcript, sw::RecordKind::Received, piece);
        return static_cast<quint64>(amount);
    }
    quint64 bytes = 0;
    for (qint64 i = 0; i < amount; ++i) {
        const QByteArray line =
            QByteArray::number(i).append(" the quick brown fox jumps over the lazy dog and runs on, 0123456789\n");
        append(transcript, i % 2 == 0 ? sw::RecordKind::Received : sw::RecordKind::Sent, line);
        bytes += static_cast<quint64>(line.size());
    }
    return bytes;
}

} // namespace

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    sw::ui::applyTheme(sw::ui::ThemeChoice::Light, {});
    const bool isGiant = QApplication::arguments().value(1) == QLatin1String("giant");
    const qint64 amount = QApplication::arguments().value(2, QStringLiteral("1000000")).toLongLong();
    const auto run = sw::RunDirectory::create(QDir::tempPath() + QStringLiteral("/socketwright-bench"));
    if (!run)
        return 2;
    const auto store = std::make_shared<sw::TranscriptStore>(sw::StoreOptions{.directory = (*run)->path()});
    auto transcript = std::make_shared<sw::Transcript>(store);
    const quint64 bytes = fill(*transcript, isGiant, amount);
    QElapsedTimer time;
    time.start();
    sw::ui::BufferView view;
    view.setBufferFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    view.resize(1200, 800);
    view.addPart({.id = static_cast<sw::EndpointId>(1), .name = QStringLiteral("x"), .transcript = transcript});
    view.setFollowing(false);
    view.show();
    view.refresh();
    view.viewport()->grab();
    const double first = static_cast<double>(time.nsecsElapsed()) / 1e9;
    while (view.indexedRecords() < transcript->count())
        QApplication::processEvents();
    const double filled = static_cast<double>(time.nsecsElapsed()) / 1e9;
    QRandomGenerator random(1);
    std::vector<double> times;
    QImage image(view.viewport()->size(), QImage::Format_ARGB32_Premultiplied);
    for (int i = 0; i < 400; ++i) {
        view.scrollTo({random.generate64() % transcript->count(), 0});
        time.restart();
        view.viewport()->render(&image);
        times.push_back(static_cast<double>(time.nsecsElapsed()) / 1e6);
    }
    std::sort(times.begin(), times.end());
    QTextStream(stdout) << first << ' ' << filled << ' ' << times.at(times.size() / 2) << ' '
                        << times.at(times.size() * 99 / 100) << ' ' << residentMegabytes() << ' ' << bytes << '\n';
    store->close();
    return 0;
}
