// SPDX-License-Identifier: MIT
#include "ui/buffer/wrapping.h"

#include <QtTest/QtTest>

using namespace sw::ui;

class WrappingTest : public QObject {
    Q_OBJECT

private:
    static QList<QByteArray> rowsOf(const QByteArray& bytes, qsizetype columns) {
        QList<QByteArray> rows;
        for (qsizetype at = 0; at < bytes.size();) {
            const qsizetype size = wrappedSize(bytes, at, bytes.size(), columns);
            rows.append(bytes.mid(at, size));
            at += size;
        }
        return rows;
    }

private slots:
    void rows_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QList<QByteArray>>("rows");
        const auto add = [](const char* name, const char* bytes, const QList<QByteArray>& rows) {
            QTest::newRow(name) << QByteArray(bytes) << rows;
        };
        add("short", "abc", {"abc"});
        add("just fits", "0123456789", {"0123456789"});
        add("after a blank", "hello brave new", {"hello ", "brave new"});
        add("a blank that leaves too little", "a bcdefghijkl", {"a bcdefghi", "jkl"});
        add("no blank", "0123456789abc", {"0123456789", "abc"});
        add("chips take two", "\x01\x02\x03\x04\x05\x06", {"\x01\x02\x03\x04\x05", "\x06"});
        add("characters stay whole", "123456789\xc3\xa4\xc3\xb6", {"123456789\xc3\xa4", "\xc3\xb6"});
        add("a marked character takes its code point",
            "abc\xe2\x80\xae"
            "d",
            {"abc", "\xe2\x80\xae"
                    "d"});
        add("wide ones take two", "\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad",
            {"\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad\xe4\xb8\xad", "\xe4\xb8\xad"});
        add("bytes that are no text", "\xff\xfe\xfd", {"\xff\xfe", "\xfd"});
        add("a character that is cut", "abcdefgh\xe4\xb8", {"abcdefgh", "\xe4\xb8"});
    }
    void rows() {
        QFETCH(QByteArray, bytes);
        QFETCH(QList<QByteArray>, rows);
        QCOMPARE(rowsOf(bytes, 10), rows);
    }

    void linesOfText() {
        const auto lines = wrappedLines(QStringLiteral("end of stream from the peer: it sends no more"), 16);
        QString all;
        for (const QString& line : lines) {
            QVERIFY(line.size() <= 16);
            all += line;
        }
        QCOMPARE(all, QStringLiteral("end of stream from the peer: it sends no more"));
        QCOMPARE(wrappedLines({}, 16).size(), std::size_t(1));
    }
};

QTEST_GUILESS_MAIN(WrappingTest)
#include "tst_wrapping.moc"
