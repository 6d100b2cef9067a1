// SPDX-License-Identifier: MIT
#include "ui/inspector/detailspanel.h"

#include "core/base/units.h"
#include "ui/endpoints/statewords.h"
#include "ui/inspector/optionsview.h"
#include "ui/inspector/tcppanel.h"
#include "ui/inspector/tlspanel.h"
#include "ui/inspector/wrappingdelegate.h"
#include "ui/style/theme.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/eventtext.h"

#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QScrollArea>
#include <QTabWidget>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace sw::ui {

namespace {

constexpr int tcpPage = 2; // of the pages
constexpr int tlsPage = 3;

/// What is taller than there is room for scrolls, and does not make the window taller.
QScrollArea* scrolled(QWidget* page, QWidget* parent) {
    auto* area = new QScrollArea(parent);
    area->setWidget(page);
    area->setWidgetResizable(true);
    area->setFocusPolicy(Qt::NoFocus);
    area->setMinimumHeight(40);
    return area;
}

QTreeWidgetItem* addSection(QTreeWidget* tree, const QString& title) {
    auto* item = new QTreeWidgetItem(tree, {title});
    QFont bold = tree->font();
    bold.setBold(true);
    item->setFont(0, bold);
    item->setFirstColumnSpanned(true);
    item->setExpanded(true);
    return item;
}

/// What the socket is to the system.
QString socketText(const EndpointSnapshot& snapshot) {
    if (!snapshot.descriptor)
        return {};
    return DetailsPanel::tr("%1, %2 open, descriptor %3")
        .arg(snapshot.socketType(), snapshot.openName())
        .arg(*snapshot.descriptor);
}

} // namespace

DetailsPanel::DetailsPanel(Engine& engine, QWidget* parent) : QWidget(parent), m_engine(engine) {
    setObjectName(QStringLiteral("detailsPanel"));
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    m_empty = mutedLabel(tr("Choose an endpoint to see its addresses, options and counters."), this);
    m_empty->setWordWrap(true);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setMargin(24);
    outer->addWidget(m_empty, 1);
}

/// When the first endpoint is there: the window starts without.
void DetailsPanel::build() {
    if (m_content != nullptr)
        return;
    m_content = new QWidget(this);
    auto* layout = new QVBoxLayout(m_content);
    layout->setContentsMargins(0, 0, 0, 8);
    m_pages = new QTabWidget(m_content);
    nameWidget(m_pages, "detailsPages", tr("Details of the endpoint"));
    m_pages->setDocumentMode(true);
    m_tree = new QTreeWidget(m_pages);
    nameWidget(m_tree, "detailsTree", tr("Details"));
    m_tree->setHeaderLabels({tr("What"), tr("Value")});
    m_tree->header()->setStretchLastSection(true);
    m_tree->setColumnWidth(0, 96);
    m_tree->setMinimumHeight(40);
    m_tree->setWordWrap(true);
    m_tree->setItemDelegate(new WrappingDelegate(m_tree));
    connect(m_tree->header(), &QHeaderView::sectionResized, m_tree, [this] { m_tree->doItemsLayout(); });
    m_tree->setRootIsDecorated(false);
    m_tree->setIndentation(6);
    m_tree->setSelectionMode(QAbstractItemView::SingleSelection);
    m_endpoint = addSection(m_tree, tr("Endpoint"));
    m_report = addSection(m_tree, tr("Connecting"));
    m_counters = addSection(m_tree, tr("Counters"));
    m_options = new OptionsView(m_pages);
    m_tcp = new TcpPanel(m_engine, m_pages);
    m_pages->addTab(m_tree, tr("Endpoint"));
    m_pages->addTab(m_options, tr("Options"));
    m_pages->addTab(scrolled(m_tcp, m_pages), tr("TCP"));
    m_tls = new TlsPanel(m_pages);
    m_pages->addTab(scrolled(m_tls, m_pages), tr("TLS"));
    connect(m_tls, &TlsPanel::saveRequested, this, [this] { emit certificatesRequested(m_tls->pem()); });
    layout->addWidget(m_pages, 1);
    connect(m_options, &OptionsView::changeRequested, this, &DetailsPanel::optionChangeRequested);
    connect(m_options, &OptionsView::complained, this, &DetailsPanel::complained);
    connect(m_tree, &QTreeWidget::itemActivated, this, [this](QTreeWidgetItem* item) {
        if (item->data(1, Qt::UserRole).toBool())
            emit commandRequested(Command::GoToListener);
    });
    m_shutDown = commandButton(tr("Shut down sending"), "shutDownSendingButton", Command::ShutDownSending);
    m_close = commandButton(tr("Close"), "closeButton", Command::Close);
    m_abort = commandButton(tr("Abort"), "abortButton", Command::Abort);
    m_abort->setProperty("danger", true);
    m_pause = commandButton(tr("Pause"), "pauseButton", Command::PauseOrResume);
    m_accept = commandButton(tr("Accept"), "acceptButton", Command::Accept);
    m_remove = commandButton(tr("Remove"), "removeButton", Command::Remove);
    m_shutDownReceiving =
        commandButton(tr("Shut down receiving"), "shutDownReceivingButton", Command::ShutDownReceiving);
    m_shutDownReceiving->setToolTip(tr("We take no more; what the peer goes on sending may be answered with a reset"));
    m_shutDown->setToolTip(tr("The peer sees the end of our stream; we go on receiving"));
    m_close->setToolTip(tr("Orderly: what waits is sent first"));
    m_abort->setToolTip(tr("At once, with a reset; what waits is dropped"));
    auto* buttons = new QVBoxLayout;
    buttons->setContentsMargins(10, 4, 10, 4);
    buttons->setSpacing(3);
    // those of a row that are hidden leave their room to the others
    const std::vector<std::vector<QPushButton*>> rows{
        {m_shutDown}, {m_shutDownReceiving}, {m_accept, m_pause}, {m_close, m_abort, m_remove}};
    for (const auto& buttonsOfRow : rows) {
        auto* row = new QHBoxLayout;
        for (QPushButton* button : buttonsOfRow)
            row->addWidget(button, 1);
        buttons->addLayout(row);
    }
    layout->addLayout(buttons);
    static_cast<QVBoxLayout*>(this->layout())->addWidget(m_content, 1);
}

QPushButton* DetailsPanel::commandButton(const QString& text, const char* name, Command command) {
    QPushButton* button = pushButton(text, name, m_content);
    connect(button, &QPushButton::clicked, this, [this, command] { emit commandRequested(command); });
    return button;
}

void DetailsPanel::setRow(QTreeWidgetItem* section, int row, const QString& name, const QString& value) {
    while (section->childCount() <= row)
        new QTreeWidgetItem(section);
    QTreeWidgetItem* item = section->child(row);
    const QStringList texts{name, value};
    for (int column = 0; column < 2; ++column) {
        if (item->text(column) == texts.at(column))
            continue;
        item->setText(column, texts.at(column));
        item->setToolTip(column, plainToolTip(texts.at(column)));
    }
    item->setForeground(0, themeColors(palette()).muted);
    for (int column = 0; column < 2; ++column)
        item->setTextAlignment(column, Qt::AlignLeft | Qt::AlignTop);
}

void DetailsPanel::setRows(QTreeWidgetItem* section, const std::vector<std::pair<QString, QString>>& rows) {
    while (section->childCount() > static_cast<int>(rows.size()))
        delete section->takeChild(section->childCount() - 1);
    for (std::size_t row = 0; row < rows.size(); ++row)
        setRow(section, static_cast<int>(row), rows[row].first, rows[row].second);
    section->setHidden(rows.empty());
}

void DetailsPanel::showValues(const EndpointSnapshot& snapshot, const QString& listenerName) {
    const QString parent = snapshot.behaviour == QLatin1String("relay") ? tr("Client") : tr("Listener");
    std::vector<std::pair<QString, QString>> values{
        {tr("Name"), snapshot.name},
        {tr("State"), stateWord(snapshot.state)},
        {tr("Address"), snapshot.kind == EndpointKind::Recording ? QString() : describeAddress(snapshot.address)},
        {tr("Local"), snapshot.local},
        {tr("Family"), snapshot.family},
        {tr("Peer"), snapshot.peer},
        {tr("Peer process"), snapshot.credentials == nullptr ? QString() : snapshot.credentials->toText()},
        {tr("Socket"), socketText(snapshot)},
        {parent, listenerName},
        {tr("Behaviour"), snapshot.isRecovered ? QString() : snapshot.behaviour},
        {tr("Waiting"),
         snapshot.waiting ? tr("%n connection(s) to be accepted", nullptr, *snapshot.waiting) : QString()},
        {tr("TLS"), snapshot.tls == nullptr || !snapshot.tls->isEstablished ? QString() : snapshot.tls->toText()},
        {tr("Unverified"), snapshot.isUnverified() ? tr("the certificate was not checked (verify=off)") : QString()},
        {tr("Reachable"), snapshot.isReachable ? tr("from the network") : QString()},
        {tr("Error"), snapshot.error && snapshot.closing.isEmpty() ? errorText(*snapshot.error) : QString()},
        {tr("Ended"), eventText(snapshot.closing)}};
    std::erase_if(values, [](const auto& value) { return value.second.isEmpty(); });
    setRows(m_endpoint, values);
    for (int row = 0; row < m_endpoint->childCount(); ++row) { // the listener's row leads there
        QTreeWidgetItem* item = m_endpoint->child(row);
        const bool isLink = !listenerName.isEmpty() && item->text(0) == parent;
        item->setData(1, Qt::UserRole, isLink);
        item->setForeground(1, isLink ? themeColors(palette()).accent : palette().color(QPalette::Text));
        if (isLink)
            item->setToolTip(1, plainToolTip(tr("Double click or Return shows it")));
    }
}

/// How the connection came about, step by step, or how far it came.
void DetailsPanel::showReport(const EndpointSnapshot& snapshot) {
    std::vector<std::pair<QString, QString>> rows;
    if (const ConnectReport* report = snapshot.report.get()) {
        if (!report->host.isEmpty())
            rows.emplace_back(tr("Look-up"), report->addresses.isEmpty()
                                                 ? tr("failed after %1").arg(shortDuration(report->resolveTime))
                                                 : tr("%1 in %2")
                                                       .arg(report->addresses.join(QLatin1String(", ")),
                                                            shortDuration(report->resolveTime)));
        int number = 0;
        for (const ConnectAttempt& attempt : report->attempts) {
            QString text =
                tr("%1: %2 after %3").arg(attempt.peer, attempt.outcomeName(), shortDuration(attempt.duration));
            if (attempt.begun.count() > 1'000'000)
                text += tr(", begun at %1").arg(shortDuration(attempt.begun));
            if (!attempt.local.isEmpty())
                text += tr(", from %1").arg(attempt.local);
            if (attempt.retransmits > 0)
                text += tr(", SYN sent again %1 times").arg(attempt.retransmits);
            rows.emplace_back(report->attempts.size() == 1 ? tr("Attempt") : tr("Attempt %1").arg(++number), text);
        }
        if (report->firstByte)
            rows.emplace_back(tr("First byte"), tr("%1 after opening").arg(shortDuration(*report->firstByte)));
        rows.emplace_back(tr("Reached"), phaseName(report->phase));
        if (!report->advice.isEmpty())
            rows.emplace_back(tr("Found"), report->advice);
    }
    setRows(m_report, rows);
}

void DetailsPanel::showCounters(const EndpointSnapshot& snapshot) {
    const Counters& counters = snapshot.counters;
    const QLocale locale;
    const auto amount = [&](quint64 bytes, quint64 records) {
        return tr("%1 B · %2")
            .arg(locale.toString(bytes),
                 records == 1 ? tr("1 record") : tr("%1 records").arg(locale.toString(records)));
    };
    std::vector<std::pair<QString, QString>> rows{
        {tr("Received"), amount(counters.receivedBytes, counters.receivedRecords)},
        {tr("Sent"), amount(counters.sentBytes, counters.sentRecords)},
        {tr("Waiting"), tr("%1 B").arg(locale.toString(counters.queuedBytes))},
        {tr("Recorded"),
         counters.unrecorded == 0 ? tr("all") : tr("all but %1 B").arg(locale.toString(counters.unrecorded))}};
    if (isDatagram(snapshot.address.scheme))
        rows.emplace_back(tr("Dropped"), tr("%1 by the system").arg(counters.dropped));
    if (snapshot.kind == EndpointKind::Listener || snapshot.kind == EndpointKind::DatagramSocket)
        rows.emplace_back(tr("Peers"), tr("%1 open, %2 taken").arg(counters.connections).arg(counters.accepted));
    setRows(m_counters, rows);
}

void DetailsPanel::showTls() {
    build();
    m_pages->setCurrentIndex(tlsPage);
}

void DetailsPanel::showTcp() {
    build();
    m_pages->setCurrentIndex(tcpPage);
}

void DetailsPanel::updateButtons(const EndpointSnapshot& snapshot) {
    const bool isLive = !isEnded(snapshot.state);
    const bool isListener = snapshot.kind == EndpointKind::Listener;
    const bool isConnection = snapshot.kind == EndpointKind::Connection;
    // the focus of a button that can no longer be pressed is not to go on to one that ends the connection
    const auto enable = [this](QPushButton* button, bool isEnabled) {
        if (!isEnabled && button->hasFocus())
            m_pages->setFocus(Qt::OtherFocusReason);
        button->setEnabled(isEnabled);
    };
    m_shutDown->setVisible(isConnection && isLive); // what has ended can be removed, and nothing else
    enable(m_shutDown, canSend(snapshot.state));
    m_shutDownReceiving->setVisible(isConnection && isLive);
    enable(m_shutDownReceiving, snapshot.state == EndpointState::Open || snapshot.state == EndpointState::WriteEnded);
    m_abort->setVisible(isConnection && isLive);
    m_close->setVisible(isLive);
    enable(m_abort, isLive);
    enable(m_close, isLive && snapshot.state != EndpointState::Closing);
    m_pause->setVisible(isListener && isLive);
    enable(m_pause, isLive);
    m_pause->setText(snapshot.isPaused ? tr("Resume") : tr("Pause"));
    m_accept->setVisible(isListener && snapshot.isAcceptManual);
    enable(m_accept, isLive && snapshot.waiting != 0);
    m_accept->setText(snapshot.waiting ? tr("Accept (%1 waiting)").arg(*snapshot.waiting) : tr("Accept"));
    m_remove->setVisible(!isLive);
}

void DetailsPanel::setSnapshot(const std::optional<EndpointSnapshot>& snapshot, const QString& listenerName) {
    if (snapshot)
        build();
    m_empty->setVisible(!snapshot);
    if (m_content == nullptr)
        return;
    m_content->setVisible(snapshot.has_value());
    m_tcp->setSnapshot(snapshot);
    if (!snapshot)
        return;
    showValues(*snapshot, listenerName);
    showReport(*snapshot);
    showCounters(*snapshot);
    m_options->setSnapshot(*snapshot);
    m_tls->setSnapshot(*snapshot);
    updateButtons(*snapshot);
}

} // namespace sw::ui
