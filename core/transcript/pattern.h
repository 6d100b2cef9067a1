// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"

#include <QByteArrayView>
#include <QRegularExpression>

#include <vector>

namespace sw {

/// Compiles a regular expression whose cost for one match is bounded (PCRE2's LIMIT_MATCH). Errors: what is wrong with
/// it, and where.
Result<QRegularExpression> compilePattern(const QString& pattern, QRegularExpression::PatternOptions options = {});

/// Bytes that every match of the pattern has, found without understanding all of it; empty if none are obvious.
QByteArray requiredBytes(const QString& pattern);

/// UTF-8 as UTF-16, and where each unit's bytes are.
struct DecodedText {
    QString text;
    std::vector<quint32> offsets; ///< of each unit and of the end; empty: unit and byte are the same (all ASCII)

    qsizetype byteOf(qsizetype unit) const {
        return offsets.empty() ? unit : static_cast<qsizetype>(offsets[static_cast<std::size_t>(unit)]);
    }
};
/// Bytes that are no UTF-8 become one U+FFFD each.
DecodedText decodeText(QByteArrayView bytes);

} // namespace sw
