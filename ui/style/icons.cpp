// SPDX-License-Identifier: MIT
#include "ui/style/icons.h"

#include "ui/style/theme.h"

#include <QApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPainterPath>

namespace sw::ui {

namespace {

void line(QPainter& p, qreal x1, qreal y1, qreal x2, qreal y2) {
    p.drawLine(QPointF(x1, y1), QPointF(x2, y2));
}

void arrow(QPainter& p, QPointF from, QPointF to) {
    p.drawLine(from, to);
    const QLineF shaft(to, from);
    for (const qreal angle : {35.0, -35.0}) {
        QLineF wing = shaft;
        wing.setLength(4);
        wing.setAngle(shaft.angle() + angle);
        p.drawLine(wing);
    }
}

void paintApplication(QPainter& p) { // two facing plugs: a listener and what connects to it
    p.setPen(Qt::NoPen);
    p.setBrush(QColor(0x1f6feb));
    p.drawRoundedRect(QRectF(0.5, 0.5, 15, 15), 3.5, 3.5);
    p.setPen(QPen(Qt::white, 1.5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    p.setBrush(Qt::NoBrush);
    p.drawArc(QRectF(2.5, 4.5, 7, 7), 90 * 16, 180 * 16);
    p.drawArc(QRectF(6.5, 4.5, 7, 7), -90 * 16, 180 * 16);
    line(p, 6, 6.6, 10, 6.6);
    line(p, 6, 9.4, 10, 9.4);
}

/// Each picture fills 16 by 16 units.
void paintIcon(QPainter& p, IconId id) {
    switch (id) {
    case IconId::Application:
        paintApplication(p);
        break;
    case IconId::Listen:
        p.drawArc(QRectF(3, 3, 10, 10), 30 * 16, 120 * 16);
        p.drawArc(QRectF(5.5, 5.5, 5, 5), 30 * 16, 120 * 16);
        p.drawEllipse(QPointF(8, 8.5), 0.8, 0.8);
        line(p, 8, 9.5, 8, 13.5);
        line(p, 5, 13.5, 11, 13.5);
        break;
    case IconId::Connect:
        arrow(p, {2, 8}, {10, 8});
        line(p, 13, 3, 13, 13);
        break;
    case IconId::Filter: {
        const QPointF funnel[] = {{2.5, 3.5}, {13.5, 3.5}, {9.5, 8.5}, {9.5, 13}, {6.5, 11}, {6.5, 8.5}};
        p.drawPolygon(funnel, 6);
        break;
    }
    case IconId::Options:
        for (const qreal y : {4.0, 8.0, 12.0})
            line(p, 2, y, 14, y);
        p.setBrush(p.pen().color());
        p.drawEllipse(QPointF(5, 4), 1.4, 1.4);
        p.drawEllipse(QPointF(11, 8), 1.4, 1.4);
        p.drawEllipse(QPointF(6.5, 12), 1.4, 1.4);
        break;
    case IconId::Close:
        line(p, 4, 4, 12, 12);
        line(p, 12, 4, 4, 12);
        break;
    case IconId::Abort:
        p.drawPolyline(QPolygonF({{9, 2}, {5, 9}, {8.5, 9}, {7, 14}, {11.5, 6.5}, {8, 6.5}, {9, 2}}));
        break;
    case IconId::ShutDown:
        arrow(p, {2, 5.5}, {9, 5.5});
        line(p, 11, 3, 11, 8);
        arrow(p, {14, 11}, {3, 11});
        break;
    case IconId::Find:
        p.drawEllipse(QPointF(7, 7), 4.2, 4.2);
        line(p, 10.2, 10.2, 14, 14);
        break;
    case IconId::Previous:
        p.drawPolyline(QPolygonF({{4, 10}, {8, 6}, {12, 10}}));
        break;
    case IconId::Next:
        p.drawPolyline(QPolygonF({{4, 6}, {8, 10}, {12, 6}}));
        break;
    case IconId::Split:
        p.drawRoundedRect(QRectF(2, 3, 12, 10), 1.5, 1.5);
        line(p, 8, 3, 8, 13);
        break;
    case IconId::Follow:
        arrow(p, {8, 2}, {8, 10.5});
        line(p, 3, 13.5, 13, 13.5);
        break;
    case IconId::Send:
        p.drawPolyline(QPolygonF({{2, 8}, {14, 2.5}, {10, 13.5}, {7.5, 9}, {2, 8}}));
        line(p, 7.5, 9, 14, 2.5);
        break;
    case IconId::Stop:
        p.drawRoundedRect(QRectF(4, 4, 8, 8), 1, 1);
        break;
    case IconId::Remove:
        line(p, 3, 8, 13, 8);
        break;
    case IconId::Add:
        line(p, 3, 8, 13, 8);
        line(p, 8, 3, 8, 13);
        break;
    case IconId::Text:
        line(p, 3, 4, 13, 4);
        line(p, 3, 8, 10, 8);
        line(p, 3, 12, 12, 12);
        break;
    case IconId::Hex:
        p.drawPolygon(QPolygonF({{8, 2}, {13.2, 5}, {13.2, 11}, {8, 14}, {2.8, 11}, {2.8, 5}}));
        break;
    case IconId::Both:
        p.drawPolygon(QPolygonF({{5, 4}, {8, 5.8}, {8, 10.2}, {5, 12}, {2, 10.2}, {2, 5.8}}));
        line(p, 10, 5, 14, 5);
        line(p, 10, 8, 13, 8);
        line(p, 10, 11, 14, 11);
        break;
    case IconId::Pause:
        line(p, 6, 4, 6, 12);
        line(p, 10, 4, 10, 12);
        break;
    case IconId::Accept:
        p.drawPolyline(QPolygonF({{3, 8.5}, {6.5, 12}, {13, 4.5}}));
        break;
    case IconId::Unverified: // an open lock, crossed out
        p.drawRect(QRectF(3.5, 7.5, 9, 6));
        p.drawArc(QRectF(5, 2.5, 6, 8), 30 * 16, 150 * 16);
        line(p, 2, 2, 14, 14);
        break;
    case IconId::Network:
        p.drawEllipse(QPointF(8, 8), 5.5, 5.5);
        p.drawEllipse(QPointF(8, 8), 2.3, 5.5);
        line(p, 2.5, 8, 13.5, 8);
        break;
    }
}

/// Paints in the button text colour of the moment, so that a change of theme needs no new icons.
class PaintedIconEngine final : public QIconEngine {
public:
    explicit PaintedIconEngine(IconId id) : m_id(id) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override {
        const QPalette palette = QApplication::palette();
        QColor color =
            palette.color(mode == QIcon::Disabled ? QPalette::Disabled : QPalette::Active, QPalette::ButtonText);
        if (mode == QIcon::Selected)
            color = palette.color(QPalette::HighlightedText);
        else if (state == QIcon::On)
            color = palette.color(QPalette::Link);
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        const qreal size = std::min(rect.width(), rect.height());
        painter->translate(rect.center().x() + 0.5 - size / 2, rect.center().y() + 0.5 - size / 2);
        painter->scale(size / 16, size / 16);
        painter->setPen(QPen(color, 1.4, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter->setBrush(Qt::NoBrush);
        paintIcon(*painter, m_id);
        painter->restore();
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        return scaledPixmap(size, mode, state, 1.0);
    }

    QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State state, qreal) override {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return pixmap;
    }

    QIconEngine* clone() const override { return new PaintedIconEngine(m_id); }

private:
    IconId m_id;
};

} // namespace

QIcon icon(IconId id) {
    return QIcon(new PaintedIconEngine(id));
}

} // namespace sw::ui
