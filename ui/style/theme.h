// SPDX-License-Identifier: MIT
#pragma once

#include <QColor>
#include <QPalette>

class QApplication;

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

/// Style, palette and style sheet of the whole program. The system's choice is read from the palette it gave us at the
/// start; call it once with that before any other choice.
void applyTheme(QApplication& application, ThemeChoice choice, bool systemIsDark);

} // namespace sw::ui
