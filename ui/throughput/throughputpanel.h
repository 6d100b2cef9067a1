// SPDX-License-Identifier: MIT
#pragma once

#include "core/engine/engine.h"
#include "core/transcript/throughput.h"

#include <QTimer>
#include <QWidget>

class QComboBox;

namespace sw::ui {

class ThroughputPlot;

/// The throughput of one endpoint and what is below it, or of all. Counts only while it is visible. The UI thread.
class ThroughputPanel final : public QWidget {
    Q_OBJECT

public:
    explicit ThroughputPanel(Engine& engine, QWidget* parent = nullptr);

    void setEndpoint(EndpointId id);
    ThroughputPlot* plot() const { return m_plot; }

protected:
    void showEvent(QShowEvent* event) override;

private:
    void begin();
    void takeParts();
    void refresh();

    Engine& m_engine;
    EndpointId m_endpoint = EndpointId::None;
    std::unique_ptr<ThroughputSeries> m_series;
    ThroughputPlot* m_plot;
    QComboBox* m_scope;
    QTimer m_timer;
    QTimer m_catchUp; // what was recorded is not all counted yet
};

} // namespace sw::ui
