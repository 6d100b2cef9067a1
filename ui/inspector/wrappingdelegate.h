// SPDX-License-Identifier: MIT
#pragma once

#include <QStyledItemDelegate>
#include <QTreeWidget>

#include <algorithm>

namespace sw::ui {

/// Rows as high as their text needs in the width that its column has.
class WrappingDelegate final : public QStyledItemDelegate {
public:
    explicit WrappingDelegate(QTreeWidget* tree) : QStyledItemDelegate(tree), m_tree(tree) {}

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        QSize size = QStyledItemDelegate::sizeHint(option, index);
        if (m_tree->isFirstColumnSpanned(index.row(), index.parent()))
            return size;
        const int depth = index.parent().parent().isValid() ? 2 : 1;
        const int indent = index.column() == 0 ? depth * m_tree->indentation() : 0;
        const int width = m_tree->columnWidth(index.column()) - 14 - indent;
        const QRect needed = option.fontMetrics.boundingRect(QRect(0, 0, std::max(width, 40), 10000), Qt::TextWordWrap,
                                                             index.data().toString());
        size.setHeight(std::max(size.height(), needed.height() + 4));
        return size;
    }

private:
    QTreeWidget* m_tree;
};

} // namespace sw::ui
