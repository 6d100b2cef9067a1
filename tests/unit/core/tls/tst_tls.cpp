// SPDX-License-Identifier: MIT
#include "core/tls/certificatemaker.h"
#include "core/tls/tlssession.h"
#include "core/tls/tlssessioncache.h"

#include <QTemporaryDir>
#include <QtTest/QtTest>

using namespace sw;

/// Certificates, and sessions of both sides in memory.
class TlsTest : public QObject {
    Q_OBJECT

private:
    /// Both ends of one session, and what they need.
    struct Pair {
        std::unique_ptr<TlsSession> client;
        std::unique_ptr<TlsSession> server;

        /// Carries what goes out of one into the other, in pieces of `size` bytes.
        static bool carry(TlsSession& from, TlsSession& to, qsizetype size) {
            bool hasMoved = false;
            while (!from.outgoing().isEmpty()) {
                const QByteArray piece = from.outgoing().first(std::min(size, from.outgoing().size())).toByteArray();
                from.outgoingSent(piece.size());
                to.feed(piece);
                to.handshake();
                hasMoved = true;
            }
            return hasMoved;
        }
        void shake(qsizetype size = 65536) const {
            client->handshake();
            while (carry(*client, *server, size) || carry(*server, *client, size)) {
            }
        }
    };

    QTemporaryDir m_folder;
    Identity m_authority;

    QString write(const QString& name, const QByteArray& bytes) {
        QFile file(m_folder.filePath(name));
        [[maybe_unused]] const bool isOpen = file.open(QIODevice::WriteOnly);
        file.write(bytes);
        return file.fileName();
    }

    Pair makePair(TlsSessionCache* cache = nullptr, const TlsSettings& more = {}) {
        const auto identity = makeIdentity(
            {.commonName = QStringLiteral("here"), .names = {QStringLiteral("here.example")}}, &m_authority);
        const auto server = TlsContext::make({.certificateFile = write(QStringLiteral("s.crt"), identity->certificate),
                                              .keyFile = write(QStringLiteral("s.key"), identity->key)},
                                             TlsSide::Server, TlsTransport::Stream);
        TlsSettings wanted = more;
        wanted.authorityFile = write(QStringLiteral("ca.crt"), m_authority.certificate);
        const auto client = TlsContext::make(wanted, TlsSide::Client, TlsTransport::Stream, cache, QStringLiteral("k"));
        Pair pair;
        pair.client =
            std::make_unique<TlsSession>(*client, wanted.name.isEmpty() ? QStringLiteral("here.example") : wanted.name);
        pair.server = std::make_unique<TlsSession>(*server, QString());
        return pair;
    }

private slots:
    void initTestCase() {
        const auto made =
            makeIdentity({.purpose = CertificatePurpose::Authority, .commonName = QStringLiteral("Our CA")});
        QVERIFY(made);
        m_authority = *made;
    }

    void certificatesSayWhatWasAskedFor() {
        const auto made = makeIdentity({.commonName = QStringLiteral("Zwölf & Co"),
                                        .names = {QStringLiteral("*.example.org"), QStringLiteral("::1")},
                                        .days = 10},
                                       &m_authority);
        QVERIFY(made);
        const auto parsed = parseCertificates(made->certificate, QStringLiteral("x"));
        QVERIFY(parsed);
        const Certificate& one = parsed->front();
        QCOMPARE(one.commonName, QStringLiteral("Zwölf & Co"));
        QCOMPARE(one.issuer, QStringLiteral("CN=Our CA"));
        QCOMPARE(one.names, (QStringList{QStringLiteral("DNS:*.example.org"), QStringLiteral("IP:::1")}));
        QCOMPARE(one.key, QStringLiteral("EC P-256"));
        QVERIFY(one.usage.contains(QStringLiteral("TLS server")));
        QCOMPARE(one.authority, QStringLiteral("no"));
        QCOMPARE(one.notBefore.secsTo(one.notAfter), 10 * 86400);
        QCOMPARE(one.sha256.size(), 95);
        QVERIFY(!one.isSelfIssued());
    }

    void wishesThatMakeNoSenseAreRefused_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QStringList>("names");
        QTest::addColumn<int>("days");
        const QStringList good{QStringLiteral("a.example")};
        QTest::newRow("no name") << QString() << good << 1;
        QTest::newRow("long name") << QString(65, QLatin1Char('x')) << good << 1;
        QTest::newRow("no names") << QStringLiteral("x") << QStringList() << 1;
        QTest::newRow("another field") << QStringLiteral("x") << QStringList{QStringLiteral("a,IP:1.2.3.4")} << 1;
        QTest::newRow("a space") << QStringLiteral("x") << QStringList{QStringLiteral("a b")} << 1;
        QTest::newRow("too long") << QStringLiteral("x") << good << 3651;
        QTest::newRow("no day") << QStringLiteral("x") << good << 0;
    }
    void wishesThatMakeNoSenseAreRefused() {
        QFETCH(QString, name);
        QFETCH(QStringList, names);
        QFETCH(int, days);
        QVERIFY(!makeIdentity({.commonName = name, .names = names, .days = days}));
    }

    void filesAreWrittenPrivatelyAndNeverOver() {
        const auto made = makeThrowAwayIdentity();
        const QString folder = m_folder.filePath(QStringLiteral("certificates"));
        const auto written = writeIdentity(*made, folder, QStringLiteral("server"));
        QVERIFY(written);
        QCOMPARE(written->size(), 2);
#ifndef Q_OS_WIN
        QCOMPARE(QFileInfo(written->at(1)).permissions() & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
#endif
        QVERIFY((readIdentity({.certificate = written->at(0), .key = written->at(1)})));
        QVERIFY(!writeIdentity(*made, folder, QStringLiteral("server")));
        for (const QString& name : {QStringLiteral("../x"), QStringLiteral(".x"), QStringLiteral("a/b"), QString()})
            QVERIFY(!writeIdentity(*made, folder, name));
    }

    void onlyAuthoritiesSign() {
        const auto leaf =
            makeIdentity({.commonName = QStringLiteral("x"), .names = {QStringLiteral("x")}}, &m_authority);
        QVERIFY(!makeIdentity({.commonName = QStringLiteral("y"), .names = {QStringLiteral("y")}}, &*leaf));
    }

    void handshakesInPieces_data() {
        QTest::addColumn<int>("size");
        for (const int size : {1, 2, 7, 100, 65536})
            QTest::addRow("%d", size) << size;
    }
    void handshakesInPieces() {
        QFETCH(int, size);
        const Pair pair = makePair();
        pair.shake(size);
        QVERIFY2(pair.client->isEstablished(), qPrintable(pair.client->error().detail.toText()));
        QVERIFY(pair.server->isEstablished());
        QVERIFY(pair.client->report().isVerified);
        QCOMPARE(pair.client->report().chain.size(), std::size_t(1));
        QCOMPARE(pair.server->report().serverName, QStringLiteral("here.example"));
        QCOMPARE(pair.client->write("hello", 5), 5);
        Pair::carry(*pair.client, *pair.server, size);
        char room[64];
        QCOMPARE(pair.server->read(room, sizeof room), 5);
        QCOMPARE(pair.server->read(room, sizeof room), TlsSession::again);
        pair.client->close();
        Pair::carry(*pair.client, *pair.server, size);
        QCOMPARE(pair.server->read(room, sizeof room), 0);
    }

    void anotherNameIsRefused() {
        const Pair pair = makePair(nullptr, {.name = QStringLiteral("other.example")});
        pair.shake();
        QVERIFY(!pair.client->isEstablished());
        QCOMPARE(pair.client->error().id, ErrorId::TlsCertificateRejected);
        QCOMPARE(pair.client->report().problems.front().depth, 0);
        QCOMPARE(pair.client->report().chain.size(), std::size_t(1));
        QVERIFY(!pair.client->takeAlerts().isEmpty());
    }

    void everyTruncationOfAHandshakeIsAnError() {
        const Pair whole = makePair();
        whole.client->handshake();
        const QByteArray hello = whole.client->outgoing().toByteArray();
        for (qsizetype size = 0; size < hello.size(); size += 3) {
            const Pair pair = makePair();
            pair.server->feed(QByteArrayView(hello).first(size));
            pair.server->feedEnd();
            QCOMPARE(pair.server->handshake(), TlsSession::failed);
            QCOMPARE(pair.server->error().id, ErrorId::TlsHandshakeFailed);
        }
    }

    void anEndWithoutCloseNotifyIsATruncation() {
        const Pair pair = makePair();
        pair.shake();
        pair.client->feedEnd();
        char room[64];
        QCOMPARE(pair.client->read(room, sizeof room), TlsSession::failed);
        QCOMPARE(pair.client->error().id, ErrorId::TlsTruncated);
    }

    void sessionsAreResumedOnceEach() {
        TlsSessionCache cache;
        char room[64];
        for (const bool isResumed : {false, true}) {
            // tickets are bound to the server's context: keep one for both
            static std::shared_ptr<TlsContext> server;
            static std::shared_ptr<TlsContext> client;
            if (!server) {
                const auto identity = makeIdentity(
                    {.commonName = QStringLiteral("here"), .names = {QStringLiteral("here.example")}}, &m_authority);
                server = *TlsContext::make({.certificateFile = write(QStringLiteral("r.crt"), identity->certificate),
                                            .keyFile = write(QStringLiteral("r.key"), identity->key)},
                                           TlsSide::Server, TlsTransport::Stream);
                client = *TlsContext::make({.authorityFile = write(QStringLiteral("ra.crt"), m_authority.certificate)},
                                           TlsSide::Client, TlsTransport::Stream, &cache, QStringLiteral("r"));
            }
            Pair pair;
            pair.client = std::make_unique<TlsSession>(client, QStringLiteral("here.example"));
            pair.server = std::make_unique<TlsSession>(server, QString());
            pair.shake();
            pair.client->read(room, sizeof room); // takes the tickets
            QVERIFY(pair.client->isEstablished());
            QCOMPARE(pair.client->report().isResumed, isResumed);
            QVERIFY(pair.client->report().isVerified);
            QVERIFY(!pair.client->report().chain.empty());
            pair.client->close();
            if (isResumed) {
                server.reset();
                client.reset();
            }
        }
    }
};

QTEST_GUILESS_MAIN(TlsTest)
#include "tst_tls.moc"
