// SPDX-License-Identifier: MIT
#include "core/behaviour/catalogue.h"
#include "tests/support/enginefixture.h"

#include <QDateTime>
#include <QtEndian>

using namespace sw;
using namespace sw::test;

class BehavioursTest : public QObject {
    Q_OBJECT

private:
    struct Served {
        std::unique_ptr<EngineFixture> fixture = std::make_unique<EngineFixture>();
        RawPeer peer;
    };
    static Served serve(const char* behaviour) {
        Served served;
        const auto listener = served.fixture->listen(QStringLiteral("tcp://127.0.0.1"), QString::fromLatin1(behaviour));
        served.peer = RawPeer::connectTo(served.fixture->portOf(listener));
        return served;
    }

private slots:
    void talkAnswersEachLine() {
        const Served served = serve("talk");
        served.peer.send("Hello self.\nsecond\r\npart");
        served.peer.send("ial\n");
        const QByteArray wanted = "You sent: 'Hello self.'\nYou sent: 'second'\nYou sent: 'partial'\n";
        QCOMPARE(served.peer.receive(wanted.size()), wanted);
        served.peer.send("no end");
        served.peer.shutdownSending();
        QCOMPARE(served.peer.receive(100), QByteArray("You sent: 'no end'\n"));
    }

    void talkBoundsItsLines() {
        const Served served = serve("talk");
        served.peer.send(QByteArray(200'000, 'x'));
        QVERIFY(served.peer.receive(65'536 + 13).startsWith("You sent: 'xxx"));
    }

    void echoAnswersAfterTheEnd() {
        const Served served = serve("echo");
        served.peer.send("abc");
        served.peer.shutdownSending();
        QCOMPARE(served.peer.receive(100), QByteArray("abc"));
    }

    void discardAnswersNothing() {
        const Served served = serve("discard");
        served.peer.send(QByteArray(1'000'000, 'x'));
        served.peer.shutdownSending();
        QVERIFY(served.peer.sawEnd());
    }

    void chargenFollowsItsPattern() {
        const Served served = serve("chargen");
        const QByteArray text = served.peer.receive(5'000'000);
        QCOMPARE(text.size(), 5'000'000);
        QVERIFY(text.startsWith(" !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefg\r\n!\"#"));
        for (qsizetype line = 0; line < 5000; ++line)
            QCOMPARE(text.at(line * 74), static_cast<char>(' ' + line % 95));
    }

    void timesAreNow() {
        const QByteArray bytes = serve("time").peer.receive(100);
        QCOMPARE(bytes.size(), 4);
        const qint64 seconds = qint64(qFromBigEndian<quint32>(bytes.constData())) - 2208988800;
        QVERIFY(qAbs(seconds - QDateTime::currentSecsSinceEpoch()) <= 2);
        const QByteArray day = serve("daytime").peer.receive(100);
        QVERIFY(day.endsWith("-UTC\r\n"));
        QVERIFY(day.contains(QByteArray::number(QDate::currentDate().year())));
    }

    void datagramsAreAnsweredOneByOne() {
        EngineFixture fixture;
        const auto socket = fixture.listen(QStringLiteral("udp://127.0.0.1"), QStringLiteral("talk"));
        const RawPeer peer = RawPeer::datagram();
        peer.sendTo(fixture.portOf(socket), "line");
        QCOMPARE(peer.receive(17), QByteArray("You sent: 'line'\n"));
    }

    void unknownOnesAreNamed() {
        const auto factory = planBehaviour(QStringLiteral("ecko"));
        QVERIFY(!factory);
        QVERIFY(factory.error().detail.toText().contains(QLatin1String("echo")));
        QVERIFY(!planBehaviour(QStringLiteral("manual"))->factory); // manual: no object at all
    }

    void hooksAreCalledInOrder() {
        // every behaviour: opened before filter, one sentinel at the end
        struct Log {
            QStringList calls;
        };
        class Witness final : public Behaviour {
        public:
            explicit Witness(Log& log) : m_log(log) {}
            Acceptance acceptor(LocalEnd&) override {
                m_log.calls.append(QStringLiteral("acceptor"));
                return {};
            }
            void opened(LocalEnd&) override { m_log.calls.append(QStringLiteral("opened")); }
            void filter(LocalEnd&, QByteArrayView) override { m_log.calls.append(QStringLiteral("filter")); }
            void endOfStream(LocalEnd& local) override {
                m_log.calls.append(QStringLiteral("end"));
                local.close();
            }
            void sentinel(const ClosingRecord& closing) override {
                m_log.calls.append(QStringLiteral("sentinel ") + causeName(closing.cause));
            }

        private:
            Log& m_log;
        };
        class FakeEnd final : public LocalEnd {
        public:
            void send(QByteArrayView) override {}
            bool wantsMore() const override { return true; }
            void close() override { isClosed = true; }
            void closeAfterPeer() override { close(); }
            void abort() override {}
            void abortBecause(const Sentence&, const std::optional<Error>&) override {}
            EndpointId ownId() const override { return EndpointId::None; }
            void setRecorded(bool) override {}
            void wake(std::chrono::milliseconds, quint64) override {}
            void tell(EventKind, const Sentence&, const Facts&) override {}
            StreamEnd* stream() override { return nullptr; }
            bool isDatagram() const override { return false; }
            void decide(bool) override {}
            std::shared_ptr<const PeerCredentials> credentials() const override { return nullptr; }
            QString peerName() const override { return {}; }
            QString ownName() const override { return {}; }
            bool isClosed = false;
        };
        Log log;
        Witness witness(log);
        FakeEnd local;
        Behaviour& behaviour = witness;
        QVERIFY(behaviour.acceptor(local).isTaken);
        behaviour.opened(local);
        behaviour.filter(local, "x");
        behaviour.writable(local);
        behaviour.endOfStream(local);
        behaviour.sentinel({.cause = ClosingCause::ClosedByPeer, .text = {}, .error = {}});
        QVERIFY(local.isClosed);
        QCOMPARE(log.calls, (QStringList{QStringLiteral("acceptor"), QStringLiteral("opened"), QStringLiteral("filter"),
                                         QStringLiteral("end"), QStringLiteral("sentinel closed-by-peer")}));
    }

    void nothingIsAnsweredOnceSendingHasEnded_data() {
        QTest::addColumn<QString>("behaviour");
        for (const char* name : {"echo", "talk", "garbage", "dribble", "split-every-byte", "console", "reset-after=99"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }
    void nothingIsAnsweredOnceSendingHasEnded() {
        QFETCH(QString, behaviour);
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), behaviour);
        const RawPeer peer = RawPeer::connectTo(fixture.portOf(listener));
        const EndpointId served = fixture.waitForChild(listener.id);
        fixture.engine().shutDownSending(served);
        QVERIFY(fixture.waitForState(served, EndpointState::WriteEnded));
        peer.send("1\n2\n3\n");
        peer.shutdownSending();
        QVERIFY(fixture.waitForState(served, EndpointState::Closed));
        QCOMPARE(fixture.bytesOf(served, RecordKind::Received), QByteArray("1\n2\n3\n"));
        QCOMPARE(fixture.events(served, EventKind::NotSent).size(), 0);
    }
};

QTEST_GUILESS_MAIN(BehavioursTest)
#include "tst_behaviours.moc"
