// SPDX-License-Identifier: MIT
#pragma once

#include <QColor>
#include <QPalette>

namespace sw::ui {

enum class ThemeChoice { System, Light, Dark };

/// Colours with a meaning, beside the palette's own. Made for a palette, so a widget asks for those of its own.
struct ThemeColors {
    QColor received;
    QColor sent;
    QColor event;
    QColor note;
    QColor error;
    QColor ok;
    QColor warning;
    QColor muted;
    QColor accent;
    QColor line;    ///< separators and borders
    QColor surface; ///< panels beside the content
    QColor control; ///< visible control characters
    QColor match;   ///< background of search matches
    QColor currentMatch;
};

bool isDark(const QPalette& palette);
ThemeColors themeColors(const QPalette& palette);

/// The palette of a choice. `system`: the one that the desktop gave at the start; one of high contrast is followed.
QPalette themePalette(ThemeChoice choice, const QPalette& system);
/// The contrast of two colours, 1 to 21 (WCAG 2.1, relative luminance).
double contrastOf(const QColor& one, const QColor& other);
/// Style and palette of the whole program.
void applyTheme(ThemeChoice choice, const QPalette& system);

} // namespace sw::ui
