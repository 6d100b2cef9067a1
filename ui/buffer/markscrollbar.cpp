// SPDX-License-Identifier: MIT
#include "ui/buffer/markscrollbar.h"

#include <QPainter>
#include <QStyle>
#include <QStyleOptionSlider>

namespace sw::ui {

MarkScrollBar::MarkScrollBar(QWidget* parent) : QScrollBar(Qt::Vertical, parent) {}

void MarkScrollBar::setTicks(std::vector<Tick> ticks) {
    if (m_ticks.empty() && ticks.empty())
        return;
    m_ticks = std::move(ticks);
    update();
}

void MarkScrollBar::paintEvent(QPaintEvent* event) {
    QScrollBar::paintEvent(event);
    if (m_ticks.empty())
        return;
    QStyleOptionSlider option;
    initStyleOption(&option);
    const QRect groove = style()->subControlRect(QStyle::CC_ScrollBar, &option, QStyle::SC_ScrollBarGroove, this);
    QPainter painter(this);
    for (const Tick& tick : m_ticks) {
        const qreal y = groove.top() + tick.place * (groove.height() - 2);
        painter.fillRect(QRectF(groove.left() + 1, y, groove.width() - 2, 2), tick.color);
    }
}

} // namespace sw::ui
