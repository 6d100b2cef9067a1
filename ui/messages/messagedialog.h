// SPDX-License-Identifier: MIT
#pragma once

#include "core/workspace/messages.h"

#include <QDialog>

class QComboBox;
class QKeySequenceEdit;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;

namespace sw::ui {

/// Makes or changes a saved message: its name and folder, shortcut, line ending, encoding and steps, with the bytes
/// they make.
class MessageDialog final : public QDialog {
    Q_OBJECT

public:
    /// `taken`: paths of other messages.
    MessageDialog(const SavedMessage& message, const QFont& font, QStringList taken, QWidget* parent = nullptr);

    SavedMessage message() const { return m_message; }

private:
    void check();

    SavedMessage m_message;
    QStringList m_taken;
    QLineEdit* m_name;
    QLineEdit* m_folder;
    QKeySequenceEdit* m_shortcut;
    QComboBox* m_ending;
    QComboBox* m_encoding;
    QPlainTextEdit* m_steps;
    QLabel* m_preview;
    QPushButton* m_ok;
};

} // namespace sw::ui
