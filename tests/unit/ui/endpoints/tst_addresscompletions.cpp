// SPDX-License-Identifier: MIT
#include "ui/endpoints/addressbar.h"
#include "ui/widgets/picker.h"

#include <QtTest/QtTest>

using namespace sw::ui;

class AddressCompletionsTest : public QObject {
    Q_OBJECT

private:
    static QStringList of(const char* text) {
        return addressCompletions(QString::fromUtf8(text), {QStringLiteral("tcp://recent:1")});
    }

private slots:
    void offersRecentAddressesFirst() {
        QCOMPARE(of("tcp").first(), QStringLiteral("tcp://recent:1"));
        QVERIFY(of("ud").contains(QStringLiteral("udp://127.0.0.1:")));
        QVERIFY(!of("tcp://recent:1").contains(QStringLiteral("tcp://recent:1")));
    }

    void offersOptionsOfTheScheme() {
        QVERIFY(of("tcp://h:1?no").contains(QStringLiteral("tcp://h:1?nodelay=")));
        QVERIFY(of("tcp://h:1?ttl=3&keep").contains(QStringLiteral("tcp://h:1?ttl=3&keepalive=")));
        QVERIFY(of("udp://h:1?no").isEmpty());
    }

    void offersValues() {
        QCOMPARE(of("tcp://h:1?ipv6=o"),
                 (QStringList{QStringLiteral("tcp://h:1?ipv6=only"), QStringLiteral("tcp://h:1?ipv6=off")}));
        QCOMPARE(of("tcp://h:1?nodelay=").size(), 2);
    }

    void lettersMatchInOrder() {
        QVERIFY(!matchesLoosely(QStringLiteral("dsh"), QStringLiteral("Shut Down Sending")));
        QVERIFY(matchesLoosely(QStringLiteral("sds"), QStringLiteral("Shut Down Sending")));
        QVERIFY(matchesLoosely({}, QStringLiteral("x")));
    }
};

QTEST_MAIN(AddressCompletionsTest)
#include "tst_addresscompletions.moc"
