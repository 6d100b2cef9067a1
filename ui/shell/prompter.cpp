// SPDX-License-Identifier: MIT
#include "ui/shell/prompter.h"

#include <QFileDialog>
#include <QInputDialog>
#include <QMessageBox>
#include <QPushButton>

namespace sw::ui {

bool DialogPrompter::confirm(QWidget* parent, const QString& question, const QString& action) {
    QMessageBox box(QMessageBox::Question, {}, {}, QMessageBox::Cancel, parent);
    box.setTextFormat(Qt::PlainText);
    box.setText(question);
    const QPushButton* go = box.addButton(action, QMessageBox::AcceptRole);
    box.exec();
    return box.clickedButton() == go;
}

std::optional<QString> DialogPrompter::ask(QWidget* parent, const QString& title, const QString& question,
                                           const QString& text) {
    bool isGiven = false;
    const QString answer = QInputDialog::getText(parent, title, question, QLineEdit::Normal, text, &isGiven);
    return isGiven ? std::optional(answer) : std::nullopt;
}

std::optional<QString> DialogPrompter::askSecret(QWidget* parent, const QString& title, const QString& question) {
    bool isGiven = false;
    const QString answer = QInputDialog::getText(parent, title, question, QLineEdit::Password, {}, &isGiven);
    return isGiven ? std::optional(answer) : std::nullopt;
}

QString DialogPrompter::fileToWrite(QWidget* parent, const QString& title, const QString& name, const QString& filter) {
    return QFileDialog::getSaveFileName(parent, title, name, filter);
}

QString DialogPrompter::fileToRead(QWidget* parent, const QString& title, const QString& filter) {
    return QFileDialog::getOpenFileName(parent, title, {}, filter);
}

QString DialogPrompter::folder(QWidget* parent, const QString& title) {
    return QFileDialog::getExistingDirectory(parent, title);
}

void DialogPrompter::tell(QWidget* parent, const QString& title, const QString& text) {
    QMessageBox box(QMessageBox::NoIcon, title, {}, QMessageBox::Ok, parent);
    box.setTextFormat(Qt::PlainText);
    box.setText(text);
    box.exec();
}

} // namespace sw::ui
