// SPDX-License-Identifier: MIT
#include "ui/behaviour/codeedit.h"

#include "ui/style/theme.h"

#include <QAbstractItemView>
#include <QCompleter>
#include <QKeyEvent>
#include <QPainter>
#include <QRegularExpression>
#include <QScrollBar>
#include <QStringListModel>
#include <QTextBlock>

#include <algorithm>

namespace sw::ui {

namespace {
constexpr int lettersBefore = 3;
constexpr int besideNumbers = 6; // pixels on each side
} // namespace

CodeEdit::CodeEdit(QWidget* parent)
    : QPlainTextEdit(parent),
      m_completer(new QCompleter(this)),
      m_numbers(new QWidget(this)) {
    setLineWrapMode(QPlainTextEdit::NoWrap);
    setTabStopDistance(4 * fontMetrics().horizontalAdvance(QLatin1Char(' ')));
    setTabChangesFocus(true); // the keyboard can leave; indentation is made with blanks
    m_completer->setWidget(this);
    m_completer->setCompletionMode(QCompleter::PopupCompletion);
    m_completer->setCaseSensitivity(Qt::CaseInsensitive);
    connect(m_completer, QOverload<const QString&>::of(&QCompleter::activated), this, &CodeEdit::complete);
    m_numbers->installEventFilter(this);
    connect(this, &QPlainTextEdit::blockCountChanged, this, &CodeEdit::makeRoomForNumbers);
    connect(this, &QPlainTextEdit::updateRequest, m_numbers, qOverload<>(&QWidget::update));
    makeRoomForNumbers();
}

void CodeEdit::makeRoomForNumbers() {
    constexpr int fewestDigits = 2;
    const auto digits = std::max(fewestDigits, static_cast<int>(QString::number(blockCount()).size()));
    const int width = 2 * besideNumbers + digits * fontMetrics().horizontalAdvance(QLatin1Char('9'));
    setViewportMargins(width, 0, 0, 0);
    const QRect inside = contentsRect();
    m_numbers->setGeometry(inside.left(), inside.top(), width, inside.height());
}

void CodeEdit::resizeEvent(QResizeEvent* event) {
    QPlainTextEdit::resizeEvent(event);
    makeRoomForNumbers();
}

bool CodeEdit::eventFilter(QObject* watched, QEvent* event) {
    if (watched != m_numbers || event->type() != QEvent::Paint)
        return QPlainTextEdit::eventFilter(watched, event);
    paintNumbers();
    return true;
}

void CodeEdit::paintNumbers() const {
    QPainter painter(m_numbers);
    painter.fillRect(m_numbers->rect(), palette().color(QPalette::Window));
    painter.setFont(font());
    painter.setPen(themeColors(palette()).muted);
    for (QTextBlock block = firstVisibleBlock(); block.isValid(); block = block.next()) {
        const QRectF place = blockBoundingGeometry(block).translated(contentOffset());
        if (place.top() > m_numbers->height())
            break;
        const QRectF left(0, place.top(), m_numbers->width() - besideNumbers, place.height());
        painter.drawText(left, Qt::AlignRight | Qt::AlignVCenter, QString::number(block.blockNumber() + 1));
    }
}

void CodeEdit::setLanguage(CodeLanguage language) {
    delete m_highlighter;
    m_highlighter = new CodeHighlighter(language, document());
    m_completer->setModel(new QStringListModel(codeWords(language), m_completer));
}

void CodeEdit::markLine(int line) {
    QList<QTextEdit::ExtraSelection> marks;
    const QTextBlock block = document()->findBlockByNumber(line - 1);
    if (line > 0 && block.isValid()) {
        QTextEdit::ExtraSelection mark;
        mark.cursor = QTextCursor(block);
        QColor color = themeColors(palette()).error;
        color.setAlpha(48);
        mark.format.setBackground(color);
        mark.format.setProperty(QTextFormat::FullWidthSelection, true);
        marks.append(mark);
    }
    setExtraSelections(marks);
}

QString CodeEdit::wordBefore() const {
    const QTextCursor cursor = textCursor();
    static const QRegularExpression word(QStringLiteral("(\\$\\{)?[A-Za-z0-9_:-]*$"));
    return word.match(cursor.block().text().left(cursor.positionInBlock())).captured();
}

void CodeEdit::complete(const QString& word) {
    QTextCursor cursor = textCursor();
    cursor.movePosition(QTextCursor::Left, QTextCursor::KeepAnchor, static_cast<int>(wordBefore().size()));
    cursor.insertText(word);
    setTextCursor(cursor);
}

void CodeEdit::keyPressEvent(QKeyEvent* event) {
    QAbstractItemView* popup = m_completer->popup();
    if (popup->isVisible()) {
        switch (event->key()) {
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Escape:
        case Qt::Key_Tab:
            event->ignore(); // the list takes it
            return;
        default:
            break;
        }
    }
    const bool isAsked = event->key() == Qt::Key_Space && event->modifiers().testFlag(Qt::ControlModifier);
    if (!isAsked)
        QPlainTextEdit::keyPressEvent(event);
    const QString word = wordBefore();
    const bool isTyping = !event->text().isEmpty() && event->text().at(0).isPrint();
    m_completer->setCompletionPrefix(word);
    const bool hasMore =
        m_completer->completionCount() > 0 && m_completer->currentCompletion().compare(word, Qt::CaseInsensitive) != 0;
    if (!(isAsked || (isTyping && word.size() >= lettersBefore)) || !hasMore) {
        popup->hide();
        return;
    }
    popup->setCurrentIndex(m_completer->completionModel()->index(0, 0));
    QRect place = cursorRect();
    place.setWidth(popup->sizeHintForColumn(0) + popup->verticalScrollBar()->sizeHint().width() + 8);
    m_completer->complete(place);
}

} // namespace sw::ui
