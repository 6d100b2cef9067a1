// SPDX-License-Identifier: MIT
#include "core/address/hosts.h"
#include "core/address/interfaces.h"
#include "core/address/resolver.h"
#include "core/address/services.h"

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
        QVERIFY(hosts.error().detail.contains(QLatin1String("no.such.host.invalid")));
    }

    void loopbackIsListed() {
        const auto all = interfaces();
        QVERIFY(std::any_of(all.begin(), all.end(), [](const InterfaceInfo& info) { return info.isLoopback; }));
    }
};

QTEST_GUILESS_MAIN(LookupsTest)
#include "tst_lookups.moc"
