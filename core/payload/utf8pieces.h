// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace sw {

struct Utf8Character {
    char32_t codePoint = 0;
    qsizetype length = 0; ///< in bytes; 0: not UTF-8 at this place
};

/// The character that begins at a byte (RFC 3629): no overlong forms, no surrogates, at most U+10FFFF.
Utf8Character decodeUtf8(QByteArrayView bytes, qsizetype at);

/// What the edges of a piece of a stream of UTF-8 cut.
struct CutCharacters {
    qsizetype leading = 0;   ///< bytes at its start that end a character begun before
    QByteArray completing{}; ///< bytes after its end that complete its last character
};

/// `before` and `after`: the bytes around the piece, three are enough.
CutCharacters cutCharacters(QByteArrayView bytes, QByteArrayView before, QByteArrayView after);

/// Characters that are whole although reads cut them: hands out what is complete of a stream of UTF-8, and keeps the
/// beginning of a character (at most three bytes) until its rest comes. Bytes that are no UTF-8 pass unchanged.
class Utf8Pieces {
public:
    /// What can be shown now; empty while only the beginning of a character has come.
    QByteArray take(QByteArrayView bytes);
    /// What is kept: the stream has ended.
    QByteArray flush();

private:
    QByteArray m_kept;
};

} // namespace sw
