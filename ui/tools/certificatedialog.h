// SPDX-License-Identifier: MIT
#pragma once

#include "core/tls/certificatemaker.h"

#include <QDialog>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace sw::ui {

class Prompter;

/// Makes certificates for test and teaching: an authority, and servers and clients that it signs.
class CertificateDialog final : public QDialog {
    Q_OBJECT

public:
    explicit CertificateDialog(Prompter& prompter, QWidget* parent = nullptr);

private:
    void make();
    void updateControls();
    void fail(const Error& error);

    Prompter& m_prompter;
    QComboBox* m_kind;
    QLineEdit* m_name;
    QLineEdit* m_names;
    QSpinBox* m_days;
    QLineEdit* m_authority;
    QPushButton* m_chooseAuthority;
    QLineEdit* m_folder;
    QLineEdit* m_file;
    QLabel* m_result;
};

} // namespace sw::ui
