// SPDX-License-Identifier: MIT
#pragma once

#include "ui/workbench/workbench.h"

#include <QSet>
#include <QTimer>

class QLineEdit;
class QModelIndex;

namespace sw::ui {

class EndpointsView;

/// The tree of endpoints: what is chosen there, opened, renamed, and the menu of what fits. The UI thread.
class EndpointsFeature final : public Feature {
    Q_OBJECT

public:
    explicit EndpointsFeature(Workbench& bench);

    PanelDock* panel() const { return m_dock; }

signals:
    void renameRequested();
    /// The menu of the chosen endpoint is wanted, at a place of the screen.
    void menuRequested(const QPoint& place);

private:
    QWidget* makePanel();
    void makeTree(QWidget& parent);
    void search();
    bool matches(const QModelIndex& index, const QString& text);
    void follow(EndpointId current);
    void unfold(const QVector<EndpointSnapshot>& snapshots);

    EndpointsView* m_tree = nullptr;
    QLineEdit* m_search = nullptr; // there is one when there are many endpoints
    PanelDock* m_dock;
    QTimer m_soon;               // searches again
    QSet<EndpointId> m_unfolded; // when their first child came
};

} // namespace sw::ui
