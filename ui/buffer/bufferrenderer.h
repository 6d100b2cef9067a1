// SPDX-License-Identifier: MIT
#pragma once

#include "core/transcript/search.h"
#include "ui/buffer/annotations.h"
#include "ui/buffer/rowcontent.h"

#include <QPalette>

#include <functional>

class QPainter;
class QRectF;

namespace sw::ui {

/// A place between two bytes of a buffer.
struct BufferPosition {
    RecordIndex record = 0;
    quint32 offset = 0;

    auto operator<=>(const BufferPosition&) const = default;
};

/// What is selected, found and under the caret, for painting.
struct BufferMarks {
    BufferPosition selectionStart;
    BufferPosition selectionEnd; ///< equal to the start: nothing
    const std::vector<SearchMatch>* matches = nullptr;
    std::optional<std::size_t> currentMatch;
    std::optional<BufferPosition> caret; ///< shown when the view has the focus
    /// What the user put beside a record; may be empty.
    std::function<const Annotation*(RecordIndex)> annotationOf;
    /// The colour that a rule gives a row; may be empty.
    std::function<MarkColor(RecordIndex)> colorOf;
    /// Matches know positions among all records; rows know those that are shown.
    std::function<RecordIndex(RecordIndex)> unfiltered;
};

/// Paints rows with the layout's geometry and the palette's colours. Knows no widget.
class BufferRenderer {
public:
    /// Both must outlive the renderer.
    BufferRenderer(const BufferLayout& layout, const BufferFont& font, const QPalette& palette);

    void paintRow(QPainter& painter, qreal y, const RowContent& content, const BufferMarks& marks) const;

private:
    struct Range {
        quint32 first;
        quint32 last; ///< after the last byte
    };

    QColor contentColor(const RowContent& content) const;
    void paintGutter(QPainter& painter, qreal baseline, const RowContent& content) const;
    void paintDigits(QPainter& painter, qreal baseline, const RowContent& content) const;
    void paintText(QPainter& painter, qreal baseline, const RowContent& content) const;
    void paintControl(QPainter& painter, const QRectF& cell, const QString& name) const;
    void paintAnnotation(QPainter& painter, qreal y, const RowContent& content, const Annotation& annotation) const;
    void paintMatches(QPainter& painter, qreal y, const RowContent& content, const BufferMarks& marks) const;
    void paintMarks(QPainter& painter, qreal y, const RowContent& content, const BufferMarks& marks) const;
    void paintRange(QPainter& painter, qreal y, const RowContent& content, Range range, const QColor& color) const;
    qreal textStart() const;

    const BufferLayout& m_layout;
    const BufferFont& m_font;
    const QFontMetricsF& m_metrics;
    QPalette m_palette;
    ThemeColors m_colors;
};

} // namespace sw::ui
