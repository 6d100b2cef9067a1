// SPDX-License-Identifier: MIT
#pragma once

#include <QColor>
#include <QScrollBar>

#include <vector>

namespace sw::ui {

/// A scroll bar that shows where something is: search matches, marks.
class MarkScrollBar final : public QScrollBar {
    Q_OBJECT

public:
    struct Tick {
        double place = 0; ///< 0 (top) to 1
        QColor color;
    };

    explicit MarkScrollBar(QWidget* parent = nullptr);

    void setTicks(std::vector<Tick> ticks);
    const std::vector<Tick>& ticks() const { return m_ticks; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::vector<Tick> m_ticks;
};

} // namespace sw::ui
