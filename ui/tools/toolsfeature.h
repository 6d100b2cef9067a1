// SPDX-License-Identifier: MIT
#pragma once

#include "ui/workbench/workbench.h"

namespace sw::ui {

class LookupPanel;

/// Tools that need no endpoint: load, certificates, looking up. The UI thread.
class ToolsFeature final : public Feature {
    Q_OBJECT

public:
    explicit ToolsFeature(Workbench& bench);

private:
    QWidget* makeLookup();

    PanelDock* m_lookupDock;
    LookupPanel* m_lookup = nullptr;
};

} // namespace sw::ui
