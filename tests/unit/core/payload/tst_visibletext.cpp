// SPDX-License-Identifier: MIT
#include "core/payload/visibletext.h"

#include <QJsonObject>
#include <QRandomGenerator>
#include <QtTest/QtTest>

using namespace sw;

class VisibleTextTest : public QObject {
    Q_OBJECT

private slots:
    void showsControls() {
        QCOMPARE(toVisibleText("a\n\x1b\x7f").text, QStringLiteral("a\u240a\u241b\u2421"));
        QCOMPARE(controlName(QChar(0x240a)), QStringLiteral("LF"));
        QCOMPARE(controlName(QChar(0x2421)), QStringLiteral("DEL"));
        QVERIFY(controlName(QChar(u'a')).isEmpty());
    }

    void marksDeceptiveCharacters() {
        for (const char32_t code : {0x202aU, 0x202bU, 0x202cU, 0x202dU, 0x202eU, 0x2066U, 0x2067U, 0x2068U, 0x2069U,
                                    0x200eU, 0x200fU, 0x061cU}) {
            const char32_t character = code;
            const VisibleText visible = toVisibleText(QString::fromUcs4(&character, 1).toUtf8());
            QCOMPARE(visible.text,
                     QStringLiteral("⟦U+%1⟧").arg(QString::number(code, 16).toUpper().rightJustified(4, u'0')));
            QCOMPARE(visible.pieces.front().kind, PieceKind::Marked);
        }
    }

    void showsBrokenUtf8() {
        QCOMPARE(toVisibleText("\xff\xc3").text, QStringLiteral("\\xff\\xc3"));
        QCOMPARE(toVisibleText("\xc0\x80").text, QStringLiteral("\\xc0\\x80"));          // overlong
        QCOMPARE(toVisibleText("\xed\xa0\x80").text, QStringLiteral("\\xed\\xa0\\x80")); // surrogate
        QCOMPARE(toVisibleText("ü€😀").text, QStringLiteral("ü€😀"));
    }

    void mapsBytesAndPositions() {
        const VisibleText visible = toVisibleText("ab\xc3\xbc\ncd");
        QCOMPARE(visible.textAt(0), 0);
        QCOMPARE(visible.textAt(2), 2);
        QCOMPARE(visible.textAt(4), 3);
        QCOMPARE(visible.byteAt(3), 4);
        QCOMPARE(visible.byteAt(4), 5);
        QCOMPARE(visible.byteAt(99), 7);
    }

    void coversEveryByteOnce() {
        QRandomGenerator random(11);
        for (int i = 0; i < 3000; ++i) {
            QByteArray bytes(random.bounded(40), '\0');
            for (char& c : bytes)
                c = static_cast<char>(random.bounded(256));
            qsizetype byte = 0;
            qsizetype text = 0;
            const VisibleText visible = toVisibleText(bytes);
            for (const VisibleText::Piece& piece : visible.pieces) {
                QCOMPARE(piece.byteStart, byte);
                QCOMPARE(piece.textStart, text);
                byte += piece.byteLength;
                text += piece.textLength;
            }
            QCOMPARE(byte, bytes.size());
            QCOMPARE(text, visible.text.size());
        }
    }

    void terminalsGetNothingThatActs() {
        QByteArray all;
        for (int c = 0; c < 256; ++c)
            all.append(static_cast<char>(c));
        for (int c = 0x80; c < 0xa0; ++c)
            all.append(QString(QChar(c)).toUtf8());
        const QString shown = QString::fromUtf8(toTerminalText(all));
        for (const QChar c : shown)
            QVERIFY2(c == u'\n' || c == u'\t' ||
                         (c.unicode() >= 0x20 && c.unicode() != 0x7f && (c.unicode() < 0x80 || c.unicode() >= 0xa0)),
                     qPrintable(QString::number(c.unicode(), 16)));
    }

    void aLineStaysOneLine() {
        QCOMPARE(toTerminalLine("a\nswright: b\tc"), QStringLiteral("a\u240aswright: b\u2409c").toUtf8());
    }

    void jsonSaysTheSameWithoutWhatActs() {
        QJsonObject object;
        QString all;
        for (char32_t code = 0; code < 0x3000; ++code)
            all += QString::fromUcs4(&code, 1);
        for (const char32_t code : {0xfeffU, 0xfff9U, 0xe0041U, 0x1f600U})
            all += QString::fromUcs4(&code, 1);
        object.insert(QStringLiteral("\u202e"), all);
        const QByteArray line = toJsonLine(QJsonDocument(object));
        QCOMPARE(QJsonDocument::fromJson(line).object(), object);
        for (const uint code : QString::fromUtf8(line).toUcs4())
            QVERIFY2(code >= 0x20 && code != 0x7f && (code < 0x80 || code > 0x9f) && !isDeceptive(code),
                     qPrintable(QString::number(code, 16)));
        QVERIFY(line.contains("\\u009b") && line.contains("\\u202e") && line.contains("\\udb40\\udc41"));
        QVERIFY(line.contains(QStringLiteral("\u00e4").toUtf8())); // the rest stays readable
    }

    void dumpsHex() {
        QCOMPARE(toHexDump("Hello\n"),
                 QStringLiteral("00000000  48 65 6c 6c 6f 0a                                 |Hello.|\n"));
        QCOMPARE(toHexDump(QByteArray(17, 'x'), 16).count(QLatin1Char('\n')), 2);
    }
};

QTEST_GUILESS_MAIN(VisibleTextTest)
#include "tst_visibletext.moc"
