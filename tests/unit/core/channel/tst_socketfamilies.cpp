// SPDX-License-Identifier: MIT
#include "core/channel/nativefamily.h"
#include "core/channel/qtfamily.h"

#include <QDeadlineTimer>
#include <QtTest/QtTest>

#include <array>

using namespace sw;

namespace {

constexpr int patience = 20'000; // ms
constexpr int moment = 50;       // ms, in which something would happen if it did

/// Hears that something is ready.
class Ear final : public PollTarget {
public:
    int heard = 0;

private:
    void socketReady(PollEvents) override { ++heard; }
};

template <typename Condition>
bool waitUntil(Condition condition, int limit = patience) {
    for (const QDeadlineTimer over(limit); !over.hasExpired();) {
        if (condition())
            return true;
        QCoreApplication::processEvents();
    }
    return condition();
}

Address addressOf(const char* text) {
    const auto address = parseAddress(QString::fromLatin1(text));
    if (!address)
        qFatal("%s: %s", text, qPrintable(address.error().detail.toText()));
    return *address;
}

native::SocketAddress loopback(quint16 port = 0) {
    return native::ipAddress(QHostAddress::LocalHost, port);
}

struct Datagram {
    QByteArray bytes;
    native::DatagramInfo info;
};

} // namespace

/// The contract of what makes channels, of both families.
class SocketFamiliesTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<Poller> m_poller = Poller::create();
    NativeFamily m_native{*m_poller};
    QtFamily m_qt;
    Address m_tcp = addressOf("tcp://127.0.0.1:1");
    Address m_udp = addressOf("udp://127.0.0.1:1");

    SocketFamily& family() {
        QFETCH(bool, isQt);
        return isQt ? static_cast<SocketFamily&>(m_qt) : m_native;
    }

    static void both() {
        QTest::addColumn<bool>("isQt");
        QTest::newRow("native") << false;
        QTest::newRow("Qt") << true;
    }

    std::unique_ptr<Acceptor> listening() {
        auto made = family().listen(loopback(), m_tcp, false);
        return made ? std::move(*made) : nullptr;
    }

    std::unique_ptr<StreamChannel> connectedTo(const native::SocketAddress& place) {
        Ear ear;
        const auto attempt = family().attempt(place, m_tcp);
        if (!attempt->begin(&ear).isDone() || !waitUntil([&] { return ear.heard > 0; }))
            return nullptr;
        return attempt->take();
    }

    static std::optional<Datagram> next(DatagramChannel& channel, std::size_t each = 65535) {
        std::vector<char> room(each);
        std::array<native::DatagramInfo, 1> infos;
        IoResult result;
        waitUntil([&] {
            result = channel.receive(room, each, infos);
            return !result.isAgain();
        });
        if (!result.isDone())
            return std::nullopt;
        return Datagram{.bytes = QByteArray(room.data(), infos[0].size), .info = infos[0]};
    }

private slots:
    void initTestCase() { native::initialise(); }

    void whoWaitsIsTaken_data() { both(); }
    void whoWaitsIsTaken() {
        const auto acceptor = listening();
        QVERIFY(acceptor);
        QVERIFY(native::portOf(acceptor->bound()) != 0);
        QVERIFY(acceptor->number().has_value());
        Ear ear;
        acceptor->watch(&ear);
        acceptor->setInterest(ReadInterest);
        Acceptor::Taken taken;
        QVERIFY(acceptor->take(taken).isAgain());
        const auto client = connectedTo(acceptor->bound());
        QVERIFY(client);
        QVERIFY(waitUntil([&] { return ear.heard > 0; }));
        QVERIFY(acceptor->take(taken).isDone());
        QCOMPARE(taken.peer, client->socket().localName());
        QCOMPARE(taken.channel->socket().localName(), native::toText(acceptor->bound()));
        QVERIFY(acceptor->take(taken).isAgain());
    }

    void whoIsNotTakenWaits_data() { both(); }
    void whoIsNotTakenWaits() {
        const auto acceptor = listening();
        Ear ear;
        acceptor->watch(&ear);
        acceptor->setInterest(HangUpInterest);
        const auto first = connectedTo(acceptor->bound());
        const auto second = connectedTo(acceptor->bound());
        QVERIFY(first && second);
        waitUntil([] { return false; }, moment);
        QCOMPARE(ear.heard, 0);
        if (acceptor->queue().waiting)
            QCOMPARE(*acceptor->queue().waiting, 2);
        Acceptor::Taken taken; // for accept=manual: without having heard
        QVERIFY(acceptor->take(taken).isDone());
        QCOMPARE(taken.peer, first->socket().localName());
        waitUntil([] { return false; }, moment);
        QCOMPARE(ear.heard, 0);
        if (acceptor->queue().waiting)
            QCOMPARE(*acceptor->queue().waiting, 1);
        acceptor->setInterest(ReadInterest);
        QVERIFY(waitUntil([&] { return ear.heard > 0; }));
        QVERIFY(acceptor->take(taken).isDone());
        QCOMPARE(taken.peer, second->socket().localName());
    }

    void whatWasTakenOutlivesTheAcceptor_data() { both(); }
    void whatWasTakenOutlivesTheAcceptor() {
        auto acceptor = listening();
        const auto client = connectedTo(acceptor->bound());
        Acceptor::Taken taken;
        QVERIFY(waitUntil([&] { return acceptor->take(taken).isDone(); }));
        const native::SocketAddress place = acceptor->bound();
        acceptor.reset();
        QVERIFY(taken.channel->send("still").isDone());
        std::array<char, 16> room{};
        IoResult result;
        QVERIFY(waitUntil([&] {
            result = client->receive(room);
            return !result.isAgain();
        }));
        QCOMPARE(QByteArray(room.data(), result.bytes), QByteArray("still"));
        QVERIFY(!connectedTo(place)); // and nobody listens
    }

    void aTakenPortIsSaid_data() { both(); }
    void aTakenPortIsSaid() {
        const auto acceptor = listening();
        const auto second = family().listen(acceptor->bound(), m_tcp, false);
        QVERIFY(!second);
        QCOMPARE(errorName(second.error().id), QStringLiteral("address-in-use"));
        QCOMPARE(second.error().situation, QStringLiteral("bind"));
        QVERIFY(second.error().detail.toText().contains(native::toText(acceptor->bound())));
    }

    void whereNobodyListensIsRefused_data() { both(); }
    void whereNobodyListensIsRefused() {
        const native::SocketAddress place = listening()->bound();
        Ear ear;
        const auto attempt = family().attempt(place, m_tcp);
        QVERIFY(attempt->begin(&ear).isDone());
        QCOMPARE(ear.heard, 0); // not in the call
        QVERIFY(waitUntil([&] { return ear.heard > 0; }));
        QVERIFY(!attempt->take());
        QCOMPARE(errorName(attempt->error().id), QStringLiteral("connection-refused"));
    }

    void anAttemptMayGoAtAnyTime_data() { both(); }
    void anAttemptMayGoAtAnyTime() {
        const auto acceptor = listening();
        Ear ear;
        auto attempt = family().attempt(acceptor->bound(), m_tcp);
        QVERIFY(attempt->begin(&ear).isDone());
        attempt.reset();
        waitUntil([] { return false; }, moment);
        QCOMPARE(ear.heard, 0);
    }

    void aLocalAddressCanBeAskedFor_data() { both(); }
    void aLocalAddressCanBeAskedFor() {
        const auto acceptor = listening();
        const Address address = addressOf("tcp://127.0.0.1:1?bind=127.0.0.77&rcvbuf=8192");
        Ear ear;
        const auto attempt = family().attempt(acceptor->bound(), address);
        QVERIFY(attempt->begin(&ear).isDone());
        QVERIFY(attempt->takeWarnings().empty());
        QVERIFY(waitUntil([&] { return ear.heard > 0; }));
        const auto channel = attempt->take();
        QVERIFY(channel);
        QVERIFY2(channel->socket().localName().startsWith(QStringLiteral("127.0.0.77:")),
                 qPrintable(channel->socket().localName()));
    }

    void optionsAreSetAndReadBack_data() { both(); }
    void optionsAreSetAndReadBack() {
        const auto acceptor = listening();
        const auto channel = connectedTo(acceptor->bound());
        const Address address = addressOf("tcp://127.0.0.1:1?nodelay=off&ttl=33");
        QVERIFY(channel->socket().applyOptions(address).empty());
        QVERIFY(channel->socket().changeOption(*findOption(QStringLiteral("keepalive")), QStringLiteral("on"), false));
        QHash<QString, QString> effective;
        for (const OptionState& option : channel->socket().readOptions(address, Role::Connect))
            effective.insert(option.name, option.effective);
        QCOMPARE(effective.value(QStringLiteral("nodelay")), QStringLiteral("off"));
        QCOMPARE(effective.value(QStringLiteral("ttl")), QStringLiteral("33"));
        QCOMPARE(effective.value(QStringLiteral("keepalive")), QStringLiteral("on"));
        QFETCH(bool, isQt);
        QCOMPARE(effective.value(QStringLiteral("sockets")), isQt ? QStringLiteral("qt") : QStringLiteral("native"));
    }

    void datagramsAreWhole_data() { both(); }
    void datagramsAreWhole() {
        auto server = family().bindDatagrams(loopback(), m_udp, false);
        QVERIFY(server);
        Ear ear;
        (*server)->watch(&ear);
        auto client = family().connectDatagrams((*server)->bound(), m_udp, false);
        QVERIFY(client);
        for (const QByteArray& bytes : {QByteArray("one"), QByteArray(), QByteArray(60000, 'x')})
            QVERIFY((*client)->send(bytes).isDone());
        QVERIFY(waitUntil([&] { return ear.heard > 0; }));
        for (const QByteArray& bytes : {QByteArray("one"), QByteArray(), QByteArray(60000, 'x')}) {
            const auto came = next(**server);
            QVERIFY(came);
            QCOMPARE(came->bytes, bytes);
            QVERIFY(!came->info.isCut);
            QVERIFY(came->info.peer == (*client)->bound());
        }
        // and back
        const native::SocketAddress peer = (*client)->bound();
        QVERIFY((*server)->send("answer", &peer).isDone());
        const auto answer = next(**client);
        QVERIFY(answer);
        QCOMPARE(answer->bytes, QByteArray("answer"));
    }

    void whatIsTooLongIsCut_data() { both(); }
    void whatIsTooLongIsCut() {
        auto server = family().bindDatagrams(loopback(), m_udp, false);
        auto client = family().connectDatagrams((*server)->bound(), m_udp, false);
        QVERIFY((*client)->send("0123456789").isDone());
        QVERIFY((*client)->send("01234").isDone());
        const auto cut = next(**server, 5);
        QVERIFY(cut && cut->info.isCut);
        QCOMPARE(cut->bytes, QByteArray("01234"));
        const auto whole = next(**server, 5);
        QVERIFY(whole && !whole->info.isCut);
        QCOMPARE(whole->bytes, QByteArray("01234"));
    }

    /// Qt's readyRead comes once, and not again before something was read.
    void whatIsNotReadIsToldAgain_data() { both(); }
    void whatIsNotReadIsToldAgain() {
        auto server = family().bindDatagrams(loopback(), m_udp, false);
        Ear ear;
        (*server)->watch(&ear);
        (*server)->setInterest(NoInterest);
        auto client = family().connectDatagrams((*server)->bound(), m_udp, false);
        QVERIFY((*client)->send("a").isDone());
        waitUntil([] { return false; }, moment);
        QCOMPARE(ear.heard, 0);
        (*server)->setInterest(ReadInterest);
        QVERIFY(waitUntil([&] { return ear.heard > 2; })); // as long as it is there
        QCOMPARE(next(**server)->bytes, QByteArray("a"));
        std::array<char, 16> room{};
        std::array<native::DatagramInfo, 1> infos;
        QVERIFY((*server)->receive(room, room.size(), infos).isAgain());
        const int before = ear.heard;
        waitUntil([] { return false; }, moment);
        QCOMPARE(ear.heard, before);
        QVERIFY((*client)->send("b").isDone());
        QVERIFY(waitUntil([&] { return ear.heard > before; }));
        QCOMPARE(next(**server)->bytes, QByteArray("b"));
    }

    void aBoundSocketAnswersFromWhereItWasAsked_data() { both(); }
    void aBoundSocketAnswersFromWhereItWasAsked() {
        auto server = family().bindDatagrams(native::ipAddress(QHostAddress::AnyIPv4, 0), m_udp, false);
        const auto asked =
            native::ipAddress(QHostAddress(QStringLiteral("127.0.0.9")), native::portOf((*server)->bound()));
        auto client = family().connectDatagrams(asked, m_udp, false);
        QVERIFY((*client)->send("who").isDone());
        const auto question = next(**server);
        QVERIFY(question);
        QCOMPARE(native::hostOf(question->info.local).toString(), QStringLiteral("127.0.0.9"));
        QVERIFY((*server)->send("me", &question->info.peer, &question->info.local).isDone());
        QFETCH(bool, isQt);
        if (isQt)
            return; // Qt 6.4 writes the source where Linux does not look for it (ip(7), IP_PKTINFO)
        const auto answer = next(**client); // connected: from elsewhere it would not come
        QVERIFY(answer);
        QCOMPARE(answer->bytes, QByteArray("me"));
    }

    void whereNobodyReceivesIsSaid_data() { both(); }
    void whereNobodyReceivesIsSaid() {
        native::SocketAddress place;
        {
            auto gone = family().bindDatagrams(loopback(), m_udp, false);
            place = (*gone)->bound();
        }
        auto client = family().connectDatagrams(place, m_udp, false);
        QVERIFY(client);
        Error error;
        QVERIFY(waitUntil([&] { // by a report where there are any, or by the next datagram
            const IoResult result = (*client)->send("x");
            if (result.hasFailed())
                error = (*client)->error(result, QStringLiteral("send"), native::toText(place));
            return error.id != ErrorId::None;
        }));
        QFETCH(bool, isQt);
        QCOMPARE(errorName(error.id), isQt ? QStringLiteral("unknown") : QStringLiteral("connection-refused"));
        QVERIFY(!isQt || error.detail.toText().contains(QStringLiteral("ICMP"))); // which Qt does not pass on
    }
};

QTEST_GUILESS_MAIN(SocketFamiliesTest)
#include "tst_socketfamilies.moc"
