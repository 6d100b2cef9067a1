// SPDX-License-Identifier: MIT
#include "ui/inspector/optionsview.h"

#include "ui/style/theme.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/eventtext.h"

#include <QComboBox>
#include <QHeaderView>
#include <QLineEdit>
#include <QStyledItemDelegate>

namespace sw::ui {

namespace {

constexpr int nameColumn = 0;
constexpr int effectiveColumn = 1;
constexpr int requestedColumn = 2;

const OptionSpec* specOf(const QModelIndex& index) {
    return findOption(index.siblingAtColumn(nameColumn).data().toString());
}

/// A list for what has few values, a field for the rest.
class OptionDelegate final : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QWidget* createEditor(QWidget* parent, const QStyleOptionViewItem&, const QModelIndex& index) const override {
        const OptionSpec* spec = specOf(index);
        if (spec == nullptr || index.column() != requestedColumn)
            return nullptr;
        if (spec->type == OptionType::Switch || spec->type == OptionType::Choice) {
            auto* box = new QComboBox(parent);
            const QString choices =
                spec->type == OptionType::Switch ? QStringLiteral("on|off") : QString::fromLatin1(spec->choices);
            box->addItems(choices.split(QLatin1Char('|')));
            nameWidget(box, "optionEditor", QString::fromLatin1(spec->name));
            return box;
        }
        auto* field = new QLineEdit(parent);
        field->setPlaceholderText(acceptedValues(*spec));
        nameWidget(field, "optionEditor", QString::fromLatin1(spec->name));
        return field;
    }

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const QSize size = QStyledItemDelegate::sizeHint(option, index);
        return {size.width(), std::max(size.height(), option.fontMetrics.height() + 9)}; // an editor fits
    }

    void setEditorData(QWidget* editor, const QModelIndex& index) const override {
        const QString requested = index.data(Qt::UserRole).toString();
        if (auto* box = qobject_cast<QComboBox*>(editor))
            box->setCurrentText(requested.isEmpty() ? index.siblingAtColumn(effectiveColumn).data().toString()
                                                    : requested);
        else
            static_cast<QLineEdit*>(editor)->setText(requested);
        editor->setProperty(firstValue, valueOf(editor)); // leaving it so changes nothing
    }

    void setModelData(QWidget* editor, QAbstractItemModel* model, const QModelIndex& index) const override {
        const QString value = valueOf(editor);
        if (!value.isEmpty() && value != editor->property(firstValue).toString())
            model->setData(index, value, Qt::EditRole);
    }

private:
    static constexpr const char* firstValue = "firstValue";

    static QString valueOf(const QWidget* editor) {
        const auto* box = qobject_cast<const QComboBox*>(editor);
        return box != nullptr ? box->currentText() : static_cast<const QLineEdit*>(editor)->text().trimmed();
    }
};

} // namespace

OptionsView::OptionsView(QWidget* parent) : QTreeWidget(parent) {
    nameWidget(this, "optionsTree", tr("Options"));
    setHeaderLabels({tr("Option"), tr("In force"), tr("Asked")});
    header()->setStretchLastSection(true);
    setColumnWidth(nameColumn, 92);
    setColumnWidth(effectiveColumn, 110);
    setMinimumHeight(40);
    setRootIsDecorated(false);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setEditTriggers(NoEditTriggers);
    setItemDelegate(new OptionDelegate(this));
    connect(this, &QTreeWidget::itemActivated, this, [this](QTreeWidgetItem* item) { edit(item); });
    connect(this, &QTreeWidget::itemChanged, this, &OptionsView::edited);
}

void OptionsView::setSnapshot(const EndpointSnapshot& snapshot) {
    if (snapshot.id != m_endpoint)
        clear();
    m_endpoint = snapshot.id;
    m_isLive = !isEnded(snapshot.state);
    m_isFilling = true;
    const int count = snapshot.options == nullptr ? 0 : static_cast<int>(snapshot.options->size());
    while (topLevelItemCount() > count)
        delete takeTopLevelItem(topLevelItemCount() - 1);
    while (topLevelItemCount() < count)
        addTopLevelItem(new QTreeWidgetItem);
    for (int row = 0; row < count; ++row)
        showRow(row, snapshot.options->at(row));
    m_isFilling = false;
}

void OptionsView::showRow(int row, const OptionState& option) {
    QTreeWidgetItem* item = topLevelItem(row);
    if (state() == EditingState && item == currentItem())
        return; // any change of the row would put the old value into the editor
    const QString none = QStringLiteral("–");
    const QStringList texts{option.name, option.effective.isEmpty() ? none : option.effective,
                            option.requested.isEmpty() ? none : option.requested};
    const OptionSpec* spec = findOption(option.name);
    const bool canChange = m_isLive && spec != nullptr && spec->isLive && !spec->repeatable;
    const bool differs =
        !option.requested.isEmpty() && !option.effective.isEmpty() && option.requested != option.effective;
    const QString help = spec == nullptr ? QString() : QString::fromLatin1(spec->help);
    const QString how = canChange ? tr("Double click or Return changes it; it takes %1.").arg(acceptedValues(*spec))
                                  : tr("It is set when the endpoint is opened.");
    for (int column = 0; column < 3; ++column) {
        if (item->text(column) != texts.at(column))
            item->setText(column, texts.at(column));
        item->setToolTip(column, plainToolTip(help + QLatin1Char('\n') + how));
    }
    if (item->data(requestedColumn, Qt::UserRole).toString() != option.requested)
        item->setData(requestedColumn, Qt::UserRole, option.requested);
    Qt::ItemFlags flags = Qt::ItemIsSelectable | Qt::ItemIsEnabled;
    if (canChange)
        flags |= Qt::ItemIsEditable;
    if (item->flags() != flags)
        item->setFlags(flags);
    item->setForeground(nameColumn, themeColors(palette()).muted);
    QFont bold = font();
    bold.setBold(differs);
    item->setFont(effectiveColumn, bold);
    item->setForeground(effectiveColumn, differs ? themeColors(palette()).warning : palette().color(QPalette::Text));
}

void OptionsView::edit(QTreeWidgetItem* item) {
    if (item->flags().testFlag(Qt::ItemIsEditable))
        editItem(item, requestedColumn);
    else
        emit complained(
            tr("%1 is set when the endpoint is opened; it cannot be changed now.").arg(item->text(nameColumn)));
}

void OptionsView::edited(QTreeWidgetItem* item, int column) {
    if (m_isFilling || column != requestedColumn)
        return;
    const QString name = item->text(nameColumn);
    const QString value = item->text(requestedColumn);
    const OptionSpec* spec = findOption(name);
    const auto normal = spec == nullptr ? Result<QString>(value) : normaliseOption(*spec, value);
    m_isFilling = true; // what is in force comes with the next snapshot; until then the old one stands
    const QString old = item->data(requestedColumn, Qt::UserRole).toString();
    item->setText(requestedColumn, old.isEmpty() ? QStringLiteral("–") : old);
    m_isFilling = false;
    if (normal)
        emit changeRequested(name, *normal);
    else
        emit complained(errorText(normal.error()));
}

} // namespace sw::ui
