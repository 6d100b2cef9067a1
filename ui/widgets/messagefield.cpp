// SPDX-License-Identifier: MIT
#include "ui/widgets/messagefield.h"

#include <QAbstractTextDocumentLayout>
#include <QKeyEvent>
#include <QLocale>
#include <QMimeData>
#include <QScrollBar>
#include <QTextBlock>
#include <QTextLayout>

namespace sw::ui {

MessageField::MessageField(QWidget* parent) : QPlainTextEdit(parent) {
    setTabChangesFocus(true);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    document()->setDocumentMargin(2);
    connect(this, &QPlainTextEdit::textChanged, this, &MessageField::textEdited);
    connect(document()->documentLayout(), &QAbstractTextDocumentLayout::documentSizeChanged, this, &MessageField::fit);
}

/// As it was typed: toPlainText() takes no-break spaces and line separators for others.
QString MessageField::text() const {
    if (isHolding())
        return m_held;
    return document()->toRawText().replace(QChar::ParagraphSeparator, QLatin1Char('\n'));
}

void MessageField::setText(const QString& text) {
    if (text.size() > mostEdited) {
        hold(text);
        return;
    }
    letGo();
    QTextCursor all(document()); // so that it can be undone
    all.select(QTextCursor::Document);
    all.insertText(text);
    moveCursor(QTextCursor::End);
}

/// The field stays quick, and what was given is sent.
void MessageField::hold(const QString& text) {
    m_before = isHolding() ? m_before : this->text();
    m_held = text;
    setReadOnly(true);
    const QLocale locale;
    constexpr qsizetype shown = 60;
    setPlainText(tr("%1 characters, too many to edit here: Send sends them all, Backspace takes them back.\n%2…")
                     .arg(locale.toString(text.size()), text.left(shown).replace(QLatin1Char('\n'), QChar(0x21b5))));
    emit textEdited();
}

void MessageField::letGo() {
    if (m_held.isEmpty())
        return;
    m_held.clear();
    setReadOnly(false);
    setPlainText(std::exchange(m_before, {}));
    moveCursor(QTextCursor::End);
}

void MessageField::insertFromMimeData(const QMimeData* source) {
    if (!source->hasText() || isHolding())
        return;
    QString pasted = source->text();
    const QString before = this->text();
    if (before.size() + pasted.size() <= mostEdited) {
        textCursor().insertText(pasted);
        ensureCursorVisible();
        return;
    }
    const QTextCursor cursor = textCursor();
    hold(before.left(cursor.selectionStart()) + pasted + before.mid(cursor.selectionEnd()));
}

void MessageField::keyPressEvent(QKeyEvent* event) {
    const bool isReturn = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    const bool isKeypad = (event->modifiers() & ~Qt::KeypadModifier) == Qt::NoModifier;
    if (isReturn && isKeypad) {
        emit returnPressed();
        return;
    }
    if (isReturn && event->modifiers() == Qt::ShiftModifier && !isHolding()) {
        textCursor().insertText(QStringLiteral("\n"));
        ensureCursorVisible();
        return;
    }
    const bool drops = event->key() == Qt::Key_Backspace || event->key() == Qt::Key_Delete;
    if (isHolding() && drops) {
        letGo();
        return;
    }
    QPlainTextEdit::keyPressEvent(event);
}

bool MessageField::isAtFirstLine() const {
    const QTextBlock block = textCursor().block();
    return block.blockNumber() == 0 &&
           block.layout()->lineForTextPosition(textCursor().positionInBlock()).lineNumber() <= 0;
}

bool MessageField::isAtLastLine() const {
    const QTextBlock block = textCursor().block();
    return block == document()->lastBlock() &&
           block.layout()->lineForTextPosition(textCursor().positionInBlock()).lineNumber() + 1 >=
               block.layout()->lineCount();
}

QSize MessageField::sizeHint() const {
    // the document counts rows, not pixels
    const int rows = std::clamp(static_cast<int>(document()->size().height()), 1, mostLines);
    const int frame = height() - viewport()->height();
    const int padding = 2 * static_cast<int>(document()->documentMargin()) + std::max(frame, 2 * frameWidth());
    return {QPlainTextEdit::sizeHint().width(), rows * fontMetrics().lineSpacing() + padding};
}

QSize MessageField::minimumSizeHint() const {
    return {60, sizeHint().height()};
}

void MessageField::fit() {
    const bool isTall = document()->size().height() > mostLines;
    setVerticalScrollBarPolicy(isTall ? Qt::ScrollBarAsNeeded : Qt::ScrollBarAlwaysOff);
    updateGeometry();
}

void MessageField::resizeEvent(QResizeEvent* event) {
    QPlainTextEdit::resizeEvent(event);
    if (event->size().width() != event->oldSize().width())
        updateGeometry();
    if (document()->size().height() <= mostLines) // all of it has room
        verticalScrollBar()->setValue(0);
}

void MessageField::changeEvent(QEvent* event) {
    QPlainTextEdit::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        updateGeometry();
}

} // namespace sw::ui
