// SPDX-License-Identifier: MIT
#include "ui/shell/endpointsfeature.h"

#include "ui/buffer/bufferpanel.h"
#include "ui/composer/composer.h"
#include "ui/endpoints/endpointsview.h"
#include "ui/widgets/controls.h"
#include "ui/workbench/paneldock.h"

#include <QLineEdit>
#include <QMainWindow>
#include <QVBoxLayout>

namespace sw::ui {

EndpointsFeature::EndpointsFeature(Workbench& bench)
    : Feature(bench),
      m_dock(bench.addPanel(tr("Endpoints"), "endpointsDock", Qt::LeftDockWidgetArea, [this] { return makePanel(); })) {
    m_dock->build();
    m_dock->show();
    on(ActionId::FocusEndpoints, [this] { m_tree->setFocus(Qt::ShortcutFocusReason); });
    connect(&bench, &Workbench::endpointsChanged, this, &EndpointsFeature::unfold);
    connect(&bench, &Workbench::currentChanged, this, &EndpointsFeature::follow);
}

QWidget* EndpointsFeature::makePanel() {
    auto* panel = new QWidget(m_dock);
    auto* layout = new QVBoxLayout(panel);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    m_search = new QLineEdit(panel);
    nameWidget(m_search, "endpointSearch", tr("Find an endpoint"));
    m_search->setPlaceholderText(tr("Find an endpoint"));
    m_search->setClearButtonEnabled(true);
    m_search->hide();
    connect(m_search, &QLineEdit::textChanged, this, &EndpointsFeature::search);
    makeTree(*panel);
    layout->addWidget(m_search);
    layout->addWidget(m_tree, 1);
    return panel;
}

/// Shows those whose name, state or peer holds the text, and the listeners of such.
void EndpointsFeature::search() {
    const QString text = m_search->text().trimmed();
    for (int row = 0; row < bench().model().rowCount(); ++row)
        matches(bench().model().index(row, 0), text);
}

bool EndpointsFeature::matches(const QModelIndex& index, const QString& text) {
    const EndpointModel& model = bench().model();
    bool isShown = text.isEmpty() || index.data(Qt::DisplayRole).toString().contains(text, Qt::CaseInsensitive) ||
                   index.data(Qt::AccessibleTextRole).toString().contains(text, Qt::CaseInsensitive);
    for (int row = 0; row < model.rowCount(index); ++row)
        isShown = matches(model.index(row, 0, index), text) || isShown;
    m_tree->setRowHidden(index.row(), index.parent(), !isShown);
    return isShown;
}

void EndpointsFeature::makeTree(QWidget& parent) {
    m_tree = new EndpointsView(&parent);
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
    remove->setShortcutContext(Qt::WidgetShortcut);
    bench().window().removeAction(remove); // Delete means this only in the tree
    connect(&bench().model(), &QAbstractItemModel::rowsInserted, this, [this](const QModelIndex& above) {
        constexpr int many = 12;
        m_search->setVisible(m_search->isVisible() || bench().model().rowCount(above) > many);
        if (!m_search->text().trimmed().isEmpty())
            m_soon.start(0); // what came may fit, and show what it is below
    });
    m_soon.setSingleShot(true);
    connect(&m_soon, &QTimer::timeout, this, &EndpointsFeature::search);
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
