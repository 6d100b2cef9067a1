// SPDX-License-Identifier: MIT
#include "core/channel/nativefamily.h"
#include "core/channel/qtfamily.h"
#include "core/channel/tlschannel.h"

#include <QDeadlineTimer>
#include <QTemporaryDir>
#include <QtTest/QtTest>

#include <random>
#include <utility>

using namespace sw;

namespace {

constexpr int patience = 20'000; // ms

/// The two ends of one stream. TLS is established when it was made.
struct Ends {
    std::unique_ptr<StreamChannel> client;
    std::unique_ptr<StreamChannel> server;
};

/// Whose sockets they are, and what a channel has above them: nothing, or TLS of a version.
struct Kind {
    bool isLocal = false;
    QString tls{}; ///< `1.2`; empty: none
    bool isClientQt = false;
    bool isServerQt = false;
};

/// Everything that waits in the event loop, where Qt's sockets do their work.
void turn() {
    QCoreApplication::processEvents();
}

/// Hears that something is ready.
class Ear final : public PollTarget {
public:
    bool hasHeard = false;

private:
    void socketReady(PollEvents) override { hasHeard = true; }
};

template <typename Condition>
bool waitUntil(Condition condition) {
    for (const QDeadlineTimer limit(patience); !limit.hasExpired();) {
        if (condition())
            return true;
        turn();
    }
    return condition();
}

Ends connectedSockets(SocketFamily& clients, SocketFamily& servers, const Address& address,
                      const native::SocketAddress& where) {
    const auto acceptor = servers.listen(where, address, false);
    if (!acceptor)
        qFatal("no listener: %s", qPrintable(toText(acceptor.error())));
    Ear listening;
    Ear connecting;
    (*acceptor)->watch(&listening);
    (*acceptor)->setInterest(ReadInterest);
    const auto attempt = clients.attempt((*acceptor)->bound(), address);
    if (!attempt->begin(&connecting).isDone() || !waitUntil([&] { return connecting.hasHeard; }))
        qFatal("no connection");
    Ends ends{.client = attempt->take(), .server = nullptr};
    Acceptor::Taken taken;
    if (!ends.client || !waitUntil([&] { return (*acceptor)->take(taken).isDone(); }))
        qFatal("nobody came");
    ends.server = std::move(taken.channel);
    return ends;
}

std::shared_ptr<TlsContext> contextOf(TlsSide side, const QString& version) {
    const auto address = parseAddress(QStringLiteral("tls://localhost:1?min=%1&max-version=%1").arg(version) +
                                      (side == TlsSide::Client ? QStringLiteral("&verify=off") : QString()));
    return *TlsContext::make(TlsSettings::of(*address), side, TlsTransport::Stream);
}

/// Calls both until each is Done. False: one failed, or the time is over.
template <typename First, typename Second>
bool together(First first, Second second) {
    bool isFirstDone = false;
    bool isSecondDone = false;
    for (const QDeadlineTimer limit(patience); !limit.hasExpired() && !(isFirstDone && isSecondDone);) {
        for (const auto& [isDone, result] : {std::pair{&isFirstDone, isFirstDone ? IoResult::done() : first()},
                                             std::pair{&isSecondDone, isSecondDone ? IoResult::done() : second()}}) {
            if (result.hasFailed() || result.hasEnded())
                return false;
            *isDone = result.isDone();
        }
        turn();
    }
    return isFirstDone && isSecondDone;
}

/// Sends it all, while the other end receives: what came there.
QByteArray passed(StreamChannel& from, StreamChannel& to, const QByteArray& bytes) {
    QByteArray came;
    qsizetype sent = 0;
    QByteArray room(70'000, '\0');
    for (const QDeadlineTimer limit(patience); !limit.hasExpired() && came.size() < bytes.size();) {
        if (sent < bytes.size()) {
            const IoResult result = from.send(QByteArrayView(bytes).sliced(sent));
            if (result.hasFailed())
                return "failed to send";
            sent += result.bytes;
        } else if (from.flush().hasFailed()) {
            return "failed to flush";
        }
        const IoResult result = to.receive(std::span(room.data(), static_cast<std::size_t>(room.size())));
        if (result.hasFailed() || result.hasEnded())
            return "failed to receive";
        came.append(room.constData(), result.bytes);
        turn();
    }
    return came;
}

/// The next thing that is not Again.
IoResult next(StreamChannel& channel, QByteArray* bytes = nullptr) {
    std::array<char, 4096> room{};
    IoResult result;
    for (const QDeadlineTimer limit(patience); result.isAgain() && !limit.hasExpired(); turn())
        result = channel.receive(room);
    if (bytes != nullptr)
        bytes->append(room.data(), result.bytes);
    return result;
}

void endSending(StreamChannel& channel) {
    channel.sayEnd();
    for (const QDeadlineTimer limit(patience); channel.flush().isAgain() && !limit.hasExpired();)
        turn();
    channel.endSending();
}

QByteArray noise(qsizetype size) {
    std::mt19937 random(7); // NOLINT: the same each time
    QByteArray bytes(size, '\0');
    for (char& byte : bytes)
        byte = static_cast<char>(random());
    return bytes;
}

} // namespace

/// The contract of StreamChannel, of everything that is one.
class StreamChannelsTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::unique_ptr<Poller> m_poller = Poller::create();
    NativeFamily m_native{*m_poller};
    QtFamily m_qt;

    Ends made(const Kind& kind) {
        const QString path = m_folder.filePath(QStringLiteral("s"));
        const auto address = kind.isLocal ? parseAddress(QStringLiteral("unix://") + path)
                                          : parseAddress(QStringLiteral("tcp://127.0.0.1:1"));
        const auto where = kind.isLocal ? native::localAddress(path) : native::ipAddress(QHostAddress::LocalHost, 0);
        const auto family = [this](bool isQt) -> SocketFamily& {
            return isQt ? static_cast<SocketFamily&>(m_qt) : m_native;
        };
        Ends ends = connectedSockets(family(kind.isClientQt), family(kind.isServerQt), *address, where);
        if (kind.tls.isEmpty())
            return ends;
        auto client = std::make_unique<TlsChannel>(std::move(ends.client), contextOf(TlsSide::Client, kind.tls),
                                                   QStringLiteral("localhost"));
        auto server =
            std::make_unique<TlsChannel>(std::move(ends.server), contextOf(TlsSide::Server, kind.tls), QString());
        if (!together([&] { return client->handshake(); }, [&] { return server->handshake(); }))
            qFatal("no handshake");
        return {.client = std::move(client), .server = std::move(server)};
    }

    Ends made() {
        QFETCH(bool, isLocal);
        QFETCH(QString, tls);
        QFETCH(bool, isClientQt);
        QFETCH(bool, isServerQt);
        return made({.isLocal = isLocal, .tls = tls, .isClientQt = isClientQt, .isServerQt = isServerQt});
    }

    static void kinds() {
        QTest::addColumn<bool>("isLocal");
        QTest::addColumn<QString>("tls");
        QTest::addColumn<bool>("isClientQt");
        QTest::addColumn<bool>("isServerQt");
        const auto add = [](const char* name, const Kind& kind) {
            QTest::newRow(name) << kind.isLocal << kind.tls << kind.isClientQt << kind.isServerQt;
        };
        add("tcp", {});
        add("unix", {.isLocal = true});
        add("TLS 1.3 over tcp", {.tls = QStringLiteral("1.3")});
        add("TLS 1.2 over tcp", {.tls = QStringLiteral("1.2")});
        add("TLS 1.3 over unix", {.isLocal = true, .tls = QStringLiteral("1.3")});
        add("tcp by Qt", {.isClientQt = true, .isServerQt = true});
        add("tcp by Qt to native", {.isClientQt = true});
        add("tcp from native to Qt", {.isServerQt = true});
        add("TLS 1.3 by Qt", {.tls = QStringLiteral("1.3"), .isClientQt = true, .isServerQt = true});
        add("TLS 1.2 by Qt", {.tls = QStringLiteral("1.2"), .isClientQt = true, .isServerQt = true});
    }

private slots:
    void initTestCase() { native::initialise(); }

    void nothingIsAgain_data() { kinds(); }
    void nothingIsAgain() {
        const Ends ends = made();
        std::array<char, 100> room{};
        QVERIFY(ends.client->receive(room).isAgain() || ends.client->receive(room).isAgain());
        QVERIFY(ends.client->isOpen() && ends.server->isOpen());
        QVERIFY(ends.client->socket().number().has_value());
        QVERIFY(!ends.client->holdsUnsent());
        QVERIFY(ends.client->flush().isDone());
        QCOMPARE(ends.client->socket().peerName(), ends.server->socket().localName());
    }

    void bytesPassInBothDirections_data() { kinds(); }
    void bytesPassInBothDirections() {
        const Ends ends = made();
        const QByteArray much = noise(3'000'000);
        QVERIFY(passed(*ends.client, *ends.server, much) == much);
        QVERIFY(passed(*ends.server, *ends.client, much) == much);
        QCOMPARE(passed(*ends.client, *ends.server, "x"), QByteArray("x"));
    }

    void whoDoesNotReadStopsTheSender_data() { kinds(); }
    void whoDoesNotReadStopsTheSender() {
        const Ends ends = made();
        const QByteArray piece = noise(65536);
        qsizetype taken = 0;
        constexpr qsizetype most = 256 << 20;
        while (taken < most) {
            const IoResult result = ends.client->send(piece);
            if (!result.isDone())
                break;
            taken += result.bytes;
        }
        QVERIFY(taken > 0 && taken < most);
        QByteArray room(1 << 20, '\0');
        qsizetype came = 0;
        for (const QDeadlineTimer limit(patience); came < taken && !limit.hasExpired();) {
            QVERIFY(!ends.client->flush().hasFailed());
            const IoResult result = ends.server->receive(std::span(room.data(), static_cast<std::size_t>(room.size())));
            QVERIFY(!result.hasFailed() && !result.hasEnded());
            came += result.bytes;
            turn();
        }
        QCOMPARE(came, taken);
        QVERIFY(passed(*ends.client, *ends.server, piece) == piece); // and it goes on
    }

    void eachDirectionEndsByItself_data() { kinds(); }
    void eachDirectionEndsByItself() {
        const Ends ends = made();
        QCOMPARE(passed(*ends.client, *ends.server, "last"), QByteArray("last"));
        endSending(*ends.client);
        QVERIFY(next(*ends.server).hasEnded());
        if (!ends.server->hasHalfClose())
            return;
        QCOMPARE(passed(*ends.server, *ends.client, "still"), QByteArray("still"));
        endSending(*ends.server);
        QVERIFY(next(*ends.client).hasEnded());
        ends.client->close();
        QVERIFY(!ends.client->isOpen() && ends.server->isOpen());
    }

    /// As a connection does it: the end is said once the channel holds nothing any more, and the peer reads late.
    void muchThatWasSentBeforeTheEndArrives_data() { kinds(); }
    void muchThatWasSentBeforeTheEndArrives() {
        const Ends ends = made();
        const QByteArray much = noise(6'000'000);
        QByteArray came;
        QByteArray room(70'000, '\0');
        qsizetype sent = 0;
        bool hasEnded = false;
        IoResult result;
        for (const QDeadlineTimer limit(patience); !result.hasEnded() && !limit.hasExpired(); turn()) {
            if (sent < much.size()) {
                const IoResult taken = ends.client->send(QByteArrayView(much).sliced(sent));
                QVERIFY(!taken.hasFailed());
                sent += taken.bytes;
                if (taken.isDone())
                    continue; // until it takes no more, nobody reads
            } else if (!hasEnded) {
                ends.client->sayEnd();
                QVERIFY(!ends.client->flush().hasFailed());
                hasEnded = !ends.client->holdsUnsent();
                if (hasEnded)
                    ends.client->endSending();
            }
            result = ends.server->receive(std::span(room.data(), static_cast<std::size_t>(room.size())));
            QVERIFY(!result.hasFailed());
            came.append(room.constData(), result.bytes);
        }
        QVERIFY(hasEnded && result.hasEnded());
        QVERIFY(came == much);
        QCOMPARE(ends.client->dropped(), quint64(0));
    }

    void whatWasSentBeforeTheEndArrives_data() { kinds(); }
    void whatWasSentBeforeTheEndArrives() {
        const Ends ends = made();
        QVERIFY(ends.client->send("all of it").isDone());
        endSending(*ends.client);
        ends.client->close();
        QByteArray came;
        QVERIFY(next(*ends.server, &came).isDone());
        QCOMPARE(came, QByteArray("all of it"));
        QVERIFY(next(*ends.server).hasEnded());
    }

    void aResetIsAnError_data() { kinds(); }
    void aResetIsAnError() {
        const Ends ends = made();
        ends.client->abort();
        QVERIFY(!ends.client->isOpen());
        const IoResult result = next(*ends.server);
        QFETCH(bool, isLocal);
        QFETCH(QString, tls);
        QFETCH(bool, isServerQt);
        QCOMPARE(ends.server->tellsResets(), !isServerQt);
        if (!isLocal && ends.server->tellsResets()) {
            QVERIFY(result.hasFailed());
            QVERIFY(systemError(result.code, {}, {}).id == ErrorId::ConnectionReset);
        } else if (tls.isEmpty()) {
            QVERIFY(result.hasEnded()); // unix(7) has no reset but for unread bytes, and Qt does not tell
        } else {
            QVERIFY(result.hasFailed()); // unread bytes, such as TLS 1.3 sends by itself, make a reset on unix too
            const ErrorId id = result.code == 0 ? ends.server->error().id : systemError(result.code, {}, {}).id;
            QVERIFY(id == ErrorId::TlsTruncated || (isLocal && id == ErrorId::ConnectionReset));
        }
    }

    void sendingToNobodyFailsAsSending_data() { kinds(); }
    void sendingToNobodyFailsAsSending() {
        const Ends ends = made();
        ends.server->close();
        IoResult result = IoResult::done();
        for (const QDeadlineTimer limit(patience); !result.hasFailed() && !limit.hasExpired();) {
            result = ends.client->send("x");
            if (!result.hasFailed())
                result = ends.client->flush();
            turn();
        }
        QVERIFY(result.hasFailed() && result.isOfSending);
        QFETCH(bool, isClientQt);
        QCOMPARE(result.code == 0, isClientQt); // Qt loses the system's code, and says what failed in its own way
        QVERIFY(!isClientQt || ends.client->error().id == ErrorId::BrokenPipe);
    }

    void theHelloIsSeenBeforeItIsAnswered() {
        Ends ends = made(Kind{});
        TlsChannel client(std::move(ends.client), contextOf(TlsSide::Client, QStringLiteral("1.3")),
                          QStringLiteral("seen.example"));
        TlsChannel server(std::move(ends.server), contextOf(TlsSide::Server, QStringLiteral("1.3")), {});
        ClientHello hello;
        QVERIFY(server.awaitHello(hello).isAgain());
        QVERIFY(client.handshake().isAgain());
        IoResult result;
        for (const QDeadlineTimer limit(patience); result.isAgain() && !limit.hasExpired();)
            result = server.awaitHello(hello);
        QVERIFY(result.isDone());
        QCOMPARE(hello.serverName, QStringLiteral("seen.example"));
        QVERIFY(client.handshake().isAgain()); // nothing was answered
        QVERIFY(together([&] { return client.handshake(); }, [&] { return server.handshake(); }));
        QCOMPARE(passed(client, server, "plain"), QByteArray("plain"));
    }

    void whatIsNoTlsIsSaid() {
        Ends ends = made(Kind{});
        TlsChannel server(std::move(ends.server), contextOf(TlsSide::Server, QStringLiteral("1.3")), {});
        QVERIFY(ends.client->send("GET / HTTP/1.1\r\n\r\n").isDone());
        IoResult result;
        for (const QDeadlineTimer limit(patience); result.isAgain() && !limit.hasExpired();)
            result = server.handshake();
        QVERIFY(result.hasFailed());
        QCOMPARE(result.code, 0);
        QVERIFY(server.error().id == ErrorId::TlsNotTls);
        QVERIFY(!ends.client->error().native); // a socket has none of its own
    }
};

QTEST_GUILESS_MAIN(StreamChannelsTest)
#include "tst_streamchannels.moc"
