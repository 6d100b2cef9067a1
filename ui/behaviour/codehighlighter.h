// SPDX-License-Identifier: MIT
#pragma once

#include <QSyntaxHighlighter>

namespace sw::ui {

enum class CodeLanguage { Rules, JavaScript };

/// Colours for files of rules and for scripts, from the theme of the moment.
class CodeHighlighter final : public QSyntaxHighlighter {
    Q_OBJECT

public:
    CodeHighlighter(CodeLanguage language, QTextDocument* document);

protected:
    void highlightBlock(const QString& text) override;

private:
    void highlightRules(const QString& text);
    void highlightScript(const QString& text);

    CodeLanguage m_language;
};

/// What the editor offers while typing.
QStringList codeWords(CodeLanguage language);

} // namespace sw::ui
