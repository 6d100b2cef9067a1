// SPDX-License-Identifier: MIT
#include "ui/throughput/throughputplot.h"

#include "core/base/units.h"
#include "ui/style/theme.h"
#include "ui/widgets/controls.h"

#include <QKeyEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace sw::ui {

namespace {

constexpr double zoomStep = 1.25;

/// A duration as an axis shows it.
QString timeText(double seconds) {
    if (seconds >= 3600)
        return QStringLiteral("%1:%2:%3")
            .arg(static_cast<int>(seconds) / 3600)
            .arg(static_cast<int>(seconds) / 60 % 60, 2, 10, QLatin1Char('0'))
            .arg(static_cast<int>(seconds) % 60, 2, 10, QLatin1Char('0'));
    if (seconds >= 60)
        return QStringLiteral("%1:%2")
            .arg(static_cast<int>(seconds) / 60)
            .arg(std::fmod(seconds, 60), 4, 'f', 1, QLatin1Char('0'));
    return QStringLiteral("%1 s").arg(seconds, 0, 'g', 4);
}

} // namespace

PlotRange PlotRange::zoomed(double factor, double place, qint64 least) const {
    const double width = std::max(static_cast<double>(to - from) * factor, static_cast<double>(least));
    const double fixed = static_cast<double>(from) + place * static_cast<double>(to - from);
    const auto start = static_cast<qint64>(fixed - place * width);
    return {.from = start, .to = start + static_cast<qint64>(width)};
}

PlotRange PlotRange::moved(double share) const {
    const auto by = static_cast<qint64>(share * static_cast<double>(to - from));
    return {.from = from + by, .to = to + by};
}

double roundScale(double value) {
    if (value <= 0)
        return 1;
    const double power = std::pow(10, std::floor(std::log10(value)));
    for (const double step : {1.0, 2.0, 5.0}) {
        if (value <= step * power)
            return step * power;
    }
    return 10 * power;
}

ThroughputPlot::ThroughputPlot(QWidget* parent) : QWidget(parent) {
    nameWidget(this, "throughputPlot", tr("Throughput"));
    setFocusPolicy(Qt::StrongFocus);
    setMinimumHeight(90);
    setCursor(Qt::OpenHandCursor);
}

void ThroughputPlot::setSeries(const ThroughputSeries* series) {
    m_series = series;
    showAll();
}

void ThroughputPlot::showAll() {
    m_showsAll = true;
    refresh();
}

void ThroughputPlot::refresh() {
    if (m_showsAll && m_series != nullptr && !m_series->isEmpty()) {
        constexpr qint64 least = 2'000'000'000;
        m_range = {.from = m_series->start(), .to = std::max(m_series->end(), m_series->start() + least)};
        emit rangeChanged();
    }
    update();
}

void ThroughputPlot::setRange(PlotRange range) {
    m_range = range;
    m_showsAll = false;
    emit rangeChanged();
    update();
}

void ThroughputPlot::zoom(double factor, double place) {
    if (m_series != nullptr && m_range.to > m_range.from)
        setRange(m_range.zoomed(factor, place, 20 * m_series->width()));
}

QRectF ThroughputPlot::plotArea() const {
    const QFontMetricsF metrics(font());
    const qreal left = metrics.horizontalAdvance(QStringLiteral("000.0 MB/s")) + 16;
    return QRectF(rect()).adjusted(left, 10, -14, -metrics.height() - 10);
}

void ThroughputPlot::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), palette().color(QPalette::Base));
    const ThemeColors colors = themeColors(palette());
    const QRectF area = plotArea();
    if (m_series == nullptr || m_series->isEmpty() || m_range.to <= m_range.from) {
        painter.setPen(palette().color(QPalette::PlaceholderText));
        painter.drawText(rect(), Qt::AlignCenter, tr("Nothing was sent or received yet."));
        return;
    }
    // no finer than the bins: a part narrower than a bin would show gaps that were not there
    const double seconds = static_cast<double>(m_range.to - m_range.from) / 1e9;
    const qint64 bins = std::max<qint64>((m_range.to - m_range.from) / m_series->width(), 1);
    const auto count = static_cast<std::size_t>(
        std::clamp<qint64>(std::min<qint64>(bins, static_cast<qint64>(area.width() / 2)), 1, 4000));
    const auto sums = m_series->sums(m_range.from, m_range.to, count);
    const double each = seconds / static_cast<double>(count);
    double most = 0;
    for (const auto& sum : sums)
        most = std::max({most, static_cast<double>(sum.received) / each, static_cast<double>(sum.sent) / each});
    const double scale = roundScale(most);
    const QFontMetricsF metrics(font());
    for (int i = 0; i <= 2; ++i) {
        const qreal y = area.bottom() - area.height() * i / 2;
        painter.setPen(QPen(colors.line, 1));
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
        painter.setPen(colors.muted);
        const QString text = formatBytes(static_cast<quint64>(scale * i / 2)) + QStringLiteral("/s");
        painter.drawText(QRectF(0, y - metrics.height() / 2, area.left() - 8, metrics.height()),
                         Qt::AlignRight | Qt::AlignVCenter, text);
    }
    const double step = roundScale(seconds / 6);
    const double first = static_cast<double>(m_range.from - m_series->start()) / 1e9;
    for (double t = std::ceil(first / step) * step; t <= first + seconds; t += step) {
        const qreal x = area.left() + (t - first) / seconds * area.width();
        painter.setPen(QPen(colors.line, 1));
        painter.drawLine(QPointF(x, area.bottom()), QPointF(x, area.bottom() + 4));
        painter.setPen(colors.muted);
        painter.drawText(QRectF(x - 60, area.bottom() + 5, 120, metrics.height()), Qt::AlignHCenter | Qt::AlignTop,
                         timeText(std::max(t, 0.0)));
    }
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setClipRect(area.adjusted(0, -2, 0, 2));
    const auto curve = [&](auto value, const QColor& color) {
        QPainterPath path(QPointF(area.left(), area.bottom()));
        for (std::size_t i = 0; i < count; ++i) {
            const qreal y = area.bottom() - static_cast<double>(value(sums[i])) / each / scale * area.height();
            path.lineTo(area.left() + area.width() * static_cast<double>(i) / static_cast<double>(count), y);
            path.lineTo(area.left() + area.width() * static_cast<double>(i + 1) / static_cast<double>(count), y);
        }
        path.lineTo(area.right(), area.bottom());
        QColor fill = color;
        fill.setAlpha(40);
        painter.fillPath(path, fill);
        painter.setPen(QPen(color, 1.3));
        painter.drawPath(path);
    };
    curve([](const ThroughputSeries::Bin& bin) { return bin.received; }, colors.received);
    curve([](const ThroughputSeries::Bin& bin) { return bin.sent; }, colors.sent);
    painter.setClipping(false);
    const QString legend = tr("▼ received");
    painter.setPen(colors.received);
    painter.drawText(QPointF(area.left() + 8, area.top() + metrics.ascent()), legend);
    painter.setPen(colors.sent);
    painter.drawText(QPointF(area.left() + 20 + metrics.horizontalAdvance(legend), area.top() + metrics.ascent()),
                     tr("▲ sent"));
    if (hasFocus()) {
        painter.setPen(QPen(palette().color(QPalette::Highlight), 1));
        painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
    }
}

void ThroughputPlot::wheelEvent(QWheelEvent* event) {
    const QRectF area = plotArea();
    const double place = std::clamp((event->position().x() - area.left()) / area.width(), 0.0, 1.0);
    zoom(event->angleDelta().y() > 0 ? 1 / zoomStep : zoomStep, place);
    event->accept();
}

void ThroughputPlot::mousePressEvent(QMouseEvent* event) {
    m_dragStart = event->position().x();
    m_dragRange = m_range;
}

void ThroughputPlot::mouseMoveEvent(QMouseEvent* event) {
    if (event->buttons().testFlag(Qt::LeftButton))
        setRange(m_dragRange.moved((m_dragStart - event->position().x()) / plotArea().width()));
}

void ThroughputPlot::mouseDoubleClickEvent(QMouseEvent*) {
    showAll();
}

void ThroughputPlot::keyPressEvent(QKeyEvent* event) {
    constexpr double pan = 0.2;
    switch (event->key()) {
    case Qt::Key_Plus:
        zoom(1 / zoomStep, 0.5);
        break;
    case Qt::Key_Minus:
        zoom(zoomStep, 0.5);
        break;
    case Qt::Key_Left:
        setRange(m_range.moved(-pan));
        break;
    case Qt::Key_Right:
        setRange(m_range.moved(pan));
        break;
    case Qt::Key_Home:
        showAll();
        break;
    default:
        QWidget::keyPressEvent(event);
    }
}

} // namespace sw::ui
