// SPDX-License-Identifier: MIT
#pragma once

#include <QTreeView>

namespace sw::ui {

/// The tree of endpoints; says what to do while there are none.
class EndpointsView final : public QTreeView {
    Q_OBJECT

public:
    explicit EndpointsView(QWidget* parent = nullptr);

signals:
    /// F2: the current endpoint is to get another name.
    void renameRequested();

protected:
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
};

} // namespace sw::ui
