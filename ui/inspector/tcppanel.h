// SPDX-License-Identifier: MIT
#pragma once

#include "core/engine/engine.h"
#include "core/engine/kernelsample.h"

#include <QTimer>
#include <QWidget>

#include <vector>

class QLabel;
class QTreeWidget;

namespace sw::ui {

class SmallPlot;

/// What the system's TCP knows of one connection, live: state, figures, the last minute of four of them. After its end,
/// what the system still keeps of it (TIME-WAIT). Asks only while it is visible.
class TcpPanel final : public QWidget {
    Q_OBJECT

public:
    explicit TcpPanel(Engine& engine, QWidget* parent = nullptr);

    void setSnapshot(const std::optional<EndpointSnapshot>& snapshot);

protected:
    void showEvent(QShowEvent* event) override;

private:
    struct Plotted {
        const TcpFigure* figure;
        SmallPlot* plot;
    };

    void build();
    void ask();
    void take(const KernelSample& sample);
    void showFigures(const TcpInfo& info);
    void showText(const QString& text);

    Engine& m_engine;
    EndpointId m_endpoint = EndpointId::None;
    bool m_isTcp = false;
    bool m_hasEnded = false;
    bool m_isAwaiting = false; // an answer
    bool m_isGone = false;     // the system keeps nothing of it any more
    QTimer m_timer;
    QLabel* m_state;
    QWidget* m_figuresHost = nullptr;
    QTreeWidget* m_figures = nullptr;
    std::vector<Plotted> m_plots;
};

} // namespace sw::ui
