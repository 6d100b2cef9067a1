// SPDX-License-Identifier: MIT
#include "ui/style/theme.h"

#include "ui/style/appstyle.h"

#include <QApplication>
#include <QStyleFactory>

#include <cmath>

namespace sw::ui {

namespace {

QPalette lightPalette() {
    QPalette palette;
    palette.setColor(QPalette::Window, QColor(0xf6f8fb));
    palette.setColor(QPalette::WindowText, QColor(0x1b2430));
    palette.setColor(QPalette::Base, QColor(0xffffff));
    palette.setColor(QPalette::AlternateBase, QColor(0xf2f5f9));
    palette.setColor(QPalette::Text, QColor(0x1b2430));
    palette.setColor(QPalette::Button, QColor(0xffffff));
    palette.setColor(QPalette::ButtonText, QColor(0x1b2430));
    palette.setColor(QPalette::BrightText, QColor(0xc01c28)); // of mistakes
    palette.setColor(QPalette::Highlight, QColor(0x1f6feb));
    palette.setColor(QPalette::HighlightedText, QColor(0xffffff));
    palette.setColor(QPalette::Link, QColor(0x0b57b0));
    palette.setColor(QPalette::ToolTipBase, QColor(0xffffff));
    palette.setColor(QPalette::ToolTipText, QColor(0x1b2430));
    palette.setColor(QPalette::PlaceholderText, QColor(0x5f6b7a));
    palette.setColor(QPalette::Mid, QColor(0xd5dce6));
    palette.setColor(QPalette::Light, QColor(0xffffff));
    palette.setColor(QPalette::Dark, QColor(0xb6c0cd));
    for (const QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, QColor(0x5f6978));
    palette.setColor(QPalette::Disabled, QPalette::Highlight, QColor(0xd5dce6));
    return palette;
}

QPalette darkPalette() {
    QPalette palette;
    palette.setColor(QPalette::Window, QColor(0x171c23));
    palette.setColor(QPalette::WindowText, QColor(0xdbe2ea));
    palette.setColor(QPalette::Base, QColor(0x10141a));
    palette.setColor(QPalette::AlternateBase, QColor(0x1c222b));
    palette.setColor(QPalette::Text, QColor(0xdbe2ea));
    palette.setColor(QPalette::Button, QColor(0x232b36));
    palette.setColor(QPalette::ButtonText, QColor(0xdbe2ea));
    palette.setColor(QPalette::BrightText, QColor(0xff7b72)); // of mistakes
    palette.setColor(QPalette::Highlight, QColor(0x2f74d8));
    palette.setColor(QPalette::HighlightedText, QColor(0xffffff));
    palette.setColor(QPalette::Link, QColor(0x78b2ff));
    palette.setColor(QPalette::ToolTipBase, QColor(0x232b36));
    palette.setColor(QPalette::ToolTipText, QColor(0xdbe2ea));
    palette.setColor(QPalette::PlaceholderText, QColor(0x93a0b0));
    palette.setColor(QPalette::Mid, QColor(0x323c4a));
    palette.setColor(QPalette::Light, QColor(0x2c3542));
    palette.setColor(QPalette::Dark, QColor(0x0c0f14));
    for (const QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, QColor(0x8a95a5));
    palette.setColor(QPalette::Disabled, QPalette::Highlight, QColor(0x323c4a));
    return palette;
}

} // namespace

bool isDark(const QPalette& palette) {
    return palette.color(QPalette::Window).lightness() < 128;
}

ThemeColors themeColors(const QPalette& palette) {
    if (isDark(palette)) {
        return {.received = QColor(0xf0b27a),
                .sent = QColor(0x7fb8ff),
                .event = QColor(0x8f9bab),
                .note = QColor(0xe0c060),
                .error = QColor(0xff7b72),
                .ok = QColor(0x4cc36a),
                .warning = QColor(0xd9a63a),
                .muted = palette.color(QPalette::PlaceholderText),
                .accent = palette.color(QPalette::Highlight),
                .line = palette.color(QPalette::Mid),
                .surface = palette.color(QPalette::Window),
                .control = QColor(0x9aa6b5),
                .match = QColor(0x4a3b0c),
                .currentMatch = QColor(0x7a5400)};
    }
    return {.received = QColor(0x8a3f00),
            .sent = QColor(0x0b57b0),
            .event = QColor(0x5f6b7a),
            .note = QColor(0x8a6500),
            .error = QColor(0xc01c28),
            .ok = QColor(0x1a7f37),
            .warning = QColor(0x946200),
            .muted = palette.color(QPalette::PlaceholderText),
            .accent = palette.color(QPalette::Highlight),
            .line = palette.color(QPalette::Mid),
            .surface = palette.color(QPalette::Window),
            .control = QColor(0x5f6b7a),
            .match = QColor(0xfff0b3),
            .currentMatch = QColor(0xffcf4d)};
}

QPalette themePalette(ThemeChoice choice, const QPalette& system) {
    if (choice == ThemeChoice::Light || choice == ThemeChoice::Dark)
        return choice == ThemeChoice::Dark ? darkPalette() : lightPalette();
    // a desktop that says nothing gives the style's own; one with colours of its own, as of high contrast, is followed
    const QPalette plain = QStyleFactory::create(QStringLiteral("Fusion"))->standardPalette();
    const bool isOwn = system.color(QPalette::Window) != plain.color(QPalette::Window) ||
                       system.color(QPalette::WindowText) != plain.color(QPalette::WindowText);
    if (!isOwn)
        return lightPalette();
    const double contrast = contrastOf(system.color(QPalette::WindowText), system.color(QPalette::Window));
    constexpr double high = 17; // of 21
    if (contrast < high)
        return isDark(system) ? darkPalette() : lightPalette();
    QPalette palette = system;
    palette.setColor(QPalette::PlaceholderText, system.color(QPalette::WindowText));
    palette.setColor(QPalette::Mid, system.color(QPalette::WindowText));
    return palette;
}

double contrastOf(const QColor& one, const QColor& other) {
    const auto luminance = [](const QColor& color) {
        const auto linear = [](double part) {
            return part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4);
        };
        return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF());
    };
    const double a = luminance(one);
    const double b = luminance(other);
    return (std::max(a, b) + 0.05) / (std::min(a, b) + 0.05);
}

void applyTheme(ThemeChoice choice, const QPalette& system) {
    if (qobject_cast<AppStyle*>(QApplication::style()) == nullptr)
        QApplication::setStyle(new AppStyle);
    QApplication::setPalette(themePalette(choice, system));
}

} // namespace sw::ui
