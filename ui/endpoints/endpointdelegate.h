// SPDX-License-Identifier: MIT
#pragma once

#include <QStyledItemDelegate>

namespace sw::ui {

/// Paints an endpoint in two lines: state, name and rate above; address, bytes and state in words below.
class EndpointDelegate final : public QStyledItemDelegate {
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

} // namespace sw::ui
