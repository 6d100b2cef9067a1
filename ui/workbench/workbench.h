// SPDX-License-Identifier: MIT
#pragma once

#include "core/engine/engine.h"
#include "ui/actions/actions.h"
#include "ui/actions/prompter.h"
#include "ui/buffer/annotations.h"
#include "ui/endpoints/endpointmodel.h"
#include "ui/settings/settings.h"

class QMainWindow;

namespace sw::ui {

class BufferArea;
class BufferPanel;
class PanelDock;

/// What all features of the window work with: the engine, the settings, the endpoints and the one that is current, the
/// buffers, the actions. It knows none of the features. The UI thread.
class Workbench final : public QObject {
    Q_OBJECT

public:
    Workbench(Engine& engine, Settings& settings, Prompter& prompter, QMainWindow& window);

    Engine& engine() const { return m_engine; }
    Settings& settings() const { return m_settings; }
    Prompter& prompter() const { return m_prompter; }
    QMainWindow& window() const { return m_window; }
    ActionRegistry& actions() const { return m_actions; }
    const EndpointModel& model() const { return m_model; }
    EndpointModel& model() { return m_model; }
    Annotations& annotations() { return m_annotations; }
    BufferArea& buffers() const { return m_buffers; }

    /// The endpoint that the buffer, the details and the commands speak of; None: there is none.
    EndpointId current() const { return m_current; }
    /// nullptr where there is none.
    const EndpointSnapshot* currentSnapshot() const { return m_model.snapshot(m_current); }
    const EndpointSnapshot* snapshot(EndpointId id) const { return m_model.snapshot(id); }
    void choose(EndpointId id);
    /// What is selected among the endpoints: several are acted on together.
    const QVector<EndpointId>& selected() const { return m_selected; }
    /// One that is selected alone is the current one too.
    void setSelected(const QVector<EndpointId>& ids);

    /// Its buffer, in the current group if it was not there; nullptr: there is no such endpoint.
    BufferPanel* openBuffer(EndpointId id);
    /// The same, and makes it the current one.
    BufferPanel* show(EndpointId id);
    using Settled = std::function<void(const EndpointSnapshot&)>;
    /// Waits until an endpoint is open or has failed, and calls `settled`; without one, shows it or says why it failed.
    /// `life`: the one that is meant, where it is opened again.
    void whenSettled(EndpointId id, Settled settled = {}, quint32 life = 0);

    /// A sentence for the user, which goes after some seconds.
    void say(const QString& text) { emit said(text); }
    /// A panel at the window's side, hidden at first. `make` makes its widget when it is shown first.
    PanelDock* addPanel(const QString& title, const char* name, Qt::DockWidgetArea area,
                        std::function<QWidget*()> make);
    const QVector<PanelDock*>& panels() const { return m_panels; }

signals:
    void said(const QString& text);
    void currentChanged(sw::EndpointId id);
    void selectionChanged();
    /// As the engine's, with the model up to date.
    void endpointsChanged(const QVector<EndpointSnapshot>& snapshots);
    /// Somebody wants an endpoint to be opened, as from the address bar.
    void openRequested(const sw::Address& address, const QString& behaviour, sw::Role role);
    /// A buffer was made: whoever serves buffers takes it on.
    void bufferMade(sw::ui::BufferPanel* panel);

private:
    BufferPanel* makeBuffer(EndpointId id);
    void takeChanges(const QVector<EndpointSnapshot>& snapshots);
    void settle(const EndpointSnapshot& snapshot, const Settled& settled);

    Engine& m_engine;
    Settings& m_settings;
    Prompter& m_prompter;
    QMainWindow& m_window;
    ActionRegistry& m_actions;
    EndpointModel m_model;
    Annotations m_annotations;
    BufferArea& m_buffers;
    QVector<PanelDock*> m_panels;
    struct Waiting {
        Settled settled;
        quint32 life = 0;
    };
    QHash<EndpointId, Waiting> m_waiting;
    EndpointId m_current = EndpointId::None;
    QVector<EndpointId> m_selected;
};

/// One thing that the window can do: it brings its actions and its panel, and follows what it has to. The UI thread.
class Feature : public QObject {
    Q_OBJECT

public:
    explicit Feature(Workbench& bench) : QObject(&bench), m_bench(bench) {}

protected:
    void on(ActionId id, std::function<void()> call) { m_bench.actions().connectTo(id, this, std::move(call)); }
    QWidget* window() const;
    Workbench& bench() const { return m_bench; }

private:
    Workbench& m_bench;
};

} // namespace sw::ui
