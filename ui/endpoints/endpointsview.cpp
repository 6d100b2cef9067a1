// SPDX-License-Identifier: MIT
#include "ui/endpoints/endpointsview.h"

#include "ui/endpoints/endpointdelegate.h"
#include "ui/widgets/controls.h"

#include <QKeyEvent>
#include <QPainter>

namespace sw::ui {

EndpointsView::EndpointsView(QWidget* parent) : QTreeView(parent) {
    nameWidget(this, "endpointsTree", tr("Endpoints"));
    setProperty("calmSelection", true); // see AppStyle
    setItemDelegate(new EndpointDelegate(this));
    setHeaderHidden(true);
    setRootIsDecorated(true); // listeners fold
    setIndentation(14);
    setUniformRowHeights(true);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setExpandsOnDoubleClick(false);
    setMinimumSize(120, 40);
}

/// F2 renames here, whatever it does elsewhere.
bool EndpointsView::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride && static_cast<QKeyEvent*>(event)->key() == Qt::Key_F2 &&
        static_cast<QKeyEvent*>(event)->modifiers() == Qt::NoModifier) {
        event->accept();
        return true;
    }
    return QTreeView::event(event);
}

void EndpointsView::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_F2 && event->modifiers() == Qt::NoModifier)
        emit renameRequested();
    else
        QTreeView::keyPressEvent(event);
}

void EndpointsView::paintEvent(QPaintEvent* event) {
    QTreeView::paintEvent(event);
    if (model() == nullptr || model()->rowCount() > 0)
        return;
    QPainter painter(viewport());
    painter.setPen(palette().color(QPalette::PlaceholderText));
    painter.drawText(viewport()->rect().adjusted(16, 16, -16, -16), Qt::AlignHCenter | Qt::AlignTop | Qt::TextWordWrap,
                     tr("Listeners and connections appear here."));
}

} // namespace sw::ui
