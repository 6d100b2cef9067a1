// SPDX-License-Identifier: MIT
#include "ui/style/theme.h"

#include <QApplication>
#include <QStyleFactory>

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
    palette.setColor(QPalette::BrightText, QColor(0xffffff));
    palette.setColor(QPalette::Highlight, QColor(0x1f6feb));
    palette.setColor(QPalette::HighlightedText, QColor(0xffffff));
    palette.setColor(QPalette::Link, QColor(0x0b57b0));
    palette.setColor(QPalette::ToolTipBase, QColor(0xffffff));
    palette.setColor(QPalette::ToolTipText, QColor(0x1b2430));
    palette.setColor(QPalette::PlaceholderText, QColor(0x626d7d));
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
    palette.setColor(QPalette::BrightText, QColor(0xffffff));
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

QString styleSheet(const QPalette& palette) {
    const ThemeColors colors = themeColors(palette);
    QString sheet = QStringLiteral(R"(
        QMainWindow::separator { width: 5px; height: 5px; background: @window; }
        QToolTip { border: 1px solid @line; padding: 4px; background: @base; color: @text; }
        QDockWidget { titlebar-close-icon: none; titlebar-normal-icon: none; font-weight: 600; }
        QDockWidget::title { background: @window; padding: 4px 9px; text-align: left; }
        QLineEdit, QComboBox, QSpinBox, #messageField { background: @base; border: 1px solid @line; border-radius: 5px;
            padding: 2px 7px; min-height: 20px; selection-background-color: @highlight; }
        QLineEdit:focus, QComboBox:focus, QSpinBox:focus, #messageField:focus { border: 1px solid @accent; }
        QLineEdit[hasError="true"], #messageField[hasError="true"] { border: 1px solid @error; }
        QLineEdit:disabled, QComboBox:disabled, QSpinBox:disabled { color: @muted; background: @window; }
        QComboBox::drop-down { border: none; width: 18px; }
        QComboBox::down-arrow { image: url(:/icons/arrow-@variant.png); width: 10px; height: 10px; margin-right: 8px; }
        QPushButton { background: @button; border: 1px solid @line; border-radius: 5px; padding: 2px 12px;
            min-height: 20px; }
        QPushButton:hover { border-color: @accent; }
        QPushButton:pressed { background: @alternate; }
        QPushButton:focus { border: 1px solid @accent; }
        QPushButton:disabled { color: @muted; background: @window; }
        QPushButton[primary="true"] { background: @accent; color: #ffffff; border: 1px solid @accent;
            font-weight: 600; }
        QPushButton[primary="true"]:hover { background: @accentHover; }
        QPushButton[primary="true"]:focus { border: 2px solid @focusOnAccent; padding: 1px 11px; }
        QPushButton[primary="true"]:disabled { background: @alternate; border-color: @line; color: @muted; }
        QPushButton[danger="true"] { color: @error; }
        QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
        QPushButton[danger="true"]:disabled { color: @muted; }
        QToolButton { border: 1px solid transparent; border-radius: 5px; padding: 2px 7px; min-height: 18px; }
        QToolButton::menu-indicator { image: none; width: 0; }
        QToolButton:hover { background: @alternate; }
        QToolButton:focus { border: 1px solid @accent; }
        QToolButton:checked { background: @chosen; border: 1px solid @chosenLine; color: @chosenText; }
        QTabWidget::pane { border: none; border-top: 1px solid @line; }
        QTabBar::tab { background: transparent; padding: 4px 10px; border: none; border-bottom: 2px solid transparent;
            color: @muted; }
        QTabBar::tab:selected { color: @text; border-bottom: 2px solid @accent; }
        QTabBar::tab:hover { color: @text; }
        QTabBar::close-button { image: url(:/icons/close-@variant.png); padding: 3px; }
        QTabBar::close-button:hover { background: @chosen; border-radius: 3px; }
        QTreeView, QTableView, QListView, QTreeWidget { background: @base; border: none; outline: none; }
        QTreeWidget::item { padding: 2px 0; }
        QAbstractItemView QLineEdit, QAbstractItemView QComboBox { min-height: 0; padding: 0 5px; border-radius: 3px; }
        QHeaderView::section { background: @base; border: none; border-bottom: 1px solid @line; padding: 4px 6px;
            color: @muted; }
        QCheckBox::indicator:unchecked { width: 13px; height: 13px; border: 1px solid @muted; border-radius: 3px;
            background: @base; }
        QCheckBox::indicator:unchecked:focus { border: 1px solid @accent; }
        QStatusBar { border-top: 1px solid @line; color: @muted; }
        QStatusBar::item { border: none; }
        QStatusBar QLabel { color: @muted; padding: 0 8px; }
        QMenuBar { background: @window; } QMenuBar::item { padding: 3px 9px; background: transparent; }
        QMenuBar::item:selected { background: @alternate; border-radius: 4px; }
        QScrollArea { border: none; }
        QSplitter::handle { background: @line; }
        QLabel[muted="true"] { color: @muted; }
        QLabel[heading="true"] { font-weight: 600; }
        QLabel[error="true"] { color: @error; }
        QFrame[separator="true"] { background: @line; border: none; }
    )");
    const auto put = [&sheet](const char* name, const QColor& color) {
        sheet.replace(QLatin1String("@") + QLatin1String(name), color.name());
    };
    const bool dark = isDark(palette);
    sheet.replace(QStringLiteral("@variant"), dark ? QStringLiteral("dark") : QStringLiteral("light"));
    put("accentHover", dark ? colors.accent.lighter(112) : colors.accent.darker(112));
    put("focusOnAccent", dark ? QColor(0xffffff) : QColor(0x0b2d66));
    put("chosenLine", dark ? QColor(0x35517a) : QColor(0xb9d2f5));
    put("chosenText", dark ? QColor(0x9cc6ff) : QColor(0x0b57b0));
    put("chosen", dark ? QColor(0x1d2f4a) : QColor(0xe6f0fd));
    put("accent", colors.accent);
    put("alternate", palette.color(QPalette::AlternateBase));
    put("highlight", palette.color(QPalette::Highlight));
    put("window", palette.color(QPalette::Window));
    put("button", palette.color(QPalette::Button));
    put("muted", colors.muted);
    put("error", colors.error);
    put("base", palette.color(QPalette::Base));
    put("text", palette.color(QPalette::Text));
    put("line", colors.line);
    return sheet;
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
                .muted = QColor(0x8f9bab),
                .accent = QColor(0x2f74d8),
                .line = QColor(0x323c4a),
                .surface = QColor(0x171c23),
                .control = QColor(0x9aa6b5),
                .match = QColor(0x5b4a12),
                .currentMatch = QColor(0x9a6a00)};
    }
    return {.received = QColor(0x8a3f00),
            .sent = QColor(0x0b57b0),
            .event = QColor(0x5f6b7a),
            .note = QColor(0x8a6500),
            .error = QColor(0xc01c28),
            .ok = QColor(0x1a7f37),
            .warning = QColor(0x946200),
            .muted = QColor(0x5f6b7a),
            .accent = QColor(0x1f6feb),
            .line = QColor(0xd5dce6),
            .surface = QColor(0xf6f8fb),
            .control = QColor(0x6b7686),
            .match = QColor(0xfff0b3),
            .currentMatch = QColor(0xffcf4d)};
}

void applyTheme(QApplication& application, ThemeChoice choice, bool systemIsDark) {
    QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    const bool dark = choice == ThemeChoice::Dark || (choice == ThemeChoice::System && systemIsDark);
    const QPalette palette = dark ? darkPalette() : lightPalette();
    QApplication::setPalette(palette);
    application.setStyleSheet(styleSheet(palette));
}

} // namespace sw::ui
