// SPDX-License-Identifier: MIT
#include "core/base/threads.h"
#include "core/channel/readiness_fallback.h"

#include <QtTest/QtTest>

#include <array>
#include <poll.h>
#include <set>
#include <sys/socket.h>
#include <unistd.h>

using namespace sw;

namespace {

/// A set that the system refuses descriptors to, and whose own is one that tests make readable.
class RefusingSet final : public ReadinessSet {
public:
    explicit RefusingSet(int descriptor) : m_descriptor(descriptor) {}

    int descriptor() const override { return m_descriptor; }
    bool change(native::Descriptor descriptor, unsigned, unsigned after, quint32) override {
        if (after == NoInterest)
            return watched.erase(descriptor) > 0;
        if (isFull)
            return false;
        watched.insert(descriptor);
        return true;
    }
    int wait(std::optional<std::chrono::nanoseconds> time, std::span<Event> events) override {
        ++waits;
        waitedFor = time;
        events.front() = {.key = 99, .events = {.readable = true}};
        return events.size() > 100 ? 1 : 0;
    }
    void wake() override {}

    std::set<native::Descriptor> watched;
    std::optional<std::chrono::nanoseconds> waitedFor;
    int waits = 0;
    bool isFull = false;

private:
    int m_descriptor;
};

struct SocketPair {
    SocketPair() { [[maybe_unused]] const int made = ::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()); }
    ~SocketPair() {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    SocketPair(const SocketPair&) = delete;
    SocketPair& operator=(const SocketPair&) = delete;
    SocketPair(SocketPair&&) = delete;
    SocketPair& operator=(SocketPair&&) = delete;

    std::array<int, 2> ends{};
};

} // namespace

/// What the system's set refuses is polled: nobody is left unserved.
class ReadinessTest : public QObject {
    Q_OBJECT

private:
    std::array<ReadinessSet::Event, 256> m_events{};

private slots:
    void theSystemsSetServesWhatItTakes() {
        const SocketPair own;
        auto* inner = new RefusingSet(own.ends[0]);
        const auto set = withPollFallback(std::unique_ptr<ReadinessSet>(inner));
        QVERIFY(set->change(5, NoInterest, ReadInterest, 1));
        QCOMPARE(inner->watched, std::set<native::Descriptor>{5});
        QCOMPARE(set->wait(std::nullopt, m_events), 1);
        QVERIFY(!inner->waitedFor); // for ever: nothing is polled
    }

    void whatItRefusesIsPolled() {
        const SocketPair own;
        const SocketPair pair;
        auto* inner = new RefusingSet(own.ends[0]);
        inner->isFull = true;
        const auto set = withPollFallback(std::unique_ptr<ReadinessSet>(inner));
        QVERIFY(set->change(pair.ends[0], NoInterest, ReadInterest, 7));
        QCOMPARE(set->wait(std::chrono::nanoseconds(0), m_events), 0);
        QCOMPARE(::write(pair.ends[1], "x", 1), 1);
        QCOMPARE(set->wait(std::nullopt, m_events), 1);
        QCOMPARE(m_events[0].key, 7U);
        QVERIFY(m_events[0].events.readable && !m_events[0].events.writable);
        QCOMPARE(inner->waits, 0);
        // other interest
        QVERIFY(set->change(pair.ends[0], ReadInterest, WriteInterest, 7));
        QCOMPARE(set->wait(std::nullopt, m_events), 1);
        QVERIFY(m_events[0].events.writable && !m_events[0].events.readable);
        // and both kinds in one round
        QCOMPARE(::write(own.ends[1], "x", 1), 1);
        QCOMPARE(set->wait(std::nullopt, m_events), 2);
        QCOMPARE(m_events[0].key, 99U);
        QCOMPARE(m_events[1].key, 7U);
        // and none
        QVERIFY(set->change(pair.ends[0], WriteInterest, NoInterest, 7));
        QCOMPARE(set->wait(std::nullopt, m_events), 1);
    }

    void aChangeThatIsRefusedMovesItOver() {
        const SocketPair own;
        const SocketPair pair;
        auto* inner = new RefusingSet(own.ends[0]);
        const auto set = withPollFallback(std::unique_ptr<ReadinessSet>(inner));
        QVERIFY(set->change(pair.ends[0], NoInterest, ReadInterest, 7));
        inner->isFull = true;
        QVERIFY(set->change(pair.ends[0], ReadInterest, ReadInterest | WriteInterest, 7));
        QVERIFY(inner->watched.empty());
        QCOMPARE(set->wait(std::nullopt, m_events), 1);
        QVERIFY(m_events[0].events.writable);
    }

    void aHangUpIsTold() {
        const SocketPair own;
        SocketPair pair;
        auto* inner = new RefusingSet(own.ends[0]);
        inner->isFull = true;
        const auto set = withPollFallback(std::unique_ptr<ReadinessSet>(inner));
        QVERIFY(set->change(pair.ends[0], NoInterest, HangUpInterest, 7));
        ::close(std::exchange(pair.ends[1], -1));
        QCOMPARE(set->wait(std::nullopt, m_events), 1);
        QVERIFY(m_events[0].events.hungUp);
    }

    void theTimeIsKept() {
        const SocketPair own;
        const SocketPair pair;
        auto* inner = new RefusingSet(own.ends[0]);
        inner->isFull = true;
        const auto set = withPollFallback(std::unique_ptr<ReadinessSet>(inner));
        QVERIFY(set->change(pair.ends[0], NoInterest, ReadInterest, 7));
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(set->wait(std::chrono::milliseconds(20), m_events), 0);
        QVERIFY(timer.elapsed() >= 20);
    }

    void theRealSetWatchesWhatEpollCannot() {
        const auto set = ReadinessSet::create();
        if (set == nullptr)
            QSKIP("no such set here");
        QTemporaryFile file; // epoll_ctl(2): EPERM
        QVERIFY(file.open());
        QVERIFY(set->change(file.handle(), NoInterest, ReadInterest, 3));
        QCOMPARE(set->wait(std::nullopt, m_events), 1);
        QCOMPARE(m_events[0].key, 3U);
        set->wake();
        QVERIFY(set->change(file.handle(), ReadInterest, NoInterest, 3));
        QCOMPARE(set->wait(std::nullopt, m_events), 0); // woken
    }

    void workRunsOnThePool() {
        std::atomic<bool> isDone{false};
        runOnPool([&isDone] { isDone = true; });
        QTRY_VERIFY(isDone);
        QVERIFY(tryThread());
        QCOMPARE(toText(threadError(EAGAIN)).section(QLatin1Char('['), 1),
                 QStringLiteral("no-thread, thread: EAGAIN 11]"));
    }
};

QTEST_GUILESS_MAIN(ReadinessTest)
#include "tst_readiness.moc"
