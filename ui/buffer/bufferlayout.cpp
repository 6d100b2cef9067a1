// SPDX-License-Identifier: MIT
#include "ui/buffer/bufferlayout.h"

#include <QDateTime>

#include <algorithm>
#include <cmath>
#include <limits>

namespace sw::ui {

int BufferLayout::timestampColumns() const {
    switch (timestamps) {
    case TimestampMode::Absolute:
        return 15; // HH:MM:SS.uuuuuu
    case TimestampMode::Date:
        return 26; // YYYY-MM-DD HH:MM:SS.uuuuuu
    case TimestampMode::Relative:
    case TimestampMode::Delta:
        return 16; // +HHH:MM:SS.uuu or +SSSSS.uuuuuu
    case TimestampMode::Off:
        break;
    }
    return 0;
}

qreal BufferLayout::nameX() const {
    const int columns = timestampColumns();
    return margin + (columns > 0 ? (columns + 2) * charWidth : 0);
}

qreal BufferLayout::glyphX() const {
    return nameX() + (hasNames ? (nameColumns + 1) * charWidth : 0);
}

qreal BufferLayout::contentX() const {
    return glyphX() + 2.5 * charWidth;
}

qreal BufferLayout::hexX(int byte) const {
    const int gaps = std::min(byte, hexBytes - 1) / hexGroup;
    return contentX() + (offsetColumns + byte * 3 + gaps) * charWidth;
}

qreal BufferLayout::textX() const {
    return hexX(hexBytes) + charWidth;
}

int BufferLayout::hexByteAt(qreal x) const {
    for (int byte = 0; byte < hexBytes; ++byte) {
        if (x < hexX(byte) + 2.5 * charWidth)
            return byte;
    }
    return hexBytes;
}

int BufferLayout::hexBytesFor(int width) const {
    BufferLayout tried = *this;
    for (const int bytes : hexWidths) {
        tried.hexBytes = bytes;
        if (tried.textX() + bytes * charWidth + margin <= width)
            return bytes;
    }
    return hexWidths.back();
}

int BufferLayout::contentWidth(qsizetype characters) const {
    const qreal start = mode == BufferMode::Text ? contentX() : textX();
    return static_cast<int>(std::ceil(start + static_cast<qreal>(characters) * charWidth)) + margin;
}

QString timestampText(TimestampMode mode, qint64 wall, qint64 mono, qint64 first, qint64 previous) {
    constexpr qint64 second = 1'000'000'000;
    const auto fraction = [](qint64 nanoseconds) {
        return QStringLiteral("%1").arg(nanoseconds % second / 1000, 6, 10, QLatin1Char('0'));
    };
    switch (mode) {
    case TimestampMode::Absolute: {
        // neighbouring rows are mostly of one second, and its text is what costs
        static thread_local qint64 cachedSecond = std::numeric_limits<qint64>::min();
        static thread_local QString cachedText;
        const qint64 whole = wall / second;
        if (whole != cachedSecond) {
            cachedText = QDateTime::fromSecsSinceEpoch(whole).toString(QStringLiteral("HH:mm:ss."));
            cachedSecond = whole;
        }
        return cachedText + fraction(wall);
    }
    case TimestampMode::Date:
        return QDateTime::fromSecsSinceEpoch(wall / second).toString(QStringLiteral("yyyy-MM-dd HH:mm:ss.")) +
               fraction(wall);
    case TimestampMode::Relative: {
        const qint64 since = std::max<qint64>(mono - first, 0);
        return QStringLiteral("%1:%2.%3")
            .arg(since / second / 60, 2, 10, QLatin1Char('0'))
            .arg(since / second % 60, 2, 10, QLatin1Char('0'))
            .arg(fraction(since));
    }
    case TimestampMode::Delta: {
        const qint64 since = std::max<qint64>(mono - previous, 0);
        return QStringLiteral("+%1.%2").arg(since / second).arg(fraction(since));
    }
    case TimestampMode::Off:
        break;
    }
    return {};
}

} // namespace sw::ui
