// SPDX-License-Identifier: MIT
#include "ui/shell/eventlogfeature.h"

#include "ui/shell/eventlog.h"
#include "ui/workbench/paneldock.h"

namespace sw::ui {

EventLogFeature::EventLogFeature(Workbench& bench)
    : Feature(bench),
      m_dock(bench.addPanel(tr("Event log"), "eventsDock", Qt::BottomDockWidgetArea, [this] { return makePanel(); })) {
    connect(&bench, &Workbench::endpointsChanged, this, [this] {
        if (m_panel != nullptr)
            m_panel->refresh();
    });
}

QWidget* EventLogFeature::makePanel() {
    m_panel = new EventLogPanel(bench().engine().eventLog(), m_dock);
    connect(m_panel, &EventLogPanel::endpointChosen, &bench(), &Workbench::openBuffer);
    m_panel->refresh();
    return m_panel;
}

} // namespace sw::ui
