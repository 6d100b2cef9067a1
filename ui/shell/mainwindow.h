// SPDX-License-Identifier: MIT
#pragma once

#include "core/engine/engine.h"
#include "ui/actions/prompter.h"
#include "ui/endpoints/endpointmodel.h"
#include "ui/settings/settings.h"

#include <QMainWindow>

class QMenu;
class QStackedWidget;

namespace sw::ui {

class AddressFeature;
class BufferPanel;
class ExampleFeature;
class LeavingFeature;
class RecordingFeature;
class ReopenFeature;
class StoreNotices;
class Workbench;
class WorkspaceFeature;

/// The one window: lists its features and gives each its place.
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
    const EndpointModel& endpoints() const;
    /// Closing the window asks nobody: what is in the settings is done, and records are kept where that says to ask.
    void setAsksAtQuit(bool asks);
    /// The program is told to end: keeps the records and the layout, and closes.
    void endSession();
    /// The session of the desktop may end, or only be saved: keeps the records and the layout, and goes on.
    void keepState();

signals:
    /// What was recorded is to stay when the program ends.
    void keepRequested();

protected:
    void closeEvent(QCloseEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void buildFeatures();
    void buildCentre();
    void fitScreen();
    void updateTitle();

    Settings& m_settings;
    Workbench* m_bench;
    AddressFeature* m_address = nullptr;
    ExampleFeature* m_example = nullptr;
    LeavingFeature* m_leaving = nullptr;
    RecordingFeature* m_recordings = nullptr;
    ReopenFeature* m_reopen = nullptr;
    StoreNotices* m_notices = nullptr;
    WorkspaceFeature* m_workspaces = nullptr;
    QMenu* m_misbehaving = nullptr;
    QStackedWidget* m_centre = nullptr; // the start page, or the buffers
    bool m_wasShown = false;
};

} // namespace sw::ui
