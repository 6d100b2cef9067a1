// SPDX-License-Identifier: MIT
#pragma once

#include "core/engine/engine.h"

#include <QObject>

class QLabel;
class QStatusBar;

namespace sw::ui {

class EndpointModel;

/// The figures in the status bar: endpoints, rates, what is stored, files being written, messages being held. The UI
/// thread.
class StatusTotals final : public QObject {
    Q_OBJECT

public:
    StatusTotals(const Engine& engine, const EndpointModel& model, QStatusBar* bar);

    void refresh();
    void showRecordings(const QStringList& paths);
    void showHeld(int count);

private:
    const Engine& m_engine;
    const EndpointModel& m_model;
    QLabel* m_endpoints;
    QLabel* m_rates;
    QLabel* m_store;
    QLabel* m_recordings;
    QLabel* m_held;
};

} // namespace sw::ui
