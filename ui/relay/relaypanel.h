// SPDX-License-Identifier: MIT
#pragma once

#include "core/engine/engine.h"
#include "core/engine/relayrequest.h"

#include <QWidget>

class QLabel;
class QStackedWidget;
class QTabWidget;

namespace sw::ui {

class FaultsEditor;
class InterceptPanel;

/// Faults and held messages of the relay that the current endpoint belongs to. The UI thread.
class RelayPanel final : public QWidget {
    Q_OBJECT

public:
    RelayPanel(Engine& engine, const QFont& font, QWidget* parent = nullptr);

    /// The current endpoint: a relay, or something below one; others leave what is shown.
    void setEndpoint(EndpointId id);
    EndpointId relay() const { return m_relay; }
    void showHeldMessages();

signals:
    void openRequested();
    void complained(const QString& text);

private:
    EndpointId relayOf(EndpointId id) const;
    void show(EndpointId relay);
    void showHeld();

    Engine& m_engine;
    EndpointId m_relay = EndpointId::None;
    QStackedWidget* m_pages;
    QLabel* m_title;
    QTabWidget* m_tabs;
    FaultsEditor* m_faults;
    InterceptPanel* m_intercept;
};

} // namespace sw::ui
