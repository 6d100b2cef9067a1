// SPDX-License-Identifier: MIT
#pragma once

#include "ui/workbench/workbench.h"

namespace sw::ui {

class ThroughputPanel;

/// The throughput of the current endpoint, in a panel. The UI thread.
class ThroughputFeature final : public Feature {
    Q_OBJECT

public:
    explicit ThroughputFeature(Workbench& bench);

private:
    QWidget* makePanel();

    PanelDock* m_dock;
    ThroughputPanel* m_panel = nullptr;
};

} // namespace sw::ui
