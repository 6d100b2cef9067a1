// SPDX-License-Identifier: MIT
#pragma once

#include "ui/workbench/workbench.h"

#include <QTimer>

class QMenu;

namespace sw::ui {

/// Menus, and what of them can run now: the rest is dimmed, and says why. The UI thread.
class MenuFeature final : public Feature {
    Q_OBJECT

public:
    /// Menus that features bring, put into File and Tools.
    struct Menus {
        QMenu* recent = nullptr;
        QMenu* misbehaving = nullptr;
    };

    MenuFeature(Workbench& bench, const Menus& menus);

    /// What can be done with the chosen endpoint, and nothing else.
    void showEndpointMenu(const QPoint& place);

private:
    /// What can be done with the current buffer.
    void showTabMenu(const QPoint& place);
    void build(const Menus& menus);
    void fill(QMenu& menu, MenuId id);
    void update();

    QTimer m_soon;
    QMenu* m_copy; // an endpoint as a command
};

} // namespace sw::ui
