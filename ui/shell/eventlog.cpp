// SPDX-License-Identifier: MIT
#include "ui/shell/eventlog.h"

#include "core/payload/visibletext.h"
#include "ui/buffer/bufferlayout.h"
#include "ui/style/theme.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/eventtext.h"

#include <QApplication>
#include <QHeaderView>
#include <QScrollBar>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>
#include <limits>

namespace sw::ui {

EventLogModel::EventLogModel(std::shared_ptr<const Transcript> log, QObject* parent)
    : QAbstractTableModel(parent),
      m_reader(std::move(log)) {}

void EventLogModel::refresh() {
    const int now = static_cast<int>(std::min<RecordIndex>(m_reader.count(), std::numeric_limits<int>::max()));
    if (now == m_rows)
        return;
    beginInsertRows({}, m_rows, now - 1);
    m_rows = now;
    endInsertRows();
}

EndpointId EventLogModel::endpointAt(int row) const {
    return static_cast<EndpointId>(
        m_reader.at(static_cast<RecordIndex>(row)).facts().number(Fact::Endpoint).value_or(0));
}

int EventLogModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : m_rows;
}

int EventLogModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : 3;
}

QVariant EventLogModel::data(const QModelIndex& index, int role) const {
    if (role != Qt::DisplayRole && role != Qt::ForegroundRole && role != Qt::ToolTipRole)
        return {};
    const RecordView record = m_reader.at(static_cast<RecordIndex>(index.row()));
    const Facts facts = record.facts();
    if (role == Qt::ForegroundRole) {
        const ThemeColors colors = themeColors(QApplication::palette());
        const bool isProblem = facts.contains(Fact::Error);
        return isProblem                ? colors.error
               : index.column() == Text ? QApplication::palette().color(QPalette::Text)
                                        : colors.muted;
    }
    const auto visible = [](const QString& text) { return toVisibleText(text.toUtf8()).text; };
    switch (index.column()) {
    case Time:
        return timestampText(TimestampMode::Absolute, record.header.time.wall, 0, 0, 0);
    case Endpoint:
        return visible(facts.text(Fact::Name));
    default: {
        const QString text = visible(eventText(facts.sentence()));
        return role == Qt::ToolTipRole ? plainToolTip(text) : text;
    }
    }
}

QVariant EventLogModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    return section == Time ? tr("Time") : section == Endpoint ? tr("Endpoint") : tr("Event");
}

EventLogPanel::EventLogPanel(std::shared_ptr<const Transcript> log, QWidget* parent)
    : QWidget(parent),
      m_model(std::move(log)),
      m_table(new QTableView(this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_table);
    nameWidget(m_table, "eventLog", tr("Event log"));
    m_table->setModel(&m_model);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setTabKeyNavigation(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 7);
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->setColumnWidth(EventLogModel::Time, 120);
    m_table->setColumnWidth(EventLogModel::Endpoint, 210);
    connect(m_table, &QTableView::activated, this,
            [this](const QModelIndex& index) { emit endpointChosen(m_model.endpointAt(index.row())); });
}

void EventLogPanel::refresh() {
    const QScrollBar* bar = m_table->verticalScrollBar();
    const bool isAtEnd = bar->value() >= bar->maximum();
    m_model.refresh();
    if (isAtEnd)
        m_table->scrollToBottom();
}

} // namespace sw::ui
