// SPDX-License-Identifier: MIT
#include "ui/actions/shortcutsdialog.h"

#include "ui/widgets/controls.h"

#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeySequenceEdit>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace sw::ui {

namespace {

ActionId idOf(const QTreeWidgetItem& item) {
    return static_cast<ActionId>(item.data(0, Qt::UserRole).toInt());
}

} // namespace

ShortcutsDialog::ShortcutsDialog(ActionRegistry& actions, QWidget* parent)
    : QDialog(parent),
      m_actions(actions),
      m_search(new QLineEdit(this)),
      m_list(new QTreeWidget(this)),
      m_keys(new QKeySequenceEdit(this)),
      m_conflict(plainLabel({}, this)) {
    setObjectName(QStringLiteral("shortcutsDialog"));
    setWindowTitle(tr("Shortcuts"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(520, 480);
    nameWidget(m_search, "shortcutSearch", tr("Find a command"));
    m_search->setPlaceholderText(tr("Find a command"));
    m_search->setClearButtonEnabled(true);
    nameWidget(m_list, "shortcutList", tr("Commands"));
    m_list->setHeaderLabels({tr("Command"), tr("Shortcut")});
    m_list->setRootIsDecorated(false);
    m_list->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_list->header()->setStretchLastSection(false);
    nameWidget(m_keys, "shortcutKeys", tr("Shortcut"));
    nameWidget(m_conflict, "shortcutConflict", tr("Mistake"));
    m_conflict->setWordWrap(true);
    setMistake(*m_conflict);
    auto* set = pushButton(tr("Set"), "setShortcut", this);
    auto* usual = pushButton(tr("Reset"), "resetShortcut", this);
    explain(*usual, tr("The shortcut that the program brings"));
    auto* row = new QHBoxLayout;
    row->addWidget(m_keys, 1);
    row->addWidget(set);
    row->addWidget(usual);
    auto* buttons = new QDialogButtonBox(this);
    QPushButton* close = pushButton(tr("Close"), "closeShortcuts", this);
    buttons->addButton(close, QDialogButtonBox::RejectRole);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_search);
    layout->addWidget(m_list, 1);
    layout->addLayout(row);
    layout->addWidget(m_conflict);
    layout->addWidget(buttons);
    for (QPushButton* button : {set, usual, close})
        button->setAutoDefault(false);
    connect(m_search, &QLineEdit::textChanged, this, &ShortcutsDialog::filter);
    connect(m_list, &QTreeWidget::currentItemChanged, this, &ShortcutsDialog::choose);
    connect(m_keys, &QKeySequenceEdit::keySequenceChanged, m_conflict, &QLabel::clear);
    connect(set, &QPushButton::clicked, this, &ShortcutsDialog::change);
    connect(usual, &QPushButton::clicked, this, &ShortcutsDialog::reset);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    fill();
}

void ShortcutsDialog::fill() {
    for (const ActionEntry& entry : actionTable()) {
        auto* item = new QTreeWidgetItem(m_list);
        item->setData(0, Qt::UserRole, static_cast<int>(entry.id));
        showRow(*item);
    }
    m_list->setCurrentItem(m_list->topLevelItem(0));
}

void ShortcutsDialog::showRow(QTreeWidgetItem& item) const {
    const QAction* action = m_actions.action(idOf(item));
    item.setText(0, QString(action->text()).remove(QLatin1Char('&')));
    item.setText(1, action->shortcut().toString(QKeySequence::NativeText));
    QFont font = m_list->font();
    font.setBold(action->shortcut() != ActionRegistry::defaultShortcut(idOf(item)));
    item.setFont(1, font);
}

void ShortcutsDialog::filter(const QString& text) {
    for (int row = 0; row < m_list->topLevelItemCount(); ++row) {
        QTreeWidgetItem* item = m_list->topLevelItem(row);
        item->setHidden(!item->text(0).contains(text, Qt::CaseInsensitive) &&
                        !item->text(1).contains(text, Qt::CaseInsensitive));
    }
}

void ShortcutsDialog::choose() {
    if (const QTreeWidgetItem* item = m_list->currentItem())
        m_keys->setKeySequence(m_actions.action(idOf(*item))->shortcut());
    m_conflict->clear();
}

QTreeWidgetItem* ShortcutsDialog::holderOf(const QKeySequence& keys) const {
    for (int row = 0; row < m_list->topLevelItemCount(); ++row) {
        QTreeWidgetItem* item = m_list->topLevelItem(row);
        if (!keys.isEmpty() && m_actions.action(idOf(*item))->shortcut() == keys)
            return item;
    }
    return nullptr;
}

/// The second time, for the same keys, it is taken from the one that has it.
void ShortcutsDialog::change() {
    QTreeWidgetItem* item = m_list->currentItem();
    if (item == nullptr)
        return;
    const QKeySequence keys = m_keys->keySequence();
    QTreeWidgetItem* holder = holderOf(keys);
    if (holder != nullptr && holder != item) {
        if (m_conflict->text().isEmpty()) {
            m_conflict->setText(tr("%1 is the shortcut of “%2”. Set it again to take it from there.")
                                    .arg(keys.toString(QKeySequence::NativeText), holder->text(0)));
            return;
        }
        m_actions.setShortcut(idOf(*holder), {});
        showRow(*holder);
    }
    m_conflict->clear();
    m_actions.setShortcut(idOf(*item), keys);
    showRow(*item);
}

void ShortcutsDialog::reset() {
    if (const QTreeWidgetItem* item = m_list->currentItem()) {
        m_keys->setKeySequence(ActionRegistry::defaultShortcut(idOf(*item)));
        change();
    }
}

} // namespace sw::ui
