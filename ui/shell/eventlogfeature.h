// SPDX-License-Identifier: MIT
#pragma once

#include "ui/workbench/workbench.h"

namespace sw::ui {

class EventLogPanel;

/// The events of all endpoints, in a panel. The UI thread.
class EventLogFeature final : public Feature {
    Q_OBJECT

public:
    explicit EventLogFeature(Workbench& bench);

private:
    QWidget* makePanel();

    PanelDock* m_dock;
    EventLogPanel* m_panel = nullptr;
};

} // namespace sw::ui
