// SPDX-License-Identifier: MIT
// The engine with one endpoint that records everything within the memory budget, as the window has it. bench_engine ADDRESS BEHAVIOUR
#include "core/engine/engine.h"

#include <QCoreApplication>
#include <QDir>
#include <QTextStream>
#include <QTimer>

int main(int argc, char** argv) {
    const QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    const auto run = sw::RunDirectory::create(QDir::tempPath() + QStringLiteral("/socketwright-bench"));
    if (!run)
        return 2;
    sw::Engine engine({.store = {.directory = (*run)->path()}});
    QObject::connect(&engine, &sw::Engine::endpointsChanged, [&](const QVector<sw::EndpointSnapshot>& snapshots) {
        static bool said = false;
        for (const sw::EndpointSnapshot& snapshot : snapshots) {
            if (!said && !snapshot.local.isEmpty() && snapshot.parent == sw::EndpointId::None) {
                said = true;
                QTextStream(stdout) << snapshot.address.place.portFirst << '\n' << Qt::flush;
            }
        }
    });
    // what was received, once a second on standard error: datagrams lost and stored
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
    report.start(200);
    const auto address = sw::parseAddress(arguments.value(1), sw::Role::Listen);
    if (!address || !engine.listen(*address, {.behaviour = arguments.value(2)}))
        return 2;
    return QCoreApplication::exec();
}
