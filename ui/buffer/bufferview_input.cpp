// SPDX-License-Identifier: MIT
// What a buffer's view does with keys, the mouse and commands; bufferview.cpp has what it shows.
#include "ui/buffer/bufferview.h"

#include "core/payload/utf8pieces.h"
#include "ui/buffer/selectiontext.h"
#include "ui/buffer/streamneighbours.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QScrollBar>
#include <QWheelEvent>

#include <algorithm>

namespace sw::ui {

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

quint32 BufferView::bytesOfCharacterBefore(RecordIndex index) const {
    const RecordView record = m_source.at(index);
    const bool isData = record.header.kind == RecordKind::Received || record.header.kind == RecordKind::Sent;
    if (!isData || record.bytes.isEmpty() || static_cast<uchar>(record.bytes.front()) < 0x80)
        return 0;
    return static_cast<quint32>(
        cutCharacters(record.bytes, bytesBefore(m_source, index), bytesAfter(m_source, index)).leading);
}

void BufferView::moveCaretByBytes(int direction, bool extends) {
    BufferPosition to = m_caret;
    const RecordView record = m_source.at(to.record);
    const quint32 first = bytesOfCharacterBefore(to.record); // nothing is shown of them
    const auto isInside = [&](quint32 offset) {
        return offset > first && offset < record.bytes.size() &&
               (static_cast<uchar>(record.bytes.at(offset)) & 0xc0U) == 0x80;
    };
    if (direction > 0) {
        to.offset = std::max(to.offset, first);
        if (to.offset < record.header.size) {
            do
                ++to.offset;
            while (isInside(to.offset));
        } else if (to.record + 1 < m_source.count()) {
            to = {to.record + 1, 0};
        }
    } else if (to.offset > first) {
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

void BufferView::wheelEvent(QWheelEvent* event) {
    if (event->modifiers() != Qt::ControlModifier) {
        QAbstractScrollArea::wheelEvent(event);
        return;
    }
    constexpr int notch = 120; // eighths of a degree; touch pads send many small ones
    m_turned += event->angleDelta().y();
    while (std::abs(m_turned) >= notch) {
        const int direction = m_turned > 0 ? 1 : -1;
        m_turned -= direction * notch;
        emit zoomRequested(direction);
    }
    event->accept();
}

void BufferView::copyText() const {
    const QString text = hasSelection() ? copyAsText(m_source, selectionStart(), selectionEnd()) : QString();
    if (!text.isEmpty()) // what was copied before is not given up for nothing
        QApplication::clipboard()->setText(text);
}

void BufferView::copyHex() const {
    if (hasSelection())
        QApplication::clipboard()->setText(copyAsHex(selectedBytes()));
}

void BufferView::copyCArray() const {
    if (hasSelection())
        QApplication::clipboard()->setText(copyAsCArray(selectedBytes()));
}

void BufferView::goTo(const GoToTarget& target) {
    if (m_rows.count() == 0)
        return;
    BufferPosition place;
    const auto ofRow = [this](quint64 number) {
        const Row row = m_rows.rowAt(m_source, std::min(number, m_rows.count() - 1));
        return BufferPosition{row.record, row.offset};
    };
    switch (target.kind) {
    case GoToTarget::Kind::Row:
        place = ofRow(static_cast<quint64>(target.value) - 1);
        break;
    case GoToTarget::Kind::Percent:
        place = ofRow(static_cast<quint64>(target.percent / 100 * static_cast<double>(m_rows.count() - 1)));
        break;
    case GoToTarget::Kind::Offset: {
        const Row row = m_rows.atByte(m_source, static_cast<quint64>(target.value));
        place = {row.record, row.offset};
        break;
    }
    case GoToTarget::Kind::Time:
        place = {std::min(m_source.firstSince(target.value), m_source.count() - 1), 0};
        break;
    }
    select(place, place);
    scrollTo(place);
}

BufferView::Statistics BufferView::selectionStatistics() const {
    if (!hasSelection() || m_source.count() == 0)
        return {};
    const BufferPosition from = selectionStart();
    const BufferPosition to = selectionEnd();
    const RowIndex::Totals before = m_rows.totalsBefore(m_source, from.record, from.offset);
    const RowIndex::Totals after = m_rows.totalsBefore(m_source, to.record, to.offset);
    const RecordIndex whole = from.offset > 0 ? 1 : 0; // a record of which a part is before the selection counts too
    return {.bytes = after.bytes - before.bytes,
            .records = after.records - before.records + (after.bytes > before.bytes ? whole : 0),
            .nanoseconds = m_source.header(to.record).time.mono - m_source.header(from.record).time.mono};
}

std::optional<Annotations::Place> BufferView::placeAtCaret() const {
    if (m_caret.record >= m_source.count())
        return std::nullopt;
    return Annotations::Place{m_source.parts().at(m_source.partOf(m_caret.record)).id,
                              m_source.recordInPart(m_caret.record)};
}

void BufferView::markRecords(MarkColor color) {
    constexpr RecordIndex mostMarked = 10'000;
    if (m_annotations == nullptr || m_source.count() == 0)
        return;
    const RecordIndex first = selectionStart().record;
    const RecordIndex last = std::min({selectionEnd().record, first + mostMarked, m_source.count() - 1});
    for (RecordIndex record = first; record <= last; ++record)
        m_annotations->setColor({m_source.parts().at(m_source.partOf(record)).id, m_source.recordInPart(record)},
                                color);
}

void BufferView::stepToMark(int direction) {
    if (m_annotations == nullptr)
        return;
    std::vector<RecordIndex> marked;
    for (const auto& [place, annotation] : m_annotations->all()) {
        if (const auto position = m_source.find(place.first, place.second))
            marked.push_back(*position);
    }
    if (marked.empty())
        return;
    std::sort(marked.begin(), marked.end());
    auto next = direction > 0 ? std::upper_bound(marked.begin(), marked.end(), m_caret.record)
                              : std::lower_bound(marked.begin(), marked.end(), m_caret.record);
    if (direction > 0)
        next = next == marked.end() ? marked.begin() : next;
    else
        next = next == marked.begin() ? std::prev(marked.end()) : std::prev(next);
    select({*next, 0}, {*next, 0});
    scrollTo({*next, 0});
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
    if (m_annotations != nullptr && m_source.count() > 0) {
        menu.addSeparator();
        QMenu* colors = menu.addMenu(tr("Mark"));
        for (const MarkColor color :
             {MarkColor::Yellow, MarkColor::Green, MarkColor::Blue, MarkColor::Red, MarkColor::None})
            colors->addAction(markName(color), this, [this, color] { markRecords(color); });
        menu.addAction(tr("Note on This Record…"), this, &BufferView::noteRequested);
    }
    if (!actions().isEmpty()) { // what others can do with it
        menu.addSeparator();
        menu.addActions(actions());
    }
    menu.exec(event->globalPos());
}

void BufferView::focusInEvent(QFocusEvent*) {
    viewport()->update();
}

void BufferView::focusOutEvent(QFocusEvent*) {
    viewport()->update();
}

} // namespace sw::ui
