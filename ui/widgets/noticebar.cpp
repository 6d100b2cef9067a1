// SPDX-License-Identifier: MIT
#include "ui/widgets/noticebar.h"

#include "ui/style/theme.h"
#include "ui/widgets/controls.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>

namespace sw::ui {

NoticeBar::NoticeBar(const char* objectName, const QString& accessibleName, QWidget* parent)
    : QFrame(parent),
      m_text(plainLabel({}, this)),
      m_layout(new QHBoxLayout(this)) {
    nameWidget(this, objectName, accessibleName);
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

/// Washed with the colour of warnings, in either theme.
void NoticeBar::paintEvent(QPaintEvent* /*event*/) {
    QPainter painter(this);
    QColor wash = themeColors(palette()).warning;
    wash.setAlpha(56);
    painter.fillRect(rect(), palette().window());
    painter.fillRect(rect(), wash);
}

QString NoticeBar::text() const {
    return m_text->text();
}

} // namespace sw::ui
