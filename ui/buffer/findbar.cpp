// SPDX-License-Identifier: MIT
#include "ui/buffer/findbar.h"

#include "core/payload/payload.h"
#include "ui/style/icons.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/eventtext.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
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
    m_form->addItems({tr("Text"), tr("Hex"), tr("Regex")});
    nameWidget(m_form, "findForm", tr("Find as"));
    m_case = new QToolButton(this);
    m_case->setText(QStringLiteral("Aa"));
    m_case->setCheckable(true);
    m_case->setToolTip(tr("Match upper and lower case"));
    nameWidget(m_case, "findCase", tr("Match case"));
    m_word = new QToolButton(this);
    m_word->setText(QStringLiteral("“W”"));
    m_word->setCheckable(true);
    m_word->setToolTip(tr("Whole words only"));
    nameWidget(m_word, "findWord", tr("Whole words"));
    m_count = plainLabel({}, this);
    nameWidget(m_count, "findCount", tr("Matches"));
    auto* previousButton = toolButton(icon(IconId::Previous), "findPrevious", tr("Previous match"), this);
    auto* nextButton = toolButton(icon(IconId::Next), "findNext", tr("Next match"), this);
    auto* closeButton = toolButton(icon(IconId::Close), "findClose", tr("Close find"), this);
    layout->addWidget(m_field, 1);
    layout->addWidget(m_form);
    layout->addWidget(m_case);
    layout->addWidget(m_word);
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
    connect(m_word, &QToolButton::toggled, this, &FindBar::queryChanged);
    connect(previousButton, &QToolButton::clicked, this, &FindBar::previous);
    connect(nextButton, &QToolButton::clicked, this, &FindBar::next);
    connect(closeButton, &QToolButton::clicked, this, &FindBar::close);
    connect(&m_finder, &Finder::found, this, &FindBar::take);
    connect(&m_finder, &Finder::restarted, this, &FindBar::forgetMatches);
    connect(&m_finder, &Finder::finished, this, &FindBar::showState);
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
    enum Form { Text, Hex, Pattern };
    const int form = m_form->currentIndex();
    m_case->setEnabled(form != Hex);
    m_word->setEnabled(form != Hex);
    m_problem.clear();
    if (form == Pattern)
        return SearchQuery{.form = SearchQuery::Form::Pattern,
                           .pattern = m_field->text(),
                           .caseSensitive = m_case->isChecked(),
                           .wholeWord = m_word->isChecked()};
    const auto bytes = form == Hex ? parseHex(m_field->text()) : parseEscapedText(m_field->text());
    if (!bytes) {
        m_problem = errorText(bytes.error());
        return std::nullopt;
    }
    return SearchQuery{.needle = *bytes,
                       .caseSensitive = form == Hex || m_case->isChecked(),
                       .wholeWord = form == Text && m_word->isChecked()};
}

void FindBar::forgetMatches() {
    m_matches.clear();
    m_total = 0;
    m_searched = 0;
    m_current.reset();
    m_view->setMatches({}, std::nullopt);
}

void FindBar::queryChanged() {
    m_delay.stop();
    forgetMatches();
    m_finder.cancel();
    const auto wanted = query();
    m_running = wanted.value_or(SearchQuery{});
    if (!m_running.isEmpty()) {
        if (const auto started = m_finder.start(m_view->source().parts(), m_running); !started)
            m_problem = errorText(started.error());
    }
    showState();
}

void FindBar::refresh() {
    if (!isVisible() || m_running.isEmpty() || !m_problem.isEmpty() || m_searched >= m_view->source().total())
        return;
    m_finder.goOn(m_view->source().parts());
}

void FindBar::take(const SearchResult& result) {
    const bool isFirst = m_matches.empty();
    const bool isInOrder = std::is_sorted(result.matches.begin(), result.matches.end()) &&
                           (isFirst || result.matches.empty() || m_matches.back() < result.matches.front());
    const SearchMatch current = m_current ? m_matches[*m_current] : SearchMatch{};
    m_matches.insert(m_matches.end(), result.matches.begin(), result.matches.end());
    if (!isInOrder) { // a match that began in an earlier record
        std::sort(m_matches.begin(), m_matches.end());
        if (m_current)
            m_current = static_cast<std::size_t>(std::lower_bound(m_matches.begin(), m_matches.end(), current) -
                                                 m_matches.begin());
    }
    m_total += result.total;
    m_searched = result.searched;
    if (result.error)
        m_problem = errorText(*result.error);
    if (!result.matches.empty())
        m_view->setMatches(m_matches, m_current);
    showState();
    if (isFirst && !m_matches.empty() && !m_view->isFollowing())
        step(1);
}

void FindBar::step(int direction) {
    const std::size_t size = m_matches.size();
    const RecordSource& source = m_view->source();
    const auto isShown = [&](const SearchMatch& match) {
        const RecordIndex shown = source.shownFrom(match.record);
        return !match.isContinued && shown < source.count() && source.unfiltered(shown) == match.record;
    };
    std::size_t next = m_current ? *m_current : (direction > 0 ? size - 1 : 0);
    bool isFound = false;
    for (std::size_t looked = 0; looked < size && !isFound; ++looked) {
        next = (next + (direction > 0 ? 1 : size - 1)) % size;
        isFound = isShown(m_matches[next]);
    }
    if (!isFound)
        return;
    m_current = next;
    const SearchMatch& match = m_matches[next];
    m_view->setMatches(m_matches, m_current);
    m_view->scrollTo({source.shownFrom(match.record), match.offset});
    showState();
}

void FindBar::showState() {
    const bool hasProblem = !m_problem.isEmpty();
    setMistaken(*m_field, hasProblem);
    explain(*m_field, m_problem);
    QString text;
    const auto all =
        m_finder.isRunning() && m_view->source().total() > 0 ? tr("%1…").arg(m_total) : QString::number(m_total);
    if (m_running.isEmpty() && !hasProblem)
        text = QString();
    else if (m_total == 0 && hasProblem)
        text = tr("not a pattern");
    else if (m_finder.isRunning() && m_total == 0)
        text = tr("searching… %1 %").arg(m_searched * 100 / std::max<RecordIndex>(m_view->source().total(), 1));
    else if (m_total == 0)
        text = tr("no match");
    else if (m_current)
        text = tr("%1 of %2").arg(numberOf(*m_current)).arg(all);
    else
        text = m_total == 1 ? tr("1 match") : tr("%1 matches").arg(all);
    if (hasProblem && m_total > 0)
        text += tr(" (gave up)");
    m_count->setText(text);
    explain(*m_count, m_problem);
}

/// The number of a match for people: continued pieces are not counted.
std::size_t FindBar::numberOf(std::size_t index) const {
    return static_cast<std::size_t>(std::count_if(m_matches.begin(),
                                                  m_matches.begin() + static_cast<std::ptrdiff_t>(index) + 1,
                                                  [](const SearchMatch& match) { return !match.isContinued; }));
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
