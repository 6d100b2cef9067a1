// SPDX-License-Identifier: MIT
#pragma once

#include <QDockWidget>

#include <functional>

namespace sw::ui {

/// A panel at the side of the window. Its widget is made when it is shown first: panels that nobody opens cost nothing.
/// The UI thread.
class PanelDock final : public QDockWidget {
    Q_OBJECT

public:
    PanelDock(const QString& title, const char* name, std::function<QWidget*()> make, QMainWindow* window);

    /// Shows it before the others at its place, and at least that high, in pixels; 0: as high as it is.
    void reveal(int height = 0);
    /// Makes the widget if it is not there yet.
    void build();

protected:
    void showEvent(QShowEvent* event) override;

private:
    std::function<QWidget*()> m_make;
};

} // namespace sw::ui
