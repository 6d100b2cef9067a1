// SPDX-License-Identifier: MIT
#include "core/address/hosts.h"
#include "core/address/interfaces.h"
#include "core/address/lookup.h"
#include "core/address/resolver.h"
#include "core/address/services.h"
#include "core/address/sockettable.h"
#include "tests/support/rawpeer.h"

#include <QSignalSpy>
#include <QThread>
#include <QtTest/QtTest>

#include <algorithm>

using namespace sw;

class LookupsTest : public QObject {
    Q_OBJECT

private slots:
    void servicesAndPorts() {
        QCOMPARE(servicePort(QStringLiteral("http"), false), 80);
        QCOMPARE(servicePort(QStringLiteral("domain"), true), 53);
        QVERIFY(!servicePort(QStringLiteral("no-such-service-x"), false));
        QCOMPARE(serviceName(80, false), QStringLiteral("http"));
        QVERIFY(!serviceName(64999, false));
        for (const char* number : {"80", "4294967376", "+80", "-1", " 80", ""}) // getaddrinfo would take them
            QVERIFY2(!servicePort(QString::fromLatin1(number), false), number);
    }

    void integersAreHosts() {
        QCOMPARE(hostOfInteger(QStringLiteral("2130706433")), QStringLiteral("127.0.0.1"));
        QCOMPARE(hostOfInteger(QStringLiteral("0")), QStringLiteral("0.0.0.0"));
        QCOMPARE(hostOfInteger(QStringLiteral("4294967295")), QStringLiteral("255.255.255.255"));
        QVERIFY(!hostOfInteger(QStringLiteral("4294967296")));
        QVERIFY(!hostOfInteger(QStringLiteral("12a")));
    }

    void literalsNeedNoLookUp() {
        const auto hosts = resolveNow(QStringLiteral("::1"), Family::Any);
        QCOMPARE(hosts->front(), QHostAddress(QHostAddress::LocalHostIPv6));
        QVERIFY(!resolveNow(QStringLiteral("127.0.0.1"), Family::IPv6));
        const auto octal = resolveNow(QStringLiteral("010.0.0.1"), Family::Any);
        QVERIFY(octal.error().detail.toText().contains(QLatin1String("10.0.0.1")));
        const auto nowhere = resolveNow(QStringLiteral("fe80::1%no-such-if"), Family::Any);
        QVERIFY(nowhere.error().detail.toText().contains(QLatin1String("no-such-if")));
    }

    void namesBelowLocalhostAreLoopback() {
        for (const char* name : {"some.name.localhost", "LOCALHOST", "localhost."}) {
            const auto hosts = resolveNow(QString::fromLatin1(name), Family::IPv4);
            QVERIFY2(hosts.has_value() && hosts->front().isLoopback(), name);
        }
    }

    void namesAnswerOnTheOwnersThread() {
        QObject owner;
        const Postbox postbox(&owner);
        bool answered = false;
        resolve(QStringLiteral("localhost"), Family::IPv4, postbox, [&](const auto& hosts) {
            answered = hosts.has_value() && hosts->front().isLoopback() && QThread::currentThread() == thread();
        });
        QTRY_VERIFY(answered);
    }

    void unknownNamesAreSaid() {
        const auto hosts = resolveNow(QStringLiteral("no.such.host.invalid"), Family::Any);
        QVERIFY(!hosts);
        const bool isNameError =
            hosts.error().id == ErrorId::NameNotFound || hosts.error().id == ErrorId::NameServiceFailed;
        QVERIFY(isNameError);
        QVERIFY(hosts.error().detail.toText().contains(QLatin1String("no.such.host.invalid")));
    }

    void loopbackIsListed() {
        const auto all = interfaces();
        QVERIFY(std::any_of(all.begin(), all.end(), [](const InterfaceInfo& info) { return info.isLoopback; }));
    }

    void queriesAreTurnedIntoFacts_data() {
        QTest::addColumn<QString>("query");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("value");
        const auto row = [](const char* query, const char* name, const char* value) {
            QTest::addRow("%s %s", query, name)
                << QString::fromLatin1(query) << QString::fromLatin1(name) << QString::fromLatin1(value);
        };
        row("127.0.0.1", "integer", "2130706433");
        row("127.0.0.1", "kind", "loopback");
        row("127.0.0.1", "reverse name", "1.0.0.127.in-addr.arpa");
        row("127.0.0.1", "ipv6-mapped", "::ffff:127.0.0.1");
        row("4294967295", "address", "255.255.255.255");
        row("0x7f000001", "address", "127.0.0.1");
        row("::ffff:1.2.3.4", "dotted", "1.2.3.4");
        row("[2001:db8::1]", "full", "2001:0db8:0000:0000:0000:0000:0000:0001");
        row("2001:db8::1", "kind", "documentation");
        row("fe80::1%lo", "kind", "link-local");
        row("100.64.1.1", "kind", "shared by carriers");
        row("8.8.8.8", "kind", "global");
        row("10.1.2.3/20", "network", "10.1.0.0/20");
        row("10.1.2.3/255.255.240.0", "broadcast", "10.1.15.255");
        row("10.1.2.3/20", "first host", "10.1.0.1");
        row("10.1.2.3/31", "last host", "10.1.2.3");
        row("10.1.2.3/32", "addresses", "1");
        row("10.1.2.3/32", "first host", "10.1.2.3");
        row("0.0.0.0/0", "addresses", "4294967296");
        row("0.0.0.0/0", "netmask", "0.0.0.0");
        row("0.0.0.0/0", "last host", "255.255.255.254");
        row("2001:db8::/32", "last", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff");
        row("::/0", "addresses", "340282366920938463463374607431768211456");
        row("2001:db8::5/127", "last", "2001:db8::5");
        row("http", "port tcp", "80");
        row("domain/udp", "port udp", "53");
        row("[fe80::1%25lo]", "kind", "link-local");
        row("0", "address", "0.0.0.0");
        row("80/tcp", "service", "http/tcp");
    }
    void queriesAreTurnedIntoFacts() {
        QFETCH(QString, query);
        QFETCH(QString, name);
        QFETCH(QString, value);
        const auto facts = lookUp(query, false);
        QVERIFY2(facts.has_value(), facts ? "" : qPrintable(facts.error().detail.toText()));
        QVERIFY(!asksTheNetwork(query, false));
        QStringList found;
        for (const LookupFact& fact : *facts) {
            if (fact.name == name)
                found.append(fact.value);
        }
        QVERIFY2(found.contains(value), qPrintable(name + QLatin1String(" is ") + found.join(QLatin1Char(' '))));
    }

    void badQueriesAreExplained_data() {
        QTest::addColumn<QString>("query");
        QTest::addColumn<QString>("says");
        QTest::newRow("prefix") << "10.0.0.0/33"
                                << "0 to 32";
        QTest::newRow("negative") << "10.0.0.0/-1"
                                  << "0 to 32";
        QTest::newRow("holes in the mask") << "10.0.0.0/255.0.255.0"
                                           << "255.255.240.0";
        QTest::newRow("long prefix") << "::/129"
                                     << "0 to 128";
        QTest::newRow("mask for IPv6") << "2001:db8::/255.255.0.0"
                                       << "0 to 128";
        QTest::newRow("protocol") << "http/sctp"
                                  << "SERVICE/tcp";
        QTest::newRow("port") << "70000/tcp"
                              << "0 to 65535";
        for (const char* number :
             {"4294967296", "4294967376", "0x100000000", "99999999999999999999", "-1", "+80", "-80", "0x"})
            QTest::newRow(number) << QString::fromLatin1(number) << "0 to 4294967295";
        QTest::newRow("port too large for a protocol") << "4294967376/tcp"
                                                       << "0 to";
        QTest::newRow("leading zeros") << "192.168.001.010"
                                       << "192.168.1.10";
        QTest::newRow("octal integer") << "017700000001"
                                       << "octal";
        QTest::newRow("hexadecimal parts") << "0x7f.1"
                                           << "ambiguous";
        QTest::newRow("three parts") << "192.168.1"
                                     << "four numbers";
        QTest::newRow("subnet with zeros") << "010.0.0.0/8"
                                           << "10.0.0.0";
        QTest::newRow("mask with zeros") << "10.0.0.0/255.255.000.000"
                                         << "255.255.0.0";
        QTest::newRow("prefix with a zero") << "10.0.0.0/010"
                                            << "octal";
        QTest::newRow("short subnet") << "10.1/16"
                                      << "four numbers";
        QTest::newRow("nothing") << " "
                                 << "Write a name";
        QTest::newRow("service") << "no-such-service-x/tcp"
                                 << "no service";
    }
    void badQueriesAreExplained() {
        QFETCH(QString, query);
        QFETCH(QString, says);
        const auto facts = lookUp(query, false);
        QVERIFY(!facts);
        QVERIFY2(facts.error().detail.toText().contains(says), qPrintable(facts.error().detail.toText()));
        QVERIFY(!asksTheNetwork(query, true));
    }

    void onlyNamesAskTheNetwork() {
        QVERIFY(asksTheNetwork(QStringLiteral("example.org"), false));
        QVERIFY(asksTheNetwork(QStringLiteral("192.0.2.1"), true));
        QVERIFY(!asksTheNetwork(QStringLiteral("192.0.2.1"), false));
        QVERIFY(!asksTheNetwork(QStringLiteral("http"), true));
        QVERIFY(!asksTheNetwork(QStringLiteral("10.0.0.0/8"), true));
    }

    void theTableOfSocketsHasOurs() {
#ifndef Q_OS_LINUX
        QSKIP("tested on Linux");
#endif
        const auto listener = test::RawPeer::listenOn();
        const auto peer = test::RawPeer::connectTo(listener.port());
        const auto bound = boundSockets(listener.port(), false);
        QCOMPARE(bound.size(), std::size_t(1));
        QCOMPARE(bound.front().localHost, QHostAddress(QHostAddress::LocalHost));
        QCOMPARE(bound.front().state, QStringLiteral("LISTEN"));
        const QHostAddress here(QHostAddress::LocalHost);
        const auto entry = tableEntry(here, peer.port(), here, listener.port());
        QVERIFY(entry.has_value());
        QCOMPARE(entry->state, QStringLiteral("ESTABLISHED"));
        const auto owner = portOwner(listener.port(), false);
        QCOMPARE(owner->pid, QCoreApplication::applicationPid());
        QVERIFY(owner->program.startsWith(QLatin1String("tst_lookups")));
        QVERIFY(!portOwner(1, true));
    }

    void anUnknownNameHasItsIdentifier() {
        const auto found = resolveNow(QStringLiteral("a..invalid"), Family::Any);
        QVERIFY(!found);
        QVERIFY2(toText(found.error()).contains(QStringLiteral("[name-not-found, resolve: ")),
                 qPrintable(toText(found.error())));
    }
};

QTEST_GUILESS_MAIN(LookupsTest)
#include "tst_lookups.moc"
