// SPDX-License-Identifier: MIT
// The engine with one endpoint that records everything within the memory budget, as the window has it.
// bench_engine ADDRESS BEHAVIOUR [DIRECTORY]: prints its port; then, for each line on standard input:
//   find TEXT    matches in all transcripts, and the seconds it took
//   state        records, bytes received, bytes not recorded, 1 while recording, bytes in memory, bytes in the journal
#include "core/engine/engine.h"
#include "core/transcript/recovery.h"
#include "core/transcript/search.h"

#include <QCoreApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QSocketNotifier>
#include <QTextStream>
#include <QTimer>

#include <cstdio>
#include <iostream>

namespace {

void find(const sw::Engine& engine, const QString& text) {
    QElapsedTimer time;
    time.start();
    quint64 total = 0;
    const std::atomic<bool> cancelled{false};
    for (const sw::EndpointSnapshot& snapshot : engine.snapshots()) {
        sw::RecordSource source({{.id = snapshot.id, .name = {}, .transcript = engine.transcript(snapshot.id)}});
        source.update();
        const auto searcher = sw::Searcher::create({.needle = text.toUtf8()});
        total += (*searcher)->run(source, std::chrono::hours(1), cancelled).total;
    }
    QTextStream(stdout) << total << ' ' << static_cast<double>(time.nsecsElapsed()) / 1e9 << '\n' << Qt::flush;
}

void state(const sw::Engine& engine) {
    quint64 records = 0;
    quint64 bytes = 0;
    for (const sw::EndpointSnapshot& snapshot : engine.snapshots()) {
        records += snapshot.kind == sw::EndpointKind::Flow ? 0 : snapshot.counters.receivedRecords;
        bytes += snapshot.kind == sw::EndpointKind::Flow ? 0 : snapshot.counters.receivedBytes;
    }
    const auto store = engine.store();
    QTextStream(stdout) << records << ' ' << bytes << ' ' << store->unrecorded() << ' '
                        << (store->isRecording() ? 1 : 0) << ' ' << store->memory() << ' ' << store->journaled() << '\n'
                        << Qt::flush;
}

} // namespace

int main(int argc, char** argv) {
    sw::Engine::prepareProcess();
    const QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    const auto run =
        sw::RunDirectory::create(arguments.value(3, QDir::tempPath() + QStringLiteral("/socketwright-bench")));
    if (!run)
        return 2;
    sw::Engine engine({.store = {.directory = (*run)->path()}});
    QObject::connect(&engine, &sw::Engine::endpointsChanged,
                     [said = false](const QVector<sw::EndpointSnapshot>& snapshots) mutable {
                         for (const sw::EndpointSnapshot& snapshot : snapshots) {
                             if (!said && !snapshot.local.isEmpty() && snapshot.parent == sw::EndpointId::None) {
                                 said = true;
                                 QTextStream(stdout) << snapshot.address.place.portFirst << '\n' << Qt::flush;
                             }
                         }
                     });
    // what was received, once in a while on standard error: datagrams lost and stored
    QTimer report;
    QObject::connect(&report, &QTimer::timeout, [&] {
        quint64 records = 0;
        quint64 dropped = 0;
        for (const sw::EndpointSnapshot& snapshot : engine.snapshots()) {
            if (snapshot.kind == sw::EndpointKind::DatagramSocket) {
                records += snapshot.counters.receivedRecords;
                dropped += snapshot.counters.dropped;
            }
        }
        QTextStream(stderr) << records << ' ' << dropped << '\n' << Qt::flush;
    });
    if (arguments.value(1).startsWith(QLatin1String("udp")))
        report.start(200);
    QSocketNotifier input(0, QSocketNotifier::Read);
    QObject::connect(&input, &QSocketNotifier::activated, [&] {
        std::string line;
        if (!std::getline(std::cin, line))
            input.setEnabled(false);
        else if (line.starts_with("find "))
            find(engine, QString::fromStdString(line.substr(5)));
        else if (line == "state")
            state(engine);
    });
    const auto address = sw::parseAddress(arguments.value(1), sw::Role::Listen);
    if (!address || !engine.listen(*address, {.behaviour = arguments.value(2)}))
        return 2;
    return QCoreApplication::exec();
}
