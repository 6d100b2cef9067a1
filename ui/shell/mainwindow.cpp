// SPDX-License-Identifier: MIT
#include "ui/shell/mainwindow.h"

#include "identity.h"
#include "ui/actions/passphrases.h"
#include "ui/buffer/bufferarea.h"
#include "ui/buffer/bufferpanel.h"
#include "ui/buffer/bufferview.h"
#include "ui/composer/composer.h"
#include "ui/endpoints/addressbar.h"
#include "ui/endpoints/addressform.h"
#include "ui/endpoints/endpointsview.h"
#include "ui/messages/messagespanel.h"
#include "ui/recordings/recordingcommands.h"
#include "ui/relay/relaypanel.h"
#include "ui/settings/preferencesdialog.h"
#include "ui/shell/availability.h"
#include "ui/shell/buffercommands.h"
#include "ui/shell/eventlog.h"
#include "ui/shell/manualwindow.h"
#include "ui/shell/relaycommands.h"
#include "ui/shell/socketcommands.h"
#include "ui/shell/startpage.h"
#include "ui/shell/statustotals.h"
#include "ui/shell/storenotices.h"
#include "ui/shell/toolcommands.h"
#include "ui/style/icons.h"
#include "ui/throughput/throughputpanel.h"
#include "ui/tools/lookuppanel.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/noticebar.h"
#include "ui/widgets/picker.h"
#include "ui/workspace/workspacecommands.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDockWidget>
#include <QKeyEvent>
#include <QLabel>
#include <QMenuBar>
#include <QMimeData>
#include <QPushButton>
#include <QScreen>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTimer>
#include <QToolBar>
#include <QTreeView>
#include <QVBoxLayout>

namespace sw::ui {

namespace {
constexpr int messageTime = 8000; // milliseconds
}

MainWindow::MainWindow(Engine& engine, Settings& settings, Prompter& prompter, QWidget* parent)
    : QMainWindow(parent),
      m_engine(engine),
      m_settings(settings),
      m_prompter(prompter),
      m_actions(new ActionRegistry(this)) {
    setObjectName(QStringLiteral("mainWindow"));
    setWindowTitle(QStringLiteral(SOCKETWRIGHT_NAME));
    setWindowIcon(icon(IconId::Application));
    buildPanels();
    buildCommands();
    buildMenus();
    m_totals = new StatusTotals(m_engine, m_model, statusBar());
    connectActions();
    connectPanels();
    connectTools();
    connectRecordings();
    for (QDockWidget* dock : {m_formDock, m_eventsDock, m_throughputDock, m_lookupDock, m_relayDock, m_messagesDock})
        dock->hide();
    fitScreen();
    restoreState(m_settings.windowState());
    qApp->installEventFilter(this);
    showDetails();
    m_totals->refresh();
    m_address->focusAddress();
    setAcceptDrops(true);
}

MainWindow::~MainWindow() = default;

/// As it was left, and never larger than the screen that it is on.
void MainWindow::fitScreen() {
    constexpr QSize wanted(1360, 860);
    constexpr QSize frame(16, 40); // of a window manager; it is not known before the window is shown
    if (!m_wasShown)
        restoreGeometry(m_settings.windowGeometry());
    const QRect room = screen()->availableGeometry();
    const QSize most = room.size() - frame;
    if (!isMaximized() && !isFullScreen())
        resize((m_settings.windowGeometry().isEmpty() ? wanted : size()).boundedTo(most));
    if (!m_settings.windowGeometry().isEmpty() && !room.contains(geometry()))
        move(room.topLeft());
}

QDockWidget* MainWindow::addDock(const QString& title, const char* name, QWidget* content, Qt::DockWidgetArea area) {
    auto* dock = new QDockWidget(title, this);
    dock->setObjectName(QString::fromLatin1(name));
    dock->setAccessibleName(title);
    dock->setFeatures(QDockWidget::DockWidgetMovable | QDockWidget::DockWidgetClosable);
    dock->setWidget(content);
    addDockWidget(area, dock);
    return dock;
}

QWidget* MainWindow::buildEmptyState() {
    auto* page = new StartPage(*m_actions, m_settings, this);
    connect(page, &StartPage::exampleRequested, this, &MainWindow::openTalkExample);
    connect(page, &StartPage::addressChosen, this, [this](const QString& address) {
        m_address->setText(address);
        m_address->focusAddress();
    });
    connect(page, &StartPage::workspaceChosen, this, &MainWindow::openWorkspace);
    connect(page, &StartPage::serverRequested, this, [this](const QString& behaviour) {
        openAddress(*parseAddress(QStringLiteral("tcp://127.0.0.1:0"), Role::Listen), behaviour, Role::Listen);
    });
    connect(page, &StartPage::misbehavingRequested, this,
            [this] { m_tools->misbehavingMenu()->popup(QCursor::pos()); });
    return page;
}

void MainWindow::buildPanels() {
    m_address = new AddressBar(m_settings, this);
    m_buffers = new BufferArea([this](EndpointId id) {
        auto* panel = new BufferPanel(m_engine, m_settings, m_annotations, id); // the tabs adopt it
        m_commands->adopt(*panel);
        m_recordings->adopt(*panel);
        connect(panel->composer(), &Composer::messageDropped, panel, [this, panel](const QString& path) {
            const SavedMessage* message = m_messages->library().find(path);
            if (message == nullptr || message->isSequence())
                complain(tr("A sequence is sent from Saved Messages."));
            else
                panel->composer()->setDraft(message->steps.constFirst().format());
        });
        return panel;
    });
    m_messages = new MessagesPanel(m_settings.fileBeside(QStringLiteral("library.messages")), m_settings.bufferFont(),
                                   m_prompter, this);
    m_commands = new BufferCommands({m_engine, m_settings, m_prompter, m_annotations, *m_buffers, *m_actions}, this);
    m_sockets = new SocketCommands({m_engine, m_prompter, m_model, *m_buffers, *m_actions,
                                    [this] { return m_currentEndpoint; }, [this] { return selectedEndpoints(); }},
                                   this);
    m_notices = new StoreNotices(m_engine, m_prompter, *m_actions, this);
    m_centre = new QStackedWidget(this);
    m_centre->addWidget(buildEmptyState());
    m_centre->addWidget(m_buffers);
    auto* central = new QWidget(this);
    auto* layout = new QVBoxLayout(central);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    for (NoticeBar* bar : m_notices->bars())
        layout->addWidget(bar);
    layout->addWidget(m_centre, 1);
    setCentralWidget(central);
    auto* bar = new QToolBar(tr("Address"), this);
    bar->setObjectName(QStringLiteral("addressToolBar"));
    bar->setMovable(false);
    bar->addWidget(m_address);
    bar->toggleViewAction()->setEnabled(false);
    addToolBar(bar);

    m_tree = new EndpointsView(this);
    m_tree->setModel(&m_model);
    m_endpointsDock = addDock(tr("Endpoints"), "endpointsDock", m_tree, Qt::LeftDockWidgetArea);
    m_details = new DetailsPanel(m_engine, this);
    // beside the buffers where there is much room; else below the endpoints, and the buffers have the width
    constexpr int wideScreen = 1700;
    const bool isWide = screen()->availableGeometry().width() >= wideScreen;
    const Qt::DockWidgetArea area = isWide ? Qt::RightDockWidgetArea : Qt::LeftDockWidgetArea;
    m_detailsDock = addDock(tr("Details"), "detailsDock", m_details, area);
    m_form = new AddressForm(this);
    m_formDock = addDock(tr("Address options"), "formDock", m_form, area);
    tabifyDockWidget(m_detailsDock, m_formDock);
    m_detailsDock->raise();
    m_events = new EventLogPanel(m_engine.eventLog(), this);
    m_eventsDock = addDock(tr("Event log"), "eventsDock", m_events, Qt::BottomDockWidgetArea);
    m_throughput = new ThroughputPanel(m_engine, this);
    m_throughputDock = addDock(tr("Throughput"), "throughputDock", m_throughput, Qt::BottomDockWidgetArea);
    m_lookup = new LookupPanel(this);
    m_lookupDock = addDock(tr("Look up"), "lookupDock", m_lookup, Qt::BottomDockWidgetArea);
    m_relay = new RelayPanel(m_engine, m_settings.bufferFont(), this);
    m_relayDock = addDock(tr("Relay"), "relayDock", m_relay, Qt::BottomDockWidgetArea);
    m_messagesDock = addDock(tr("Saved messages"), "messagesDock", m_messages, Qt::BottomDockWidgetArea);
    tabifyDockWidget(m_eventsDock, m_throughputDock);
    tabifyDockWidget(m_eventsDock, m_messagesDock);
    tabifyDockWidget(m_eventsDock, m_lookupDock);
    tabifyDockWidget(m_eventsDock, m_relayDock);
    setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    if (isWide)
        resizeDocks({m_endpointsDock, m_detailsDock}, {270, 320}, Qt::Horizontal);
    else
        resizeDocks({m_endpointsDock}, {250}, Qt::Horizontal);
    resizeDocks({m_eventsDock}, {150}, Qt::Vertical);
}

/// What the menus do; each knows its own actions.
void MainWindow::buildCommands() {
    m_tools = new ToolCommands({m_engine, m_settings, m_prompter, m_model, *m_buffers, *m_actions, *m_messages,
                                [this] { return m_currentEndpoint; }},
                               this);
    m_workspaces =
        new WorkspaceCommands({m_engine, m_settings, m_prompter, m_model, *m_buffers, *m_actions, *m_messages}, this);
    m_recordings = new RecordingCommands({m_engine, m_prompter, m_model, *m_buffers, *m_actions}, this);
}

void MainWindow::connectTools() {
    connect(m_tools, &ToolCommands::complained, this, &MainWindow::complain);
    connect(m_tools, &ToolCommands::openRequested, this, [this](const Address& address, const QString& behaviour) {
        openAddress(address, behaviour, Role::Listen);
    });
    connect(m_tools, &ToolCommands::recordChosen, this, [this](EndpointId id, qint64 record) {
        if (BufferPanel* panel = openBuffer(id))
            panel->view()->scrollTo({static_cast<RecordIndex>(record), 0});
        activateWindow();
    });
    connect(m_workspaces, &WorkspaceCommands::complained, this, &MainWindow::complain);
    connect(m_workspaces, &WorkspaceCommands::endpointOpened, this, [this](EndpointId id) {
        openBuffer(id);
        chooseEndpoint(id);
    });
    connect(m_details, &DetailsPanel::certificatesRequested, m_tools, &ToolCommands::saveCertificates);
    connect(m_address, &AddressBar::behaviourFileRequested, this, [this](const QString& behaviour) {
        const bool isScript = behaviour == QLatin1String("script");
        const QString file = m_prompter.fileToRead(this, isScript ? tr("Script") : tr("Rules"),
                                                   isScript ? tr("Scripts (*.js);;All files (*)")
                                                            : tr("Rules (*.rules);;All files (*)"));
        m_address->setBehaviour(file.isEmpty() ? QStringLiteral("manual") : behaviour + QLatin1Char('=') + file);
    });
    m_actions->connectTo(ActionId::SavedMessages, this, [this] {
        m_messagesDock->show();
        m_messagesDock->raise();
        constexpr int messagesHeight = 260;
        if (m_messagesDock->height() < messagesHeight)
            resizeDocks({m_messagesDock}, {messagesHeight}, Qt::Vertical);
        m_messages->setFocus();
    });
    m_actions->connectTo(ActionId::TlsDetails, this, [this] {
        m_detailsDock->show();
        m_detailsDock->raise();
        m_details->showTls();
    });
}

void MainWindow::connectRecordings() {
    auto* relays =
        new RelayCommands({m_engine, *m_actions, *m_relay, *m_relayDock, [this] { return m_address->text(); }}, this);
    connect(relays, &RelayCommands::endpointOpened, this, [this](EndpointId id) { m_pending = id; });
    connect(m_relay, &RelayPanel::complained, this, &MainWindow::complain);
    connect(m_relay, &RelayPanel::heldCounted, m_totals, &StatusTotals::showHeld);
    connect(m_recordings, &RecordingCommands::complained, this, &MainWindow::complain);
    connect(m_recordings, &RecordingCommands::endpointOpened, this, [this](EndpointId id) { m_pending = id; });
    connect(m_recordings, &RecordingCommands::recordingOpened, this,
            [this](const QString& name) { m_expected.append(name); });
}

void MainWindow::openWorkspace(const QString& file) {
    m_workspaces->open(file);
}

void MainWindow::openFile(const QString& file) {
    if (RecordingCommands::isRecording(file))
        m_recordings->open(file);
    else
        openWorkspace(file);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    const auto urls = event->mimeData()->urls();
    if (std::any_of(urls.begin(), urls.end(), [](const QUrl& url) { return url.isLocalFile(); }))
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    const auto urls = event->mimeData()->urls();
    for (const QUrl& url : urls) {
        if (url.isLocalFile())
            openFile(url.toLocalFile());
    }
    event->acceptProposedAction();
}

void MainWindow::buildMenus() {
    const std::pair<MenuId, QString> titles[] = {{MenuId::File, tr("&File")},   {MenuId::Edit, tr("&Edit")},
                                                 {MenuId::View, tr("&View")},   {MenuId::Socket, tr("&Socket")},
                                                 {MenuId::Tools, tr("&Tools")}, {MenuId::Window, tr("&Window")},
                                                 {MenuId::Help, tr("&Help")}};
    const auto fillMenu = [this](QMenu* menu, MenuId id) {
        menu->setToolTipsVisible(true); // why something cannot run
        for (const ActionEntry& entry : actionTable()) {
            if (entry.menu != id)
                continue;
            if (entry.beginsGroup)
                menu->addSeparator();
            menu->addAction(m_actions->action(entry.id));
        }
    };
    const auto subMenu = [this, fillMenu](const QString& title, MenuId id) {
        auto* menu = new QMenu(title, this);
        fillMenu(menu, id);
        return menu;
    };
    QMenu* copyMenu = subMenu(tr("Copy as Comman&d"), MenuId::CopyEndpoint);
    for (const auto& [id, title] : titles) {
        QMenu* menu = menuBar()->addMenu(title);
        fillMenu(menu, id);
        if (id == MenuId::File)
            menu->insertMenu(m_actions->action(ActionId::RecordToFile), m_workspaces->recentMenu());
        if (id == MenuId::Tools)
            menu->addMenu(m_tools->misbehavingMenu());
        if (id == MenuId::Edit)
            menu->addMenu(subMenu(tr("Copy Message as Co&mmand"), MenuId::CopyMessage));
        if (id == MenuId::Socket)
            menu->addMenu(copyMenu);
        if (id != MenuId::Window)
            continue;
        menu->addSeparator();
        for (QDockWidget* dock : {m_endpointsDock, m_detailsDock, m_formDock, m_eventsDock, m_throughputDock,
                                  m_lookupDock, m_messagesDock, m_relayDock})
            menu->addAction(dock->toggleViewAction());
    }
    m_actions->action(ActionId::Quit)->setMenuRole(QAction::QuitRole);
    m_actions->action(ActionId::Preferences)->setMenuRole(QAction::PreferencesRole);
    m_actions->action(ActionId::About)->setMenuRole(QAction::AboutRole);
    m_tree->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_tree, &QTreeView::customContextMenuRequested, this, [this, copyMenu](const QPoint& place) {
        QMenu menu(this); // what can be done with this one, and nothing else
        for (const ActionEntry& entry : actionTable()) {
            if (entry.menu != MenuId::Socket)
                continue;
            if (entry.beginsGroup)
                menu.addSeparator();
            if (m_actions->action(entry.id)->isEnabled())
                menu.addAction(m_actions->action(entry.id));
        }
        menu.addSeparator();
        menu.addMenu(copyMenu);
        menu.exec(m_tree->viewport()->mapToGlobal(place));
    });
    m_tree->addAction(m_actions->action(ActionId::RemoveEndpoint)); // Delete, with the focus here
    QAction* remove = m_actions->action(ActionId::RemoveEndpoint);
    remove->setShortcut(QKeySequence::Delete);
    remove->setShortcutContext(Qt::WidgetShortcut);
    removeAction(remove); // Delete means this only in the tree
}

void MainWindow::connectActions() {
    const auto on = [this](ActionId id, std::function<void()> call) {
        m_actions->connectTo(id, this, std::move(call));
    };
    on(ActionId::FocusAddress, [this] { m_address->focusAddress(); });
    on(ActionId::Options, [this] { m_address->toggleOptions(); });
    on(ActionId::TalkExample, [this] { openTalkExample(); });
    on(ActionId::Quit, [this] { close(); });
    on(ActionId::Preferences, [this] {
        auto* dialog = new PreferencesDialog(m_settings, this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->open();
    });
    on(ActionId::SplitBuffers, [this] { m_buffers->split(); });
    on(ActionId::CloseBuffer, [this] { m_buffers->closeCurrent(); });
    on(ActionId::NextBuffer, [this] { m_buffers->next(); });
    on(ActionId::FocusEndpoints, [this] { m_tree->setFocus(Qt::ShortcutFocusReason); });
    on(ActionId::Throughput, [this] {
        m_throughputDock->show();
        m_throughputDock->raise();
        m_throughput->setFocus();
    });
    on(ActionId::TcpFigures, [this] {
        m_detailsDock->show();
        m_detailsDock->raise();
        m_details->showTcp();
    });
    on(ActionId::LookUp, [this] {
        m_lookupDock->show();
        m_lookupDock->raise();
        constexpr int lookupHeight = 240;
        if (m_lookupDock->height() < lookupHeight)
            resizeDocks({m_lookupDock}, {lookupHeight}, Qt::Vertical);
        m_lookup->focusQuery();
    });
    on(ActionId::MergeBuffers, [this] { m_commands->merge(selectedEndpoints()); });
    on(ActionId::OpenBuffer, [this] { openBuffer(currentEndpoint()); });
    on(ActionId::CommandPalette, [this] { showPalette(); });
    on(ActionId::QuickOpen, [this] { showQuickOpen(); });
    on(ActionId::Manual, [this] { (new ManualWindow(this))->show(); });
    on(ActionId::About, [this] { showAbout(); });
}

void MainWindow::connectPanels() {
    connect(m_address, &AddressBar::listenRequested, this, [this](const Address& address, const QString& behaviour) {
        openAddress(address, behaviour, Role::Listen);
    });
    connect(m_address, &AddressBar::connectRequested, this, [this](const Address& address, const QString& behaviour) {
        openAddress(address, behaviour, Role::Connect);
    });
    connect(m_address, &AddressBar::optionsRequested, this, [this](bool shown) {
        m_formDock->setVisible(shown);
        if (shown) {
            m_form->setAddress(m_address->text());
            m_formDock->raise();
        }
    });
    auto* optionsButton = m_address->findChild<QPushButton*>(QStringLiteral("optionsButton"));
    connect(m_formDock->toggleViewAction(), &QAction::toggled, optionsButton, &QPushButton::setChecked);
    connect(m_address, &AddressBar::textEdited, m_form, &AddressForm::setAddress);
    connect(m_form, &AddressForm::addressEdited, m_address, &AddressBar::setText);
    connect(&m_engine, &Engine::endpointsChanged, this, &MainWindow::endpointsChanged);
    connect(&m_engine, &Engine::endpointRemoved, this, [this](EndpointId id) {
        m_buffers->forget(id);
        m_model.remove(id);
        m_annotations.forget(id);
    });
    connect(m_tree->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        const QVector<EndpointId> selected = selectedEndpoints();
        if (selected.size() == 1) // with several, buffer, details and buttons stay with the one they speak of
            m_currentEndpoint = selected.front();
        showDetails();
    });
    connect(m_tree, &QTreeView::clicked, this, [this](const QModelIndex& index) {
        if (m_tree->selectionModel()->selectedRows().size() < 2) // otherwise something is being selected
            openBuffer(m_model.idAt(index));
    });
    connect(static_cast<EndpointsView*>(m_tree), &EndpointsView::renameRequested, m_sockets, &SocketCommands::rename);
    connect(m_tree, &QTreeView::activated, this, [this](const QModelIndex& index) {
        if (BufferPanel* panel = openBuffer(m_model.idAt(index)))
            panel->composer()->focusMessage();
    });
    connect(m_buffers, &BufferArea::currentChanged, this, &MainWindow::currentBufferChanged);
    connect(m_details, &DetailsPanel::commandRequested, m_sockets, &SocketCommands::run);
    connect(m_details, &DetailsPanel::optionChangeRequested, m_sockets, &SocketCommands::changeOption);
    connect(m_details, &DetailsPanel::complained, this, &MainWindow::complain);
    connect(m_sockets, &SocketCommands::complained, this, &MainWindow::complain);
    connect(m_sockets, &SocketCommands::endpointChosen, this, [this](EndpointId id) {
        openBuffer(id);
        chooseEndpoint(id);
    });
    connect(m_address, &AddressBar::noted, this, &MainWindow::complain);
    connect(m_events, &EventLogPanel::endpointChosen, this, [this](EndpointId id) { openBuffer(id); });
    connect(m_commands, &BufferCommands::complained, this, &MainWindow::complain);
    connect(m_commands, &BufferCommands::recordingsChanged, m_totals, &StatusTotals::showRecordings);
    connect(m_notices, &StoreNotices::complained, this, &MainWindow::complain);
    connect(&m_model, &EndpointModel::sampled, m_totals, &StatusTotals::refresh);
}

void MainWindow::openAddress(const Address& address, const QString& behaviour, Role role) {
    if (m_failed != EndpointId::None)
        m_engine.remove(std::exchange(m_failed, EndpointId::None)); // its report has been seen
    OpenRequest request{.behaviour = behaviour};
    if (behaviour == QLatin1String("console") && role == Role::Listen && isReachableFromNetwork(address)) {
        if (!m_prompter.confirm(
                this,
                tr("Whoever reaches %1 over the network can run scripts here. Open it?").arg(formatAddress(address)),
                tr("Open")))
            return;
        request.allowsRemoteConsole = true;
    }
    if (!askPassphrases(m_engine, m_prompter, this, address))
        return;
    const auto id = role == Role::Listen ? m_engine.listen(address, request) : m_engine.connectTo(address, request);
    if (!id) {
        m_address->showError(id.error());
        return;
    }
    m_address->setBehaviour(QStringLiteral("manual")); // it was for this one
    m_pending = *id;
}

void MainWindow::openTalkExample() {
    if (m_exampleServer != EndpointId::None)
        return;
    const auto address = parseAddress(QStringLiteral("tcp://127.0.0.1:10244?eof=keep")); // half-closes can be seen
    m_address->setText(formatAddress(*address));
    const auto server = m_engine.listen(*address, {.behaviour = QStringLiteral("talk"), .name = tr("talk server")});
    m_exampleServer = server.value_or(EndpointId::None);
}

void MainWindow::followExample(const QVector<EndpointSnapshot>& snapshots) {
    for (const EndpointSnapshot& snapshot : snapshots) {
        if (snapshot.id == m_exampleServer && snapshot.state == EndpointState::Listening &&
            m_exampleClient == EndpointId::None) {
            openBuffer(snapshot.id);
            m_exampleClient =
                m_engine.connectTo(snapshot.address, {.name = tr("talk client")}).value_or(EndpointId::None);
        } else if (snapshot.id == m_exampleServer && snapshot.state == EndpointState::Failed) {
            if (leadToOpenPort(snapshot))
                m_engine.remove(snapshot.id);
            else
                m_address->showError(*snapshot.error);
            m_exampleServer = EndpointId::None;
        } else if (snapshot.id == m_exampleClient && isConnected(snapshot.state)) {
            BufferPanel* panel = openBuffer(snapshot.id);
            m_buffers->split();
            panel->composer()->focusMessage();
            m_exampleServer = m_exampleClient = EndpointId::None;
        }
    }
}

void MainWindow::endpointsChanged(const QVector<EndpointSnapshot>& snapshots) {
    m_model.update(snapshots);
    for (const EndpointSnapshot& snapshot : snapshots) {
        if (snapshot.parent != EndpointId::None) {
            if (!m_opened.contains(snapshot.parent)) { // once; what the user folds stays folded
                m_opened.insert(snapshot.parent);
                m_tree->expand(m_model.indexOf(snapshot.parent));
            }
        }
        if (snapshot.kind == EndpointKind::Recording && m_expected.removeOne(snapshot.name)) {
            openBuffer(snapshot.id);
            chooseEndpoint(snapshot.id);
        }
        const bool isUnderWay = snapshot.state == EndpointState::Idle || snapshot.state == EndpointState::Resolving ||
                                snapshot.state == EndpointState::Connecting ||
                                snapshot.state == EndpointState::Handshaking;
        if (snapshot.id != m_pending || isUnderWay)
            continue;
        m_pending = EndpointId::None;
        if (snapshot.state == EndpointState::Failed) {
            if (leadToOpenPort(snapshot)) {
                m_engine.remove(snapshot.id);
                continue;
            }
            m_address->showError(*snapshot.error);
            if (snapshot.kind == EndpointKind::Connection) { // what was tried, and how far it came
                m_failed = snapshot.id;
                openBuffer(snapshot.id);
                chooseEndpoint(snapshot.id);
            } else {
                m_engine.remove(snapshot.id); // it never was; the event log keeps what happened
            }
            m_address->focusAddress();
            continue;
        }
        BufferPanel* panel = openBuffer(snapshot.id);
        if (snapshot.kind == EndpointKind::Listener)
            m_address->focusAddress();
        else
            panel->composer()->focusMessage();
        if (const QByteArray message = m_address->takeMessage(); !message.isEmpty())
            panel->composer()->setMessage(message);
        if (snapshot.isReachable)
            complain(tr("%1 is reachable from the network: other machines can connect.").arg(snapshot.name));
    }
    m_buffers->update(snapshots);
    m_workspaces->update(snapshots);
    m_events->refresh();
    followExample(snapshots);
    showDetails();
}

/// A port that could not be had because another endpoint of this window has it: shows that one.
bool MainWindow::leadToOpenPort(const EndpointSnapshot& failed) {
    if (!failed.error || failed.error->id != ErrorId::AddressInUse)
        return false;
    for (const EndpointId id : m_model.all()) {
        const EndpointSnapshot& other = *m_model.snapshot(id);
        const bool isSame = other.address.place.portFirst == failed.address.place.portFirst &&
                            isDatagram(other.address.scheme) == isDatagram(failed.address.scheme) &&
                            other.address.path == failed.address.path;
        if (id == failed.id || other.parent != EndpointId::None || isEnded(other.state) || !isSame ||
            (other.kind != EndpointKind::Listener && other.kind != EndpointKind::DatagramSocket))
            continue;
        openBuffer(id);
        chooseEndpoint(id);
        m_address->clearError();
        complain(tr("This window has that port open already: here it is."));
        return true;
    }
    return false;
}

BufferPanel* MainWindow::openBuffer(EndpointId id) {
    if (id == EndpointId::None || m_model.snapshot(id) == nullptr)
        return nullptr;
    m_centre->setCurrentWidget(m_buffers);
    BufferPanel* panel = m_buffers->open(id);
    m_buffers->update({*m_model.snapshot(id)}); // marks that the tab has to show
    return panel;
}

void MainWindow::currentBufferChanged() {
    updateTitle();
    m_centre->setCurrentIndex(m_buffers->isEmpty() ? 0 : 1);
    m_model.setVisibleBuffers(m_buffers->visible());
    if (BufferPanel* panel = m_buffers->current())
        chooseEndpoint(panel->endpoint());
}

void MainWindow::chooseEndpoint(EndpointId id) {
    m_currentEndpoint = id;
    m_tree->setCurrentIndex(m_model.indexOf(id));
    m_throughput->setEndpoint(id);
    m_relay->setEndpoint(id);
    showDetails();
}

/// The counters of a listener are those of its peers.
void MainWindow::addPeers(EndpointSnapshot& listener) const {
    if (listener.kind != EndpointKind::Listener)
        return;
    for (const EndpointId id : m_model.all()) {
        const EndpointSnapshot& peer = *m_model.snapshot(id);
        if (peer.parent != listener.id)
            continue;
        listener.counters.receivedBytes += peer.counters.receivedBytes;
        listener.counters.sentBytes += peer.counters.sentBytes;
        listener.counters.receivedRecords += peer.counters.receivedRecords;
        listener.counters.sentRecords += peer.counters.sentRecords;
    }
}

void MainWindow::showDetails() {
    const EndpointSnapshot* snapshot = m_model.snapshot(m_currentEndpoint);
    const EndpointSnapshot* listener = snapshot == nullptr ? nullptr : m_model.snapshot(snapshot->parent);
    if (snapshot != nullptr && snapshot->options == nullptr && !isEnded(snapshot->state) &&
        m_described != snapshot->id) {
        m_described = snapshot->id;
        m_engine.describe(snapshot->id);
    }
    std::optional<EndpointSnapshot> shown;
    if (snapshot != nullptr) {
        shown = *snapshot;
        addPeers(*shown);
    }
    m_details->setSnapshot(shown, listener == nullptr ? QString() : listener->name);
    updateActions();
}

/// Everything that can be run, of menus and panels; what was run last comes first.
void MainWindow::showPalette() {
    std::vector<PickerEntry> entries;
    const auto add = [&](QAction* action, const QString& before, const QString& whyNot) {
        QString text = action->text();
        text = before + text.remove(QLatin1Char('&'));
        PickerEntry entry{.text = text,
                          .hint = action->shortcut().toString(QKeySequence::NativeText),
                          .whyNot = whyNot,
                          .rank = static_cast<int>(m_recentCommands.indexOf(text)),
                          .choose = [this, action, text] {
                              constexpr qsizetype most = 10;
                              m_recentCommands.removeOne(text);
                              m_recentCommands.prepend(text);
                              m_recentCommands = m_recentCommands.mid(0, most);
                              action->trigger();
                          }};
        entries.push_back(std::move(entry));
    };
    for (const ActionEntry& entry : actionTable())
        add(m_actions->action(entry.id), {}, m_actions->whyNot(entry.id));
    for (QDockWidget* dock : findChildren<QDockWidget*>())
        add(dock->toggleViewAction(), tr("Panel: "), {});
    for (QAction* action : m_tools->misbehavingMenu()->actions())
        add(action, tr("Misbehaving server: "), {});
    (new Picker(tr("Run a command"), std::move(entries), this))->show();
}

/// What can run now; the rest is dimmed, and says why.
void MainWindow::updateActions() {
    const EndpointSnapshot* current = m_model.snapshot(m_currentEndpoint);
    const auto all = m_model.all();
    Situation situation{.current = current,
                        .parent = current == nullptr ? nullptr : m_model.snapshot(current->parent),
                        .selected = static_cast<int>(m_tree->selectionModel()->selectedRows().size()),
                        .hasBuffer = !m_buffers->isEmpty(),
                        .hasEnded = std::any_of(all.begin(), all.end(), [this](EndpointId id) {
                            return isEnded(m_model.snapshot(id)->state);
                        })};
    for (const ActionEntry& entry : actionTable()) {
        const bool isOthers = entry.id == ActionId::ResumeRecording || entry.id == ActionId::RecoverRun ||
                              entry.id == ActionId::StopRecordingToFile || entry.id == ActionId::SaveWorkspace;
        if (!isOthers)
            m_actions->allow(entry.id, whyNot(entry.id, situation));
    }
}

/// The buffer that shows, and the program.
void MainWindow::updateTitle() {
    const BufferPanel* panel = m_buffers->current();
    const QString name = QStringLiteral(SOCKETWRIGHT_NAME);
    setWindowTitle(panel == nullptr ? name : panel->title() + QStringLiteral(" – ") + name);
}

void MainWindow::showQuickOpen() {
    std::vector<PickerEntry> entries;
    for (const EndpointId id : m_model.all()) {
        entries.push_back({.text = m_model.snapshot(id)->name,
                           .hint = formatAddress(m_model.snapshot(id)->address),
                           .choose = [this, id] {
                               if (BufferPanel* panel = openBuffer(id))
                                   panel->composer()->focusMessage();
                           }});
    }
    (new Picker(tr("Open a buffer"), std::move(entries), this))->show();
}

void MainWindow::showAbout() {
    m_prompter.tell(
        this, tr("About %1").arg(QStringLiteral(SOCKETWRIGHT_NAME)),
        QStringLiteral(SOCKETWRIGHT_NAME " " SOCKETWRIGHT_VERSION "\n" SOCKETWRIGHT_SUMMARY "\n\n") +
            tr("Free software under the MIT licence. Built with Qt %1.").arg(QString::fromLatin1(qVersion())));
}

QVector<EndpointId> MainWindow::selectedEndpoints() const {
    QVector<EndpointId> ids;
    for (const QModelIndex& index : m_tree->selectionModel()->selectedRows())
        ids.append(m_model.idAt(index));
    return ids;
}

void MainWindow::offerRecovery(const QString& base) {
    m_notices->lookForKilledRuns(base);
}

void MainWindow::complain(const QString& text) {
    statusBar()->showMessage(text, messageTime);
}

/// The layout is known now, and may have asked for more than the screen has.
void MainWindow::showEvent(QShowEvent* event) {
    QMainWindow::showEvent(event);
    if (!std::exchange(m_wasShown, true))
        QTimer::singleShot(0, this, &MainWindow::fitScreen);
}

/// A shortcut of ours is one also where a text field has a use of its own for it, as end-of-line for Ctrl+E; but for
/// what every text field does.
bool MainWindow::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() != QEvent::ShortcutOverride || !isActiveWindow())
        return QMainWindow::eventFilter(watched, event);
    const auto* widget = qobject_cast<QWidget*>(watched);
    const auto* key = static_cast<QKeyEvent*>(event);
    if (widget == nullptr || widget->window() != this || !(key->modifiers() & Qt::ControlModifier))
        return QMainWindow::eventFilter(watched, event);
    for (const QKeySequence::StandardKey usual :
         {QKeySequence::Copy, QKeySequence::Cut, QKeySequence::Paste, QKeySequence::Undo, QKeySequence::Redo,
          QKeySequence::SelectAll, QKeySequence::MoveToNextWord, QKeySequence::MoveToPreviousWord,
          QKeySequence::SelectNextWord, QKeySequence::SelectPreviousWord, QKeySequence::DeleteStartOfWord,
          QKeySequence::DeleteEndOfWord}) {
        if (key->matches(usual))
            return QMainWindow::eventFilter(watched, event);
    }
    const QKeySequence pressed(key->keyCombination());
    const auto all = actions();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const QAction* action) { return action->shortcut() == pressed; });
    if (found == all.end())
        return QMainWindow::eventFilter(watched, event);
    if (!(*found)->isEnabled() && !(*found)->statusTip().isEmpty())
        complain((*found)->statusTip());
    event->ignore(); // so that it goes on as a shortcut
    return true;
}

/// Whether the window may close; the records are kept or not, as the user says or has said.
bool MainWindow::mayLeave() {
    const bool hasRecords = m_engine.eventLog()->count() > 0;
    if (!hasRecords)
        return true;
    AtQuit choice = m_settings.atQuit();
    if (choice == AtQuit::Ask && !m_asksAtQuit)
        choice = AtQuit::Keep;
    if (choice == AtQuit::Ask) {
        const auto all = m_model.all();
        const auto open = std::count_if(all.begin(), all.end(),
                                        [this](EndpointId id) { return !isEnded(m_model.snapshot(id)->state); });
        const QString question = open == 0 ? tr("What was recorded is not saved.")
                                 : open == 1
                                     ? tr("One endpoint is open, and what was recorded is not saved.")
                                     : tr("%1 endpoints are open, and what was recorded is not saved.").arg(open);
        const auto leaving = m_prompter.leave(this, question);
        if (!leaving)
            return false;
        choice = leaving->keepsRecords ? AtQuit::Keep : AtQuit::Discard;
        if (leaving->remembers)
            m_settings.setAtQuit(choice);
    }
    if (choice == AtQuit::Keep) {
        m_engine.store()->keepFiles();
        m_engine.store()->flush();
        emit keepRequested();
    }
    return true;
}

void MainWindow::endSession() {
    m_asksAtQuit = false;
    close();
    QCoreApplication::quit(); // also where other windows are open
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (!mayLeave()) {
        event->ignore();
        return;
    }
    m_settings.setWindow(saveGeometry(), saveState());
    m_workspaces->keepSession();
    QMainWindow::closeEvent(event);
}

} // namespace sw::ui
