// SPDX-License-Identifier: MIT
#include "ui/buffer/filterbar.h"

#include "core/transcript/filter.h"
#include "ui/style/icons.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/eventtext.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QCompleter>
#include <QDateTime>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QStringListModel>
#include <QToolButton>

#include <utility>

namespace sw::ui {

namespace {
constexpr std::chrono::milliseconds typingPause(200);
}

FilterBar::FilterBar(BufferView* view, QWidget* parent)
    : QWidget(parent),
      m_view(view),
      m_field(new QLineEdit(this)),
      m_state(plainLabel({}, this)),
      m_completer(new QCompleter(this)),
      m_terms(new QStringListModel(this)) {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(10, 5, 10, 5);
    nameWidget(m_field, "filterField", tr("Filter"));
    m_field->setPlaceholderText(tr("Filter: dir:sent  len>100  \"GET\"  peer:10.0.0.1  /regex/  since:12:30  or  not"));
    m_field->setClearButtonEnabled(true);
    nameWidget(m_state, "filterState", tr("Filter result"));
    auto* closeButton = toolButton(icon(IconId::Close), "filterClose", tr("Close filter"), this);
    layout->addWidget(m_field, 1);
    layout->addWidget(m_state);
    layout->addWidget(closeButton);
    m_completer->setModel(m_terms);
    m_completer->setWidget(m_field);
    m_completer->setCompletionMode(QCompleter::UnfilteredPopupCompletion);
    connect(m_completer, qOverload<const QString&>(&QCompleter::activated), this, &FilterBar::insertCompletion);
    m_delay.setSingleShot(true);
    m_delay.setInterval(typingPause);
    connect(&m_delay, &QTimer::timeout, this, &FilterBar::apply);
    connect(m_field, &QLineEdit::textChanged, &m_delay, qOverload<>(&QTimer::start));
    connect(m_field, &QLineEdit::textEdited, this, &FilterBar::complete);
    connect(closeButton, &QToolButton::clicked, this, &FilterBar::close);
    connect(m_view, &BufferView::filterProgressed, this, &FilterBar::showState);
    hide();
}

void FilterBar::open() {
    show();
    m_field->setFocus();
    m_field->selectAll();
    apply();
}

void FilterBar::close() {
    const bool hadFocus = isAncestorOf(QApplication::focusWidget());
    hide();
    m_delay.stop();
    m_view->setFilter({});
    m_isActive = false;
    if (hadFocus)
        m_view->setFocus();
    emit changed();
    emit closed();
}

QString FilterBar::text() const {
    return m_field->text();
}

void FilterBar::setText(const QString& text) {
    m_field->setText(text);
}

namespace {

const QString sinceName = QStringLiteral("since:");

/// The words of an expression: blanks in quotes and between slashes belong to them.
QStringList wordsOf(const QString& text) {
    QStringList words;
    QString word;
    QChar until; // the quote that is open
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text.at(i);
        if (until.isNull() && c.isSpace()) {
            if (!word.isEmpty())
                words.append(std::exchange(word, {}));
            continue;
        }
        const bool isEscaped = i > 0 && text.at(i - 1) == QLatin1Char('\\');
        const bool opens = c == QLatin1Char('"') || (c == QLatin1Char('/') && word.isEmpty());
        if (!until.isNull() && c == until && !isEscaped)
            until = {};
        else if (until.isNull() && opens)
            until = c;
        word += c;
    }
    if (!word.isEmpty())
        words.append(word);
    return words;
}

/// With one more term, which is for all that stands before it.
QString withTerm(const QStringList& words, const QString& term) {
    const QString text = words.join(QLatin1Char(' '));
    bool hasChoice = false; // outside of parentheses
    qsizetype depth = 0;
    for (const QString& word : words) {
        hasChoice = hasChoice || (depth == 0 && word.compare(QLatin1String("or"), Qt::CaseInsensitive) == 0);
        if (!word.startsWith(QLatin1Char('"')) && !word.startsWith(QLatin1Char('/')))
            depth += word.count(QLatin1Char('('));
        if (!word.endsWith(QLatin1Char('"')) && !word.endsWith(QLatin1Char('/')))
            depth -= word.count(QLatin1Char(')'));
    }
    if (text.isEmpty())
        return term;
    return (hasChoice ? QLatin1Char('(') + text + QLatin1Char(')') : text) + QLatin1Char(' ') + term;
}

} // namespace

QStringList FilterBar::words() const {
    return isVisibleTo(parentWidget()) ? wordsOf(m_field->text()) : QStringList();
}

void FilterBar::use(const QString& text) {
    m_field->setText(text);
    if (text.isEmpty()) {
        close();
        return;
    }
    show();
    apply();
}

bool FilterBar::leavesOut(const QString& term) const {
    return words().contains(QLatin1Char('-') + term);
}

void FilterBar::toggle(const QString& term) {
    QStringList all = words();
    use(all.removeAll(term) > 0 ? all.join(QLatin1Char(' ')) : withTerm(all, term));
}

void FilterBar::leaveOut(const QString& term, bool isOut) {
    QStringList all = words();
    all.removeAll(QLatin1Char('-') + term);
    use(isOut ? withTerm(all, QLatin1Char('-') + term) : all.join(QLatin1Char(' ')));
}

void FilterBar::clearBefore(qint64 wall) {
    constexpr qint64 second = 1'000'000'000;
    constexpr int digits = 9;
    use(withTerm(withoutSince(),
                 sinceName +
                     QDateTime::fromSecsSinceEpoch(wall / second).toString(QStringLiteral("yyyy-MM-dd'T'HH:mm:ss.")) +
                     QStringLiteral("%1").arg(wall % second, digits, 10, QLatin1Char('0'))));
}

QStringList FilterBar::withoutSince() const {
    QStringList all = words();
    all.removeIf([](const QString& word) { return word.startsWith(sinceName); });
    return all;
}

void FilterBar::showCleared() {
    use(withoutSince().join(QLatin1Char(' ')));
}

void FilterBar::apply() {
    m_delay.stop();
    emit changed();
    const auto filter = Filter::parse(m_field->text(), Timestamp::now().wall);
    m_problem = filter ? QString()
                       : tr("at %1: %2").arg(QString::number(filter.error().position + 1), errorText(filter.error()));
    setMistaken(*m_field, !filter.has_value());
    explain(*m_field, m_problem);
    m_view->setNothingPassesText(
        m_field->text().contains(sinceName)
            ? tr("Nothing has come since then. “Show What Was Cleared” (View menu) shows all again.")
            : tr("No record passes the filter."));
    if (filter) {
        m_isActive = !filter->isEmpty();
        m_view->setFilter(*filter);
    }
    showState();
}

void FilterBar::refresh() {
    if (isVisible())
        showState();
}

void FilterBar::showState() {
    if (!m_problem.isEmpty())
        m_state->setText(m_problem);
    else if (m_isActive)
        m_state->setText(
            tr("%1 of %2 records")
                .arg(QLocale().toString(m_view->source().count()), QLocale().toString(m_view->source().total())));
    else
        m_state->clear();
}

void FilterBar::complete() {
    m_terms->setStringList(filterCompletions(m_field->text(), m_field->cursorPosition()));
    if (m_terms->rowCount() == 0) {
        m_completer->popup()->hide();
        return;
    }
    m_completer->complete();
}

void FilterBar::insertCompletion(const QString& term) {
    const QString text = m_field->text();
    const int cursor = m_field->cursorPosition();
    int start = cursor;
    while (start > 0 && !text.at(start - 1).isSpace() && text.at(start - 1) != QLatin1Char('('))
        --start;
    m_field->setText(text.left(start) + term + text.mid(cursor));
    m_field->setCursorPosition(start + static_cast<int>(term.size()));
}

void FilterBar::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape)
        close();
    else if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        apply();
    else
        QWidget::keyPressEvent(event);
}

} // namespace sw::ui
