// SPDX-License-Identifier: MIT
#pragma once

#include "ui/behaviour/codehighlighter.h"

#include <QPlainTextEdit>

class QCompleter;

namespace sw::ui {

/// A text editor for rules and scripts: highlighting, completion (Ctrl+Space, or by itself after three letters), line
/// numbers, and a mark on the line that is wrong.
class CodeEdit final : public QPlainTextEdit {
    Q_OBJECT

public:
    explicit CodeEdit(QWidget* parent = nullptr);

    void setLanguage(CodeLanguage language);
    /// Marks a line, counted from 1; 0: none.
    void markLine(int line);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void complete(const QString& word);
    QString wordBefore() const;
    void makeRoomForNumbers();
    void paintNumbers() const;

    CodeHighlighter* m_highlighter = nullptr;
    QCompleter* m_completer;
    QWidget* m_numbers; // the strip on the left
};

} // namespace sw::ui
