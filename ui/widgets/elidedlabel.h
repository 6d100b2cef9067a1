// SPDX-License-Identifier: MIT
#pragma once

#include <QLabel>

namespace sw::ui {

/// One line of plain text that may have less room than it wants: what does not fit is cut with dots, and its tooltip
/// has all of it. It never asks for more width than its minimum.
class ElidedLabel final : public QLabel {
    Q_OBJECT

public:
    explicit ElidedLabel(Qt::TextElideMode where, QWidget* parent = nullptr);

    void setText(const QString& text);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Qt::TextElideMode m_where;
};

} // namespace sw::ui
