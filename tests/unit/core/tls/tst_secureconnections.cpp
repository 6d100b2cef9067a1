// SPDX-License-Identifier: MIT
#include "core/tls/certificatemaker.h"
#include "core/tls/tlssession.h"
#include "tests/support/enginefixture.h"

#include <QTemporaryDir>

#include <array>

using namespace sw;
using namespace sw::test;

/// TLS on connections of both sides in one engine: options, STARTTLS, what is recorded.
class SecureConnectionsTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    QString m_trust;
    QString m_own;

    QString write(const QString& name, const QByteArray& bytes) {
        QFile file(m_folder.filePath(name));
        [[maybe_unused]] const bool isOpen = file.open(QIODevice::WriteOnly);
        file.write(bytes);
        return file.fileName();
    }

    QString to(const EngineFixture& fixture, const EndpointSnapshot& listener, const QString& scheme,
               const QString& more = {}) const {
        return QStringLiteral("%1://localhost:%2?ca=%3%4")
            .arg(scheme, QString::number(fixture.portOf(listener)), m_trust, more);
    }

private slots:
    void initTestCase() {
        const auto authority =
            makeIdentity({.purpose = CertificatePurpose::Authority, .commonName = QStringLiteral("CA")});
        const auto leaf = makeIdentity({.commonName = QStringLiteral("localhost"),
                                        .names = {QStringLiteral("localhost"), QStringLiteral("127.0.0.1")}},
                                       &*authority);
        m_trust = write(QStringLiteral("ca.pem"), authority->certificate);
        m_own = write(QStringLiteral("own.pem"), leaf->certificate + leaf->key);
    }

    void plainTextOfBothDirectionsIsRecorded() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tls://127.0.0.1:0?cert=") + m_own, QStringLiteral("talk"));
        QCOMPARE(listener.state, EndpointState::Listening);
        const auto client = fixture.connectTo(to(fixture, listener, QStringLiteral("tls")));
        QVERIFY(fixture.waitForState(client.id, EndpointState::Open));
        fixture.engine().send(client.id, "one\n");
        QVERIFY(
            fixture.waitUntil([&] { return fixture.bytesOf(client.id, RecordKind::Received) == "You sent: 'one'\n"; }));
        const EndpointId served = fixture.waitForChild(listener.id);
        QCOMPARE(fixture.bytesOf(served, RecordKind::Received), QByteArray("one\n"));
        QCOMPARE(fixture.bytesOf(served, RecordKind::Sent), QByteArray("You sent: 'one'\n"));
        const auto tls = fixture.now(client.id).tls;
        QVERIFY(tls && tls->isVerified);
        QCOMPARE(tls->expectedName, QStringLiteral("localhost"));
        QVERIFY(!fixture.now(client.id).isUnverified());
        QCOMPARE(fixture.events(client.id, EventKind::TlsEstablished).size(), 1);
        fixture.engine().close(client.id);
        QVERIFY(fixture.waitForState(served, EndpointState::Closed));
        QCOMPARE(fixture.events(served, EventKind::Closed).constFirst().value(QStringLiteral("cause")).toString(),
                 QStringLiteral("closed-by-peer"));
    }

    void aSecondConnectionResumes() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tls://127.0.0.1:0?cert=") + m_own, QStringLiteral("echo"));
        for (const bool isResumed : {false, true, true}) {
            const auto client = fixture.connectTo(to(fixture, listener, QStringLiteral("tls")));
            QVERIFY(fixture.waitForState(client.id, EndpointState::Open));
            fixture.engine().send(client.id, "x");
            QVERIFY(fixture.waitUntil([&] { return fixture.bytesOf(client.id, RecordKind::Received) == "x"; }));
            QCOMPARE(fixture.now(client.id).tls->isResumed, isResumed);
            QVERIFY(fixture.now(client.id).tls->isVerified);
            fixture.engine().close(client.id);
            QVERIFY(fixture.waitForState(client.id, EndpointState::Closed));
        }
        // other options: another session
        const auto other =
            fixture.connectTo(to(fixture, listener, QStringLiteral("tls"), QStringLiteral("&verify=off")));
        QVERIFY(fixture.waitForState(other.id, EndpointState::Open));
        QVERIFY(!fixture.now(other.id).tls->isResumed);
        QVERIFY(fixture.now(other.id).isUnverified());
    }

    void aStreamIsUpgradedInTheMiddle() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"));
        const auto client = fixture.connectTo(QStringLiteral("tcp://localhost:%1").arg(fixture.portOf(listener)));
        const EndpointId served = fixture.waitForChild(listener.id);
        fixture.engine().send(client.id, "STARTTLS\r\n");
        QVERIFY(fixture.waitUntil([&] { return fixture.bytesOf(served, RecordKind::Received) == "STARTTLS\r\n"; }));
        fixture.engine().send(served, "220 go on\r\n");
        fixture.engine().startTls(served, QStringLiteral("cert=") + m_own);
        QVERIFY(fixture.waitUntil([&] { return fixture.bytesOf(client.id, RecordKind::Received) == "220 go on\r\n"; }));
        fixture.engine().startTls(client.id, QStringLiteral("ca=") + m_trust);
        QVERIFY(fixture.waitUntil(
            [&] { return fixture.now(client.id).tls != nullptr && fixture.now(served).tls != nullptr; }));
        QVERIFY(fixture.waitForState(client.id, EndpointState::Open));
        fixture.engine().send(client.id, "secret");
        QVERIFY(
            fixture.waitUntil([&] { return fixture.bytesOf(served, RecordKind::Received) == "STARTTLS\r\nsecret"; }));
        const auto marks = fixture.events(client.id, EventKind::TlsStarted);
        QCOMPARE(marks.size(), 1);
        QVERIFY(marks.constFirst().value(QStringLiteral("upgrade")).toBool());
        QVERIFY(fixture.now(client.id).tls->isVerified);
        fixture.engine().startTls(client.id);
        QVERIFY(fixture.waitUntil([&] { return !fixture.events(client.id, EventKind::Warning).isEmpty(); }));
    }

    void anUpgradeWithWrongOptionsLeavesTheStreamPlain() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tcp://127.0.0.1:0"), QStringLiteral("echo"));
        const auto client = fixture.connectTo(QStringLiteral("tcp://localhost:%1").arg(fixture.portOf(listener)));
        for (const QString& options :
             {QStringLiteral("nonsense=1"), QStringLiteral("ca=/nowhere"), QStringLiteral("min=9")})
            fixture.engine().startTls(client.id, options);
        fixture.engine().send(client.id, "plain");
        QVERIFY(fixture.waitUntil([&] { return fixture.bytesOf(client.id, RecordKind::Received) == "plain"; }));
        QCOMPARE(fixture.events(client.id, EventKind::Warning).size(), 3);
    }

    void whatIsSentWhileItShakesHandsIsSentAfterwards() {
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tls://127.0.0.1:0?cert=") + m_own, QStringLiteral("echo"));
        const auto id = fixture.engine().connectTo(*parseAddress(to(fixture, listener, QStringLiteral("tls"))));
        fixture.engine().send(*id, "early");
        QVERIFY(fixture.waitUntil([&] { return fixture.engine().transcript(*id) != nullptr; }));
        QVERIFY(fixture.waitUntil([&] { return fixture.bytesOf(*id, RecordKind::Received) == "early"; }));
    }

    void anAlertIsHeardThoughSendingFailedFirst() {
        EngineFixture fixture({.receiveWindow = 1}); // one byte, and it does not receive until that is consumed
        const RawPeer listening = RawPeer::listenOn();
        const auto id = fixture.engine().connectTo(
            *parseAddress(QStringLiteral("tls://localhost:%1?ca=%2").arg(listening.port()).arg(m_trust)));
        RawPeer peer = listening.accept();
        const auto context = TlsContext::make({.certificateFile = m_own}, TlsSide::Server, TlsTransport::Stream);
        TlsSession session(*context, QString());
        const auto pass = [&] {
            const QByteArray bytes = session.outgoing().toByteArray();
            session.outgoingSent(bytes.size());
            return peer.send(bytes);
        };
        while (session.handshake() == TlsSession::again) {
            QVERIFY(pass());
            session.feed(peer.receive(1));
        }
        QVERIFY(session.isEstablished());
        QCOMPARE(session.write("x", 1), 1);
        QVERIFY(pass());
        QVERIFY(fixture.waitUntil([&] { return fixture.bytesOf(*id, RecordKind::Received) == "x"; }));
        session.feed(QByteArray(QByteArray::fromHex("1703030020") + QByteArray(32, 0))); // no record that TLS made
        std::array<char, 1> nothing{};
        QCOMPARE(session.read(nothing.data(), 1), TlsSession::failed);
        QVERIFY(pass());
        peer.close();
        for (int i = 0; i < 3 && !isEnded(fixture.state(*id)); ++i) { // the first is answered by a reset
            fixture.engine().send(*id, "y");
            QVERIFY(fixture.settle());
        }
        QVERIFY(fixture.waitForState(*id, EndpointState::Failed));
        QCOMPARE(fixture.now(*id).error->id, ErrorId::TlsAlert);
    }

    void manyBytesPassAStuckReader() {
        // the echo's answers are not read for a while: back-pressure through TLS, and nothing lost when it goes on
        EngineFixture fixture;
        const auto listener = fixture.listen(QStringLiteral("tls://127.0.0.1:0?cert=") + m_own, QStringLiteral("echo"));
        const auto client = fixture.connectTo(to(fixture, listener, QStringLiteral("tls")));
        QVERIFY(fixture.waitForState(client.id, EndpointState::Open));
        QByteArray bytes(12'000'000, Qt::Uninitialized);
        for (qsizetype i = 0; i < bytes.size(); ++i)
            bytes[i] = static_cast<char>((i * 2654435761U) >> 13U);
        fixture.engine().send(client.id, bytes);
        QVERIFY(fixture.waitUntil([&] { return fixture.now(client.id).counters.receivedBytes == 12'000'000; }, 20000));
        QVERIFY(fixture.bytesOf(client.id, RecordKind::Received) == bytes);
        fixture.engine().shutDownSending(client.id);
        QVERIFY(fixture.waitForState(client.id, EndpointState::Closed));
    }
};

QTEST_GUILESS_MAIN(SecureConnectionsTest)
#include "tst_secureconnections.moc"
