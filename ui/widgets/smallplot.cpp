// SPDX-License-Identifier: MIT
#include "ui/widgets/smallplot.h"

#include "ui/style/theme.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>

namespace sw::ui {

SmallPlot::SmallPlot(QString title, std::function<QString(qint64)> format, QWidget* parent)
    : QWidget(parent),
      m_title(std::move(title)),
      m_format(std::move(format)) {
    setAccessibleName(m_title);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QSize SmallPlot::sizeHint() const {
    return {120, fontMetrics().height() + 38};
}

void SmallPlot::add(std::optional<qint64> value) {
    m_samples.push_back(value);
    if (m_samples.size() > capacity)
        m_samples.pop_front();
    setAccessibleDescription(valueText());
    update();
}

void SmallPlot::clear() {
    m_samples.clear();
    update();
}

QString SmallPlot::valueText() const {
    return m_samples.empty() || !m_samples.back() ? QStringLiteral("–") : m_format(*m_samples.back());
}

void SmallPlot::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const ThemeColors colors = themeColors(palette());
    const QFontMetrics metrics = fontMetrics();
    painter.setPen(colors.muted);
    painter.drawText(QRect(0, 0, width(), metrics.height()), Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(m_title, Qt::ElideRight, width() - metrics.horizontalAdvance(valueText()) - 6));
    painter.setPen(palette().color(QPalette::Text));
    painter.drawText(QRect(0, 0, width(), metrics.height()), Qt::AlignRight | Qt::AlignVCenter, valueText());
    const QRectF area = QRectF(rect()).adjusted(0.5, metrics.height() + 4, -0.5, -4);
    painter.setPen(QPen(colors.line, 1));
    painter.drawLine(area.bottomLeft(), area.bottomRight());
    qint64 most = 1;
    for (const auto& sample : m_samples)
        most = std::max(most, sample.value_or(0));
    painter.setRenderHint(QPainter::Antialiasing);
    QPainterPath path;
    bool isDrawing = false;
    const qreal step = area.width() / static_cast<qreal>(capacity - 1);
    qreal x = area.right() - step * static_cast<qreal>(m_samples.empty() ? 0 : m_samples.size() - 1);
    for (const auto& sample : m_samples) {
        if (sample) {
            const QPointF point(x,
                                area.bottom() - area.height() * static_cast<qreal>(*sample) / static_cast<qreal>(most));
            isDrawing ? path.lineTo(point) : path.moveTo(point);
        }
        isDrawing = sample.has_value();
        x += step;
    }
    painter.setPen(QPen(colors.accent, 1.4));
    painter.drawPath(path);
}

} // namespace sw::ui
