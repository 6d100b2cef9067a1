// SPDX-License-Identifier: MIT
#pragma once

#include "core/engine/loadsender.h"

#include <QDialog>

class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QSpinBox;

namespace sw::ui {

/// Sends many messages over many connections, shows how far it is, and what was measured.
class LoadDialog final : public QDialog {
    Q_OBJECT

public:
    LoadDialog(Engine& engine, const QString& address, QWidget* parent = nullptr);

private:
    void start();
    void showReport(const LoadReport& report);
    void updateControls();

    LoadSender m_sender;
    QLineEdit* m_address;
    QLineEdit* m_message;
    QSpinBox* m_count;
    QSpinBox* m_rate;
    QSpinBox* m_connections;
    QProgressBar* m_progress;
    QLabel* m_result;
    QPushButton* m_start;
};

} // namespace sw::ui
