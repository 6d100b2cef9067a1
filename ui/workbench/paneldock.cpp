// SPDX-License-Identifier: MIT
#include "ui/workbench/paneldock.h"

#include <QMainWindow>

namespace sw::ui {

PanelDock::PanelDock(const QString& title, const char* name, std::function<QWidget*()> make, QMainWindow* window)
    : QDockWidget(title, window),
      m_make(std::move(make)) {
    setObjectName(QString::fromLatin1(name));
    setAccessibleName(title);
    setFeatures(QDockWidget::DockWidgetMovable | QDockWidget::DockWidgetClosable);
}

void PanelDock::build() {
    if (m_make)
        setWidget(std::exchange(m_make, {})());
}

void PanelDock::reveal(int height) {
    build();
    show();
    raise();
    if (this->height() < height)
        static_cast<QMainWindow*>(parentWidget())->resizeDocks({this}, {height}, Qt::Vertical);
}

void PanelDock::showEvent(QShowEvent* event) {
    build();
    QDockWidget::showEvent(event);
}

} // namespace sw::ui
