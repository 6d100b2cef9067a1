// SPDX-License-Identifier: MIT
#include "ui/widgets/noticebar.h"

#include "ui/style/theme.h"
#include "ui/widgets/controls.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

namespace sw::ui {

NoticeBar::NoticeBar(const char* objectName, const QString& accessibleName, QWidget* parent)
    : QFrame(parent),
      m_text(plainLabel({}, this)),
      m_layout(new QHBoxLayout(this)) {
    nameWidget(this, objectName, accessibleName);
    setAutoFillBackground(true);
    m_layout->setContentsMargins(14, 7, 10, 7);
    m_text->setWordWrap(true);
    m_layout->addWidget(m_text, 1);
    hide();
}

void NoticeBar::say(const QString& text, std::vector<Choice> choices) {
    for (QPushButton* button : m_buttons)
        button->deleteLater();
    m_buttons.clear();
    m_text->setText(text);
    QPalette colors = parentWidget()->palette();
    QColor wash = themeColors(colors).warning;
    wash.setAlpha(50);
    colors.setColor(QPalette::Window, wash);
    setPalette(colors);
    for (Choice& choice : choices) {
        QPushButton* button = pushButton(choice.text, choice.name, this);
        connect(button, &QPushButton::clicked, this, [this, call = std::move(choice.call)] {
            hide();
            if (call)
                call();
        });
        m_layout->addWidget(button);
        m_buttons.push_back(button);
    }
    show();
}

QString NoticeBar::text() const {
    return m_text->text();
}

} // namespace sw::ui
