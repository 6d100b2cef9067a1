// SPDX-License-Identifier: MIT
#pragma once

#include "core/engine/engine.h"
#include "ui/actions/actions.h"

#include <functional>

class QDockWidget;
class QMainWindow;

namespace sw::ui {

class RelayPanel;

/// Opens relays, and brings their panel forward when it is needed. The UI thread.
class RelayCommands final : public QObject {
    Q_OBJECT

public:
    struct Parts {
        Engine& engine;
        ActionRegistry& actions;
        RelayPanel& panel;
        QDockWidget& dock;
        std::function<QString()> address; ///< what stands in the address bar: a likely target
    };

    RelayCommands(Parts parts, QMainWindow* window);

signals:
    void endpointOpened(sw::EndpointId id);

private:
    void open();
    void showPanel();

    Parts m_parts;
    QMainWindow* m_window;
    int m_held = 0;
};

} // namespace sw::ui
