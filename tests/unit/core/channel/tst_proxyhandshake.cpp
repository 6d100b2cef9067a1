// SPDX-License-Identifier: MIT
#include "core/channel/proxyhandshake.h"

#include <QtTest/QtTest>

#include <random>

using namespace sw;

namespace {

ProxyHandshake handshakeWith(const char* proxy, const QByteArray& password = {},
                             const QString& host = QStringLiteral("host.example"), quint16 port = 443) {
    const auto settings = parseProxy(QString::fromLatin1(proxy));
    if (!settings)
        qFatal("%s", proxy);
    return {*settings, password, {.host = host, .service = {}, .portFirst = port, .portLast = port}};
}

/// Feeds what it wants, and no byte more; gives what it left.
QByteArray fed(ProxyHandshake& handshake, QByteArray bytes) {
    while (handshake.state() == ProxyHandshake::State::Going && !bytes.isEmpty()) {
        const qsizetype count = std::min(bytes.size(), handshake.wanted());
        if (count < 1)
            qFatal("it wants nothing");
        handshake.feed(QByteArrayView(bytes).first(count));
        bytes.remove(0, count);
    }
    return bytes;
}

} // namespace

class ProxyHandshakeTest : public QObject {
    Q_OBJECT

private slots:
    void socks5WithoutAUser() {
        ProxyHandshake handshake = handshakeWith("socks5://p");
        QCOMPARE(handshake.takeOutgoing().toHex(), QByteArray("050100"));
        QVERIFY(handshake.takeOutgoing().isEmpty());
        QCOMPARE(fed(handshake, QByteArray::fromHex("0500")), QByteArray());
        QCOMPARE(handshake.takeOutgoing(),
                 QByteArray::fromHex("050100030c") + "host.example" + QByteArray::fromHex("01bb"));
        QCOMPARE(fed(handshake, QByteArray::fromHex("05000001000000000000") + "stream"), QByteArray("stream"));
        QVERIFY(handshake.state() == ProxyHandshake::State::Done);
    }

    void socks5WithAUserAndAddresses() {
        ProxyHandshake handshake = handshakeWith("socks5://anna@p", "pw", QStringLiteral("10.1.2.3"), 80);
        QCOMPARE(handshake.takeOutgoing().toHex(), QByteArray("05020002"));
        fed(handshake, QByteArray::fromHex("0502"));
        QCOMPARE(handshake.takeOutgoing(), QByteArray::fromHex("0104") + "anna" + QByteArray::fromHex("02") + "pw");
        fed(handshake, QByteArray::fromHex("0100"));
        QCOMPARE(handshake.takeOutgoing().toHex(), QByteArray("050100010a0102030050"));
        // it may say where from by a name, of any length
        QCOMPARE(fed(handshake, QByteArray::fromHex("0500000303") + "abc" + QByteArray::fromHex("1234") + "x"),
                 QByteArray("x"));
        QVERIFY(handshake.state() == ProxyHandshake::State::Done);
        ProxyHandshake six = handshakeWith("socks5://p", {}, QStringLiteral("2001:db8::1"), 1);
        six.takeOutgoing();
        fed(six, QByteArray::fromHex("0500"));
        QCOMPARE(six.takeOutgoing().toHex(), QByteArray("0501000420010db80000000000000000000000010001"));
        QCOMPARE(fed(six, QByteArray::fromHex("05000004") + QByteArray(18, 'a') + "y"), QByteArray("y"));
    }

    void whatAProxyRefuses_data() {
        QTest::addColumn<QByteArray>("proxy");
        QTest::addColumn<QByteArray>("said");
        QTest::addColumn<QString>("error");
        QTest::addColumn<QString>("words");
        const auto add = [](const char* name, const char* proxy, const QByteArray& said, const char* error,
                            const char* words) {
            QTest::newRow(name) << QByteArray(proxy) << said << QString::fromLatin1(error)
                                << QString::fromLatin1(words);
        };
        const auto hex = [](const char* digits) { return QByteArray::fromHex(digits); };
        add("not SOCKS", "socks5://p", "SSH-2.0", "proxy-refused", "does not speak SOCKS5");
        add("SOCKS 4", "socks5://p", hex("005a"), "proxy-refused", "does not speak SOCKS5");
        add("wants a user", "socks5://p", hex("05ff"), "proxy-authentication", "proxypassword");
        add("wants another method", "socks5://a@p", hex("05ff"), "proxy-authentication", "neither");
        add("chose what was not offered", "socks5://p", hex("0502"), "proxy-refused", "method 2");
        add("wrong password", "socks5://a@p", hex("05020101"), "proxy-authentication", "the user a");
        add("general failure", "socks5://p", hex("0500050100010000"), "proxy-refused", "general failure");
        add("not allowed", "socks5://p", hex("0500050200010000"), "proxy-refused", "rules");
        add("network", "socks5://p", hex("0500050300010000"), "network-unreachable", "network");
        add("host", "socks5://p", hex("0500050400010000"), "host-unreachable", "host unreachable");
        add("refused", "socks5://p", hex("0500050500010000"), "connection-refused", "connection refused");
        add("unknown code", "socks5://p", hex("0500050900010000"), "proxy-refused", "with 9");
        add("no kind of address", "socks5://p", hex("0500050000070000"), "proxy-refused", "does not speak SOCKS5");
        add("not HTTP", "http://p", "220 smtp ready\r\n", "proxy-refused", "does not speak HTTP");
        add("HTTP 407", "http://p", "HTTP/1.1 407 Who?\r\n\r\n", "proxy-authentication", "407 Who?");
        add("HTTP 407 again", "http://a@p", "HTTP/1.0 407 no\r\nProxy-Authenticate: Digest\r\n\r\n",
            "proxy-authentication", "Basic");
        add("HTTP 401", "http://a@p", "HTTP/1.1 401 Unauthorized\r\n\r\n", "proxy-authentication", "the user a");
        add("HTTP 403", "http://p", "HTTP/1.1 403 Forbidden\r\nX: y\r\n\r\n", "proxy-refused", "403 Forbidden");
        add("HTTP 502", "http://p", "HTTP/1.1 502 Bad Gateway\n\n", "proxy-refused", "502 Bad Gateway");
        add("HTTP without a code", "http://p", "HTTP/1.1\r\n\r\n", "proxy-refused", "answers");
        add("HTTP without end", "http://p", "HTTP/1.1 200 OK\r\nX: " + QByteArray(40'000, 'x'), "proxy-refused",
            "32768");
        add("HTTP that always says that more follows", "http://p",
            QByteArray("HTTP/1.1 100 Continue\r\n\r\n").repeated(2000), "proxy-refused", "32768");
    }
    void whatAProxyRefuses() {
        QFETCH(QByteArray, proxy);
        QFETCH(QByteArray, said);
        QFETCH(QString, error);
        QFETCH(QString, words);
        ProxyHandshake handshake = handshakeWith(proxy.constData(), "secret");
        fed(handshake, said);
        QVERIFY(handshake.state() == ProxyHandshake::State::Failed);
        QCOMPARE(errorName(handshake.error().id), error);
        const QString detail = handshake.error().detail;
        QVERIFY2(detail.contains(words), qPrintable(detail));
        QVERIFY2(detail.contains(QStringLiteral("host.example:443")), qPrintable(detail));
        QVERIFY(!detail.contains(QStringLiteral("secret")));
        const Error before = handshake.error();
        handshake.feed("more");
        handshake.ended({});
        QVERIFY(handshake.error() == before);
    }

    void httpConnect() {
        ProxyHandshake handshake = handshakeWith("http://an%40na@p", "p:w");
        QCOMPARE(handshake.takeOutgoing(), QByteArray("CONNECT host.example:443 HTTP/1.1\r\nHost: host.example:443\r\n"
                                                      "Proxy-Authorization: Basic ") +
                                               QByteArray("an@na:p:w").toBase64() + "\r\n\r\n");
        QCOMPARE(fed(handshake,
                     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 Connection established\r\nVia: 1.1 x\r\n\r\n\x16\x03"),
                 QByteArray("\x16\x03"));
        QVERIFY(handshake.state() == ProxyHandshake::State::Done);
        ProxyHandshake six = handshakeWith("http://p", {}, QStringLiteral("2001:db8::1"), 80);
        QCOMPARE(six.takeOutgoing(), QByteArray("CONNECT [2001:db8::1]:80 HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n\r\n"));
    }

    void whatDoesNotFitIsRefusedBefore() {
        const QString longUser = QStringLiteral("socks5://%1@p").arg(QString(300, QLatin1Char('a')));
        QVERIFY(handshakeWith(longUser.toLatin1().constData()).state() == ProxyHandshake::State::Failed);
        QVERIFY(handshakeWith("socks5://a@p", QByteArray(256, 'x')).state() == ProxyHandshake::State::Failed);
        ProxyHandshake fits = handshakeWith("socks5://a@p", QByteArray(255, 'x'));
        QVERIFY(fits.state() == ProxyHandshake::State::Going);
    }

    void anEndIsSaid() {
        for (const char* proxy : {"socks5://p", "http://p"}) {
            ProxyHandshake handshake = handshakeWith(proxy);
            handshake.ended({});
            QCOMPARE(errorName(handshake.error().id), QStringLiteral("proxy-refused"));
            QVERIFY(handshake.error().detail.toText().contains(QStringLiteral("closed the connection")));
        }
    }

    void anyBytesEndOrGoOn() {
        std::mt19937 random(3); // NOLINT: the same each time
        constexpr int rounds = 20'000;
        for (int round = 0; round < rounds; ++round) {
            ProxyHandshake handshake = handshakeWith(round % 2 == 0 ? "socks5://a@p" : "http://a@p", "pw");
            QByteArray bytes =
                round % 2 == 0 ? QByteArray::fromHex("05000500000300") : QByteArray("HTTP/1.1 200\r\n\r\n");
            bytes[static_cast<qsizetype>(random() % static_cast<quint64>(bytes.size()))] = static_cast<char>(random());
            fed(handshake, bytes + QByteArray(300, static_cast<char>(random())));
            handshake.takeOutgoing();
        }
    }
};

QTEST_GUILESS_MAIN(ProxyHandshakeTest)
#include "tst_proxyhandshake.moc"
