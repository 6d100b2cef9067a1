// SPDX-License-Identifier: MIT
#include "ui/widgets/picker.h"

#include "ui/widgets/controls.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QVBoxLayout>

namespace sw::ui {

bool matchesLoosely(const QString& pattern, const QString& text) {
    qsizetype at = 0;
    for (const QChar c : pattern) {
        if (c.isSpace())
            continue;
        at = text.indexOf(c, at, Qt::CaseInsensitive);
        if (at < 0)
            return false;
        ++at;
    }
    return true;
}

Picker::Picker(const QString& prompt, std::vector<PickerEntry> entries, QWidget* parent)
    : QDialog(parent, Qt::Popup),
      m_entries(std::move(entries)) {
    setObjectName(QStringLiteral("picker"));
    setAttribute(Qt::WA_DeleteOnClose);
    setAccessibleName(prompt);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 8, 8, 8);
    m_field = new QLineEdit(this);
    nameWidget(m_field, "pickerField", prompt);
    m_field->setPlaceholderText(prompt);
    m_field->installEventFilter(this);
    m_list = new QListWidget(this);
    nameWidget(m_list, "pickerList", tr("Choices"));
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setUniformItemSizes(true);
    layout->addWidget(m_field);
    layout->addWidget(m_list);
    connect(m_field, &QLineEdit::textChanged, this, &Picker::filter);
    connect(m_list, &QListWidget::itemClicked, this, &Picker::chooseCurrent);
    filter({});
    resize(520, 380);
    if (parent != nullptr)
        move(parent->mapToGlobal(QPoint((parent->width() - width()) / 2, 80)));
    m_field->setFocus();
}

void Picker::filter(const QString& text) {
    m_list->clear();
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        const PickerEntry& entry = m_entries[i];
        if (!matchesLoosely(text, entry.text))
            continue;
        const QString shown = entry.hint.isEmpty() ? entry.text : entry.text + QStringLiteral("    ") + entry.hint;
        auto* item = new QListWidgetItem(shown, m_list);
        item->setData(Qt::UserRole, static_cast<int>(i));
        item->setSizeHint({0, fontMetrics().height() + 10});
    }
    m_list->setCurrentRow(0);
}

void Picker::chooseCurrent() {
    const QListWidgetItem* item = m_list->currentItem();
    if (item == nullptr)
        return;
    const auto choose = m_entries[static_cast<std::size_t>(item->data(Qt::UserRole).toInt())].choose;
    close();
    choose();
}

bool Picker::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_field && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Down || key == Qt::Key_Up) {
            const int row = m_list->currentRow() + (key == Qt::Key_Down ? 1 : -1);
            m_list->setCurrentRow(std::clamp(row, 0, std::max(m_list->count() - 1, 0)));
            return true;
        }
        if (key == Qt::Key_Return || key == Qt::Key_Enter) {
            chooseCurrent();
            return true;
        }
    }
    return QDialog::eventFilter(watched, event);
}

} // namespace sw::ui
