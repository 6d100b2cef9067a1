// SPDX-License-Identifier: MIT
#include "core/endpoint/flowtable.h"

#include <QHostAddress>
#include <QtTest/QtTest>

using namespace sw;

/// Which flow belongs to a peer, and which makes room for another.
class FlowTableTest : public QObject {
    Q_OBJECT

private:
    static native::SocketAddress peer(quint16 port) {
        return native::ipAddress(QHostAddress(QHostAddress::LocalHost), port);
    }

private slots:
    void theLongestIdleIsTheOneThatWasUsedLast() {
        FlowTable flows;
        QVERIFY(flows.longestIdle(1).empty());
        for (quint16 port = 1; port <= 5; ++port)
            flows.insert(peer(port), static_cast<EndpointId>(port));
        QCOMPARE(flows.longestIdle(1).at(0), static_cast<EndpointId>(1));
        QCOMPARE(*flows.use(peer(1)), static_cast<EndpointId>(1));
        QCOMPARE(flows.longestIdle(1).at(0), static_cast<EndpointId>(2));
        QCOMPARE(*flows.find(peer(2)), static_cast<EndpointId>(2)); // looking is not using
        QCOMPARE(flows.longestIdle(1).at(0), static_cast<EndpointId>(2));
        flows.erase(peer(2));
        QCOMPARE(flows.longestIdle(1).at(0), static_cast<EndpointId>(3));
        QVERIFY(!flows.use(peer(2)));
        QCOMPARE(flows.size(), std::size_t(4));
        const std::vector<EndpointId> all{static_cast<EndpointId>(3), static_cast<EndpointId>(4),
                                          static_cast<EndpointId>(5), static_cast<EndpointId>(1)};
        QCOMPARE(flows.longestIdle(9), all);
    }

    void theLastOneIsForgottenWhenItIsErased() {
        FlowTable flows;
        flows.insert(peer(1), static_cast<EndpointId>(1));
        QVERIFY(flows.use(peer(1)));
        flows.erase(peer(1));
        QVERIFY(!flows.use(peer(1)));
        flows.insert(peer(1), static_cast<EndpointId>(2));
        QCOMPARE(*flows.use(peer(1)), static_cast<EndpointId>(2));
        flows.clear();
        QVERIFY(flows.isEmpty());
        QVERIFY(!flows.use(peer(1)));
    }
};

QTEST_GUILESS_MAIN(FlowTableTest)
#include "tst_flowtable.moc"
