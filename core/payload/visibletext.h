// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QJsonDocument>
#include <QString>

#include <vector>

namespace sw {

/// What a piece of displayed text stands for; views colour by it.
enum class PieceKind : quint8 {
    Plain,
    Control, ///< a C0, DEL or C1 control character, shown by its picture
    Marked,  ///< a bidi control or an invisible character, shown by its code point
    Invalid, ///< bytes that are not UTF-8, shown as \xHH
};

/// Display text of a run of bytes that is safe to put anywhere: nothing in it acts.
struct VisibleText {
    struct Piece {
        PieceKind kind;
        qsizetype textStart;  ///< in `text`
        qsizetype textLength; ///< in `text`
        qsizetype byteStart;  ///< in the bytes
        qsizetype byteLength; ///< in the bytes
        bool isRun = false;   ///< each byte is a character of its own
    };

    QString text;
    std::vector<Piece> pieces; ///< in order, without gaps; Plain pieces stand for one or more whole characters

    /// The byte that a position in `text` belongs to.
    qsizetype byteAt(qsizetype textPosition) const;
    /// Where the display of a byte starts in `text`.
    qsizetype textAt(qsizetype bytePosition) const;
};

/// Decodes UTF-8. Control characters become their pictures (U+2400…), bidi and invisible ones `⟦U+202E⟧`, broken
/// UTF-8 `\xHH`. Tabs are controls too: a display column is a character.
VisibleText toVisibleText(QByteArrayView bytes);

/// The same for a piece of a stream, with the (up to three) bytes around it: a character that the piece's edges cut is
/// whole where it begins, and its other bytes are a Plain piece without text.
VisibleText toVisibleText(QByteArrayView bytes, QByteArrayView before, QByteArrayView after);

/// The same for a terminal: line feeds act, tabs act, everything else that could is made visible (promise S5).
QByteArray toTerminalText(QByteArrayView bytes);

/// The same as one line: line feeds and tabs are made visible too, so that nothing in a name or a peer's text begins a
/// line that looks like one of ours.
QByteArray toTerminalLine(QByteArrayView bytes);

/// JSON in one line, with everything that a terminal or a reader could take for something else escaped (`\u009b`): it
/// says the same to who reads it as JSON (RFC 8259, section 7).
QByteArray toJsonLine(const QJsonDocument& json);

/// The name of a control picture (U+2400 to U+2421) in ASCII's own letters, `LF` for U+240A; empty for others. Fonts
/// often lack the pictures, so views paint the letters.
QString controlName(QChar picture);

/// Bidi controls, zero-width and other characters that cannot be seen but change what is read.
bool isDeceptive(char32_t codePoint);

/// A classic dump: offset, 16 bytes in hex, their printable ASCII. `baseOffset` is the offset of the first byte.
QString toHexDump(QByteArrayView bytes, quint64 baseOffset = 0);

} // namespace sw
