// SPDX-License-Identifier: MIT
#include "ui/endpoints/endpointsview.h"

#include "ui/endpoints/endpointdelegate.h"
#include "ui/widgets/controls.h"

#include <QPainter>

namespace sw::ui {

EndpointsView::EndpointsView(QWidget* parent) : QTreeView(parent) {
    nameWidget(this, "endpointsTree", tr("Endpoints"));
    setItemDelegate(new EndpointDelegate(this));
    setHeaderHidden(true);
    setRootIsDecorated(false);
    setIndentation(14);
    setUniformRowHeights(true);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setExpandsOnDoubleClick(false);
    setMinimumWidth(120);
}

void EndpointsView::paintEvent(QPaintEvent* event) {
    QTreeView::paintEvent(event);
    if (model() == nullptr || model()->rowCount() > 0)
        return;
    QPainter painter(viewport());
    painter.setPen(palette().color(QPalette::PlaceholderText));
    painter.drawText(viewport()->rect().adjusted(16, 16, -16, -16), Qt::AlignHCenter | Qt::AlignTop | Qt::TextWordWrap,
                     tr("Nothing is open. What you listen on or connect to stands here."));
}

} // namespace sw::ui
