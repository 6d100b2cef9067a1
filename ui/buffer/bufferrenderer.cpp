// SPDX-License-Identifier: MIT
#include "ui/buffer/bufferrenderer.h"

#include <QPainter>

#include <algorithm>

namespace sw::ui {

BufferRenderer::BufferRenderer(const BufferLayout& layout, const BufferFont& font, const QPalette& palette)
    : m_layout(layout),
      m_font(font),
      m_metrics(font.metrics()),
      m_palette(palette),
      m_colors(themeColors(palette)) {}

QColor BufferRenderer::contentColor(const RowContent& content) const {
    switch (content.record.header.kind) {
    case RecordKind::Received:
        return m_colors.received;
    case RecordKind::Sent:
        return m_colors.sent;
    case RecordKind::Note:
        return m_colors.note;
    case RecordKind::Event:
        break;
    }
    switch (content.record.header.event) {
    case EventKind::NotSent:
    case EventKind::AcceptFailed:
    case EventKind::DatagramError:
    case EventKind::Dropped:
        return m_colors.error;
    case EventKind::Closed:
        return content.record.facts().contains(Fact::Error) ? m_colors.error : m_colors.event;
    case EventKind::Warning:
    case EventKind::Malformed:
        return m_colors.warning;
    default:
        return m_colors.event;
    }
}

qreal BufferRenderer::textStart() const {
    return m_layout.mode == BufferMode::Text ? m_layout.contentX() : m_layout.textX();
}

void BufferRenderer::paintGutter(QPainter& painter, qreal baseline, const RowContent& content) const {
    painter.setPen(m_colors.muted);
    if (!content.timestamp.isEmpty())
        m_font.draw(painter, QPointF(m_layout.timestampX(), baseline), content.timestamp);
    if (m_layout.hasNames && !content.name.isEmpty()) {
        const qreal width = m_layout.nameColumns * m_layout.charWidth;
        const bool isShort = content.name.size() <= m_layout.nameColumns;
        m_font.draw(painter, QPointF(m_layout.nameX(), baseline),
                    isShort ? content.name : m_metrics.elidedText(content.name, Qt::ElideMiddle, width));
    }
    QChar glyph(0x2022); // bullet
    if (content.record.header.kind == RecordKind::Received)
        glyph = QChar(0x25c2);
    else if (content.record.header.kind == RecordKind::Sent)
        glyph = QChar(0x25b8);
    else if (content.record.header.kind == RecordKind::Note)
        glyph = QChar(0x270e);
    painter.setPen(contentColor(content));
    painter.drawText(QPointF(m_layout.glyphX(), baseline), content.isFirst ? QString(glyph) : QString(QChar(0x00b7)));
}

void BufferRenderer::paintDigits(QPainter& painter, qreal baseline, const RowContent& content) const {
    const QString digits = content.hexDigits();
    painter.setPen(m_colors.muted);
    m_font.draw(painter, QPointF(m_layout.contentX(), baseline), digits.left(BufferLayout::offsetColumns));
    painter.setPen(contentColor(content));
    m_font.draw(painter, QPointF(m_layout.hexX(0), baseline), digits.mid(BufferLayout::offsetColumns));
}

void BufferRenderer::paintText(QPainter& painter, qreal baseline, const RowContent& content) const {
    const QColor plain = contentColor(content);
    qreal x = content.isData() ? textStart() + content.textStart * m_layout.charWidth : m_layout.contentX();
    const qreal right = painter.clipBoundingRect().right();
    for (const VisibleText::Piece& piece : content.text.pieces) {
        if (x > right && right > 0)
            break;
        const QString text = content.text.text.mid(piece.textStart, piece.textLength);
        const qreal width = pieceWidth(content.text, piece, m_font);
        switch (piece.kind) {
        case PieceKind::Plain:
            painter.setPen(plain);
            break;
        case PieceKind::Control:
            painter.setPen(m_colors.control);
            break;
        case PieceKind::Marked:
            painter.fillRect(QRectF(x, baseline - m_metrics.ascent(), width, m_metrics.height()),
                             m_palette.color(QPalette::AlternateBase)); // not as what was found
            painter.setPen(m_colors.error);
            break;
        case PieceKind::Invalid:
            painter.setPen(m_colors.warning);
            break;
        }
        const QString control = piece.kind == PieceKind::Control ? controlName(text.at(0)) : QString();
        if (control.isEmpty())
            m_font.draw(painter, QPointF(x, baseline), text);
        else
            paintControl(painter, QRectF(x, baseline - m_metrics.ascent(), width, m_metrics.height()), control);
        x += width;
    }
    if (content.isData() && (content.record.header.flags & CutFlag) != 0 &&
        content.row.offset + content.row.size == content.record.header.size) {
        painter.setPen(m_colors.error);
        painter.drawText(QPointF(x + m_layout.charWidth, baseline), QStringLiteral("✂ cut"));
    }
}

void BufferRenderer::paintControl(QPainter& painter, const QRectF& cell, const QString& name) const {
    QFont small = m_font.font();
    small.setPointSizeF(small.pointSizeF() * 0.62);
    painter.setFont(small);
    QColor frame = m_colors.control;
    frame.setAlpha(110);
    painter.setPen(frame);
    painter.drawRect(cell.adjusted(1, 1.5, -1, -1.5));
    painter.setPen(m_colors.control);
    painter.drawText(cell, Qt::AlignCenter, name);
    painter.setFont(m_font.font());
}

void BufferRenderer::paintRange(QPainter& painter, qreal y, const RowContent& content, Range range,
                                const QColor& color) const {
    const qreal height = m_layout.lineHeight;
    if (!content.isData()) {
        painter.fillRect(QRectF(m_layout.contentX(), y,
                                textXOfByte(content, m_font, static_cast<quint32>(content.record.bytes.size())),
                                height),
                         color);
        return;
    }
    if (m_layout.mode != BufferMode::Text) {
        const qreal first = m_layout.hexX(static_cast<int>(range.first));
        const qreal last = m_layout.hexX(static_cast<int>(range.last) - 1) + 2 * m_layout.charWidth;
        painter.fillRect(QRectF(first, y, last - first, height), color);
    }
    const qreal first = textStart() + textXOfByte(content, m_font, range.first);
    const qreal last = textStart() + textXOfByte(content, m_font, range.last);
    painter.fillRect(QRectF(first, y, std::max(last - first, 2.0), height), color);
}

void BufferRenderer::paintMatches(QPainter& painter, qreal y, const RowContent& content,
                                  const BufferMarks& marks) const {
    Row row = content.row;
    if (!content.isData()) { // a match in an event marks all of it
        row.offset = 0;
        row.size = content.record.header.size;
    }
    const RecordIndex record = marks.unfiltered ? marks.unfiltered(row.record) : row.record;
    const quint32 rowEnd = row.offset + row.size;
    const auto begin = std::lower_bound(
        marks.matches->begin(), marks.matches->end(), row.offset, [record](const SearchMatch& match, quint32 offset) {
            return match.record < record || (match.record == record && match.offset + match.size <= offset);
        });
    for (auto match = begin; match != marks.matches->end() && match->record == record && match->offset < rowEnd;
         ++match) {
        const auto number = static_cast<std::size_t>(match - marks.matches->begin());
        const bool isCurrent = marks.currentMatch && *marks.currentMatch == number;
        const quint32 first = std::max(match->offset, row.offset) - row.offset;
        const quint32 last = std::min(match->offset + match->size, rowEnd) - row.offset;
        if (first < last)
            paintRange(painter, y, content, {first, last}, isCurrent ? m_colors.currentMatch : m_colors.match);
    }
}

void BufferRenderer::paintAnnotation(QPainter& painter, qreal y, const RowContent& content,
                                     const Annotation& annotation) const {
    const QColor color = markColor(annotation.color, m_palette);
    QColor wash = color;
    wash.setAlpha(34);
    if (annotation.color != MarkColor::None)
        painter.fillRect(QRectF(0, y, painter.clipBoundingRect().right(), m_layout.lineHeight), wash);
    painter.fillRect(QRectF(2, y, 4, m_layout.lineHeight), color);
    if (annotation.note.isEmpty() || !content.isFirst)
        return;
    // the note stands after the row's text, or at the right edge when there is no room
    const qreal baseline = y + (m_layout.lineHeight - m_metrics.height()) / 2 + m_metrics.ascent();
    const QString note = QStringLiteral("✎ ") + QString(annotation.note).replace(QLatin1Char('\n'), QLatin1Char(' '));
    const qreal width = m_metrics.horizontalAdvance(note);
    const qreal end = textStart() + textXOfByte(content, m_font, content.row.size) + 3 * m_layout.charWidth;
    const qreal x =
        std::max(std::min(end, painter.clipBoundingRect().right() - width - BufferLayout::margin), textStart());
    painter.fillRect(QRectF(x - 6, y + 1, width + 12, m_layout.lineHeight - 2),
                     m_palette.color(QPalette::AlternateBase));
    painter.setPen(m_colors.note);
    painter.drawText(QPointF(x, baseline), note);
}

void BufferRenderer::paintMarks(QPainter& painter, qreal y, const RowContent& content, const BufferMarks& marks) const {
    if (marks.matches != nullptr && !marks.matches->empty())
        paintMatches(painter, y, content, marks);
    if (!(marks.selectionStart < marks.selectionEnd))
        return;
    const Row& row = content.row;
    const BufferPosition start{row.record, row.offset};
    const BufferPosition end{row.record, row.offset + row.size};
    const BufferPosition first = std::max(marks.selectionStart, start);
    const BufferPosition last = std::min(marks.selectionEnd, end);
    if (!(first < last))
        return;
    QColor color = m_palette.color(QPalette::Highlight);
    color.setAlpha(90);
    paintRange(painter, y, content, {first.offset - row.offset, last.offset - row.offset}, color);
}

void BufferRenderer::paintRow(QPainter& painter, qreal y, const RowContent& content, const BufferMarks& marks) const {
    const Annotation* annotation = marks.annotationOf ? marks.annotationOf(content.row.record) : nullptr;
    if (annotation != nullptr)
        paintAnnotation(painter, y, content, *annotation);
    else if (const MarkColor color = marks.colorOf ? marks.colorOf(content.row.record) : MarkColor::None;
             color != MarkColor::None) {
        QColor wash = markColor(color, m_palette);
        wash.setAlpha(34);
        painter.fillRect(QRectF(0, y, painter.clipBoundingRect().right(), m_layout.lineHeight), wash);
    }
    if (content.record.header.event == EventKind::OpenedAgain &&
        content.isFirst) // what was before belongs to another life
        painter.fillRect(QRectF(0, y, painter.clipBoundingRect().right(), 1), m_colors.accent);
    paintMarks(painter, y, content, marks);
    const qreal baseline = y + (m_layout.lineHeight - m_metrics.height()) / 2 + m_metrics.ascent();
    paintGutter(painter, baseline, content);
    const bool hasBytes = content.isData() && content.record.isValid() && !content.record.bytes.isEmpty();
    if (m_layout.mode != BufferMode::Text && hasBytes)
        paintDigits(painter, baseline, content);
    paintText(painter, baseline, content);
    if (!marks.caret || marks.caret->record != content.row.record)
        return;
    const quint32 offset = marks.caret->offset;
    const bool isLast = content.row.offset + content.row.size >= content.record.header.size;
    const bool isHere = (!content.isData() && content.isFirst) ||
                        (offset >= content.row.offset && (offset < content.row.offset + content.row.size ||
                                                          (isLast && offset == content.row.offset + content.row.size)));
    if (!isHere)
        return;
    const qreal x = content.isData() && hasBytes
                        ? textStart() + textXOfByte(content, m_font, offset - content.row.offset)
                        : m_layout.contentX();
    painter.fillRect(QRectF(x - 0.5, y + 1, 1.5, m_layout.lineHeight - 2), m_palette.color(QPalette::Text));
}

} // namespace sw::ui
