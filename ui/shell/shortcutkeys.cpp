// SPDX-License-Identifier: MIT
#include "ui/shell/shortcutkeys.h"

#include <QApplication>
#include <QKeyEvent>
#include <QMainWindow>

namespace sw::ui {

namespace {

bool isOfTextFields(const QKeyEvent& key) {
    const QKeySequence::StandardKey usual[] = {QKeySequence::Copy,
                                               QKeySequence::Cut,
                                               QKeySequence::Paste,
                                               QKeySequence::Undo,
                                               QKeySequence::Redo,
                                               QKeySequence::SelectAll,
                                               QKeySequence::MoveToNextWord,
                                               QKeySequence::MoveToStartOfDocument,
                                               QKeySequence::MoveToEndOfDocument,
                                               QKeySequence::MoveToPreviousWord,
                                               QKeySequence::SelectNextWord,
                                               QKeySequence::SelectPreviousWord,
                                               QKeySequence::DeleteStartOfWord,
                                               QKeySequence::DeleteEndOfWord};
    return std::any_of(std::begin(usual), std::end(usual), [&](auto one) { return key.matches(one); });
}

} // namespace

ShortcutKeys::ShortcutKeys(Workbench& bench) : Feature(bench) {
    qApp->installEventFilter(this);
}

bool ShortcutKeys::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() != QEvent::ShortcutOverride || !window()->isActiveWindow())
        return QObject::eventFilter(watched, event);
    const auto* widget = qobject_cast<QWidget*>(watched);
    const auto& key = *static_cast<QKeyEvent*>(event);
    if (widget == nullptr || widget->window() != window() || !(key.modifiers() & Qt::ControlModifier) ||
        isOfTextFields(key))
        return QObject::eventFilter(watched, event);
    const QKeySequence pressed(key.keyCombination());
    const auto all = window()->actions();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const QAction* action) { return action->shortcut() == pressed; });
    if (found == all.end())
        return QObject::eventFilter(watched, event);
    if (!(*found)->isEnabled() && !(*found)->statusTip().isEmpty())
        bench().say((*found)->statusTip());
    event->ignore(); // so that it goes on as a shortcut
    return true;
}

} // namespace sw::ui
