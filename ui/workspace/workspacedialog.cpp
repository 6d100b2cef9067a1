// SPDX-License-Identifier: MIT
#include "ui/workspace/workspacedialog.h"

#include "ui/widgets/controls.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

namespace sw::ui {

WorkspaceDialog::WorkspaceDialog(const Workspace& workspace, const QString& title, QWidget* parent)
    : QDialog(parent),
      m_workspace(workspace) {
    setObjectName(QStringLiteral("workspaceDialog"));
    setWindowTitle(title);
    resize(680, 380);
    auto* layout = new QVBoxLayout(this);
    const qsizetype messages = workspace.messages.messages.size();
    QString about = tr("Nothing is open yet.");
    if (messages > 0)
        about += messages == 1 ? tr(" Its saved message is added to yours.")
                               : tr(" Its %1 saved messages are added to yours.").arg(messages);
    about += workspace.endpoints.isEmpty() ? tr(" It has no endpoints.") : tr(" This is what it would open:");
    auto* label = plainLabel(about, this);
    label->setWordWrap(true);
    m_list = new QListWidget(this);
    nameWidget(m_list, "workspaceEndpoints", tr("Endpoints of the workspace"));
    m_list->setWordWrap(true);
    for (const WorkspaceEndpoint& endpoint : workspace.endpoints) {
        auto* item = new QListWidgetItem(
            (endpoint.name.isEmpty() ? QString() : endpoint.name + QStringLiteral(": ")) + endpoint.describe(), m_list);
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
        item->setCheckState(Qt::Checked);
        item->setToolTip(plainToolTip(endpoint.describe()));
    }
    const DialogButtons buttons =
        dialogButtons(*this, tr("Open these"), "openWorkspaceButton", tr("Cancel"), "cancelWorkspaceButton");
    m_open = buttons.action;
    layout->addWidget(label);
    layout->addWidget(m_list, 1);
    layout->addWidget(buttons.row);
    connect(buttons.row, &QDialogButtonBox::accepted, this, &QDialog::accept);
}

QVector<WorkspaceEndpoint> WorkspaceDialog::chosen() const {
    QVector<WorkspaceEndpoint> endpoints;
    for (int i = 0; i < m_list->count(); ++i) {
        if (m_list->item(i)->checkState() == Qt::Checked)
            endpoints.append(m_workspace.endpoints.at(i));
    }
    return endpoints;
}

} // namespace sw::ui
