// SPDX-License-Identifier: MIT
#include "ui/shell/mainwindow.h"

#include "identity.h"
#include "ui/behaviour/behavioureditor.h"
#include "ui/buffer/bufferarea.h"
#include "ui/buffer/bufferpanel.h"
#include "ui/messages/messagesfeature.h"
#include "ui/recordings/recordingfeature.h"
#include "ui/shell/addressfeature.h"
#include "ui/shell/behaviourfeature.h"
#include "ui/shell/bufferfeature.h"
#include "ui/shell/detailsfeature.h"
#include "ui/shell/endpointsfeature.h"
#include "ui/shell/eventlogfeature.h"
#include "ui/shell/examplefeature.h"
#include "ui/shell/helpfeature.h"
#include "ui/shell/leavingfeature.h"
#include "ui/shell/menufeature.h"
#include "ui/shell/palettefeature.h"
#include "ui/shell/relayfeature.h"
#include "ui/shell/reopenfeature.h"
#include "ui/shell/shortcutkeys.h"
#include "ui/shell/socketfeature.h"
#include "ui/shell/startpage.h"
#include "ui/shell/statustotals.h"
#include "ui/shell/storenotices.h"
#include "ui/style/icons.h"
#include "ui/throughput/throughputfeature.h"
#include "ui/tools/toolsfeature.h"
#include "ui/widgets/noticebar.h"
#include "ui/workbench/paneldock.h"
#include "ui/workspace/workspacefeature.h"

#include <QCloseEvent>
#include <QCoreApplication>
#include <QFileInfo>
#include <QMenu>
#include <QMimeData>
#include <QScreen>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTimer>
#include <QVBoxLayout>

namespace sw::ui {

namespace {
constexpr int messageTime = 8000; // milliseconds
constexpr int wideScreen = 1700;  // pixels, from which on the details have room beside the buffers
} // namespace

MainWindow::MainWindow(Engine& engine, Settings& settings, Prompter& prompter, QWidget* parent)
    : QMainWindow(parent),
      m_settings(settings),
      m_bench(new Workbench(engine, settings, prompter, *this)) {
    setObjectName(QStringLiteral("mainWindow"));
    setWindowIcon(icon(IconId::Application));
    setAcceptDrops(true);
    connect(m_bench, &Workbench::said, this,
            [this](const QString& text) { statusBar()->showMessage(text, messageTime); });
    buildFeatures();
    buildCentre();
    fitScreen();
    restoreState(m_settings.windowState());
    updateTitle();
    m_address->focus();
}

MainWindow::~MainWindow() = default;

void MainWindow::buildFeatures() {
    // the details beside the buffers where there is much room; else below the endpoints, and the buffers have the width
    const bool isWide = screen()->availableGeometry().width() >= wideScreen;
    const Qt::DockWidgetArea side = isWide ? Qt::RightDockWidgetArea : Qt::LeftDockWidgetArea;
    auto* sockets = new SocketFeature(*m_bench);
    auto* endpoints = new EndpointsFeature(*m_bench);
    auto* details = new DetailsFeature(*m_bench, *sockets, side);
    m_address = new AddressFeature(*m_bench, side);
    auto* buffers = new BufferFeature(*m_bench);
    auto* behaviours = new BehaviourFeature(*m_bench);
    m_misbehaving = behaviours->misbehavingMenu();
    new EventLogFeature(*m_bench);
    new ThroughputFeature(*m_bench);
    auto* messages = new MessagesFeature(*m_bench);
    new ToolsFeature(*m_bench);
    auto* relays = new RelayFeature(*m_bench, [this] { return m_address->text(); });
    m_recordings = new RecordingFeature(*m_bench);
    m_workspaces = new WorkspaceFeature(*m_bench, messages->store());
    m_notices = new StoreNotices(*m_bench);
    m_reopen = new ReopenFeature(*m_bench);
    m_example = new ExampleFeature(*m_bench, *m_address);
    m_leaving = new LeavingFeature(*m_bench);
    new HelpFeature(*m_bench);
    m_bench->actions().connectTo(ActionId::Quit, this, [this] { close(); });
    auto* menus = new MenuFeature(*m_bench, {.recent = m_workspaces->recentMenu(), .misbehaving = m_misbehaving});
    new PaletteFeature(*m_bench, *m_misbehaving);
    new ShortcutKeys(*m_bench);
    auto* totals = new StatusTotals(m_bench->engine(), m_bench->model(), statusBar());
    connect(endpoints, &EndpointsFeature::renameRequested, sockets, &SocketFeature::rename);
    connect(endpoints, &EndpointsFeature::menuRequested, menus, &MenuFeature::showEndpointMenu);
    connect(relays, &RelayFeature::heldCounted, totals, &StatusTotals::showHeld);
    connect(buffers, &BufferFeature::recordingsChanged, totals, &StatusTotals::showRecordings);
    connect(&m_bench->model(), &EndpointModel::sampled, totals, &StatusTotals::refresh);
    connect(m_workspaces, &WorkspaceFeature::fileChanged, this, &MainWindow::updateTitle);
    connect(m_leaving, &LeavingFeature::keepRequested, this, &MainWindow::keepRequested);
    totals->refresh();
    tabifyDockWidget(details->panel(), m_address->formPanel());
    details->panel()->show();
    setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    if (isWide) {
        resizeDocks({endpoints->panel(), details->panel()}, {270, 320}, Qt::Horizontal);
    } else {
        resizeDocks({endpoints->panel()}, {250}, Qt::Horizontal);
        resizeDocks({endpoints->panel(), details->panel()}, {1000, 1200}, Qt::Vertical); // shares of what there is
    }
}

void MainWindow::buildCentre() {
    auto* start = new StartPage(m_bench->actions(), m_settings, this);
    connect(start, &StartPage::exampleRequested, m_example, &ExampleFeature::open);
    connect(start, &StartPage::addressChosen, m_address, &AddressFeature::propose);
    connect(start, &StartPage::workspaceChosen, this, &MainWindow::openWorkspace);
    connect(start, &StartPage::misbehavingRequested, this, [this] { m_misbehaving->popup(QCursor::pos()); });
    connect(start, &StartPage::serverRequested, this, [this](const QString& behaviour) {
        emit m_bench->openRequested(*parseAddress(QStringLiteral("tcp://127.0.0.1:0"), Role::Listen), behaviour,
                                    Role::Listen);
    });
    m_centre = new QStackedWidget(this);
    m_centre->addWidget(start);
    m_centre->addWidget(&m_bench->buffers());
    connect(&m_bench->buffers(), &BufferArea::currentChanged, this, [this] {
        m_centre->setCurrentIndex(m_bench->buffers().isEmpty() ? 0 : 1);
        updateTitle();
    });
    auto* central = new QWidget(this);
    auto* layout = new QVBoxLayout(central);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    for (NoticeBar* bar : m_notices->bars())
        layout->addWidget(bar);
    layout->addWidget(m_reopen->bar());
    layout->addWidget(m_centre, 1);
    setCentralWidget(central);
}

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

/// The buffer that shows, the workspace, and the program.
void MainWindow::updateTitle() {
    QStringList parts;
    if (const BufferPanel* panel = m_bench->buffers().current())
        parts.append(panel->title());
    if (!m_workspaces->file().isEmpty())
        parts.append(QFileInfo(m_workspaces->file()).completeBaseName());
    parts.append(QStringLiteral(SOCKETWRIGHT_NAME));
    setWindowTitle(parts.join(QStringLiteral(" – ")));
}

void MainWindow::openTalkExample() {
    m_example->open();
}

BufferPanel* MainWindow::openBuffer(EndpointId id) {
    return m_bench->openBuffer(id);
}

const EndpointModel& MainWindow::endpoints() const {
    return m_bench->model();
}

void MainWindow::offerRecovery(const QString& base) {
    m_notices->lookForKilledRuns(base);
}

void MainWindow::openWorkspace(const QString& file) {
    m_workspaces->open(file);
}

void MainWindow::openFile(const QString& file) {
    if (RecordingFeature::isRecording(file))
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

/// The layout is known now, and may have asked for more than the screen has.
void MainWindow::showEvent(QShowEvent* event) {
    QMainWindow::showEvent(event);
    if (!std::exchange(m_wasShown, true))
        QTimer::singleShot(0, this, &MainWindow::fitScreen);
}

void MainWindow::setAsksAtQuit(bool asks) {
    m_leaving->setAsks(asks);
}

void MainWindow::endSession() {
    m_leaving->setAsks(false);
    for (auto* editor : findChildren<BehaviourEditor*>())
        editor->keepDraft(); // and does not ask
    close();
    QCoreApplication::quit(); // also where other windows are open
}

void MainWindow::keepState() {
    m_leaving->keep();
    m_settings.setWindow(saveGeometry(), saveState());
    m_workspaces->keepSession();
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (!m_leaving->mayLeave()) {
        event->ignore();
        return;
    }
    m_settings.setWindow(saveGeometry(), saveState());
    m_workspaces->keepSession();
    QMainWindow::closeEvent(event);
}

} // namespace sw::ui
