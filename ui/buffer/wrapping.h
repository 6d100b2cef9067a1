// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArrayView>
#include <QString>

#include <vector>

namespace sw::ui {

/// How text is broken into rows of so many columns: after blanks where that leaves at least half a row, else anywhere
/// between characters. Characters that are shown as a chip, a code point or a wide glyph take the columns of that.

/// The bytes of the row that begins at `start`, up to `end` at most; at least one, unless there is none. Invalid UTF-8
/// is broken between bytes.
qsizetype wrappedSize(QByteArrayView bytes, qsizetype start, qsizetype end, qsizetype columns);
/// The rows of a text; at least one.
std::vector<QString> wrappedLines(const QString& text, qsizetype columns);

} // namespace sw::ui
