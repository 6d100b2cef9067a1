// SPDX-License-Identifier: MIT
#include "ui/buffer/bufferview.h"

#include "ui/buffer/selectiontext.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>
#include <limits>

namespace sw::ui {

namespace {
constexpr qsizetype mostCopied = 64 << 20;
constexpr quint64 indexStep = 16ULL << 20U; // bytes looked at before the window gets its turn

RowRule ruleOf(BufferMode mode) {
    switch (mode) {
    case BufferMode::Text:
        return {};
    case BufferMode::Hex:
        return {.breakAtLineFeed = false, .width = hexBytesPerRow};
    case BufferMode::Mixed:
        break;
    }
    return {.breakAtLineFeed = true, .width = hexBytesPerRow};
}
} // namespace

BufferView::BufferView(QWidget* parent) : QAbstractScrollArea(parent) {
    setObjectName(QStringLiteral("bufferView"));
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    viewport()->setCursor(Qt::IBeamCursor);
    viewport()->setBackgroundRole(QPalette::Base);
    viewport()->setAutoFillBackground(true);
    m_indexTimer.setSingleShot(true);
    connect(&m_indexTimer, &QTimer::timeout, this, &BufferView::refresh);
    connect(verticalScrollBar(), &QScrollBar::actionTriggered, this, &BufferView::userScrolled);
    setBufferFont(font());
}

void BufferView::addPart(const SourcePart& part) {
    if (!m_source.hasPart(part.id))
        m_source.addPart(part);
}

void BufferView::refresh() {
    const auto update = m_source.update();
    if (update == RecordSource::Update::Rebuilt) {
        m_rows.clear();
        m_anchor = m_caret = {};
    }
    const quint64 before = m_rows.count();
    const bool isDone = m_rows.update(m_source, indexStep);
    if (!isDone)
        m_indexTimer.start(0);
    if (update == RecordSource::Update::None && m_rows.count() == before)
        return;
    updateScrollBars();
    viewport()->update();
}

void BufferView::setMode(BufferMode mode) {
    if (mode == m_layout.mode)
        return;
    const Row top = m_rows.rowAt(m_source, firstRow());
    m_layout.mode = mode;
    m_widest = 0;
    applyRule();
    if (!m_isFollowing)
        scrollTo({top.record, top.offset});
    emit modeChanged();
}

void BufferView::applyRule() {
    m_rows = RowIndex(ruleOf(m_layout.mode));
    refresh();
    updateScrollBars();
    viewport()->update();
}

void BufferView::setTimestamps(TimestampMode mode) {
    m_layout.timestamps = mode;
    updateScrollBars();
    viewport()->update();
}

void BufferView::setShowsNames(bool shown) {
    m_layout.hasNames = shown;
    viewport()->update();
}

void BufferView::setBufferFont(const QFont& font) {
    m_font = font;
    const QFontMetricsF metrics(font);
    m_layout.charWidth = metrics.horizontalAdvance(QLatin1Char('0'));
    m_layout.lineHeight = static_cast<int>(std::ceil(metrics.height() * 1.25));
    updateScrollBars();
    viewport()->update();
}

void BufferView::setEmptyText(const QString& text) {
    m_emptyText = text;
    viewport()->update();
}

void BufferView::setFollowing(bool following) {
    const bool changed = following != m_isFollowing;
    m_isFollowing = following;
    if (following)
        updateScrollBars();
    if (changed)
        emit followingChanged(following);
}

quint64 BufferView::firstRow() const {
    return static_cast<quint64>(std::max(verticalScrollBar()->value(), 0));
}

void BufferView::updateScrollBars() {
    m_isAdjusting = true;
    const int visible = std::max(m_layout.rowsIn(viewport()->height()), 1);
    const quint64 hidden =
        m_rows.count() > static_cast<quint64>(visible) ? m_rows.count() - static_cast<quint64>(visible) : 0;
    verticalScrollBar()->setPageStep(visible);
    verticalScrollBar()->setRange(0, static_cast<int>(std::min<quint64>(hidden, std::numeric_limits<int>::max())));
    if (m_isFollowing)
        verticalScrollBar()->setValue(verticalScrollBar()->maximum());
    const int width = m_layout.contentWidth(m_layout.mode == BufferMode::Text ? m_widest : hexBytesPerRow);
    horizontalScrollBar()->setPageStep(viewport()->width());
    horizontalScrollBar()->setSingleStep(static_cast<int>(m_layout.charWidth) * 4);
    horizontalScrollBar()->setRange(0, std::max(width - viewport()->width(), 0));
    m_isAdjusting = false;
}

void BufferView::userScrolled() {
    // the slider's position is where the user wants to be; the value follows after this
    setFollowing(verticalScrollBar()->sliderPosition() >= verticalScrollBar()->maximum());
}

void BufferView::scrollContentsBy(int, int) {
    if (!m_isAdjusting && verticalScrollBar()->value() < verticalScrollBar()->maximum())
        setFollowing(false);
    viewport()->update();
}

void BufferView::resizeEvent(QResizeEvent*) {
    updateScrollBars();
}

void BufferView::changeEvent(QEvent* event) {
    QAbstractScrollArea::changeEvent(event);
    viewport()->update();
}

void BufferView::paintEvent(QPaintEvent* event) {
    QPainter painter(viewport());
    painter.setFont(m_font);
    if (m_rows.count() == 0) {
        painter.setFont(font());
        painter.setPen(palette().color(QPalette::PlaceholderText));
        painter.drawText(viewport()->rect().adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap,
                         m_emptyText);
        return;
    }
    const BufferRenderer renderer(m_layout, m_font, palette());
    const BufferMarks marks{.selectionStart = selectionStart(),
                            .selectionEnd = selectionEnd(),
                            .matches = &m_matches,
                            .currentMatch = m_currentMatch,
                            .caret = hasFocus() ? std::optional(m_caret) : std::nullopt};
    const int shift = horizontalScrollBar()->value();
    painter.translate(-shift, 0);
    painter.setClipRect(event->rect().translated(shift, 0));
    const quint64 first = firstRow() + static_cast<quint64>(event->rect().top() / m_layout.lineHeight);
    const auto wanted = static_cast<quint64>(event->rect().height() / m_layout.lineHeight + 2);
    qsizetype widest = m_widest;
    m_rows.visit(m_source, first, wanted, [&](quint64 number, const Row& row) {
        const auto y = static_cast<qreal>(number - firstRow()) * m_layout.lineHeight;
        const RowContent content = makeRowContent(m_source, row, m_layout);
        widest = std::max(widest, content.text.text.size());
        renderer.paintRow(painter, y, content, marks);
    });
    if (widest > m_widest) { // the scroll bar learns of longer rows as they are seen
        m_widest = widest;
        QMetaObject::invokeMethod(this, &BufferView::updateScrollBars, Qt::QueuedConnection);
    }
}

QStringList BufferView::visibleLines() const {
    QStringList lines;
    const auto wanted = static_cast<quint64>(m_layout.rowsIn(viewport()->height()) + 1);
    m_rows.visit(m_source, firstRow(), wanted, [&](quint64, const Row& row) {
        lines.append(makeRowContent(m_source, row, m_layout).plainText(m_layout.mode));
    });
    return lines;
}

BufferPosition BufferView::positionAt(QPointF point) const {
    if (m_rows.count() == 0)
        return {};
    const qint64 wanted =
        static_cast<qint64>(firstRow()) + static_cast<qint64>(std::floor(point.y() / m_layout.lineHeight));
    if (wanted < 0)
        return {};
    if (wanted >= static_cast<qint64>(m_rows.count())) {
        const RecordIndex last = m_source.count() - 1;
        return {last, m_source.header(last).size};
    }
    const Row row = m_rows.rowAt(m_source, static_cast<quint64>(wanted));
    const RowContent content = makeRowContent(m_source, row, m_layout);
    const qreal x = point.x() + horizontalScrollBar()->value();
    if (!content.isData())
        return {row.record, x < m_layout.contentX() ? 0 : row.size};
    const QFontMetricsF metrics(m_font);
    quint32 byte = 0;
    if (m_layout.mode == BufferMode::Text)
        byte = byteAtTextX(content, metrics, x - m_layout.contentX());
    else if (x >= m_layout.textX() - m_layout.charWidth / 2)
        byte = byteAtTextX(content, metrics, x - m_layout.textX());
    else
        byte = static_cast<quint32>(m_layout.hexByteAt(x));
    return {row.record, row.offset + std::min(byte, row.size)};
}

void BufferView::select(BufferPosition from, BufferPosition to) {
    m_anchor = from;
    m_caret = to;
    viewport()->update();
    emit selectionChanged();
}

void BufferView::selectAll() {
    if (m_source.count() == 0)
        return;
    const RecordIndex last = m_source.count() - 1;
    select({}, {last, m_source.header(last).size});
}

void BufferView::moveCaret(BufferPosition to, bool extends) {
    select(extends ? m_anchor : to, to);
    ensureVisible(to);
}

void BufferView::moveCaretByRows(qint64 rows, bool extends) {
    if (m_rows.count() == 0)
        return;
    const quint64 row = m_rows.rowOf(m_source, m_caret.record, m_caret.offset);
    const Row current = m_rows.rowAt(m_source, row);
    const qint64 target =
        std::clamp<qint64>(static_cast<qint64>(row) + rows, 0, static_cast<qint64>(m_rows.count()) - 1);
    const Row next = m_rows.rowAt(m_source, static_cast<quint64>(target));
    const quint32 column = m_caret.offset - std::min(m_caret.offset, current.offset);
    const bool isLast =
        target == static_cast<qint64>(m_rows.count()) - 1 && rows > 0 && target == static_cast<qint64>(row);
    const quint32 within = isLast ? next.size : std::min(column, next.size > 0 ? next.size - 1 : 0);
    moveCaret({next.record, next.offset + within}, extends);
}

void BufferView::moveCaretByBytes(int direction, bool extends) {
    BufferPosition to = m_caret;
    const RecordView record = m_source.at(to.record);
    const auto isInside = [&](quint32 offset) {
        return offset > 0 && offset < record.bytes.size() &&
               (static_cast<uchar>(record.bytes.at(offset)) & 0xc0U) == 0x80;
    };
    if (direction > 0) {
        if (to.offset < record.header.size) {
            do
                ++to.offset;
            while (isInside(to.offset));
        } else if (to.record + 1 < m_source.count()) {
            to = {to.record + 1, 0};
        }
    } else if (to.offset > 0) {
        do
            --to.offset;
        while (isInside(to.offset));
    } else if (to.record > 0) {
        to = {to.record - 1, m_source.header(to.record - 1).size};
    }
    moveCaret(to, extends);
}

void BufferView::ensureVisible(BufferPosition position) {
    const quint64 row = m_rows.rowOf(m_source, position.record, position.offset);
    const auto visible = static_cast<quint64>(std::max(m_layout.rowsIn(viewport()->height()), 1));
    if (row < firstRow())
        verticalScrollBar()->setValue(static_cast<int>(row));
    else if (row >= firstRow() + visible)
        verticalScrollBar()->setValue(static_cast<int>(row - visible + 1));
    setFollowing(verticalScrollBar()->value() >= verticalScrollBar()->maximum() && row + 1 >= m_rows.count());
}

void BufferView::scrollTo(BufferPosition position) {
    const quint64 row = m_rows.rowOf(m_source, position.record, position.offset);
    const auto visible = static_cast<quint64>(m_layout.rowsIn(viewport()->height()));
    setFollowing(false);
    verticalScrollBar()->setValue(static_cast<int>(row > visible / 3 ? row - visible / 3 : 0));
    viewport()->update();
}

QByteArray BufferView::selectedBytes() const {
    return hasSelection() ? ui::selectedBytes(m_source, selectionStart(), selectionEnd(), mostCopied) : QByteArray();
}

void BufferView::copyText() const {
    if (hasSelection())
        QApplication::clipboard()->setText(copyAsText(m_source, selectionStart(), selectionEnd()));
}

void BufferView::copyHex() const {
    if (hasSelection())
        QApplication::clipboard()->setText(copyAsHex(selectedBytes()));
}

void BufferView::copyCArray() const {
    if (hasSelection())
        QApplication::clipboard()->setText(copyAsCArray(selectedBytes()));
}

void BufferView::setMatches(std::vector<SearchMatch> matches, std::optional<std::size_t> current) {
    m_matches = std::move(matches);
    m_currentMatch = current;
    viewport()->update();
}

void BufferView::keyPressEvent(QKeyEvent* event) {
    const bool extends = event->modifiers().testFlag(Qt::ShiftModifier);
    const bool control = event->modifiers().testFlag(Qt::ControlModifier);
    const int page = std::max(m_layout.rowsIn(viewport()->height()) - 1, 1);
    if (event->matches(QKeySequence::Copy)) {
        copyText();
        return;
    }
    if (event->matches(QKeySequence::SelectAll)) {
        selectAll();
        return;
    }
    if (m_source.count() == 0) {
        event->ignore();
        return;
    }
    const Row row = m_rows.rowAt(m_source, m_rows.rowOf(m_source, m_caret.record, m_caret.offset));
    const RecordIndex last = m_source.count() - 1;
    switch (event->key()) {
    case Qt::Key_Left:
        moveCaretByBytes(-1, extends);
        break;
    case Qt::Key_Right:
        moveCaretByBytes(1, extends);
        break;
    case Qt::Key_Up:
        moveCaretByRows(-1, extends);
        break;
    case Qt::Key_Down:
        moveCaretByRows(1, extends);
        break;
    case Qt::Key_PageUp:
        moveCaretByRows(-page, extends);
        break;
    case Qt::Key_PageDown:
        moveCaretByRows(page, extends);
        break;
    case Qt::Key_Home:
        moveCaret(control ? BufferPosition{} : BufferPosition{row.record, row.offset}, extends);
        break;
    case Qt::Key_End:
        moveCaret(control ? BufferPosition{last, m_source.header(last).size}
                          : BufferPosition{row.record, row.offset + row.size},
                  extends);
        break;
    case Qt::Key_Escape:
        if (!hasSelection()) {
            event->ignore();
            return;
        }
        select(m_caret, m_caret);
        break;
    default:
        QAbstractScrollArea::keyPressEvent(event);
    }
}

void BufferView::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && m_source.count() > 0)
        select(event->modifiers().testFlag(Qt::ShiftModifier) ? m_anchor : positionAt(event->position()),
               positionAt(event->position()));
}

void BufferView::mouseMoveEvent(QMouseEvent* event) {
    if (!event->buttons().testFlag(Qt::LeftButton) || m_source.count() == 0)
        return;
    moveCaret(positionAt(event->position()), true);
}

void BufferView::mouseDoubleClickEvent(QMouseEvent* event) {
    if (m_source.count() == 0)
        return;
    const BufferPosition at = positionAt(event->position());
    const Row row = m_rows.rowAt(m_source, m_rows.rowOf(m_source, at.record, at.offset));
    select({row.record, row.offset}, {row.record, row.offset + row.size});
}

void BufferView::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    QAction* text = menu.addAction(tr("Copy as Text"), this, &BufferView::copyText);
    QAction* hex = menu.addAction(tr("Copy as Hex"), this, &BufferView::copyHex);
    QAction* array = menu.addAction(tr("Copy as C Array"), this, &BufferView::copyCArray);
    for (QAction* action : {text, hex, array})
        action->setEnabled(hasSelection());
    menu.addSeparator();
    menu.addAction(tr("Select All"), this, &BufferView::selectAll);
    menu.exec(event->globalPos());
}

void BufferView::focusInEvent(QFocusEvent*) {
    viewport()->update();
}

void BufferView::focusOutEvent(QFocusEvent*) {
    viewport()->update();
}

} // namespace sw::ui
