// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"

#include <QByteArrayView>
#include <QStringList>

#include <vector>

namespace sw {

/// One word of a POSIX shell command (XCU section 2.2), safe whatever it holds but NUL, which no argument can hold.
QString shellQuoted(const QString& word);

/// A `printf` command whose output is exactly these bytes, in any POSIX shell.
QString shellPrintf(QByteArrayView bytes);

/// What a `printf` with only this format prints, or `echo`; nothing when it holds more than plain escapes.
Result<QByteArray> printedBytes(const QStringList& words);

/// The words of each command of a pipeline, with quotes removed. Everything that a shell would expand, redirect or run
/// otherwise is an error: nothing is ever run here.
Result<std::vector<QStringList>> shellPipeline(const QString& text);

} // namespace sw
