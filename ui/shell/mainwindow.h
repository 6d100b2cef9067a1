// SPDX-License-Identifier: MIT
#pragma once

#include "core/engine/engine.h"
#include "ui/actions/actions.h"
#include "ui/actions/prompter.h"
#include "ui/buffer/annotations.h"
#include "ui/endpoints/endpointmodel.h"
#include "ui/inspector/detailspanel.h"
#include "ui/settings/settings.h"

#include <QMainWindow>

class QDockWidget;
class QStackedWidget;
class QTreeView;

namespace sw::ui {

class AddressBar;
class AddressForm;
class BufferArea;
class BufferCommands;
class BufferPanel;
class EventLogPanel;
class LookupPanel;
class MessagesPanel;
class RecordingCommands;
class RelayPanel;
class SocketCommands;
class StatusTotals;
class StoreNotices;
class ThroughputPanel;
class ToolCommands;
class WorkspaceCommands;

/// The one window: lists its panels and connects them to the engine.
class MainWindow final : public QMainWindow {
    Q_OBJECT

public:
    MainWindow(Engine& engine, Settings& settings, Prompter& prompter, QWidget* parent = nullptr);
    ~MainWindow() override;
    MainWindow(const MainWindow&) = delete;
    MainWindow& operator=(const MainWindow&) = delete;
    MainWindow(MainWindow&&) = delete;
    MainWindow& operator=(MainWindow&&) = delete;

    /// A talk server on tcp://127.0.0.1:10244 and a client connected to it, with both buffers side by side.
    void openTalkExample();
    BufferPanel* openBuffer(EndpointId id);
    /// Offers what killed runs left below a directory.
    void offerRecovery(const QString& base);
    /// Shows what a workspace would open, and asks.
    void openWorkspace(const QString& file);
    /// A recording or capture is read; anything else is taken for a workspace.
    void openFile(const QString& file);
    const EndpointModel& endpoints() const { return m_model; }
    /// Closing the window asks nobody: what is in the settings is done, and records are kept where that says to ask.
    void setAsksAtQuit(bool asks) { m_asksAtQuit = asks; }
    /// The system ends the session, or the program: keeps the records and the layout, and closes.
    void endSession();

signals:
    /// What was recorded is to stay when the program ends.
    void keepRequested();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void buildPanels();
    void fitScreen();
    bool mayLeave();
    bool leadToOpenPort(const EndpointSnapshot& failed);
    void buildCommands();
    QWidget* buildEmptyState();
    QDockWidget* addDock(const QString& title, const char* name, QWidget* content, Qt::DockWidgetArea area);
    void buildMenus();
    void connectActions();
    void connectPanels();
    void connectTools();
    void connectRecordings();

    void openAddress(const Address& address, const QString& behaviour, Role role);
    void endpointsChanged(const QVector<EndpointSnapshot>& snapshots);
    void followExample(const QVector<EndpointSnapshot>& snapshots);
    void currentBufferChanged();
    void showDetails();
    void chooseEndpoint(EndpointId id);
    EndpointId currentEndpoint() const { return m_currentEndpoint; }
    void showPalette();
    void updateActions();
    void updateTitle();
    void addPeers(EndpointSnapshot& listener) const;
    void showQuickOpen();
    void showAbout();
    QVector<EndpointId> selectedEndpoints() const;
    void complain(const QString& text);

    Engine& m_engine;
    Settings& m_settings;
    Prompter& m_prompter;
    EndpointModel m_model;
    Annotations m_annotations;
    ActionRegistry* m_actions;
    BufferCommands* m_commands = nullptr;
    SocketCommands* m_sockets = nullptr;
    StoreNotices* m_notices = nullptr;
    ToolCommands* m_tools = nullptr;
    WorkspaceCommands* m_workspaces = nullptr;
    RecordingCommands* m_recordings = nullptr;
    StatusTotals* m_totals = nullptr;
    RelayPanel* m_relay = nullptr;
    QDockWidget* m_relayDock = nullptr;
    MessagesPanel* m_messages = nullptr;
    QDockWidget* m_messagesDock = nullptr;
    LookupPanel* m_lookup = nullptr;
    QDockWidget* m_lookupDock = nullptr;
    ThroughputPanel* m_throughput = nullptr;
    QDockWidget* m_throughputDock = nullptr;
    AddressBar* m_address = nullptr;
    AddressForm* m_form = nullptr;
    QTreeView* m_tree = nullptr;
    BufferArea* m_buffers = nullptr;
    QStackedWidget* m_centre = nullptr;
    DetailsPanel* m_details = nullptr;
    EventLogPanel* m_events = nullptr;
    QDockWidget* m_endpointsDock = nullptr;
    QDockWidget* m_detailsDock = nullptr;
    QDockWidget* m_formDock = nullptr;
    QDockWidget* m_eventsDock = nullptr;
    bool m_asksAtQuit = true;
    bool m_wasShown = false;
    QStringList m_recentCommands; // by objectName, the last first
    QSet<EndpointId> m_opened;    // in the tree, when their first child came
    EndpointId m_currentEndpoint = EndpointId::None;
    EndpointId m_described = EndpointId::None;     // whose options were asked for
    EndpointId m_pending = EndpointId::None;       // opened from the address bar, not yet open or failed
    EndpointId m_failed = EndpointId::None;        // the last one from the address bar, kept for its report
    QStringList m_expected;                        // recordings whose buffers are to be shown when they are there
    EndpointId m_exampleServer = EndpointId::None; // while the example is being opened
    EndpointId m_exampleClient = EndpointId::None;
};

} // namespace sw::ui
