// SPDX-License-Identifier: MIT
#include "ui/widgets/picker.h"

#include "ui/widgets/controls.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QRegularExpression>
#include <QVBoxLayout>

#include <algorithm>
#include <limits>
#include <tuple>

namespace sw::ui {

namespace {

bool hasLettersInOrder(const QString& pattern, const QString& text) {
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

} // namespace

std::optional<int> matchQuality(const QString& pattern, const QString& text) {
    enum Quality { Same, Begins, WordBegins, Initials, Contains, Letters };
    const QString wanted = pattern.simplified();
    if (text.compare(wanted, Qt::CaseInsensitive) == 0)
        return Same;
    if (text.startsWith(wanted, Qt::CaseInsensitive))
        return Begins;
    static const QRegularExpression between(QStringLiteral("[^\\w]+"), QRegularExpression::UseUnicodePropertiesOption);
    QString initials;
    for (const QString& word : text.split(between, Qt::SkipEmptyParts))
        initials += word.front();
    qsizetype at = text.indexOf(wanted, 0, Qt::CaseInsensitive);
    for (; at > 0; at = text.indexOf(wanted, at + 1, Qt::CaseInsensitive)) {
        if (!text.at(at - 1).isLetterOrNumber())
            return WordBegins;
    }
    if (initials.startsWith(wanted, Qt::CaseInsensitive))
        return Initials;
    if (text.contains(wanted, Qt::CaseInsensitive))
        return Contains;
    return hasLettersInOrder(wanted, text) ? std::optional<int>(Letters) : std::nullopt;
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
    struct Found {
        std::size_t entry;
        int quality;
        int rank;
    };
    std::vector<Found> found;
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        if (const auto quality = matchQuality(text, m_entries[i].text))
            found.push_back({i, *quality, m_entries[i].rank < 0 ? std::numeric_limits<int>::max() : m_entries[i].rank});
    }
    std::stable_sort(found.begin(), found.end(), [this](const Found& a, const Found& b) {
        const bool canA = m_entries[a.entry].whyNot.isEmpty();
        const bool canB = m_entries[b.entry].whyNot.isEmpty();
        return std::tuple(a.quality, !canA, a.rank) < std::tuple(b.quality, !canB, b.rank);
    });
    m_list->clear();
    for (const Found& one : found) {
        const PickerEntry& entry = m_entries[one.entry];
        const QString hint = entry.whyNot.isEmpty() ? entry.hint : entry.whyNot;
        auto* item =
            new QListWidgetItem(hint.isEmpty() ? entry.text : entry.text + QStringLiteral("    ") + hint, m_list);
        item->setData(Qt::UserRole, static_cast<int>(one.entry));
        item->setSizeHint({0, fontMetrics().height() + 10});
        if (!entry.whyNot.isEmpty())
            item->setFlags(Qt::NoItemFlags);
    }
    if (found.empty()) {
        auto* item = new QListWidgetItem(tr("Nothing fits “%1”.").arg(text), m_list);
        item->setFlags(Qt::NoItemFlags);
        return;
    }
    for (int row = 0; row < m_list->count() && m_list->currentRow() < 0; ++row) {
        if (m_list->item(row)->flags().testFlag(Qt::ItemIsEnabled))
            m_list->setCurrentRow(row);
    }
}

void Picker::chooseCurrent() {
    const QListWidgetItem* item = m_list->currentItem();
    if (item == nullptr || !item->flags().testFlag(Qt::ItemIsEnabled))
        return;
    const auto choose = m_entries[static_cast<std::size_t>(item->data(Qt::UserRole).toInt())].choose;
    close();
    choose();
}

bool Picker::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_field && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Down || key == Qt::Key_Up) {
            const int step = key == Qt::Key_Down ? 1 : -1;
            for (int row = m_list->currentRow() + step; row >= 0 && row < m_list->count(); row += step) {
                if (!m_list->item(row)->flags().testFlag(Qt::ItemIsEnabled))
                    continue; // it cannot be chosen
                m_list->setCurrentRow(row);
                break;
            }
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
