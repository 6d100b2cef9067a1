// SPDX-License-Identifier: MIT
#pragma once

#include "core/engine/engine.h"
#include "core/workspace/workspace.h"
#include "ui/actions/actions.h"
#include "ui/actions/prompter.h"
#include "ui/endpoints/endpointmodel.h"
#include "ui/settings/settings.h"

#include <QHash>
#include <QTimer>

class QMainWindow;
class QMenu;

namespace sw::ui {

class BufferArea;
class MessagesPanel;

/// Opens and saves workspaces, and keeps the last session's as a draft. Opening shows what would be opened, and does
/// nothing before the user has said so. The UI thread.
class WorkspaceCommands final : public QObject {
    Q_OBJECT

public:
    struct Parts {
        Engine& engine;
        Settings& settings;
        Prompter& prompter;
        const EndpointModel& model;
        BufferArea& buffers;
        ActionRegistry& actions;
        MessagesPanel& messages;
    };

    WorkspaceCommands(Parts parts, QMainWindow* window);

    /// Reads a file and asks what of it to open.
    void open(const QString& file);
    /// The endpoints that are open now, with the drafts in their message fields.
    Workspace capture() const;
    /// What was open, for the next start: called when the window closes.
    void keepSession();
    /// The menu of files that were opened or saved lately.
    QMenu* recentMenu() const { return m_recent; }
    /// Hears of endpoints that are open now, to give them their drafts.
    void update(const QVector<EndpointSnapshot>& snapshots);

signals:
    void complained(const QString& text);
    /// An endpoint of a workspace is open.
    void endpointOpened(sw::EndpointId id);

private:
    void choose();
    void save(bool asksForName);
    void openEndpoints(const QVector<WorkspaceEndpoint>& endpoints);
    void offer(Workspace workspace, const QString& title, const QString& file);
    void updateRecent();
    QString sessionFile() const;

    Parts m_parts;
    QMainWindow* m_window;
    QMenu* m_recent;
    QString m_file;
    QTimer m_autosave;
    QHash<EndpointId, QString> m_drafts; // to be put into message fields
};

} // namespace sw::ui
