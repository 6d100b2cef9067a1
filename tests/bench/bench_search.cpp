// SPDX-License-Identifier: MIT
// Searches a transcript of so many MiB of log lines. bench_search MIB BUDGET_MIB FILE: writes the same bytes to FILE,
// and prints MB/s of memmem over one block of memory, MB/s of our search for bytes, ms until the first hit, seconds of
// our regular expression, and the hits of both.
#include "core/transcript/recovery.h"
#include "core/transcript/search.h"

#include <QCoreApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QTextStream>

#include <cstring>
#include <thread>

namespace {

double seconds(const QElapsedTimer& time) {
    return static_cast<double>(time.nsecsElapsed()) / 1e9;
}

quint64 countWithMemmem(const QByteArray& bytes, const QByteArray& needle) {
    quint64 count = 0;
    const char* at = bytes.constData();
    const char* end = at + bytes.size();
    while (const void* hit =
               ::memmem(at, static_cast<size_t>(end - at), needle.constData(), static_cast<size_t>(needle.size()))) {
        ++count;
        at = static_cast<const char*>(hit) + needle.size();
    }
    return count;
}

} // namespace

int main(int argc, char** argv) {
    const QCoreApplication application(argc, argv);
    const qint64 size = QCoreApplication::arguments().value(1, QStringLiteral("1024")).toLongLong() << 20U;
    const qint64 budget = QCoreApplication::arguments().value(2, QStringLiteral("256")).toLongLong() << 20U;
    QByteArray all;
    all.reserve(size + 200);
    for (qint64 line = 0; all.size() < size; ++line) {
        const bool isRare = line % (size / 80 / 20) == 1000;
        all += "2026-01-31T12:00:00 host service[" + QByteArray::number(line % 9973) + "]: request " +
               QByteArray::number(line) +
               (isRare ? " failed with code 503 needle\n" : " was answered with code 200 ok\n");
    }
    QFile file(QCoreApplication::arguments().value(3));
    if (file.open(QIODevice::WriteOnly))
        file.write(all);
    file.close();
    const auto run = sw::RunDirectory::create(QDir::tempPath() + QStringLiteral("/socketwright-bench"));
    if (!run)
        return 2;
    const auto store =
        std::make_shared<sw::TranscriptStore>(sw::StoreOptions{.directory = (*run)->path(), .budget = budget});
    auto transcript = std::make_shared<sw::Transcript>(store);
    constexpr qsizetype piece = 65536; // as a busy stream is received
    for (qsizetype at = 0; at < all.size(); at += piece) {
        while (!store->hasRoom())
            std::this_thread::yield();
        transcript->append(sw::RecordKind::Received, QByteArrayView(all).sliced(at, std::min(piece, all.size() - at)),
                           sw::Timestamp::now());
    }
    QElapsedTimer time;
    time.start();
    const quint64 expected = countWithMemmem(all, "needle");
    const double raw = static_cast<double>(all.size()) / seconds(time) / 1e6;
    sw::RecordSource source({{.id = sw::EndpointId::None, .name = {}, .transcript = transcript}});
    source.update();
    const std::atomic<bool> cancelled{false};
    time.restart();
    auto searcher = *sw::Searcher::create({.needle = "needle"});
    quint64 found = 0;
    double first = -1;
    while (!searcher->isDone(source)) {
        found += searcher->run(source, std::chrono::milliseconds(40), cancelled).total;
        if (first < 0 && found > 0)
            first = seconds(time) * 1000;
    }
    const double ours = static_cast<double>(all.size()) / seconds(time) / 1e6;
    time.restart();
    searcher = *sw::Searcher::create(
        {.form = sw::SearchQuery::Form::Pattern, .pattern = QStringLiteral("failed with code [0-9]+")});
    const quint64 hits = searcher->run(source, std::chrono::hours(1), cancelled).total;
    const double pattern = seconds(time);
    QTextStream(stdout) << raw << ' ' << ours << ' ' << first << ' ' << pattern << ' ' << found << ' ' << hits << ' '
                        << expected << '\n';
    searcher.reset();
    store->close();
    return found == expected ? 0 : 1;
}
