// SPDX-License-Identifier: MIT
#pragma once

#include <QColor>
#include <QWidget>

#include <deque>
#include <functional>
#include <optional>

namespace sw::ui {

/// The last minute of one figure as a line, with its title and its present value. Paints nothing it was not told.
class SmallPlot final : public QWidget {
    Q_OBJECT

public:
    static constexpr std::size_t capacity = 240; ///< samples

    SmallPlot(QString title, std::function<QString(qint64)> format, QWidget* parent = nullptr);

    /// One more sample; nothing: it was not told, and leaves a gap.
    void add(std::optional<qint64> value);
    void clear();
    QString valueText() const;
    std::size_t count() const { return m_samples.size(); }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_title;
    std::function<QString(qint64)> m_format;
    std::deque<std::optional<qint64>> m_samples;
};

} // namespace sw::ui
