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

    void choicesAreRanked() {
        const auto quality = [](const char* pattern, const char* text) {
            return matchQuality(QLatin1String(pattern), QLatin1String(text)).value_or(-1);
        };
        QCOMPARE(quality("close", "Close"), 0);
        QVERIFY(quality("close", "Close Buffer") > quality("close", "Close"));
        QVERIFY(quality("endpoints", "Merge Selected Endpoints") > quality("endpoints", "Endpoints"));
        QVERIFY(quality("tls", "Open Talk-Server Example") > quality("tls", "Start TLS…"));
        QVERIFY(quality("sds", "Shut Down Sending") < quality("sds", "Misdeeds"));
        QCOMPARE(quality("dsh", "Shut Down Sending"), -1);
        QCOMPARE(matchQuality({}, QStringLiteral("x")), std::optional<int>(1));
    }

    void aTextWithoutASchemeIsUnderstood_data() {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("address");
        QTest::newRow("host and port") << QStringLiteral("127.0.0.1:10244") << QStringLiteral("tcp://127.0.0.1:10244");
        QTest::newRow("as for ncat") << QStringLiteral("localhost 8080") << QStringLiteral("tcp://localhost:8080");
        QTest::newRow("a port") << QStringLiteral("10244") << QStringLiteral("tcp://127.0.0.1:10244");
        QTest::newRow("a port with its colon") << QStringLiteral(":10244") << QStringLiteral("tcp://127.0.0.1:10244");
        QTest::newRow("a path") << QStringLiteral("/run/app.sock") << QStringLiteral("unix:///run/app.sock");
        QTest::newRow("whole") << QStringLiteral(" udp://h:1 ") << QStringLiteral("udp://h:1");
        QTest::newRow("nothing that fits") << QStringLiteral("Hello self..") << QStringLiteral("Hello self..");
        // the error is about the port then, and not about a scheme
        QTest::newRow("too large a port") << QStringLiteral("99999") << QStringLiteral("tcp://127.0.0.1:99999");
        QTest::newRow("too large a port of a host")
            << QStringLiteral("localhost:99999") << QStringLiteral("tcp://localhost:99999");
    }
    void aTextWithoutASchemeIsUnderstood() {
        QFETCH(QString, typed);
        QFETCH(QString, address);
        QCOMPARE(completedAddress(typed, sw::Role::Connect), address);
    }
};

QTEST_MAIN(AddressCompletionsTest)
#include "tst_addresscompletions.moc"
