// SPDX-License-Identifier: MIT
#include "ui/widgets/elidedlabel.h"

#include "ui/widgets/controls.h"

#include <QPainter>
#include <QStyle>

namespace sw::ui {

namespace {
constexpr int leastWidth = 24;
constexpr qsizetype mostMeasured = 2000; // characters: no screen shows more, and measuring all would take long
} // namespace

ElidedLabel::ElidedLabel(Qt::TextElideMode where, QWidget* parent) : QLabel(parent), m_where(where) {
    setTextFormat(Qt::PlainText);
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
}

void ElidedLabel::setText(const QString& text) {
    if (text == this->text())
        return;
    QLabel::setText(text);
    explain(*this, text.left(mostMeasured));
}

QSize ElidedLabel::sizeHint() const {
    const QMargins margins = contentsMargins();
    return {fontMetrics().horizontalAdvance(text().left(mostMeasured)) + margins.left() + margins.right() + 2,
            QLabel::minimumSizeHint().height()};
}

QSize ElidedLabel::minimumSizeHint() const {
    return {leastWidth, fontMetrics().height() + contentsMargins().top() + contentsMargins().bottom()};
}

void ElidedLabel::paintEvent(QPaintEvent* /*event*/) {
    QPainter painter(this);
    const QRect area = contentsRect();
    const QString shown = fontMetrics().elidedText(text().left(mostMeasured), m_where, area.width());
    style()->drawItemText(&painter, area, static_cast<int>(alignment()) | Qt::TextSingleLine, palette(), isEnabled(),
                          shown, foregroundRole());
}

} // namespace sw::ui
