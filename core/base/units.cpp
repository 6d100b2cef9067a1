// SPDX-License-Identifier: MIT
#include "core/base/units.h"

#include <array>
#include <cmath>

namespace sw {

namespace {

struct Unit {
    const char* name;
    double factor;
};

/// Splits `12.5ms` into number and unit; an unknown unit or no number is no value.
template <std::size_t N>
bool readQuantity(const QString& text, const std::array<Unit, N>& units, double& value) {
    const QString trimmed = text.trimmed();
    qsizetype split = 0;
    while (split < trimmed.size() && (trimmed.at(split).isDigit() || trimmed.at(split) == QLatin1Char('.')))
        ++split;
    bool ok = false;
    const double number = trimmed.left(split).toDouble(&ok);
    if (!ok)
        return false;
    const QString unit = trimmed.mid(split).trimmed();
    for (const Unit& candidate : units) {
        if (unit.compare(QLatin1String(candidate.name), Qt::CaseInsensitive) == 0) {
            value = number * candidate.factor;
            return true;
        }
    }
    return false;
}

} // namespace

Result<std::chrono::microseconds> parseDuration(const QString& text) {
    static constexpr std::array units{Unit{"", 1e6},  Unit{"us", 1},  Unit{"ms", 1e3},
                                      Unit{"s", 1e6}, Unit{"m", 6e7}, Unit{"h", 3.6e9}};
    constexpr double longest = 3.6e13;
    double microseconds = 0;
    if (!readQuantity(text, units, microseconds) || microseconds > longest) {
        return tl::unexpected(badInput(
            QStringLiteral("duration"),
            sentence(
                QT_TRANSLATE_NOOP(
                    "Core",
                    "“%1” is no duration: write a number with us, ms, s, m or h, such as 200ms or 1.5s, up to 10000h."),
                text),
            0));
    }
    return std::chrono::microseconds(std::llround(microseconds));
}

QString formatDuration(std::chrono::microseconds duration) {
    const qint64 us = duration.count();
    if (us % 1'000'000 == 0)
        return QString::number(us / 1'000'000) + QStringLiteral("s");
    if (us % 1'000 == 0)
        return QString::number(us / 1'000) + QStringLiteral("ms");
    return QString::number(us) + QStringLiteral("us");
}

Result<qint64> parseSize(const QString& text) {
    static constexpr std::array units{Unit{"", 1},           Unit{"B", 1},           Unit{"K", 1024},
                                      Unit{"KiB", 1024},     Unit{"M", 1048576},     Unit{"MiB", 1048576},
                                      Unit{"G", 1073741824}, Unit{"GiB", 1073741824}};
    constexpr double largest = 9e15;
    double bytes = 0;
    if (!readQuantity(text, units, bytes) || bytes > largest) {
        return tl::unexpected(badInput(
            QStringLiteral("size"),
            sentence(QT_TRANSLATE_NOOP(
                         "Core", "“%1” is no size: write bytes, or a number with KiB, MiB or GiB, such as 64KiB."),
                     text),
            0));
    }
    return static_cast<qint64>(bytes);
}

QString formatBytes(quint64 bytes) {
    constexpr std::array names{"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= 999.5 && unit + 1 < names.size()) {
        value /= 1000;
        ++unit;
    }
    const int decimals = unit > 0 && value < 9.95 ? 1 : 0;
    return QString::number(value, 'f', decimals) + QLatin1Char(' ') + QLatin1String(names.at(unit));
}

QString shortDuration(std::chrono::nanoseconds duration) {
    const auto count = static_cast<double>(duration.count());
    if (count < 1e6)
        return QString::number(count / 1e3, 'f', 0) + QStringLiteral(" us");
    if (count < 1e9)
        return QString::number(count / 1e6, 'f', 2) + QStringLiteral(" ms");
    return QString::number(count / 1e9, 'f', 1) + QStringLiteral(" s");
}

} // namespace sw
