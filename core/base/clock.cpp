// SPDX-License-Identifier: MIT
#include "core/base/clock.h"

#include <QDateTime>

#include <chrono>

namespace sw {

Timestamp Timestamp::now() {
    using std::chrono::duration_cast;
    using std::chrono::nanoseconds;
    return {
        .wall = duration_cast<nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count(),
        .mono = duration_cast<nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count(),
    };
}

QString toIsoString(qint64 wallNanoseconds) {
    constexpr qint64 second = 1'000'000'000;
    const qint64 whole = wallNanoseconds / second;
    const qint64 rest = wallNanoseconds % second;
    return QDateTime::fromSecsSinceEpoch(whole, Qt::UTC).toString(QStringLiteral("yyyy-MM-ddTHH:mm:ss")) +
           QStringLiteral(".%1Z").arg(rest, 9, 10, QLatin1Char('0'));
}

} // namespace sw
