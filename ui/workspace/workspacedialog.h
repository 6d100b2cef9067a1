// SPDX-License-Identifier: MIT
#pragma once

#include "core/workspace/workspace.h"

#include <QDialog>
#include <QSet>

class QListWidget;
class QPushButton;

namespace sw::ui {

/// Lists what a workspace would open, to be chosen from. Nothing happens before the user says so.
class WorkspaceDialog final : public QDialog {
    Q_OBJECT

public:
    WorkspaceDialog(const Workspace& workspace, const QString& title, QWidget* parent = nullptr);

    /// The endpoints that are to be opened, in the workspace's order.
    QVector<WorkspaceEndpoint> chosen() const;

private:
    Workspace m_workspace;
    QListWidget* m_list;
    QPushButton* m_open;
};

} // namespace sw::ui
