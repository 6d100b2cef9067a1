// SPDX-License-Identifier: MIT
#pragma once

#include <QPainterPath>

#include <optional>
#include <vector>

namespace sw::ui {

/// A picture of one colour, read from the paths of an SVG file of 16 by 16 units: `<path d="…"/>` with the commands M,
/// L, H, V, C and Z in absolute numbers (SVG 2 section 9), filled where it has `fill`. Nothing else of SVG is read.
struct Pictogram {
    struct Stroke {
        QPainterPath path;
        bool isFilled = false;
    };

    std::vector<Stroke> strokes;

    /// Nothing where the text has no path that can be read.
    static std::optional<Pictogram> parse(const QByteArray& svg);
};

/// The path of `d`; nothing where it cannot be read.
std::optional<QPainterPath> parsePath(const QString& data);

} // namespace sw::ui
