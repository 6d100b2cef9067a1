// SPDX-License-Identifier: MIT
#pragma once

#include "ui/workbench/workbench.h"

namespace sw::ui {

class RelayPanel;

/// Opens relays, and brings their panel forward when it is needed. The UI thread.
class RelayFeature final : public Feature {
    Q_OBJECT

public:
    /// `address`: what stands in the address bar, a likely target.
    RelayFeature(Workbench& bench, std::function<QString()> address);

signals:
    /// How many messages all relays hold.
    void heldCounted(int count);

private:
    QWidget* makePanel();
    void open();
    void openInFront();
    void showPanel();
    void countHeld();

    std::function<QString()> m_address;
    PanelDock* m_dock;
    RelayPanel* m_panel = nullptr;
    int m_held = 0;
};

} // namespace sw::ui
