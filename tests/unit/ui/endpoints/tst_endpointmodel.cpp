// SPDX-License-Identifier: MIT
#include "ui/endpoints/endpointmodel.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QtTest/QtTest>

using namespace sw;
using namespace sw::ui;

class EndpointModelTest : public QObject {
    Q_OBJECT

private:
    static EndpointSnapshot one(quint64 id, quint64 parent = 0) {
        EndpointSnapshot snapshot;
        snapshot.id = static_cast<EndpointId>(id);
        snapshot.parent = static_cast<EndpointId>(parent);
        snapshot.kind = parent == 0 ? EndpointKind::Listener : EndpointKind::Connection;
        snapshot.name = QStringLiteral("endpoint %1").arg(id);
        return snapshot;
    }

private slots:
    void putsConnectionsBelowTheirListener() {
        EndpointModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.update({one(1), one(2, 1), one(3, 1), one(4)});
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.rowCount(model.indexOf(static_cast<EndpointId>(1))), 2);
        QCOMPARE(model.idAt(model.index(1, 0)), static_cast<EndpointId>(4));
        QCOMPARE(model.all().size(), std::size_t(4));
    }

    void removesAndKeepsTheRest() {
        EndpointModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.update({one(1), one(2, 1), one(3, 1), one(4, 1)});
        model.remove(static_cast<EndpointId>(3));
        QCOMPARE(model.rowCount(model.indexOf(static_cast<EndpointId>(1))), 2);
        QCOMPARE(model.indexOf(static_cast<EndpointId>(4)).row(), 1);
        model.remove(static_cast<EndpointId>(1));
        QCOMPARE(model.rowCount(), 0);
    }

    void marksUnreadUntilShown() {
        EndpointModel model;
        EndpointSnapshot snapshot = one(1);
        snapshot.counters.receivedRecords = 2;
        model.update({snapshot});
        const QModelIndex index = model.indexOf(snapshot.id);
        QVERIFY(index.data(EndpointModel::UnreadRole).toBool());
        model.setVisibleBuffers({snapshot.id});
        QVERIFY(!index.data(EndpointModel::UnreadRole).toBool());
        model.setVisibleBuffers({});
        QVERIFY(!index.data(EndpointModel::UnreadRole).toBool());
        snapshot.counters.receivedRecords = 3;
        model.update({snapshot});
        QVERIFY(index.data(EndpointModel::UnreadRole).toBool());
    }

    void namesAreShownVerbatim() {
        EndpointModel model;
        EndpointSnapshot snapshot = one(1);
        snapshot.name = QStringLiteral("<b>%1</b>");
        snapshot.closing = QStringLiteral("<img src=x>");
        model.update({snapshot});
        const QModelIndex index = model.indexOf(snapshot.id);
        QCOMPARE(index.data().toString(), snapshot.name);
        QVERIFY(index.data(Qt::AccessibleTextRole).toString().startsWith(snapshot.name));
        QVERIFY(!index.data(Qt::ToolTipRole).toString().contains(QLatin1String("<img")));
    }
};

QTEST_MAIN(EndpointModelTest)
#include "tst_endpointmodel.moc"
