// SPDX-License-Identifier: MIT
#include "core/channel/nativestream.h"
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

/// What a channel may have beside the socket: nothing, or TLS of a version.
struct Kind {
    bool isLocal = false;
    QString tls{}; ///< `1.2`; empty: none
};

Ends connectedSockets(Poller& poller, const native::SocketAddress& where) {
    const native::Descriptor listener = native::open(where, native::SocketType::Stream);
    if (native::bind(listener, where) != 0 || native::listen(listener, 1) != 0)
        qFatal("no listener");
    const native::SocketAddress bound = native::boundAddress(listener);
    const native::Descriptor client = native::open(bound, native::SocketType::Stream);
    const int connecting = native::connect(client, bound);
    if (connecting != 0 && !native::isInProgress(-connecting))
        qFatal("no connection");
    native::Descriptor server = native::noDescriptor;
    native::SocketAddress peer;
    for (const QDeadlineTimer limit(patience); server < 0 && !limit.hasExpired();)
        server = native::accept(listener, peer);
    native::close(listener);
    return {.client = std::make_unique<NativeStream>(poller, client),
            .server = std::make_unique<NativeStream>(poller, server)};
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
    }
    return came;
}

/// The next thing that is not Again.
IoResult next(StreamChannel& channel, QByteArray* bytes = nullptr) {
    std::array<char, 4096> room{};
    IoResult result;
    for (const QDeadlineTimer limit(patience); result.isAgain() && !limit.hasExpired();)
        result = channel.receive(room);
    if (bytes != nullptr)
        bytes->append(room.data(), result.bytes);
    return result;
}

void endSending(StreamChannel& channel) {
    channel.sayEnd();
    for (const QDeadlineTimer limit(patience); channel.flush().isAgain() && !limit.hasExpired();)
        continue;
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

    Ends made(const Kind& kind) {
        const QString path = m_folder.filePath(QStringLiteral("s"));
        QFile::remove(path);
        Ends ends = connectedSockets(*m_poller, kind.isLocal ? native::localAddress(path)
                                                             : native::ipAddress(QHostAddress::LocalHost, 0));
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
        return made({.isLocal = isLocal, .tls = tls});
    }

    static void kinds() {
        QTest::addColumn<bool>("isLocal");
        QTest::addColumn<QString>("tls");
        QTest::newRow("tcp") << false << QString();
        QTest::newRow("unix") << true << QString();
        QTest::newRow("TLS 1.3 over tcp") << false << QStringLiteral("1.3");
        QTest::newRow("TLS 1.2 over tcp") << false << QStringLiteral("1.2");
        QTest::newRow("TLS 1.3 over unix") << true << QStringLiteral("1.3");
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
        if (!isLocal) {
            QVERIFY(result.hasFailed());
            QVERIFY(systemError(result.code, {}, {}).id == ErrorId::ConnectionReset);
        } else if (tls.isEmpty()) {
            QVERIFY(result.hasEnded()); // unix(7) has no reset but for unread bytes
        } else {
            QVERIFY(result.hasFailed());
            QCOMPARE(result.code, 0);
            QVERIFY(ends.server->error().id == ErrorId::TlsTruncated);
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
        }
        QVERIFY(result.hasFailed() && result.isOfSending && result.code != 0);
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
