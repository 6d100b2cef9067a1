// SPDX-License-Identifier: MIT
#include "ui/buffer/gototarget.h"

#include <QDateTime>

namespace sw::ui {

Result<GoToTarget> parseGoTo(const QString& text, qint64 today) {
    constexpr qint64 million = 1'000'000;
    const QString wanted = text.trimmed();
    bool isNumber = false;
    if (wanted.endsWith(QLatin1Char('%'))) {
        const double percent = wanted.chopped(1).toDouble(&isNumber);
        if (isNumber && percent >= 0 && percent <= 100)
            return GoToTarget{.kind = GoToTarget::Kind::Percent, .percent = percent};
    } else if (wanted.startsWith(QLatin1Char('@')) || wanted.startsWith(QLatin1String("0x"), Qt::CaseInsensitive)) {
        const QString number = wanted.startsWith(QLatin1Char('@')) ? wanted.mid(1) : wanted;
        const qint64 offset = number.toLongLong(&isNumber, 0);
        if (isNumber && offset >= 0)
            return GoToTarget{.kind = GoToTarget::Kind::Offset, .value = offset};
    } else if (wanted.contains(QLatin1Char(':'))) {
        const QTime time =
            QTime::fromString(wanted.size() == 5 ? wanted + QStringLiteral(":00") : wanted, Qt::ISODateWithMs);
        if (time.isValid()) {
            const QDateTime when(QDateTime::fromMSecsSinceEpoch(today / million).date(), time);
            return GoToTarget{.kind = GoToTarget::Kind::Time, .value = when.toMSecsSinceEpoch() * million};
        }
    } else {
        const qint64 row = wanted.toLongLong(&isNumber);
        if (isNumber && row >= 1)
            return GoToTarget{.kind = GoToTarget::Kind::Row, .value = row};
    }
    return tl::unexpected(badInput(
        QStringLiteral("go to"),
        QStringLiteral(
            "“%1” is no place: write a row (120), a share (50%), a byte (@4096 or 0x1000) or a time (12:30:05).")
            .arg(wanted)));
}

} // namespace sw::ui
