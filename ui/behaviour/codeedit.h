// SPDX-License-Identifier: MIT
#pragma once

#include "ui/behaviour/codehighlighter.h"

#include <QPlainTextEdit>

class QCompleter;

namespace sw::ui {

/// A text editor for rules and scripts: highlighting, completion (Ctrl+Space, or by itself after three letters), and a
/// mark on the line that is wrong.
class CodeEdit final : public QPlainTextEdit {
    Q_OBJECT

public:
    explicit CodeEdit(QWidget* parent = nullptr);

    void setLanguage(CodeLanguage language);
    /// Marks a line, counted from 1; 0: none.
    void markLine(int line);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void complete(const QString& word);
    QString wordBefore() const;

    CodeHighlighter* m_highlighter = nullptr;
    QCompleter* m_completer;
};

} // namespace sw::ui
