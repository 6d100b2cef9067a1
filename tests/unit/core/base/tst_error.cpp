// SPDX-License-Identifier: MIT
#include "core/base/error.h"

#include <QtTest/QtTest>

#include <cerrno>

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
        QVERIFY(error.detail.contains(QLatin1String("%1%n<b>:80")));
        QVERIFY(toText(error).contains(QLatin1String("connection-refused, connect: ECONNREFUSED 111")));
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
