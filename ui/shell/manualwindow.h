// SPDX-License-Identifier: MIT
#pragma once

#include <QDialog>

namespace sw::ui {

/// The manual, from the program's own resources.
class ManualWindow final : public QDialog {
    Q_OBJECT

public:
    explicit ManualWindow(QWidget* parent = nullptr);
};

} // namespace sw::ui
