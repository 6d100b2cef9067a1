// SPDX-License-Identifier: MIT
#include "ui/tools/lookuppanel.h"

#include "core/address/interfaces.h"
#include "core/base/threads.h"
#include "ui/style/theme.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/eventtext.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSplitter>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace sw::ui {

namespace {

QTreeWidget* makeTable(const char* name, const QString& accessibleName, const QStringList& headers, QWidget* parent) {
    auto* table = new QTreeWidget(parent);
    nameWidget(table, name, accessibleName);
    table->setHeaderLabels(headers);
    table->setRootIsDecorated(false);
    table->setUniformRowHeights(true);
    return table;
}

} // namespace

LookupPanel::LookupPanel(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("lookupPanel"));
}

/// When it is first looked at: the window starts without.
void LookupPanel::build() {
    m_query = new QLineEdit(this);
    m_reverse = new QCheckBox(tr("&Names of addresses too"), this);
    m_button = pushButton(tr("&Look up"), "lookupButton", this);
    m_status = plainLabel({}, this);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 6, 10, 6);
    auto* row = new QHBoxLayout;
    auto* label = plainLabel(tr("Look up"), this);
    label->setBuddy(m_query);
    nameWidget(m_query, "lookupQuery", tr("Look up"));
    m_query->setPlaceholderText(tr("localhost, 2130706433, ::1, 10.1.2.3/20, 8080, domain/udp"));
    nameWidget(m_reverse, "lookupReverse", tr("Also ask for the name of an address"));
    explain(*m_reverse, tr("The network's name service is asked. Without this it is asked for names only."));
    row->addWidget(label);
    row->addWidget(m_query, 1);
    row->addWidget(m_button);
    row->addWidget(m_reverse);
    layout->addLayout(row);
    nameWidget(m_status, "lookupStatus", tr("Look-up status"));
    m_status->setWordWrap(true);
    m_status->hide();
    layout->addWidget(m_status);
    auto* split = new QSplitter(Qt::Horizontal, this);
    m_facts = makeTable("lookupFacts", tr("Found"), {tr("What"), tr("Found")}, split);
    m_facts->setColumnWidth(0, 110);
    m_interfaces = makeTable("interfaceTable", tr("Interfaces"),
                             {tr("Interface"), tr("State"), tr("MTU"), tr("Addresses")}, split);
    m_interfaces->setColumnWidth(0, 90);
    m_interfaces->setColumnWidth(1, 110);
    m_interfaces->setColumnWidth(2, 60);
    split->setSizes({500, 500});
    layout->addWidget(split, 1);
    connect(m_query, &QLineEdit::returnPressed, this, &LookupPanel::start);
    connect(m_button, &QPushButton::clicked, this, &LookupPanel::start);
    for (QTreeWidget* table : {m_facts, m_interfaces}) {
        table->setToolTip(tr("Return copies"));
        connect(table, &QTreeWidget::itemActivated, this,
                [](QTreeWidgetItem* item) { QApplication::clipboard()->setText(item->text(item->columnCount() - 1)); });
    }
}

void LookupPanel::focusQuery() {
    if (m_query == nullptr)
        build();
    m_query->setFocus(Qt::ShortcutFocusReason);
    m_query->selectAll();
}

void LookupPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (m_query == nullptr)
        build();
    showInterfaces();
}

void LookupPanel::showInterfaces() {
    m_interfaces->clear();
    for (const InterfaceInfo& info : interfaces()) {
        QStringList state{info.isUp ? tr("up") : tr("down")};
        if (info.isLoopback)
            state.append(tr("loopback"));
        else if (info.isMulticast)
            state.append(tr("multicast"));
        auto* item =
            new QTreeWidgetItem(m_interfaces, {info.name, state.join(QLatin1String(", ")), QString::number(info.mtu),
                                               info.addresses.join(QLatin1String(", "))});
        if (!info.hardwareAddress.isEmpty())
            item->setToolTip(0, plainToolTip(info.hardwareAddress));
    }
}

void LookupPanel::start() {
    const QString query = m_query->text().trimmed();
    const bool reverse = m_reverse->isChecked();
    m_facts->clear();
    showInterfaces();
    setMistake(*m_status, false);
    m_status->setText(asksTheNetwork(query, reverse) ? tr("Asking the name service…") : QString());
    m_status->setVisible(!m_status->text().isEmpty());
    const quint64 asked = ++m_asked;
    runOnPool([query, reverse, asked, slot = m_postbox.slot(), this] {
        slot->post([query, asked, facts = lookUp(query, reverse), this] {
            if (asked == m_asked)
                finished(query, facts);
        });
    });
}

void LookupPanel::finished(const QString& query, const Result<std::vector<LookupFact>>& facts) {
    m_status->setVisible(!facts);
    if (!facts) {
        m_status->setText(query.isEmpty() ? errorText(facts.error()) : toText(facts.error()));
        setMistake(*m_status);
        return;
    }
    for (const LookupFact& fact : *facts) {
        auto* item = new QTreeWidgetItem(m_facts, {fact.name, fact.value});
        item->setForeground(0, themeColors(palette()).muted);
        item->setToolTip(1, plainToolTip(fact.value));
    }
}

} // namespace sw::ui
