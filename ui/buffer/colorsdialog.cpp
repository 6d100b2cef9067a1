// SPDX-License-Identifier: MIT
#include "ui/buffer/colorsdialog.h"

#include "ui/widgets/controls.h"
#include "ui/widgets/eventtext.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace sw::ui {

ColorsDialog::ColorsDialog(const std::vector<ColorRule>& rules, QWidget* parent)
    : QDialog(parent),
      m_list(new QTreeWidget(this)),
      m_problem(plainLabel({}, this)) {
    setObjectName(QStringLiteral("colorsDialog"));
    setWindowTitle(tr("Colours by pattern"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(480, 320);
    auto* about = mutedLabel(
        tr("Rows that match a filter are shown in its colour: dir:sent, \"ERROR\", /timeout/i, len>1000 …"), this);
    about->setWordWrap(true);
    nameWidget(m_list, "colorRules", tr("Rules"));
    m_list->setHeaderLabels({tr("Colour"), tr("Filter")});
    m_list->setRootIsDecorated(false);
    m_list->header()->setSectionResizeMode(1, QHeaderView::Stretch);
    nameWidget(m_problem, "colorProblem", tr("Mistake"));
    m_problem->setWordWrap(true);
    setMistake(*m_problem);
    auto* addButton = pushButton(tr("Add"), "addColorRule", this);
    auto* removeButton = pushButton(tr("Remove"), "removeColorRule", this);
    auto* buttons = new QDialogButtonBox(this);
    QPushButton* close = pushButton(tr("Close"), "closeColors", this);
    buttons->addButton(close, QDialogButtonBox::RejectRole);
    for (QPushButton* button : {addButton, removeButton, close})
        button->setAutoDefault(false);
    auto* row = new QHBoxLayout;
    row->addWidget(addButton);
    row->addWidget(removeButton);
    row->addStretch();
    row->addWidget(buttons);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(about);
    layout->addWidget(m_list, 1);
    layout->addWidget(m_problem);
    layout->addLayout(row);
    connect(addButton, &QPushButton::clicked, this, [this] { add({}); });
    connect(removeButton, &QPushButton::clicked, this, [this] {
        delete m_list->currentItem();
        check();
    });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    for (const ColorRule& rule : rules)
        add(rule);
    check();
}

void ColorsDialog::add(const ColorRule& rule) {
    auto* item = new QTreeWidgetItem(m_list);
    auto* color = new QComboBox(m_list);
    nameWidget(color, "ruleColor", tr("Colour"));
    for (const MarkColor one : {MarkColor::Yellow, MarkColor::Green, MarkColor::Blue, MarkColor::Red})
        color->addItem(markName(one), static_cast<int>(one));
    color->setCurrentIndex(color->findData(static_cast<int>(rule.color)));
    auto* pattern = new QLineEdit(rule.pattern, m_list);
    nameWidget(pattern, "rulePattern", tr("Filter"));
    m_list->setItemWidget(item, 0, color);
    m_list->setItemWidget(item, 1, pattern);
    m_list->setCurrentItem(item);
    connect(color, &QComboBox::currentIndexChanged, this, &ColorsDialog::check);
    connect(pattern, &QLineEdit::textChanged, this, &ColorsDialog::check);
    pattern->setFocus();
}

void ColorsDialog::check() {
    std::vector<ColorRule> rules;
    m_problem->clear();
    for (int row = 0; row < m_list->topLevelItemCount(); ++row) {
        const auto* color = static_cast<QComboBox*>(m_list->itemWidget(m_list->topLevelItem(row), 0));
        auto* pattern = static_cast<QLineEdit*>(m_list->itemWidget(m_list->topLevelItem(row), 1));
        const auto filter = Filter::parse(pattern->text(), Timestamp::now().wall);
        setMistaken(*pattern, !filter.has_value());
        if (!filter)
            m_problem->setText(errorText(filter.error()));
        if (!pattern->text().trimmed().isEmpty()) // also one that is being typed: it is left out where it is used
            rules.push_back({static_cast<MarkColor>(color->currentData().toInt()), pattern->text()});
    }
    emit changed(rules);
}

} // namespace sw::ui
