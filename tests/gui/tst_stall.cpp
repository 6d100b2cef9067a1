// SPDX-License-Identifier: MIT
// 20 buffers that take 10,000 lines a second each, while the event loop's pulse is taken. For SECONDS (environment;
// 3 without). Without it the run only shows that the window lives; the promise's number needs a quiet machine.
#include "tests/gui/windowfixture.h"
#include "tests/support/rawpeer.h"

#include "ui/buffer/bufferarea.h"
#include "ui/buffer/bufferpanel.h"
#include "ui/buffer/bufferview.h"

#include <QDir>
#include <QTabWidget>

#include <atomic>
#include <thread>

using namespace sw;
using namespace sw::test;

class StallTest : public QObject {
    Q_OBJECT

private slots:
    void theWindowNeverFreezes() {
        constexpr int connections = 20;
        constexpr int linesPerSecond = 10'000;
        constexpr int rounds = 50; // a second
        const int seconds = std::max(qEnvironmentVariableIntValue("SECONDS"), 3);
        const bool isPromise = qEnvironmentVariableIsSet("SECONDS");
        WindowFixture fixture;
        fixture.typeAddress(QStringLiteral("tcp://127.0.0.1:0"));
        fixture.click("listenButton");
        QTRY_VERIFY(fixture.currentBuffer() != nullptr);
        const auto port = fixture.snapshotOf(EndpointKind::Listener)->address.place.portFirst;
        std::vector<RawPeer> peers;
        for (int i = 0; i < connections; ++i)
            peers.push_back(RawPeer::connectTo(port));
        QTRY_COMPARE(fixture.engine().snapshots().size(), connections + 1);
        for (const EndpointSnapshot& snapshot : fixture.engine().snapshots())
            fixture.window().openBuffer(snapshot.id);
        std::atomic<bool> stop{false};
        std::atomic<quint64> sent{0};
        std::thread sender([&] {
            QByteArray block;
            for (int i = 0; i < linesPerSecond / rounds; ++i)
                block += "2026-01-31 12:00:00 the quick brown fox jumps over the lazy dog and runs on, " +
                         QByteArray::number(i) + "\n";
            const auto start = std::chrono::steady_clock::now();
            for (int round = 0; round < seconds * rounds && !stop; ++round) {
                std::this_thread::sleep_until(start + std::chrono::milliseconds(1000 / rounds) * round);
                for (const RawPeer& peer : peers)
                    peer.send(block);
                sent += static_cast<quint64>(block.size()) * connections;
            }
            stop = true;
        });
        // what the machine itself withholds: how late a thread is that does nothing
        std::atomic<qint64> machine{0};
        std::thread idle([&] {
            constexpr std::chrono::milliseconds nap(5);
            while (!stop) {
                const auto before = std::chrono::steady_clock::now();
                std::this_thread::sleep_for(nap);
                const auto late = std::chrono::steady_clock::now() - before - nap;
                machine =
                    std::max<qint64>(machine, std::chrono::duration_cast<std::chrono::milliseconds>(late).count());
            }
        });
        auto* tabs = fixture.find<QTabWidget>("bufferTabs");
        qint64 longest = 0;
        QElapsedTimer pulse;
        QTimer heart;
        pulse.start();
        connect(&heart, &QTimer::timeout, this, [&] {
            const qint64 gap = pulse.restart();
            if (gap > 50)
                qInfo() << gap << "ms in buffer" << tabs->currentIndex();
            longest = std::max(longest, gap);
        });
        heart.start(5);
        QTimer switcher; // somebody looks at one buffer after the other
        connect(&switcher, &QTimer::timeout, this,
                [&] { tabs->setCurrentIndex((tabs->currentIndex() + 1) % tabs->count()); });
        switcher.start(400);
        while (!stop)
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        heart.stop();
        sender.join();
        idle.join();
        qInfo() << "longest stall of the event loop:" << longest
                << "ms, of a thread that does nothing:" << machine.load() << "ms;" << sent.load() / seconds / 1'000'000
                << "MB/s";
        const auto received = [&fixture] {
            quint64 sum = 0;
            for (const EndpointSnapshot& snapshot : fixture.engine().snapshots())
                sum += snapshot.counters.receivedBytes;
            return sum;
        };
        QTRY_COMPARE_WITH_TIMEOUT(received(), sent.load(), 20'000);
        QVERIFY2(longest - machine <= (isPromise ? 100 : 2000), qPrintable(QString::number(longest)));
    }
};

QTEST_MAIN(StallTest)
#include "tst_stall.moc"
