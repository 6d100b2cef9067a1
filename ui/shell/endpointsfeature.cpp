// SPDX-License-Identifier: MIT
#include "ui/shell/endpointsfeature.h"

#include "ui/buffer/bufferpanel.h"
#include "ui/composer/composer.h"
#include "ui/endpoints/endpointsview.h"
#include "ui/workbench/paneldock.h"

#include <QMainWindow>

namespace sw::ui {

EndpointsFeature::EndpointsFeature(Workbench& bench)
    : Feature(bench),
      m_dock(bench.addPanel(tr("Endpoints"), "endpointsDock", Qt::LeftDockWidgetArea, [this] { return makeTree(); })) {
    m_dock->build();
    m_dock->show();
    on(ActionId::FocusEndpoints, [this] { m_tree->setFocus(Qt::ShortcutFocusReason); });
    connect(&bench, &Workbench::endpointsChanged, this, &EndpointsFeature::unfold);
    connect(&bench, &Workbench::currentChanged, this, &EndpointsFeature::follow);
}

QWidget* EndpointsFeature::makeTree() {
    m_tree = new EndpointsView(m_dock);
    m_tree->setModel(&bench().model());
    connect(m_tree->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        QVector<EndpointId> ids;
        for (const QModelIndex& index : m_tree->selectionModel()->selectedRows())
            ids.append(bench().model().idAt(index));
        bench().setSelected(ids);
    });
    connect(m_tree, &QTreeView::clicked, this, [this](const QModelIndex& index) {
        if (bench().selected().size() < 2) // otherwise something is being selected
            bench().openBuffer(bench().model().idAt(index));
    });
    connect(m_tree, &QTreeView::activated, this, [this](const QModelIndex& index) {
        if (BufferPanel* panel = bench().openBuffer(bench().model().idAt(index)))
            panel->composer()->focusMessage();
    });
    connect(m_tree, &EndpointsView::renameRequested, this, &EndpointsFeature::renameRequested);
    m_tree->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_tree, &QTreeView::customContextMenuRequested, this,
            [this](const QPoint& place) { emit menuRequested(m_tree->viewport()->mapToGlobal(place)); });
    QAction* remove = bench().actions().action(ActionId::RemoveEndpoint);
    m_tree->addAction(remove);
    remove->setShortcut(QKeySequence::Delete);
    remove->setShortcutContext(Qt::WidgetShortcut);
    bench().window().removeAction(remove); // Delete means this only in the tree
    return m_tree;
}

void EndpointsFeature::follow(EndpointId current) {
    if (bench().model().idAt(m_tree->currentIndex()) != current)
        m_tree->setCurrentIndex(bench().model().indexOf(current));
}

/// Once; what the user folds stays folded.
void EndpointsFeature::unfold(const QVector<EndpointSnapshot>& snapshots) {
    for (const EndpointSnapshot& snapshot : snapshots) {
        if (snapshot.parent == EndpointId::None || m_unfolded.contains(snapshot.parent))
            continue;
        m_unfolded.insert(snapshot.parent);
        m_tree->expand(bench().model().indexOf(snapshot.parent));
    }
}

} // namespace sw::ui
