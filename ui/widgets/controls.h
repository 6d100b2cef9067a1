// SPDX-License-Identifier: MIT
#pragma once

#include <QIcon>
#include <QString>

class QDialog;
class QDialogButtonBox;
class QFrame;
class QLabel;
class QPushButton;
class QToolButton;
class QWidget;

namespace sw::ui {

/// Gives a widget the name that tests use and the one that people hear.
void nameWidget(QWidget* widget, const char* objectName, const QString& accessibleName);

/// A label that never guesses markup: what peers send reaches it as it is.
QLabel* plainLabel(const QString& text, QWidget* parent);
QLabel* mutedLabel(const QString& text, QWidget* parent);
/// The same for a label that is there; and as a heading; and as what says a mistake.
void setMuted(QLabel& label);
void setHeading(QLabel& label);
void setMistake(QLabel& label, bool isOne = true);
/// A field whose content is wrong has another border.
void setMistaken(QWidget& field, bool isMistaken);
bool isMistaken(const QWidget& field);
/// The button that Return presses.
void setPrimary(QPushButton& button, bool isPrimary = true);
QToolButton* toolButton(const QIcon& icon, const char* objectName, const QString& accessibleName, QWidget* parent);
/// A tool button that shows its text and can be checked.
QToolButton* modeButton(const QString& text, const char* objectName, const QString& accessibleName, QWidget* parent);
QPushButton* pushButton(const QString& text, const char* objectName, QWidget* parent);
QFrame* separator(QWidget* parent);

/// The row at a dialog's end, in the order of the platform: what the dialog does (also on Return), and what leaves it.
struct DialogButtons {
    QDialogButtonBox* row;
    QPushButton* action;
    QPushButton* leave;
};
/// `leave`: the text of the button that leaves, which rejects the dialog. What `action` does is the caller's.
DialogButtons dialogButtons(QDialog& dialog, const QString& action, const char* actionName, const QString& leave,
                            const char* leaveName);

/// What a widget is for, as its tooltip and for screen readers. Shown as it is: tooltips guess markup too.
void explain(QWidget& widget, const QString& text);
/// Text for the tooltip of what is no widget.
QString plainToolTip(const QString& text);

} // namespace sw::ui
