// SPDX-License-Identifier: MIT
// The direction of dependencies: app → ui → core, and inside core and ui a folder uses only those before it.
#include <QDirIterator>
#include <QRegularExpression>
#include <QtTest/QtTest>

class LayersTest : public QObject {
    Q_OBJECT

private:
    struct Include {
        QString file;
        QString target;
    };

    static QList<Include> includesUnder(const QString& folder) {
        const QString root = QStringLiteral(SOCKETWRIGHT_SOURCE_DIR);
        static const QRegularExpression pattern(QStringLiteral("^\\s*#include\\s*[\\x22<]([^\\x22>]+)[\\x22>]"),
                                                QRegularExpression::MultilineOption);
        QList<Include> all;
        QDirIterator files(root + QLatin1Char('/') + folder, {QStringLiteral("*.h"), QStringLiteral("*.cpp")},
                           QDir::Files, QDirIterator::Subdirectories);
        while (files.hasNext()) {
            QFile file(files.next());
            [[maybe_unused]] const bool isOpen = file.open(QIODevice::ReadOnly);
            const QString text = QString::fromUtf8(file.readAll());
            auto matches = pattern.globalMatch(text);
            while (matches.hasNext())
                all.append({file.fileName().mid(root.size() + 1), matches.next().captured(1)});
        }
        return all;
    }

private slots:
    void coreKnowsNoWindow() {
        const auto includes = includesUnder(QStringLiteral("core"));
        QVERIFY(includes.size() > 100);
        for (const Include& include : includes) {
            const bool isAbove =
                include.target.startsWith(QLatin1String("ui/")) || include.target.startsWith(QLatin1String("app/"));
            QVERIFY2(!isAbove, qPrintable(include.file + QStringLiteral(" includes ") + include.target));
            for (const char* gui :
                 {"QWidget", "QApplication", "QGuiApplication", "QPainter", "QColor", "QFont", "QIcon"})
                QVERIFY2(include.target != QLatin1String(gui),
                         qPrintable(include.file + QStringLiteral(" includes ") + include.target));
        }
    }

    void uiKnowsNoProgram() {
        for (const Include& include : includesUnder(QStringLiteral("ui")))
            QVERIFY2(!include.target.startsWith(QLatin1String("app/")), qPrintable(include.file));
    }

    void foldersUseOnlyThoseBefore_data() {
        QTest::addColumn<QString>("layer");
        QTest::addColumn<QStringList>("order");
        QTest::newRow("core") << QStringLiteral("core")
                              << QStringLiteral(
                                     "base address payload framing tls transcript channel endpoint behaviour "
                                     "relay capture replay workspace engine")
                                     .split(QLatin1Char(' '));
        QTest::newRow("ui") << QStringLiteral("ui")
                            << QStringLiteral(
                                   "style widgets settings actions endpoints composer buffer workbench "
                                   "inspector messages behaviour compare throughput relay tools recordings workspace "
                                   "shell")
                                   .split(QLatin1Char(' '));
    }
    void foldersUseOnlyThoseBefore() {
        QFETCH(QString, layer);
        QFETCH(QStringList, order);
        for (const Include& include : includesUnder(layer)) {
            if (!include.target.startsWith(layer + QLatin1Char('/')))
                continue;
            const qsizetype from = order.indexOf(include.file.section(QLatin1Char('/'), 1, 1));
            const qsizetype to = order.indexOf(include.target.section(QLatin1Char('/'), 1, 1));
            QVERIFY2(from >= 0 && to >= 0, qPrintable(include.file));
            QVERIFY2(to <= from, qPrintable(include.file + QStringLiteral(" includes ") + include.target));
        }
    }
};

QTEST_GUILESS_MAIN(LayersTest)
#include "tst_layers.moc"
