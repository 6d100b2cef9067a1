// SPDX-License-Identifier: MIT
#include "ui/relay/faultseditor.h"

#include "ui/relay/faultsliders.h"

#include "ui/style/theme.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/eventtext.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace sw::ui {

QString faultSummary(FaultKind kind) {
    for (const FaultEntry& entry : faultTable()) {
        if (entry.kind == kind)
            return QString::fromLatin1(entry.summary);
    }
    return {};
}

FaultsEditor::FaultsEditor(QWidget* parent)
    : QWidget(parent),
      m_sliders(new FaultSliders(this)),
      m_choice(new QComboBox(this)),
      m_add(pushButton(tr("Add"), "addFaultButton", this)),
      m_remove(pushButton(tr("Remove"), "removeFaultButton", this)),
      m_list(new QTreeWidget(this)),
      m_seedEdit(new QLineEdit(this)),
      m_explanation(mutedLabel({}, this)) {
    nameWidget(m_choice, "faultBox", tr("Fault or preset to add"));
    m_choice->setEditable(true);
    m_choice->setInsertPolicy(QComboBox::NoInsert);
    m_choice->setMinimumContentsLength(16);
    m_choice->lineEdit()->setPlaceholderText(tr("a fault or a preset, such as delay=200ms~50ms"));
    nameWidget(m_list, "faultList", tr("Faults"));
    m_list->setHeaderLabels({tr("Fault"), tr("What it does")});
    m_list->setRootIsDecorated(false);
    m_list->setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed);
    m_list->header()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    nameWidget(m_seedEdit, "faultSeed", tr("Seed of random faults"));
    m_seedEdit->setMaximumWidth(fontMetrics().horizontalAdvance(QLatin1Char('0')) * 14);
    nameWidget(m_explanation, "faultExplanation", tr("About the fault"));
    m_explanation->setWordWrap(true);
    auto* seedLabel = plainLabel(tr("&Seed"), this);
    seedLabel->setBuddy(m_seedEdit);
    auto* row = new QHBoxLayout;
    row->addWidget(m_choice, 1);
    row->addWidget(m_add);
    auto* below = new QHBoxLayout;
    below->addWidget(seedLabel);
    below->addWidget(m_seedEdit);
    below->addStretch();
    below->addWidget(m_remove);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_sliders);
    layout->addLayout(row);
    layout->addWidget(m_explanation);
    layout->addWidget(m_list, 1);
    layout->addLayout(below);
    connect(m_sliders, &FaultSliders::wanted, this, &FaultsEditor::replace);
    connect(m_add, &QPushButton::clicked, this, &FaultsEditor::add);
    connect(m_choice->lineEdit(), &QLineEdit::returnPressed, this, &FaultsEditor::add);
    connect(m_choice, &QComboBox::currentTextChanged, this, [this](const QString& text) {
        for (const FaultPreset& preset : faultPresets()) {
            if (text == QLatin1String(preset.name)) {
                explain(tr("%1: %2").arg(QLatin1String(preset.title), QLatin1String(preset.explanation)), false);
                return;
            }
        }
        const auto fault = parseFault(text);
        explain(fault ? faultSummary(fault->kind) : QString(), false);
    });
    connect(m_remove, &QPushButton::clicked, this, &FaultsEditor::removeChosen);
    connect(m_list, &QTreeWidget::itemSelectionChanged, this,
            [this] { m_remove->setEnabled(!m_list->selectedItems().isEmpty()); });
    connect(m_list, &QTreeWidget::itemChanged, this, [this](QTreeWidgetItem* item, int column) {
        if (!m_isFilling)
            edited(m_list->indexOfTopLevelItem(item), column);
    });
    connect(m_seedEdit, &QLineEdit::editingFinished, this, &FaultsEditor::seedEdited);
    fillChoices();
    fillList();
}

void FaultsEditor::explain(const QString& text, bool isError) {
    QPalette colors = palette();
    colors.setColor(QPalette::WindowText, isError ? themeColors(palette()).error : themeColors(palette()).muted);
    m_explanation->setPalette(colors);
    m_explanation->setText(text);
    m_explanation->setVisible(!text.isEmpty());
}

void FaultsEditor::fillChoices() {
    m_choice->clear();
    for (const FaultPreset& preset : faultPresets()) {
        if (*(m_isDatagram ? preset.datagrams : preset.streams) != '\0')
            m_choice->addItem(QString::fromLatin1(preset.name));
    }
    for (const FaultEntry& entry : faultTable()) {
        const QString example = QString::fromLatin1(entry.example);
        const auto fault = parseFault(example);
        if (fault && checkFaults({*fault}, m_isDatagram))
            m_choice->addItem(example);
    }
    m_choice->setCurrentIndex(-1);
    m_choice->setEditText({});
    explain({}, false);
}

void FaultsEditor::fillList() {
    m_isFilling = true;
    m_list->clear();
    for (const Fault& fault : std::as_const(m_faults)) {
        auto* item = new QTreeWidgetItem(m_list, {formatFault(fault), faultSummary(fault.kind)});
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable | Qt::ItemIsEditable);
        item->setCheckState(0, fault.isEnabled ? Qt::Checked : Qt::Unchecked);
        item->setToolTip(1, plainToolTip(faultSummary(fault.kind)));
    }
    m_seedEdit->setText(QString::number(m_seed));
    m_remove->setEnabled(false);
    m_isFilling = false;
    m_sliders->setFaults(m_faults, m_isDatagram);
}

void FaultsEditor::setFaults(const QVector<Fault>& faults, quint64 seed, bool isDatagram) {
    if (isDatagram != m_isDatagram) {
        m_isDatagram = isDatagram;
        fillChoices();
    }
    if (faults == m_faults && seed == m_seed)
        return;
    m_faults = faults;
    m_seed = seed;
    fillList();
}

void FaultsEditor::add() {
    const auto faults = parseFaults(m_choice->currentText(), m_isDatagram);
    if (!faults) {
        explain(errorText(faults.error()), true);
        return;
    }
    m_faults += *faults;
    fillList();
    m_choice->setEditText({});
    emit changed();
}

void FaultsEditor::removeChosen() {
    const auto chosen = m_list->selectedItems();
    if (chosen.isEmpty())
        return;
    m_faults.remove(m_list->indexOfTopLevelItem(chosen.first()));
    fillList();
    emit changed();
}

void FaultsEditor::edited(int row, int column) {
    if (row < 0 || row >= m_faults.size() || column != 0)
        return;
    const QTreeWidgetItem* item = m_list->topLevelItem(row);
    auto fault = parseFault(item->text(0));
    if (fault) {
        if (auto fits = checkFaults({*fault}, m_isDatagram); !fits)
            fault = tl::unexpected(fits.error());
    }
    if (!fault) {
        explain(errorText(fault.error()), true);
        QMetaObject::invokeMethod(
            this, [this] { fillList(); }, Qt::QueuedConnection); // as it was
        return;
    }
    fault->isEnabled = item->checkState(0) == Qt::Checked;
    if (*fault == m_faults.at(row))
        return;
    m_faults[row] = *fault;
    explain({}, false);
    QMetaObject::invokeMethod(
        this, [this] { fillList(); }, Qt::QueuedConnection); // not while the view edits it
    emit changed();
}

/// What a slider says, in place of the fault of its kind.
void FaultsEditor::replace(const Fault& fault, bool isOff) {
    const auto old = std::find_if(m_faults.begin(), m_faults.end(), [&](const Fault& one) {
        return one.kind == fault.kind && !one.direction && !one.isMessage;
    });
    if (isOff && old != m_faults.end())
        m_faults.erase(old);
    else if (!isOff && old != m_faults.end())
        *old = fault;
    else if (!isOff)
        m_faults.append(fault);
    fillList();
    emit changed();
}

void FaultsEditor::seedEdited() {
    bool ok = false;
    const quint64 seed = m_seedEdit->text().trimmed().toULongLong(&ok);
    if (!ok) {
        explain(tr("A seed is a number from 0 to %1.").arg(std::numeric_limits<quint64>::max()), true);
        m_seedEdit->setText(QString::number(m_seed));
        return;
    }
    if (seed == std::exchange(m_seed, seed))
        return;
    emit changed();
}

} // namespace sw::ui
