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

bool FilterBar::leavesOut(const QString& term) const {
    return isVisibleTo(parentWidget()) && m_field->text().split(QLatin1Char(' ')).contains(QLatin1Char('-') + term);
}

void FilterBar::toggle(const QString& term) {
    QString text = isVisibleTo(parentWidget()) ? m_field->text().simplified() : QString();
    text = text.contains(term) ? text.remove(term).simplified() : QString(text + QLatin1Char(' ') + term).trimmed();
    m_field->setText(text);
    if (text.isEmpty()) {
        close();
        return;
    }
    show();
    apply();
}

void FilterBar::leaveOut(const QString& term, bool isOut) {
    const bool isOpen = isVisibleTo(parentWidget());
    QStringList words = isOpen ? m_field->text().split(QLatin1Char(' '), Qt::SkipEmptyParts) : QStringList();
    words.removeAll(QLatin1Char('-') + term);
    if (isOut)
        words.append(QLatin1Char('-') + term);
    m_field->setText(words.join(QLatin1Char(' ')));
    if (words.isEmpty()) {
        close();
        return;
    }
    show();
    apply();
}

namespace {

const QString sinceName = QStringLiteral("since:");

QStringList withoutSince(const QString& text) {
    QStringList words = text.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    words.removeIf([](const QString& word) { return word.startsWith(sinceName); });
    return words;
}

} // namespace

void FilterBar::clearBefore(qint64 wall) {
    constexpr qint64 second = 1'000'000'000;
    constexpr int digits = 9;
    const bool isOpen = isVisibleTo(parentWidget());
    QStringList words = isOpen ? withoutSince(m_field->text()) : QStringList();
    words.append(sinceName +
                 QDateTime::fromSecsSinceEpoch(wall / second).toString(QStringLiteral("yyyy-MM-dd'T'HH:mm:ss.")) +
                 QStringLiteral("%1").arg(wall % second, digits, 10, QLatin1Char('0')));
    m_field->setText(words.join(QLatin1Char(' ')));
    show();
    apply();
}

void FilterBar::showCleared() {
    const QStringList words = withoutSince(m_field->text());
    m_field->setText(words.join(QLatin1Char(' ')));
    if (words.isEmpty())
        close();
    else
        apply();
}

bool FilterBar::hasCleared() const {
    return isVisibleTo(parentWidget()) && m_field->text().contains(sinceName);
}

void FilterBar::apply() {
    m_delay.stop();
    emit changed();
    const auto filter = Filter::parse(m_field->text(), Timestamp::now().wall);
    m_problem = filter ? QString()
                       : tr("at %1: %2").arg(QString::number(filter.error().position + 1), errorText(filter.error()));
    setMistaken(*m_field, !filter.has_value());
    explain(*m_field, m_problem);
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
