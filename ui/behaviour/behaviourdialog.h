// SPDX-License-Identifier: MIT
#pragma once

#include <QDialog>

class QLabel;
class QLineEdit;
class QListWidget;
class QPushButton;
class QStackedWidget;

namespace sw::ui {

class Prompter;

/// Chooses what an endpoint does by itself: all behaviours with what they do, and fields for what they take. The UI
/// thread.
class BehaviourDialog final : public QDialog {
    Q_OBJECT

public:
    /// `behaviour`: what is chosen at first, as `echo` or `rules=talk.rules`.
    BehaviourDialog(const QString& title, const QString& behaviour, Prompter& prompter, QWidget* parent = nullptr);

    /// As planBehaviour() reads it.
    QString behaviour() const;
    /// Says why it was not taken; the dialog stays open.
    void fail(const QString& why);

signals:
    /// The user wants what behaviour() says.
    void chosen();

private:
    void build(const QString& behaviour);
    void choose();
    void browse();

    Prompter& m_prompter;
    QListWidget* m_list;
    QStackedWidget* m_values; // what the chosen one takes
    QLineEdit* m_file;
    QLineEdit* m_number;
    QLineEdit* m_when;
    QLineEdit* m_answer;
    QLabel* m_about;
    QLabel* m_error;
};

} // namespace sw::ui
