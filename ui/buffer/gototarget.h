// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"

namespace sw::ui {

/// Where to go in a buffer.
struct GoToTarget {
    enum class Kind { Row, Percent, Offset, Time };
    Kind kind = Kind::Row;
    qint64 value = 0;   ///< the row from 1, the byte from 0, or nanoseconds since 1970
    double percent = 0; ///< 0 to 100

    bool operator==(const GoToTarget&) const = default;
};

/// `120` (row), `50%`, `0x1000` or `@4096` (byte offset), `12:30` or `12:30:05.25` (time of `today`). Errors say what
/// is taken. `today`: nanoseconds since 1970.
Result<GoToTarget> parseGoTo(const QString& text, qint64 today);

} // namespace sw::ui
