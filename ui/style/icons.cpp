// SPDX-License-Identifier: MIT
#include "ui/style/icons.h"

#include "ui/style/pictogram.h"

#include <QApplication>
#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPalette>

#include <array>
#include <vector>

namespace sw::ui {

namespace {

void paintApplication(QPainter& p) { // two facing plugs: a listener and what connects to it
    p.setPen(Qt::NoPen);
    p.setBrush(QColor(0x1f6feb));
    p.drawRoundedRect(QRectF(0.5, 0.5, 15, 15), 3.5, 3.5);
    p.setPen(QPen(Qt::white, 1.5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    p.setBrush(Qt::NoBrush);
    p.drawArc(QRectF(2.5, 4.5, 7, 7), 90 * 16, 180 * 16);
    p.drawArc(QRectF(6.5, 4.5, 7, 7), -90 * 16, 180 * 16);
    for (const qreal y : {6.6, 9.4})
        p.drawLine(QPointF(6, y), QPointF(10, y));
}

/// In the order of IconId, from Listen on: files below resources/icons.
constexpr std::array files{"listen",  "connect",    "options", "close", "abort",  "shut-down", "find",
                           "filter",  "previous",   "next",    "split", "follow", "send",      "stop",
                           "remove",  "add",        "text",    "hex",   "both",   "pause",     "accept",
                           "network", "unverified", "record",  "clear", "pin"};

/// Read once for each; nothing changes in them.
const Pictogram& pictogramOf(IconId id) {
    static const std::vector<Pictogram> all = [] { // constant
        std::vector<Pictogram> pictures;
        for (const char* name : files) {
            QFile file(QStringLiteral(":/icons/%1.svg").arg(QLatin1String(name)));
            const bool isOpen = file.open(QIODevice::ReadOnly);
            pictures.push_back(Pictogram::parse(isOpen ? file.readAll() : QByteArray()).value_or(Pictogram{}));
        }
        return pictures;
    }();
    return all.at(static_cast<std::size_t>(id) - 1);
}

/// Each fills 16 by 16 units.
void paintPicture(QPainter& p, IconId id) {
    if (id == IconId::Application) {
        paintApplication(p);
        return;
    }
    for (const Pictogram::Stroke& stroke : pictogramOf(id).strokes) {
        p.setBrush(stroke.isFilled ? QBrush(p.pen().color()) : QBrush());
        p.drawPath(stroke.path);
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
        paintIcon(*painter, m_id, rect, color);
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

void paintIcon(QPainter& painter, IconId id, const QRect& rect, const QColor& color) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const qreal size = std::min(rect.width(), rect.height());
    painter.translate(rect.center().x() + 0.5 - size / 2, rect.center().y() + 0.5 - size / 2);
    painter.scale(size / 16, size / 16);
    painter.setPen(QPen(color, 1.4, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.setBrush(Qt::NoBrush);
    paintPicture(painter, id);
    painter.restore();
}

QIcon icon(IconId id) {
    return QIcon(new PaintedIconEngine(id));
}

} // namespace sw::ui
