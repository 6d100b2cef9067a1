// SPDX-License-Identifier: MIT
#include "core/base/error.h"

#include <QtTest/QtTest>

#include <cerrno>
#include <cstdlib>
#include <netdb.h>

using namespace sw;

class ErrorTest : public QObject {
    Q_OBJECT

private slots:
    void mapsNativeCodes() {
        QCOMPARE(errorIdOfNative(ECONNREFUSED), ErrorId::ConnectionRefused);
        QCOMPARE(errorIdOfNative(EADDRINUSE), ErrorId::AddressInUse);
        QCOMPARE(errorIdOfNative(99999), ErrorId::Unknown);
        QCOMPARE(nativeErrorName(ECONNREFUSED), QStringLiteral("ECONNREFUSED"));
        QCOMPARE(nativeErrorName(99999), QStringLiteral("errno 99999"));
    }

    void everyIdentifierHasAName() {
        for (int id = 0; id < static_cast<int>(ErrorId::Unknown); ++id)
            QVERIFY2(errorName(static_cast<ErrorId>(id)) != QLatin1String("unknown"), qPrintable(QString::number(id)));
    }

    void sentenceNamesTheAddressVerbatim() {
        const Error error = systemError(ECONNREFUSED, QStringLiteral("connect"), QStringLiteral("%1%n<b>:80"));
        QVERIFY(error.detail.toText().contains(QLatin1String("%1%n<b>:80")));
        QVERIFY(toText(error).contains(QLatin1String("connection-refused, connect: ECONNREFUSED 111")));
    }

    void errorsOfLocalSocketsSpeakOfPathAndProgram_data() {
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("situation");
        QTest::addColumn<QString>("says");
        QTest::newRow("refused") << ECONNREFUSED << "connect"
                                 << "nothing listens";
        QTest::newRow("refused datagram") << ECONNREFUSED << "send"
                                          << "No program receives on";
        QTest::newRow("told later") << ECONNREFUSED << "receive"
                                    << "No program receives on";
        QTest::newRow("in use") << EADDRINUSE << "bind"
                                << "exists already";
        QTest::newRow("denied") << EACCES << "connect"
                                << "not yours";
        QTest::newRow("denied bind") << EACCES << "bind"
                                     << "directory";
        QTest::newRow("late") << ETIMEDOUT << "connect"
                              << "The program that serves";
        QTest::newRow("large") << EMSGSIZE << "send"
                               << "sndbuf";
        QTest::newRow("missing") << ENOENT << "send"
                                 << "does not exist";
    }
    void errorsOfLocalSocketsSpeakOfPathAndProgram() {
        QFETCH(int, code);
        QFETCH(QString, situation);
        QFETCH(QString, says);
        for (const QString& path : {QStringLiteral("/run/app.sock"), QStringLiteral("@app")}) {
            const QString detail = systemError(code, situation, path).detail;
            QVERIFY2(detail.contains(says) && detail.contains(path), qPrintable(detail));
            for (const char* word : {"port", "host", "ICMP", "IPv4"})
                QVERIFY2(!detail.contains(QLatin1String(word)), qPrintable(detail));
        }
    }

    void namesHaveTheirCodesToo() {
        QCOMPARE(nativeErrorName(-std::abs(EAI_NONAME)), QStringLiteral("EAI_NONAME"));
        QCOMPARE(nativeErrorName(-std::abs(EAI_AGAIN)), QStringLiteral("EAI_AGAIN"));
    }

    void jsonCarriesEverything() {
        const QJsonObject json = systemError(EACCES, QStringLiteral("bind"), QStringLiteral("x")).toJson();
        QCOMPARE(json[QLatin1String("id")].toString(), QStringLiteral("access-denied"));
        QCOMPARE(json[QLatin1String("native")].toInt(), EACCES);
        QCOMPARE(json[QLatin1String("nativeName")].toString(), QStringLiteral("EACCES"));
        QCOMPARE(json[QLatin1String("situation")].toString(), QStringLiteral("bind"));
    }
};

QTEST_GUILESS_MAIN(ErrorTest)
#include "tst_error.moc"
