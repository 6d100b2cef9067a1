// SPDX-License-Identifier: MIT
#pragma once

#include "ui/actions/actions.h"

#include <QDialog>

class QKeySequenceEdit;
class QLabel;
class QLineEdit;
class QTreeWidget;
class QTreeWidgetItem;

namespace sw::ui {

/// All commands with their shortcuts, to be found and changed. A shortcut that another command has is taken from it
/// only when the user says so. The UI thread.
class ShortcutsDialog final : public QDialog {
    Q_OBJECT

public:
    explicit ShortcutsDialog(ActionRegistry& actions, QWidget* parent = nullptr);

private:
    void fill();
    void filter(const QString& text);
    void choose();
    void change();
    void reset();
    void showRow(QTreeWidgetItem& item) const;
    QTreeWidgetItem* holderOf(const QKeySequence& keys) const;

    ActionRegistry& m_actions;
    QLineEdit* m_search;
    QTreeWidget* m_list;
    QKeySequenceEdit* m_keys;
    QLabel* m_conflict;
};

} // namespace sw::ui
