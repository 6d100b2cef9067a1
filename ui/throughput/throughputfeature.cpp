// SPDX-License-Identifier: MIT
#include "ui/throughput/throughputfeature.h"

#include "ui/throughput/throughputpanel.h"
#include "ui/workbench/paneldock.h"

namespace sw::ui {

ThroughputFeature::ThroughputFeature(Workbench& bench)
    : Feature(bench),
      m_dock(bench.addPanel(tr("Throughput"), "throughputDock", Qt::BottomDockWidgetArea,
                            [this] { return makePanel(); })) {
    on(ActionId::Throughput, [this] {
        m_dock->reveal();
        m_panel->setFocus();
    });
    connect(&bench, &Workbench::currentChanged, this, [this](EndpointId id) {
        if (m_panel != nullptr)
            m_panel->setEndpoint(id);
    });
}

QWidget* ThroughputFeature::makePanel() {
    m_panel = new ThroughputPanel(bench().engine(), m_dock);
    m_panel->setEndpoint(bench().current());
    return m_panel;
}

} // namespace sw::ui
