// SPDX-License-Identifier: MIT
#include "ui/widgets/controls.h"

#include <QDialog>
#include <QDialogButtonBox>
#include <QFrame>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>

namespace sw::ui {

void nameWidget(QWidget* widget, const char* objectName, const QString& accessibleName) {
    widget->setObjectName(QString::fromLatin1(objectName));
    widget->setAccessibleName(accessibleName);
}

QLabel* plainLabel(const QString& text, QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setText(text);
    return label;
}

QLabel* mutedLabel(const QString& text, QWidget* parent) {
    QLabel* label = plainLabel(text, parent);
    setMuted(*label);
    return label;
}

void setMuted(QLabel& label) {
    label.setForegroundRole(QPalette::PlaceholderText);
}

void setHeading(QLabel& label) {
    QFont font = label.font();
    font.setWeight(QFont::DemiBold);
    label.setFont(font);
}

void setMistake(QLabel& label, bool isOne) {
    label.setForegroundRole(isOne ? QPalette::BrightText : QPalette::WindowText);
}

void setMistaken(QWidget& field, bool isMistaken) {
    if (sw::ui::isMistaken(field) == isMistaken)
        return;
    field.setProperty("hasError", isMistaken);
    field.update();
}

bool isMistaken(const QWidget& field) {
    return field.property("hasError").toBool();
}

void setPrimary(QPushButton& button, bool isPrimary) {
    button.setProperty("primary", isPrimary);
    button.updateGeometry();
    button.update();
}

QToolButton* toolButton(const QIcon& icon, const char* objectName, const QString& accessibleName, QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setIcon(icon);
    button->setToolTip(accessibleName);
    button->setFocusPolicy(Qt::TabFocus);
    nameWidget(button, objectName, accessibleName);
    return button;
}

QToolButton* modeButton(const QString& text, const char* objectName, const QString& accessibleName, QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setText(text);
    button->setCheckable(true);
    button->setFocusPolicy(Qt::TabFocus);
    nameWidget(button, objectName, accessibleName);
    return button;
}

QPushButton* pushButton(const QString& text, const char* objectName, QWidget* parent) {
    auto* button = new QPushButton(text, parent);
    QString name = text;
    nameWidget(button, objectName, name.remove(QLatin1Char('&')));
    return button;
}

QFrame* separator(QWidget* parent) {
    auto* line = new QFrame(parent);
    line->setFixedHeight(1);
    line->setAutoFillBackground(true);
    line->setBackgroundRole(QPalette::Mid);
    return line;
}

DialogButtons dialogButtons(QDialog& dialog, const QString& action, const char* actionName, const QString& leave,
                            const char* leaveName) {
    auto* row = new QDialogButtonBox(&dialog);
    DialogButtons buttons{
        .row = row, .action = pushButton(action, actionName, &dialog), .leave = pushButton(leave, leaveName, &dialog)};
    row->addButton(buttons.action, QDialogButtonBox::AcceptRole);
    row->addButton(buttons.leave, QDialogButtonBox::RejectRole);
    setPrimary(*buttons.action);
    buttons.action->setDefault(true);
    buttons.leave->setAutoDefault(false);
    QObject::connect(row, &QDialogButtonBox::rejected, &dialog, &QDialog::reject);
    return buttons;
}

void explain(QWidget& widget, const QString& text) {
    widget.setToolTip(plainToolTip(text));
    widget.setAccessibleDescription(text);
}

QString plainToolTip(const QString& text) {
    if (text.isEmpty())
        return {};
    return QStringLiteral("<qt>") + text.toHtmlEscaped().replace(QLatin1Char('\n'), QLatin1String("<br>")) +
           QStringLiteral("</qt>");
}

} // namespace sw::ui
