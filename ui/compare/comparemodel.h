// SPDX-License-Identifier: MIT
#pragma once

#include "core/transcript/compare.h"

#include <QAbstractTableModel>

#include <memory>

namespace sw::ui {

/// Two sequences of messages and how they align.
struct Comparison {
    std::vector<ComparedMessage> left;
    std::vector<ComparedMessage> right;
    std::vector<ComparedRow> rows;

    std::size_t differences() const;
};

/// The rows of a comparison: left and right; texts are made when they are painted. The UI thread.
class CompareModel final : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Role { KindRole = Qt::UserRole, DifferenceRole };

    explicit CompareModel(QObject* parent = nullptr);

    void setComparison(std::shared_ptr<const Comparison> comparison, const QString& left, const QString& right);
    const Comparison& comparison() const { return *m_comparison; }
    /// The next row (1) or the one before (-1) that differs; -1 if there is none.
    int nextDifference(int row, int direction) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    const ComparedMessage* messageAt(const QModelIndex& index) const;

    std::shared_ptr<const Comparison> m_comparison = std::make_shared<const Comparison>();
    QString m_left;
    QString m_right;
};

} // namespace sw::ui
