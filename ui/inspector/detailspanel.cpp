// SPDX-License-Identifier: MIT
#include "ui/inspector/detailspanel.h"

#include "core/base/units.h"
#include "ui/endpoints/statewords.h"
#include "ui/shell/theme.h"
#include "ui/widgets/controls.h"

#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace sw::ui {

namespace {

QTreeWidgetItem* addSection(QTreeWidget* tree, const QString& title) {
    auto* item = new QTreeWidgetItem(tree, {title});
    QFont bold = tree->font();
    bold.setBold(true);
    item->setFont(0, bold);
    item->setFirstColumnSpanned(true);
    item->setExpanded(true);
    return item;
}

} // namespace

DetailsPanel::DetailsPanel(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("detailsPanel"));
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    m_empty = mutedLabel(tr("Choose an endpoint to see its addresses, options and counters."), this);
    m_empty->setWordWrap(true);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setMargin(24);
    m_content = new QWidget(this);
    auto* layout = new QVBoxLayout(m_content);
    layout->setContentsMargins(0, 0, 0, 8);
    m_tree = new QTreeWidget(m_content);
    nameWidget(m_tree, "detailsTree", tr("Details"));
    m_tree->setHeaderLabels({tr("What"), tr("In force"), tr("Asked")});
    m_tree->header()->setStretchLastSection(true);
    m_tree->setColumnWidth(0, 84);
    m_tree->setColumnWidth(1, 138);
    m_tree->setRootIsDecorated(false);
    m_tree->setIndentation(6);
    m_tree->setSelectionMode(QAbstractItemView::SingleSelection);
    m_endpoint = addSection(m_tree, tr("Endpoint"));
    m_counters = addSection(m_tree, tr("Counters"));
    m_options = addSection(m_tree, tr("Options"));
    layout->addWidget(m_tree, 1);
    auto* grid = new QGridLayout;
    grid->setContentsMargins(10, 4, 10, 4);
    m_shutDown = commandButton(tr("Shut down sending"), "shutDownSendingButton", Command::ShutDownSending);
    m_close = commandButton(tr("Close"), "closeButton", Command::Close);
    m_abort = commandButton(tr("Abort"), "abortButton", Command::Abort);
    m_abort->setProperty("danger", true);
    m_pause = commandButton(tr("Pause"), "pauseButton", Command::PauseOrResume);
    m_accept = commandButton(tr("Accept"), "acceptButton", Command::Accept);
    m_remove = commandButton(tr("Remove"), "removeButton", Command::Remove);
    m_shutDown->setToolTip(tr("The peer sees the end of our stream; we go on receiving"));
    m_close->setToolTip(tr("Orderly: what waits is sent first"));
    m_abort->setToolTip(tr("At once, with a reset; what waits is dropped"));
    grid->addWidget(m_shutDown, 0, 0, 1, 2);
    grid->addWidget(m_accept, 0, 0);
    grid->addWidget(m_pause, 0, 1);
    grid->addWidget(m_close, 1, 0);
    grid->addWidget(m_abort, 1, 1);
    grid->addWidget(m_remove, 2, 0, 1, 2);
    layout->addLayout(grid);
    outer->addWidget(m_empty, 1);
    outer->addWidget(m_content, 1);
    m_content->hide();
}

QPushButton* DetailsPanel::commandButton(const QString& text, const char* name, Command command) {
    QPushButton* button = pushButton(text, name, m_content);
    connect(button, &QPushButton::clicked, this, [this, command] { emit commandRequested(command); });
    return button;
}

void DetailsPanel::setRow(QTreeWidgetItem* section, int row, const QString& name, const QString& value,
                          const QString& asked) {
    while (section->childCount() <= row)
        new QTreeWidgetItem(section);
    QTreeWidgetItem* item = section->child(row);
    const QStringList texts{name, value, asked};
    for (int column = 0; column < 3; ++column) {
        if (item->text(column) == texts.at(column))
            continue;
        item->setText(column, texts.at(column));
        item->setToolTip(column, plainToolTip(texts.at(column)));
    }
    item->setForeground(0, themeColors(palette()).muted);
}

void DetailsPanel::showOptions(const EndpointSnapshot& snapshot) {
    const int count = snapshot.options == nullptr ? 0 : static_cast<int>(snapshot.options->size());
    while (m_options->childCount() > count)
        delete m_options->takeChild(m_options->childCount() - 1);
    const QString none = QStringLiteral("–");
    for (int row = 0; row < count; ++row) {
        const OptionState& option = snapshot.options->at(row);
        setRow(m_options, row, option.name, option.effective.isEmpty() ? none : option.effective,
               option.requested.isEmpty() ? none : option.requested);
        const bool differs =
            !option.requested.isEmpty() && !option.effective.isEmpty() && option.requested != option.effective;
        QFont font = m_tree->font();
        font.setBold(differs);
        m_options->child(row)->setFont(1, font);
        m_options->child(row)->setForeground(1, differs ? themeColors(palette()).warning
                                                        : palette().color(QPalette::Text));
    }
    m_options->setHidden(count == 0);
}

void DetailsPanel::showValues(const EndpointSnapshot& snapshot, const QString& listenerName) {
    struct Value {
        QString name;
        QString value;
    };
    std::vector<Value> values{{tr("Name"), snapshot.name},
                              {tr("State"), stateWord(snapshot.state)},
                              {tr("Address"), formatAddress(snapshot.address)},
                              {tr("Local"), snapshot.local},
                              {tr("Peer"), snapshot.peer},
                              {tr("Listener"), listenerName},
                              {tr("Behaviour"), snapshot.behaviour},
                              {tr("Reachable"), snapshot.isReachable ? tr("from the network") : QString()},
                              {tr("Ended"), snapshot.closing}};
    std::erase_if(values, [](const Value& value) { return value.value.isEmpty(); });
    while (m_endpoint->childCount() > static_cast<int>(values.size()))
        delete m_endpoint->takeChild(m_endpoint->childCount() - 1);
    for (int row = 0; row < static_cast<int>(values.size()); ++row) {
        const Value& value = values[static_cast<std::size_t>(row)];
        setRow(m_endpoint, row, value.name, value.value, {});
    }
    const Counters& counters = snapshot.counters;
    const QLocale locale;
    const auto amount = [&](quint64 bytes, quint64 records) {
        return tr("%1 B · %2 records").arg(locale.toString(bytes), locale.toString(records));
    };
    setRow(m_counters, 0, tr("Received"), amount(counters.receivedBytes, counters.receivedRecords), {});
    setRow(m_counters, 1, tr("Sent"), amount(counters.sentBytes, counters.sentRecords), {});
    setRow(m_counters, 2, tr("Waiting"), tr("%1 B").arg(locale.toString(counters.queuedBytes)), {});
    setRow(m_counters, 3, tr("Recorded"), tr("all"), {});
    setRow(m_counters, 4, tr("Dropped"), tr("%1 by the system").arg(counters.dropped), {});
    setRow(m_counters, 5, tr("Peers"), tr("%1 open, %2 taken").arg(counters.connections).arg(counters.accepted), {});
    const bool isStream = !isDatagram(snapshot.address.scheme);
    m_counters->child(4)->setHidden(isStream);
    m_counters->child(5)->setHidden(snapshot.kind != EndpointKind::Listener &&
                                    snapshot.kind != EndpointKind::DatagramSocket);
}

void DetailsPanel::updateButtons(const EndpointSnapshot& snapshot) {
    const bool isLive = !isEnded(snapshot.state);
    const bool isListener = snapshot.kind == EndpointKind::Listener;
    const bool isConnection = snapshot.kind == EndpointKind::Connection;
    m_shutDown->setVisible(isConnection);
    m_shutDown->setEnabled(snapshot.state == EndpointState::Open || snapshot.state == EndpointState::ReadEnded);
    m_abort->setVisible(isConnection);
    m_abort->setEnabled(isLive);
    m_close->setEnabled(isLive && snapshot.state != EndpointState::Closing);
    m_pause->setVisible(isListener);
    m_pause->setEnabled(isLive);
    m_pause->setText(snapshot.state == EndpointState::Paused ? tr("Resume") : tr("Pause"));
    m_accept->setVisible(isListener && snapshot.isAcceptManual);
    m_accept->setEnabled(isLive);
    m_remove->setVisible(!isLive);
}

void DetailsPanel::setSnapshot(const std::optional<EndpointSnapshot>& snapshot, const QString& listenerName) {
    m_empty->setVisible(!snapshot);
    m_content->setVisible(snapshot.has_value());
    if (!snapshot)
        return;
    showValues(*snapshot, listenerName);
    showOptions(*snapshot);
    updateButtons(*snapshot);
}

} // namespace sw::ui
