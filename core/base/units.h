// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/error.h"

#include <QString>

#include <chrono>

namespace sw {

/// Reads a duration: a number with `us`, `ms`, `s`, `m` or `h`; a bare number is seconds. From 0 to 10,000 hours.
Result<std::chrono::microseconds> parseDuration(const QString& text);

/// The shortest exact form that parseDuration() reads back, such as `30s` or `1500ms`.
QString formatDuration(std::chrono::microseconds duration);

/// A duration for people: `1.25 ms`, `12 us`, `30.0 s`.
QString shortDuration(std::chrono::nanoseconds duration);

/// Reads a size in bytes: a number with `KiB`, `MiB`, `GiB`, `K`, `M` or `G` (powers of 1024), or bare.
Result<qint64> parseSize(const QString& text);

/// A count of bytes for people: `812 B`, `4.1 kB`, `1.2 MB` (powers of 1000).
QString formatBytes(quint64 bytes);

} // namespace sw
