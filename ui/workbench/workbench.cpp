// SPDX-License-Identifier: MIT
#include "ui/workbench/workbench.h"

#include "ui/buffer/bufferarea.h"
#include "ui/buffer/bufferpanel.h"
#include "ui/composer/composer.h"
#include "ui/widgets/eventtext.h"
#include "ui/workbench/paneldock.h"

#include <QMainWindow>

namespace sw::ui {

namespace {

bool isUnderWay(EndpointState state) {
    return state == EndpointState::Idle || state == EndpointState::Resolving || state == EndpointState::Connecting ||
           state == EndpointState::Handshaking;
}

} // namespace

Workbench::Workbench(Engine& engine, Settings& settings, Prompter& prompter, QMainWindow& window)
    : QObject(&window),
      m_engine(engine),
      m_settings(settings),
      m_prompter(prompter),
      m_window(window),
      m_actions(*new ActionRegistry(&window, settings)),
      m_buffers(*new BufferArea([this](EndpointId id) { return makeBuffer(id); }, &window)) {
    connect(&engine, &Engine::endpointsChanged, this, &Workbench::takeChanges);
    connect(&engine, &Engine::endpointRemoved, this, [this](EndpointId id) {
        m_waiting.remove(id);
        m_buffers.forget(id);
        m_model.remove(id);
        m_annotations.forget(id);
    });
    connect(&m_buffers, &BufferArea::currentChanged, this, [this] {
        m_model.setVisibleBuffers(m_buffers.visible());
        if (BufferPanel* panel = m_buffers.current())
            choose(panel->endpoint());
    });
}

BufferPanel* Workbench::makeBuffer(EndpointId id) {
    auto* panel = new BufferPanel(m_engine, m_settings, m_annotations, id); // the tabs adopt it
    emit bufferMade(panel);
    return panel;
}

void Workbench::takeChanges(const QVector<EndpointSnapshot>& snapshots) {
    m_model.update(snapshots);
    m_buffers.update(snapshots); // what is settled may be typed into
    for (const EndpointSnapshot& snapshot : snapshots) {
        const auto waiting = m_waiting.constFind(snapshot.id);
        if (waiting != m_waiting.constEnd() && !isUnderWay(snapshot.state) && snapshot.life >= waiting->life)
            settle(snapshot, m_waiting.take(snapshot.id).settled);
    }
    emit endpointsChanged(snapshots);
}

void Workbench::settle(const EndpointSnapshot& snapshot, const Settled& settled) {
    if (settled) {
        settled(snapshot);
        return;
    }
    BufferPanel* panel = show(snapshot.id);
    if (snapshot.error)
        say(errorText(*snapshot.error));
    else if (panel != nullptr && snapshot.kind != EndpointKind::Listener)
        panel->composer()->focusMessage();
}

void Workbench::whenSettled(EndpointId id, Settled settled, quint32 life) {
    m_waiting.insert(id, {std::move(settled), life});
}

void Workbench::choose(EndpointId id) {
    if (id == m_current)
        return;
    m_current = id;
    emit currentChanged(id);
}

void Workbench::setSelected(const QVector<EndpointId>& ids) {
    m_selected = ids;
    if (ids.size() == 1) // with several, buffer, details and buttons stay with the one they speak of
        choose(ids.front());
    emit selectionChanged();
}

BufferPanel* Workbench::openBuffer(EndpointId id) {
    const EndpointSnapshot* snapshot = m_model.snapshot(id);
    if (snapshot == nullptr)
        return nullptr;
    BufferPanel* panel = m_buffers.open(id);
    m_buffers.update({*snapshot}); // marks that the tab has to show
    return panel;
}

BufferPanel* Workbench::show(EndpointId id) {
    BufferPanel* panel = openBuffer(id);
    choose(id);
    return panel;
}

PanelDock* Workbench::addPanel(const QString& title, const char* name, Qt::DockWidgetArea area,
                               std::function<QWidget*()> make) {
    auto* dock = new PanelDock(title, name, std::move(make), &m_window);
    m_window.addDockWidget(area, dock);
    for (PanelDock* other : m_panels) {
        if (area == Qt::BottomDockWidgetArea && m_window.dockWidgetArea(other) == area) {
            m_window.tabifyDockWidget(other, dock);
            break;
        }
    }
    dock->hide();
    m_panels.append(dock);
    return dock;
}

QWidget* Feature::window() const {
    return &m_bench.window();
}

} // namespace sw::ui
