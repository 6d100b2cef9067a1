// SPDX-License-Identifier: MIT
#include "ui/throughput/throughputpanel.h"

#include "ui/style/icons.h"
#include "ui/throughput/throughputplot.h"
#include "ui/widgets/controls.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace sw::ui {

namespace {
constexpr std::chrono::milliseconds interval(250);
constexpr std::chrono::milliseconds slice(10);
} // namespace

ThroughputPanel::ThroughputPanel(Engine& engine, QWidget* parent)
    : QWidget(parent),
      m_engine(engine),
      m_plot(new ThroughputPlot(this)),
      m_scope(new QComboBox(this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(10, 4, 10, 4);
    nameWidget(m_scope, "throughputScope", tr("Throughput of"));
    m_scope->addItems({tr("The current buffer"), tr("All endpoints")});
    bar->addWidget(m_scope);
    bar->addStretch();
    bar->addWidget(mutedLabel(tr("Wheel: zoom · drag: move · double click: all"), this));
    layout->addLayout(bar);
    layout->addWidget(m_plot, 1);
    connect(m_scope, &QComboBox::currentIndexChanged, this, &ThroughputPanel::begin);
    connect(&m_timer, &QTimer::timeout, this, &ThroughputPanel::refresh);
    m_catchUp.setSingleShot(true); // one chain, however often the other timer fires meanwhile
    connect(&m_catchUp, &QTimer::timeout, this, &ThroughputPanel::refresh);
    m_timer.start(interval);
}

void ThroughputPanel::setEndpoint(EndpointId id) {
    if (id == m_endpoint)
        return;
    m_endpoint = id;
    if (m_scope->currentIndex() == 0)
        begin();
}

void ThroughputPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    begin();
}

void ThroughputPanel::begin() {
    m_plot->setSeries(nullptr);
    m_series = std::make_unique<ThroughputSeries>();
    m_plot->setSeries(m_series.get());
    refresh();
}

void ThroughputPanel::takeParts() {
    const bool isAll = m_scope->currentIndex() == 1;
    for (const EndpointSnapshot& snapshot : m_engine.snapshots()) {
        const bool isMeant = isAll || snapshot.id == m_endpoint || snapshot.parent == m_endpoint;
        // the clock of a run before this one has another zero
        if (!isMeant || (isAll && snapshot.isRecovered) || m_series->has(snapshot.id))
            continue;
        if (auto transcript = m_engine.transcript(snapshot.id))
            m_series->add(snapshot.id, transcript);
    }
}

void ThroughputPanel::refresh() {
    if (!isVisible() || m_series == nullptr)
        return;
    takeParts();
    if (!m_series->update(slice))
        m_catchUp.start(0);
    m_plot->refresh();
}

} // namespace sw::ui
