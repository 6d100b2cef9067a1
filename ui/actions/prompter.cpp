// SPDX-License-Identifier: MIT
#include "ui/actions/prompter.h"

#include <QCheckBox>
#include <QFileDialog>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>

namespace sw::ui {

namespace {

// A question may hold a file's or a peer's name, so its label shows it as it is, never as rich text.
std::optional<QString> askLine(QWidget* parent, const QString& title, const QString& question, QLineEdit::EchoMode echo,
                               const QString& text) {
    QInputDialog dialog(parent);
    dialog.setWindowTitle(title);
    dialog.setLabelText(QString(question).replace(QLatin1Char('&'), QLatin1String("&&"))); // its label has a buddy
    dialog.setTextEchoMode(echo);
    dialog.setTextValue(text);
    for (QLabel* label : dialog.findChildren<QLabel*>())
        label->setTextFormat(Qt::PlainText);
    return dialog.exec() == QDialog::Accepted ? std::optional(dialog.textValue()) : std::nullopt;
}

} // namespace

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
    return askLine(parent, title, question, QLineEdit::Normal, text);
}

std::optional<QString> DialogPrompter::askSecret(QWidget* parent, const QString& title, const QString& question) {
    return askLine(parent, title, question, QLineEdit::Password, {});
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

std::optional<Prompter::Leaving> DialogPrompter::leave(QWidget* parent, const QString& question) {
    QMessageBox box(QMessageBox::NoIcon, QCoreApplication::applicationName(), {}, QMessageBox::Cancel, parent);
    box.setObjectName(QStringLiteral("leaveDialog"));
    box.setTextFormat(Qt::PlainText);
    box.setText(question);
    box.setInformativeText(tr("Transcripts that are kept are offered when the program starts again."));
    QPushButton* keep = box.addButton(tr("&Keep transcripts"), QMessageBox::AcceptRole);
    const QPushButton* discard = box.addButton(tr("&Discard"), QMessageBox::DestructiveRole);
    box.setDefaultButton(keep);
    auto* remember = new QCheckBox(tr("Do &not ask again"), &box);
    box.setCheckBox(remember);
    box.exec();
    if (box.clickedButton() != keep && box.clickedButton() != discard)
        return std::nullopt;
    return Leaving{.keepsRecords = box.clickedButton() == keep, .remembers = remember->isChecked()};
}

} // namespace sw::ui
