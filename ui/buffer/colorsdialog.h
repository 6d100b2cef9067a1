// SPDX-License-Identifier: MIT
#pragma once

#include "ui/buffer/colorrules.h"

#include <QDialog>

class QLabel;
class QPushButton;
class QTreeWidget;

namespace sw::ui {

/// The rules by which rows of all buffers get a colour. The UI thread.
class ColorsDialog final : public QDialog {
    Q_OBJECT

public:
    explicit ColorsDialog(const std::vector<ColorRule>& rules, QWidget* parent = nullptr);

signals:
    /// What is there now, also what cannot be read yet.
    void changed(const std::vector<sw::ui::ColorRule>& rules);

private:
    void add(const ColorRule& rule);
    void check();

    QTreeWidget* m_list;
    QLabel* m_problem;
};

} // namespace sw::ui
