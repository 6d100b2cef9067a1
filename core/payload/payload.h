// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

namespace sw {

enum class PayloadForm { Text, Hex, Base64, File };
enum class LineEnding { None, Lf, CrLf, Cr, Nul };

/// What to send, as a person wrote it.
struct PayloadSpec {
    PayloadForm form = PayloadForm::Text;
    QString source; ///< the text, the digits, or the file's path
    LineEnding lineEnding = LineEnding::None;
    QString encoding = QStringLiteral("UTF-8"); ///< for text and the line ending; see encodings()

    bool operator==(const PayloadSpec&) const = default;
};

/// The bytes of a payload with its line ending. Not for File: files are sent in pieces, see FileSource.
Result<QByteArray> toBytes(const PayloadSpec& spec);

/// Text with `\n \r \t \0 \a \b \e \f \v \xHH \u{H…} \\` to bytes: `\xHH` is one byte whatever the encoding, all other
/// characters and escapes go through the encoding, so that \n has four bytes in UTF-32. The error points at the first
/// character that cannot be read or encoded.
Result<QByteArray> parseEscapedText(const QString& text, const QString& encoding = QStringLiteral("UTF-8"));

/// Bytes as text that parseEscapedText() turns back into the same bytes.
QString toEscapedText(const QByteArray& bytes);

/// Hexadecimal digits with or without spaces, commas, colons, `0x`, `\x` or line breaks between bytes.
Result<QByteArray> parseHex(const QString& text);

/// RFC 4648 sections 4 and 5, with or without padding and line breaks. The error has the position.
Result<QByteArray> parseBase64(const QString& text);

/// Names of the encodings that the text form takes; UTF-8 first. UTF-16 and UTF-32 are in the byte order of this
/// machine; none writes a byte order mark.
QStringList encodings();

/// Text without escapes in an encoding of encodings(); characters that it has no form for are an error.
Result<QByteArray> encodedText(const QString& text, const QString& encoding);

/// The line ending in code units of the encoding: LF is `0a 00` in UTF-16LE.
QByteArray lineEndingBytes(LineEnding ending, const QString& encoding = QStringLiteral("UTF-8"));

/// `none`, `lf`, `crlf`, `cr`, `nul`, as settings and the command line write them.
QString lineEndingName(LineEnding ending);
/// none, lf, crlf, cr or nul, in any case.
Result<LineEnding> parseLineEnding(const QString& name);

} // namespace sw
