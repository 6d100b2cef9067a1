// SPDX-License-Identifier: MIT
#pragma once

#include "core/workspace/workspace.h"
#include "ui/workbench/workbench.h"

#include <QTimer>

class QMenu;

namespace sw::ui {

class MessageStore;

/// Opens and saves workspaces, and keeps the last session's as a draft. Opening shows what would be opened, and does
/// nothing before the user has said so. The UI thread.
class WorkspaceFeature final : public Feature {
    Q_OBJECT

public:
    WorkspaceFeature(Workbench& bench, MessageStore& messages);

    /// Reads a file and asks what of it to open.
    void open(const QString& file);
    /// The endpoints that are open now, with the drafts in their message fields.
    Workspace capture() const;
    /// What was open, for the next start: called when the window closes.
    void keepSession();
    /// The menu of files that were opened or saved lately.
    QMenu* recentMenu() const { return m_recent; }
    /// The file that Save writes to; empty: it asks.
    QString file() const { return m_file; }

signals:
    /// Save writes to another file now.
    void fileChanged();

private:
    void choose();
    void save(bool asksForName);
    void openEndpoints(const QVector<WorkspaceEndpoint>& endpoints);
    void offer(Workspace workspace, const QString& title, const QString& file);
    void giveDraft(EndpointId id, const QString& draft);
    void setFile(const QString& file);
    void updateRecent();
    QString sessionFile() const;

    MessageStore& m_messages;
    QMenu* m_recent;
    QString m_file;
    QTimer m_autosave;
};

} // namespace sw::ui
