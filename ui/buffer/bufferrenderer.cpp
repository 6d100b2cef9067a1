// SPDX-License-Identifier: MIT
#include "ui/buffer/bufferrenderer.h"

#include <QPainter>

#include <algorithm>

namespace sw::ui {

BufferRenderer::BufferRenderer(const BufferLayout& layout, const QFont& font, const QPalette& palette)
    : m_layout(layout),
      m_font(font),
      m_metrics(font),
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
        return content.record.facts().contains(QStringLiteral("error")) ? m_colors.error : m_colors.event;
    case EventKind::Warning:
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
        painter.drawText(QPointF(m_layout.timestampX(), baseline), content.timestamp);
    if (m_layout.hasNames && !content.name.isEmpty()) {
        const qreal width = BufferLayout::nameColumns * m_layout.charWidth;
        painter.drawText(QPointF(m_layout.nameX(), baseline),
                         m_metrics.elidedText(content.name, Qt::ElideMiddle, width));
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
    painter.drawText(QPointF(m_layout.contentX(), baseline), digits.left(BufferLayout::offsetColumns));
    painter.setPen(contentColor(content));
    painter.drawText(QPointF(m_layout.hexX(0), baseline), digits.mid(BufferLayout::offsetColumns));
}

void BufferRenderer::paintText(QPainter& painter, qreal baseline, const RowContent& content) const {
    const QColor plain = contentColor(content);
    qreal x = content.isData() ? textStart() : m_layout.contentX();
    const qreal right = painter.clipBoundingRect().right();
    for (const VisibleText::Piece& piece : content.text.pieces) {
        if (x > right && right > 0)
            break;
        const QString text = content.text.text.mid(piece.textStart, piece.textLength);
        const qreal width = pieceWidth(content.text, piece, m_metrics);
        switch (piece.kind) {
        case PieceKind::Plain:
            painter.setPen(plain);
            break;
        case PieceKind::Control:
            painter.setPen(m_colors.control);
            break;
        case PieceKind::Marked:
            painter.fillRect(QRectF(x, baseline - m_metrics.ascent(), width, m_metrics.height()), m_colors.match);
            painter.setPen(m_colors.error);
            break;
        case PieceKind::Invalid:
            painter.setPen(m_colors.warning);
            break;
        }
        const QString control = piece.kind == PieceKind::Control ? controlName(text.at(0)) : QString();
        if (control.isEmpty())
            painter.drawText(QPointF(x, baseline), text);
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
    QFont small = m_font;
    small.setPointSizeF(m_font.pointSizeF() * 0.62);
    painter.setFont(small);
    QColor frame = m_colors.control;
    frame.setAlpha(110);
    painter.setPen(frame);
    painter.drawRect(cell.adjusted(1, 1.5, -1, -1.5));
    painter.setPen(m_colors.control);
    painter.drawText(cell, Qt::AlignCenter, name);
    painter.setFont(m_font);
}

void BufferRenderer::paintRange(QPainter& painter, qreal y, const RowContent& content, Range range,
                                const QColor& color) const {
    const qreal height = m_layout.lineHeight;
    if (!content.isData()) {
        painter.fillRect(QRectF(m_layout.contentX(), y,
                                textXOfByte(content, m_metrics, static_cast<quint32>(content.record.bytes.size())),
                                height),
                         color);
        return;
    }
    if (m_layout.mode != BufferMode::Text) {
        const qreal first = m_layout.hexX(static_cast<int>(range.first));
        const qreal last = m_layout.hexX(static_cast<int>(range.last) - 1) + 2 * m_layout.charWidth;
        painter.fillRect(QRectF(first, y, last - first, height), color);
    }
    const qreal first = textStart() + textXOfByte(content, m_metrics, range.first);
    const qreal last = textStart() + textXOfByte(content, m_metrics, range.last);
    painter.fillRect(QRectF(first, y, std::max(last - first, 2.0), height), color);
}

void BufferRenderer::paintMarks(QPainter& painter, qreal y, const RowContent& content, const BufferMarks& marks) const {
    const Row& row = content.row;
    const auto paintPart = [&](BufferPosition from, BufferPosition to, const QColor& color) {
        const BufferPosition start{row.record, row.offset};
        const BufferPosition end{row.record, row.offset + row.size};
        const BufferPosition first = std::max(from, start);
        const BufferPosition last = std::min(to, end);
        if (first < last)
            paintRange(painter, y, content, {first.offset - row.offset, last.offset - row.offset}, color);
    };
    if (marks.matches != nullptr) {
        const auto begin = std::lower_bound(
            marks.matches->begin(), marks.matches->end(), row, [](const SearchMatch& match, const Row& r) {
                return match.record < r.record || (match.record == r.record && match.offset + match.size <= r.offset);
            });
        for (auto match = begin;
             match != marks.matches->end() && match->record == row.record && match->offset < row.offset + row.size;
             ++match) {
            const bool isCurrent =
                marks.currentMatch && *marks.currentMatch == static_cast<std::size_t>(match - marks.matches->begin());
            paintPart({match->record, match->offset}, {match->record, match->offset + match->size},
                      isCurrent ? m_colors.currentMatch : m_colors.match);
        }
    }
    if (marks.selectionStart < marks.selectionEnd) {
        QColor color = m_palette.color(QPalette::Highlight);
        color.setAlpha(90);
        paintPart(marks.selectionStart, marks.selectionEnd, color);
    }
}

void BufferRenderer::paintRow(QPainter& painter, qreal y, const RowContent& content, const BufferMarks& marks) const {
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
    const bool isHere = !content.isData() ||
                        (offset >= content.row.offset && (offset < content.row.offset + content.row.size ||
                                                          (isLast && offset == content.row.offset + content.row.size)));
    if (!isHere)
        return;
    const qreal x = content.isData() && hasBytes
                        ? textStart() + textXOfByte(content, m_metrics, offset - content.row.offset)
                        : m_layout.contentX();
    painter.fillRect(QRectF(x - 0.5, y + 1, 1.5, m_layout.lineHeight - 2), m_palette.color(QPalette::Text));
}

} // namespace sw::ui
