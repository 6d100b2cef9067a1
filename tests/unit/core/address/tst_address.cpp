// SPDX-License-Identifier: MIT
#include "core/address/address.h"
#include "core/address/proxy.h"

#include <QRandomGenerator>
#include <QtTest/QtTest>

using namespace sw;

class AddressTest : public QObject {
    Q_OBJECT

private slots:
    void everySchemeHasItsRow() {
        for (const SchemeSpec& spec : schemeTable()) {
            QCOMPARE(&specOf(spec.scheme), &spec);
            QCOMPARE(*parseScheme(QString::fromLatin1(spec.name).toUpper()), spec.scheme);
            QCOMPARE(isDatagramName(QString::fromLatin1(spec.name)), isDatagram(spec.scheme));
            QVERIFY(qstrlen(spec.help) > 0);
            QCOMPARE(usableSchemes().contains(QString::fromLatin1(spec.name)), spec.isInThisBuild);
            const bool hasOptions =
                std::any_of(optionTable().begin(), optionTable().end(),
                            [&](const OptionSpec& option) { return option.appliesTo(spec.scheme); });
            QVERIFY2(hasOptions || !spec.isInThisBuild, spec.name);
        }
        const auto unknown = parseScheme(QStringLiteral("gopher"));
        QVERIFY(!unknown && unknown.error().detail.toText().contains(usableSchemes().join(QLatin1String(", "))));
        QVERIFY(isTcp(Scheme::Tls) && isSecure(Scheme::Dtls) && isPlainUdp(Scheme::Udp) && !isPlainUdp(Scheme::Dtls));
        QVERIFY(isLocal(Scheme::Unixgram) && !isLocal(Scheme::Pipe) && !isDatagramName(QStringLiteral("sctp")));
    }

    void readsAndWrites_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("formatted");
        const auto same = [](const char* text) { QTest::newRow(text) << text << text; };
        same("tcp://127.0.0.1:10244");
        same("tcp://localhost:http");
        same("tcp://[::1]:80");
        same("tcp://*:8000?max=1");
        same("tcp://:10244-10300");
        same("udp://*:5353?join=224.0.0.251&ttl=1");
        same("unix:///run/app.sock?mode=0660");
        same("unixgram:///tmp/x");
        same("tcp://");
        same("tcp://my_host-1.example:1?backlog=5&nodelay=off&timeout=1500ms");
        QTest::newRow("integer host") << "tcp://2130706433:80"
                                      << "tcp://127.0.0.1:80";
        QTest::newRow("hexadecimal host") << "tcp://0x7f000001:80"
                                          << "tcp://127.0.0.1:80";
        QTest::newRow("zone as RFC 6874 writes it") << "tcp://[fe80::1%25eth0]:80"
                                                    << "tcp://[fe80::1%eth0]:80";
        QTest::newRow("zone with an escape") << "tcp://[fe80::1%25br%2D0]:80"
                                             << "tcp://[fe80::1%br-0]:80";
        QTest::newRow("zone that begins with 25") << "tcp://[fe80::1%2525g]:80"
                                                  << "tcp://[fe80::1%2525g]:80";
        QTest::newRow("scheme in capitals") << "TCP://localhost:80"
                                            << "tcp://localhost:80";
        QTest::newRow("one-port range") << "tcp://:5-5"
                                        << "tcp://:5";
        QTest::newRow("port 0 is none") << "tcp://localhost:0"
                                        << "tcp://localhost";
        QTest::newRow("switch without value") << "tcp://:1?keepalive"
                                              << "tcp://:1?keepalive=on";
        QTest::newRow("normal forms") << "tcp://:1?nodelay=no&sndbuf=64KiB"
                                      << "tcp://:1?nodelay=off&sndbuf=65536";
        QTest::newRow("long IPv6") << "tcp://[0:0:0:0:0:0:0:1]:7"
                                   << "tcp://[::1]:7";
        QTest::newRow("interface after %") << "udp://:1?join=ff02::fb%eth0"
                                           << "udp://:1?join=ff02::fb%25eth0";
        QTest::newRow("path with a space and a question mark") << "unix:///tmp/a%20b%3f"
                                                               << "unix:///tmp/a%20b%3f";
        QTest::newRow("trailing slash") << "tcp://localhost:80/"
                                        << "tcp://localhost:80";
    }
    void readsAndWrites() {
        QFETCH(QString, text);
        QFETCH(QString, formatted);
        const auto address = parseAddress(text);
        QVERIFY2(address.has_value(), address ? "" : qPrintable(address.error().detail.toText()));
        QCOMPARE(formatAddress(*address), formatted);
        QCOMPARE(*parseAddress(formatted), *address);
    }

    void pointsAtWhatIsWrong_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("position");
        QTest::addColumn<QString>("says");
        QTest::newRow("no scheme") << "localhost:80" << 0 << "tcp://localhost:80";
        QTest::newRow("empty") << "" << 0 << "tcp://";
        QTest::newRow("unknown scheme") << "htp://x" << 0 << "tcp, tls, udp, dtls, unix";
        QTest::newRow("scheme of later") << "ws://x:443" << 0 << "not in this build";
        QTest::newRow("port too large") << "tcp://127.0.0.1:65536" << 16 << "0 to 65535";
        QTest::newRow("unknown service") << "tcp://h:no-such-service-x" << 8 << "service";
        QTest::newRow("range backwards") << "tcp://:20-10" << 7 << "smaller one first";
        QTest::newRow("range from 0") << "tcp://:0-10" << 7 << "1 to 65535";
        QTest::newRow("open bracket") << "tcp://[::1" << 10 << "closing ]";
        QTest::newRow("no IPv6") << "tcp://[::g]:1" << 7 << "IPv6";
        QTest::newRow("bare IPv6") << "tcp://::1" << 6 << "brackets";
        QTest::newRow("bad character") << "tcp://ho st:1" << 8 << "cannot stand";
        QTest::newRow("bad IPv4") << "tcp://1.2.3.400:1" << 6 << "IPv4";
        QTest::newRow("integer too large") << "tcp://4294967296:1" << 6 << "4294967295";
        QTest::newRow("leading zeros") << "tcp://192.168.001.010:502" << 6 << "192.168.1.10";
        QTest::newRow("one leading zero") << "tcp://010.0.0.1:5" << 6 << "Write 10.0.0.1";
        QTest::newRow("octal") << "tcp://0300.0250.1.1:5" << 6 << "octal";
        QTest::newRow("no octal digit") << "tcp://192.168.1.08:5" << 6 << "192.168.1.8";
        QTest::newRow("two zeros") << "tcp://1.2.3.00:5" << 6 << "1.2.3.0";
        QTest::newRow("octal integer") << "tcp://017700000001:5" << 6 << "octal";
        QTest::newRow("hexadecimal parts") << "tcp://0x7f.0.0.1:5" << 6 << "127.0.0.1";
        QTest::newRow("three parts") << "tcp://192.168.1:5" << 6 << "four numbers";
        QTest::newRow("mapped with zeros") << "tcp://[::ffff:010.0.0.1]:5" << 7 << "octal";
        QTest::newRow("hexadecimal too large") << "tcp://0x100000000:1" << 6 << "4294967295";
        QTest::newRow("bind with zeros") << "tcp://h:1?bind=127.0.0.01" << 15 << "127.0.0.1";
        QTest::newRow("bind with zeros and port") << "tcp://h:1?bind=127.0.0.01:99" << 15 << "127.0.0.1";
        QTest::newRow("to with zeros") << "udp://:1?to=010.0.0.1:99" << 12 << "10.0.0.1";
        QTest::newRow("group with zeros") << "udp://:1?join=0340.0.0.1" << 14 << "octal";
        QTest::newRow("name with zeros") << "tls://h:1?name=010.0.0.1" << 15 << "10.0.0.1";
        QTest::newRow("zone without a name") << "tcp://[fe80::1%]:1" << 15 << "[fe80::1%eth0]";
        QTest::newRow("unknown option") << "tcp://h:1?nodely=on" << 10 << "nodelay";
        QTest::newRow("option of another scheme") << "udp://h:1?nodelay=on" << 10 << "broadcast";
        QTest::newRow("bad value") << "tcp://h:1?nodelay=maybe" << 18 << "on or off";
        QTest::newRow("out of range") << "tcp://h:1?ttl=256" << 14 << "1 to 255";
        QTest::newRow("value missing") << "tcp://h:1?ttl" << 13 << "1 to 255";
        QTest::newRow("twice") << "tcp://h:1?ttl=1&ttl=2" << 16 << "twice";
        QTest::newRow("no group") << "udp://:1?join=10.0.0.1" << 14 << "multicast";
        QTest::newRow("relative path") << "unix://run/x" << 7 << "whole path";
        QTest::newRow("long path") << QStringLiteral("unix:///%1").arg(QString(107, QLatin1Char('x'))) << 7
                                   << "2 to 107";
        QTest::newRow("after the bracket") << "tcp://[::1]x" << 11 << "only a port";
    }
    void pointsAtWhatIsWrong() {
        QFETCH(QString, text);
        QFETCH(int, position);
        QFETCH(QString, says);
        const auto address = parseAddress(text);
        QVERIFY(!address.has_value());
        QCOMPARE(address.error().position, position);
        QVERIFY2(address.error().detail.toText().contains(says), qPrintable(address.error().detail.toText()));
    }

    void checksTheUse_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("listens");
        QTest::addColumn<bool>("connects");
        QTest::newRow("plain") << "tcp://localhost:80" << true << true;
        QTest::newRow("no host") << "tcp://:80" << true << false;
        QTest::newRow("star") << "tcp://*:80" << true << false;
        QTest::newRow("range") << "tcp://localhost:80-90" << true << false;
        QTest::newRow("no port") << "tcp://localhost" << true << false;
        QTest::newRow("listener's option") << "tcp://localhost:80?backlog=1" << true << false;
        QTest::newRow("connection's option") << "tcp://localhost:80?timeout=1s" << false << true;
        QTest::newRow("both families on one address") << "tcp://127.0.0.1:80?ipv6=both" << false << true;
        QTest::newRow("path") << "unix:///tmp/x" << true << true;
    }
    void checksTheUse() {
        QFETCH(QString, text);
        QFETCH(bool, listens);
        QFETCH(bool, connects);
        QCOMPARE(parseAddress(text, Role::Listen).has_value(), listens);
        QCOMPARE(parseAddress(text, Role::Connect).has_value(), connects);
    }

    void marksWhatTheNetworkReaches() {
        const auto reachable = [](const char* text) {
            return isReachableFromNetwork(*parseAddress(QString::fromLatin1(text)));
        };
        QVERIFY(!reachable("tcp://:1"));
        QVERIFY(!reachable("tcp://127.0.0.1:1"));
        QVERIFY(!reachable("tcp://[::1]:1"));
        QVERIFY(!reachable("tcp://localhost:1"));
        for (const char* loopback :
             {"tcp://LOCALHOST:1", "tcp://localhost.:1", "tcp://a.b.localhost:1", "tcp://X.LocalHost.:1",
              "tcp://ip6-localhost:1", "tcp://ip6-loopback:1", "tcp://127.9.9.9:1", "tcp://2130706433:1",
              "tcp://0x7f000001:1", "tcp://[::ffff:127.0.0.1]:1", "udp://LocalHost:1", "tls://127.0.0.1:1"})
            QVERIFY2(!reachable(loopback), loopback);
        for (const char* other :
             {"tcp://localhost.example:1", "tcp://notlocalhost:1", "tcp://128.0.0.1:1", "tcp://[::ffff:10.0.0.1]:1",
              "tcp://[::]:1", "tcp://0.0.0.0:1", "tcp://[fe80::1%lo]:1"})
            QVERIFY2(reachable(other), other);
        QVERIFY(!reachable("unix:///tmp/x"));
        QVERIFY(reachable("tcp://*:1"));
        QVERIFY(reachable("tcp://10.1.2.3:1"));
        QVERIFY(reachable("tcp://somewhere:1"));
    }

    void aServiceNameIsShownWithItsPort() {
        QCOMPARE(describeAddress(*parseAddress(QStringLiteral("tcp://127.0.0.1:http?max=1"))),
                 QStringLiteral("tcp://127.0.0.1:http?max=1 (port 80)"));
        QCOMPARE(describeAddress(*parseAddress(QStringLiteral("tcp://127.0.0.1:81"))),
                 QStringLiteral("tcp://127.0.0.1:81"));
    }

    void roundTripsWhateverItReads() {
        QRandomGenerator random(7);
        const QStringList hosts{QString(),
                                QStringLiteral("*"),
                                QStringLiteral("localhost"),
                                QStringLiteral("10.0.0.1"),
                                QStringLiteral("[::1]"),
                                QStringLiteral("3232235777"),
                                QStringLiteral("a-b.example"),
                                QStringLiteral("[fe80::1%lo]")};
        const QStringList values{QStringLiteral("on"),      QStringLiteral("off"),  QStringLiteral("1"),
                                 QStringLiteral("64KiB"),   QStringLiteral("both"), QStringLiteral("2.5s"),
                                 QStringLiteral("a%26b&c"), QStringLiteral("0644"), QStringLiteral("239.1.2.3"),
                                 QStringLiteral("close"),   QStringLiteral("100%"), QStringLiteral("ü?#")};
        int read = 0;
        for (int i = 0; i < 20000; ++i) {
            QString text = QStringList{QStringLiteral("tcp"), QStringLiteral("udp"), QStringLiteral("unix"),
                                       QStringLiteral("unixgram")}
                               .at(random.bounded(4)) +
                           QStringLiteral("://");
            if (text.startsWith(QLatin1String("unix")))
                text += QStringLiteral("/tmp/") + QString(QChar(random.bounded(33, 0x2fff)));
            else
                text += hosts.at(random.bounded(hosts.size())) + QStringLiteral(":") +
                        QString::number(random.bounded(70000));
            const int options = random.bounded(4);
            for (int o = 0; o < options; ++o) {
                const auto table = optionTable();
                text += (o == 0 ? QStringLiteral("?") : QStringLiteral("&")) +
                        QString::fromLatin1(
                            table[static_cast<std::size_t>(random.bounded(static_cast<int>(table.size())))].name) +
                        QStringLiteral("=") + values.at(random.bounded(values.size()));
            }
            const auto address = parseAddress(text);
            if (!address) {
                QVERIFY(address.error().position >= 0 && address.error().position <= text.size());
                continue;
            }
            ++read;
            const auto again = parseAddress(formatAddress(*address));
            QVERIFY2(again.has_value(), qPrintable(text + QStringLiteral(" became ") + formatAddress(*address)));
            QCOMPARE(*again, *address);
            // one that was made is checked as one that is read: the same values, and the same words where it is refused
            for (const Role role : {Role::Listen, Role::Connect}) {
                const auto checked = checkedFor(*address, role);
                const auto parsed = parseAddress(formatAddress(*address), role);
                QCOMPARE(checked.has_value(), parsed.has_value());
                if (checked)
                    QCOMPARE(*checked, *parsed);
                else
                    QCOMPARE(checked.error(), parsed.error());
            }
        }
        QVERIFY(read > 1000);
    }

    void whatWasMadeIsChecked() {
        Address address = *parseAddress(QStringLiteral("tcp://localhost:1"));
        address.options.push_back({QStringLiteral("rcvbuf"), QStringLiteral("64KiB")});
        QCOMPARE(checkedFor(address, Role::Connect)->value("rcvbuf"), QStringLiteral("65536"));
        address.options.push_back({QStringLiteral("linger"), QStringLiteral("long")});
        const Error refused = checkedFor(address, Role::Connect).error();
        QVERIFY(refused.detail.toText().contains(QStringLiteral("linger=long")));
        QCOMPARE(formatAddress(address).mid(refused.position), QStringLiteral("long"));
        address.options = {{QStringLiteral("flows"), QStringLiteral("on")}};
        QVERIFY(
            checkedFor(address, Role::Connect).error().detail.toText().contains(QStringLiteral("no option of tcp")));
        address.options.clear();
        address.place.host = QStringLiteral("no host");
        QVERIFY(!checkedFor(address, Role::Connect));
        address = {.scheme = Scheme::Unix, .place = {}, .path = QStringLiteral("relative"), .options = {}};
        QVERIFY(checkedFor(address, Role::Listen).error().detail.toText().contains(QStringLiteral("whole path")));
        address.scheme = Scheme::Wss;
        QVERIFY(checkedFor(address, Role::Connect).error().id == ErrorId::NotSupported);
    }

    void aProxyIsOneHostAndAUserAtMost() {
        QCOMPARE(parseProxy(QStringLiteral("SOCKS5://proxy.example"))->name(),
                 QStringLiteral("socks5://proxy.example:1080"));
        QCOMPARE(parseProxy(QStringLiteral("http://an%40na@[::1]:3128/"))->name(),
                 QStringLiteral("http://an%40na@[::1]:3128"));
        QCOMPARE(parseProxy(QStringLiteral("http://an%40na@[::1]:3128"))->user, QStringLiteral("an@na"));
        for (const char* text :
             {"", "proxy.example:1080", "ftp://h:1", "socks5://", "socks5://*:1", "socks5://h:1-2", "http://h:99999"})
            QVERIFY2(!parseProxy(QString::fromLatin1(text)), text);
        for (const char* text : {"socks5://anna:secret@h:1", "anna:secret@h", "http://:secret@h",
                                 "socks5://anna%3Asecret@h:1", "ftp://anna%3asecret@h"}) {
            const auto refused = parseProxy(QString::fromLatin1(text));
            QVERIFY2(!refused && refused.error().detail.toText().contains(QLatin1String("proxypassword")), text);
            QVERIFY(!refused.error().detail.toText().contains(QLatin1String("secret")));
        }
        for (const char* text : {"socks5://anna:secret", "secret://h:1"}) // the host forgotten, or the scheme
            QVERIFY(!parseProxy(QString::fromLatin1(text)).error().detail.toText().contains(QLatin1String("secret")));
        QCOMPARE(hideSecrets(QStringLiteral("tcp://h:1?proxy=socks5://anna:secret")),
                 QStringLiteral("tcp://h:1?proxy=********************"));
        const Address address = *parseAddress(QStringLiteral("tls://host:443?proxy=socks5://an%2540na@p:1&verify=off"));
        QCOMPARE(address.value("proxy"), QStringLiteral("socks5://an%40na@p:1"));
        QCOMPARE(*parseAddress(formatAddress(address)), address);
        QCOMPARE(hideSecrets(QStringLiteral("tcp://h:1?proxy=socks5://anna:secret@p:1&nodelay=on")),
                 QStringLiteral("tcp://h:1?proxy=********************@p:1&nodelay=on"));
    }

    void defaultsComeFromTheTable() {
        const Address address = *parseAddress(QStringLiteral("tcp://:1"));
        QCOMPARE(address.number("backlog"), 128);
        QVERIFY(address.isOn("nodelay"));
        QCOMPARE(address.duration("timeout"), std::chrono::seconds(30));
        QVERIFY(!address.given("backlog"));
        for (const OptionSpec& spec : optionTable()) {
            if (*spec.defaultValue != '\0')
                QCOMPARE(*normaliseOption(spec, QString::fromLatin1(spec.defaultValue)),
                         QString::fromLatin1(spec.defaultValue));
        }
    }

    void optionsAreReadBehindAnAddress() {
        const Address address = *parseAddress(QStringLiteral("tls://localhost:443?alpn=h2"));
        const auto more = withOptions(address, QStringLiteral("verify=off&name=a.example"), Role::Connect);
        QVERIFY2(more.has_value(), qPrintable(more ? QString() : toText(more.error())));
        QCOMPARE(*more, *parseAddress(QStringLiteral("tls://localhost:443?alpn=h2&verify=off&name=a.example")));
        QCOMPARE(*withOptions(address, QString(), Role::Connect), address);
        const auto unknown = withOptions(address, QStringLiteral("verify=off&nonsense=1"), Role::Connect);
        QVERIFY(!unknown);
        QCOMPARE(unknown.error().position, 11);
        const auto wrongUse = withOptions(address, QStringLiteral("verify=off&backlog=1"), Role::Connect);
        QVERIFY(!wrongUse);
        QCOMPARE(wrongUse.error().position, 11);
    }
};

QTEST_GUILESS_MAIN(AddressTest)
#include "tst_address.moc"
