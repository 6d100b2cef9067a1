// SPDX-License-Identifier: MIT
#pragma once

#include "core/transcript/throughput.h"

#include <QWidget>

namespace sw::ui {

/// The part of a series that a plot shows, and its scales; numbers without a widget.
struct PlotRange {
    qint64 from = 0; ///< steady clock, nanoseconds
    qint64 to = 0;

    /// Zooms by a factor (below 1: closer) around a place from 0 to 1, not closer than `least`.
    PlotRange zoomed(double factor, double place, qint64 least) const;
    PlotRange moved(double share) const;
};

/// A round number of at least `value`: 1, 2 or 5 times a power of ten.
double roundScale(double value);

/// Bytes a second over time, received above sent. The wheel zooms, dragging moves, a double click shows all and
/// follows.
class ThroughputPlot final : public QWidget {
    Q_OBJECT

public:
    explicit ThroughputPlot(QWidget* parent = nullptr);

    /// The series to show; owned by the caller, may be nullptr.
    void setSeries(const ThroughputSeries* series);
    /// The series has grown.
    void refresh();
    void showAll();
    void zoom(double factor, double place);
    PlotRange range() const { return m_range; }
    QSize sizeHint() const override { return {600, 150}; }

signals:
    void rangeChanged();

protected:
    void paintEvent(QPaintEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    QRectF plotArea() const;
    void setRange(PlotRange range);

    const ThroughputSeries* m_series = nullptr;
    PlotRange m_range;
    bool m_showsAll = true;
    qreal m_dragStart = 0;
    PlotRange m_dragRange;
};

} // namespace sw::ui
