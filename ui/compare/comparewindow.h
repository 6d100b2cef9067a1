// SPDX-License-Identifier: MIT
#pragma once

#include "core/base/postbox.h"
#include "ui/compare/comparemodel.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QLabel;
class QTableView;

namespace sw::ui {

/// Something that can be compared: a buffer, or what is selected in it.
struct CompareSide {
    QString title;
    std::vector<SourcePart> parts;
    RecordIndex from = 0;
    RecordIndex to = 0; ///< after the last record
};

/// Two of some buffers side by side, aligned by message; compared on a pool thread. The UI thread.
class CompareWindow final : public QDialog {
    Q_OBJECT

public:
    /// At least one side; the first two are compared at once.
    CompareWindow(std::vector<CompareSide> sides, const QFont& font, QWidget* parent);

    CompareModel* model() const { return m_model; }

signals:
    void compared();

private:
    QWidget* buildBar();
    void compare();
    void show(std::shared_ptr<const Comparison> comparison, const QString& left, const QString& right);
    void step(int direction);

    Postbox m_postbox{this};
    std::vector<CompareSide> m_sides;
    CompareModel* m_model;
    QComboBox* m_left;
    QComboBox* m_right;
    QCheckBox* m_byLine;
    QCheckBox* m_times;
    QCheckBox* m_numbers;
    QLabel* m_result;
    QTableView* m_table;
    int m_job = 0; // the newest
};

} // namespace sw::ui
