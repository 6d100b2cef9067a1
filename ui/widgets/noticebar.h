// SPDX-License-Identifier: MIT
#pragma once

#include <QFrame>

#include <functional>
#include <vector>

class QLabel;
class QHBoxLayout;
class QPushButton;

namespace sw::ui {

/// A line across the window that says something and offers what to do about it.
class NoticeBar final : public QFrame {
    Q_OBJECT

public:
    struct Choice {
        QString text;
        const char* name; ///< objectName
        std::function<void()> call;
    };

    /// Hidden until something is said.
    NoticeBar(const char* objectName, const QString& accessibleName, QWidget* parent);

    /// Shows the text with buttons; each hides the bar before it calls.
    void say(const QString& text, std::vector<Choice> choices);
    QString text() const;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QLabel* m_text;
    QHBoxLayout* m_layout;
    std::vector<QPushButton*> m_buttons;
};

} // namespace sw::ui
