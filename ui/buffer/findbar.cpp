// SPDX-License-Identifier: MIT
#include "ui/buffer/findbar.h"

#include "core/payload/payload.h"
#include "ui/shell/icons.h"
#include "ui/widgets/controls.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QStyle>
#include <QToolButton>

#include <algorithm>

namespace sw::ui {

namespace {
constexpr std::chrono::milliseconds typingPause(120);
}

FindBar::FindBar(BufferView* view, QWidget* parent) : QWidget(parent), m_view(view) {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(10, 5, 10, 5);
    m_field = new QLineEdit(this);
    nameWidget(m_field, "findField", tr("Find"));
    m_field->setPlaceholderText(tr("Find in this buffer"));
    m_form = new QComboBox(this);
    m_form->addItems({tr("Text"), tr("Hex")});
    nameWidget(m_form, "findForm", tr("Find as"));
    m_case = new QToolButton(this);
    m_case->setText(QStringLiteral("Aa"));
    m_case->setCheckable(true);
    m_case->setToolTip(tr("Match upper and lower case"));
    nameWidget(m_case, "findCase", tr("Match case"));
    m_count = plainLabel({}, this);
    nameWidget(m_count, "findCount", tr("Matches"));
    auto* previousButton = toolButton(icon(IconId::Previous), "findPrevious", tr("Previous match"), this);
    auto* nextButton = toolButton(icon(IconId::Next), "findNext", tr("Next match"), this);
    auto* closeButton = toolButton(icon(IconId::Close), "findClose", tr("Close find"), this);
    layout->addWidget(m_field, 1);
    layout->addWidget(m_form);
    layout->addWidget(m_case);
    layout->addWidget(m_count);
    layout->addWidget(previousButton);
    layout->addWidget(nextButton);
    layout->addWidget(closeButton);
    m_delay.setSingleShot(true);
    m_delay.setInterval(typingPause);
    connect(&m_delay, &QTimer::timeout, this, &FindBar::queryChanged);
    connect(m_field, &QLineEdit::textChanged, &m_delay, qOverload<>(&QTimer::start));
    connect(m_form, &QComboBox::currentIndexChanged, this, &FindBar::queryChanged);
    connect(m_case, &QToolButton::toggled, this, &FindBar::queryChanged);
    connect(previousButton, &QToolButton::clicked, this, &FindBar::previous);
    connect(nextButton, &QToolButton::clicked, this, &FindBar::next);
    connect(closeButton, &QToolButton::clicked, this, &FindBar::close);
    connect(&m_finder, &Finder::found, this, &FindBar::take);
    hide();
}

void FindBar::open() {
    show();
    m_field->setFocus();
    m_field->selectAll();
    queryChanged();
}

void FindBar::close() {
    hide();
    m_finder.cancel();
    m_view->setMatches({}, std::nullopt);
    m_view->setFocus();
    emit closed();
}

std::optional<SearchQuery> FindBar::query() {
    const bool isHex = m_form->currentIndex() == 1;
    const auto bytes = isHex ? parseHex(m_field->text()) : parseEscapedText(m_field->text());
    m_field->setProperty("hasError", !bytes.has_value());
    m_field->style()->polish(m_field);
    m_field->setToolTip(bytes ? QString() : toText(bytes.error()).toHtmlEscaped());
    if (!bytes)
        return std::nullopt;
    return SearchQuery{.needle = *bytes, .caseSensitive = isHex || m_case->isChecked()};
}

void FindBar::queryChanged() {
    m_delay.stop();
    m_matches.clear();
    m_total = 0;
    m_searched = 0;
    m_current.reset();
    const auto wanted = query();
    if (!wanted || wanted->needle.isEmpty()) {
        m_finder.cancel();
        m_running = {};
        m_view->setMatches({}, std::nullopt);
        showState();
        return;
    }
    m_running = *wanted;
    m_finder.start(m_view->source().parts(), 0, m_running);
    showState();
}

void FindBar::refresh() {
    if (!isVisible() || m_running.needle.isEmpty() || m_finder.isRunning() || m_searched >= m_view->source().count())
        return;
    m_finder.start(m_view->source().parts(), m_searched, m_running);
}

void FindBar::take(const SearchResult& result) {
    const bool isFirst = m_matches.empty();
    m_matches.insert(m_matches.end(), result.matches.begin(), result.matches.end());
    m_total += result.total;
    m_searched = result.searched;
    m_view->setMatches(m_matches, m_current);
    showState();
    if (isFirst && !m_matches.empty() && !m_view->isFollowing())
        step(1);
}

void FindBar::step(int direction) {
    if (m_matches.empty())
        return;
    if (!m_current) {
        m_current = direction > 0 ? 0 : m_matches.size() - 1;
    } else {
        const std::size_t size = m_matches.size();
        m_current = (*m_current + (direction > 0 ? 1 : size - 1)) % size;
    }
    const SearchMatch& match = m_matches[*m_current];
    m_view->setMatches(m_matches, m_current);
    m_view->scrollTo({match.record, match.offset});
    showState();
}

void FindBar::showState() {
    if (m_running.needle.isEmpty())
        m_count->clear();
    else if (m_finder.isRunning() && m_matches.empty())
        m_count->setText(tr("searching…"));
    else if (m_total == 0)
        m_count->setText(tr("no match"));
    else if (m_current)
        m_count->setText(tr("%1 of %2").arg(*m_current + 1).arg(m_total));
    else
        m_count->setText(m_total == 1 ? tr("1 match") : tr("%1 matches").arg(m_total));
}

void FindBar::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape)
        close();
    else if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        step(event->modifiers().testFlag(Qt::ShiftModifier) ? -1 : 1);
    else
        QWidget::keyPressEvent(event);
}

} // namespace sw::ui
