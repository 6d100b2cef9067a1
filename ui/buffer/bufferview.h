// SPDX-License-Identifier: MIT
#pragma once

#include "ui/buffer/bufferrenderer.h"
#include "ui/buffer/colorrules.h"
#include "ui/buffer/finder.h"
#include "ui/buffer/gototarget.h"

#include <QAbstractScrollArea>
#include <QTimer>

namespace sw::ui {

/// Shows the records of one or more transcripts, painting only the rows that are visible. Follows the end until the
/// user scrolls up, and again from the end on. The UI thread.
class BufferView final : public QAbstractScrollArea {
    Q_OBJECT

public:
    explicit BufferView(QWidget* parent = nullptr);

    /// Adds a transcript; several are merged by time.
    void addPart(const SourcePart& part);
    /// A part is called that from now on.
    void renamePart(EndpointId id, const QString& name);
    const RecordSource& source() const { return m_source; }
    /// Takes in what was recorded meanwhile.
    void refresh();

    BufferMode mode() const { return m_layout.mode; }
    void setMode(BufferMode mode);
    TimestampMode timestamps() const { return m_timestamps; }
    void setTimestamps(TimestampMode mode);
    void setShowsNames(bool shown);
    void setBufferFont(const QFont& font);
    /// Whether lines longer than the window go on in the next row.
    bool isWrapped() const { return m_isWrapped; }
    void setWrapped(bool wrapped);
    /// Shows only what a filter takes; one that is empty shows all.
    void setFilter(Filter filter);
    bool isFiltered() const { return m_source.isFiltered(); }
    /// The marks and notes to show; must outlive the view. Without, there are none.
    void setAnnotations(Annotations* annotations);
    /// Rows that they take get their colour.
    void setColorRules(ColorRules rules);
    bool isFollowing() const { return m_isFollowing; }
    void setFollowing(bool following);
    /// What the empty buffer says.
    void setEmptyText(const QString& text);
    /// What it says where the filter takes nothing.
    void setNothingPassesText(const QString& text);

    quint64 rowCount() const { return m_rows.count(); }
    /// Records whose rows are known.
    RecordIndex indexedRecords() const { return m_rows.records(); }
    /// Copies of what is on the screen, one line a row; for accessibility and tests.
    QStringList visibleLines() const;

    bool hasSelection() const { return m_anchor != m_caret; }
    BufferPosition selectionStart() const { return std::min(m_anchor, m_caret); }
    BufferPosition selectionEnd() const { return std::max(m_anchor, m_caret); }
    void select(BufferPosition from, BufferPosition to);
    void selectAll();
    QByteArray selectedBytes() const;
    void copyText() const;
    void copyHex() const;
    void copyCArray() const;

    /// Matches to mark; the view keeps a copy.
    void setMatches(std::vector<SearchMatch> matches, std::optional<std::size_t> current);
    void scrollTo(BufferPosition position);
    void goTo(const GoToTarget& target);
    BufferPosition caret() const { return m_caret; }

    /// What the selection holds; all zero without one.
    struct Statistics {
        quint64 bytes = 0;
        RecordIndex records = 0;
        qint64 nanoseconds = 0; ///< from its first record to its last
    };
    Statistics selectionStatistics() const;
    /// Marks the records of the selection, or the one at the caret.
    void markRecords(MarkColor color);
    /// The record at the caret, as annotations know it; nothing in an empty buffer.
    std::optional<Annotations::Place> placeAtCaret() const;
    /// To the next (1) or previous (-1) mark.
    void stepToMark(int direction);

signals:
    void followingChanged(bool following);
    void selectionChanged();
    void modeChanged();
    void wrappedChanged(bool wrapped);
    void noteRequested();
    /// Ctrl and the wheel: larger (1) or smaller (-1) text.
    void zoomRequested(int direction);
    /// More records were looked at by the filter.
    void filterProgressed();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    void changeEvent(QEvent* event) override;

private:
    void updateScrollBars();
    void startTicks();
    void updateTicks();
    void takeFiltered(const std::vector<RecordIndex>& positions);
    RowRule wantedRule() const;
    void measureNames();
    void fitColumns();
    ColumnRange visibleColumns() const;
    BufferMarks marks() const;
    void applyRule();
    quint64 firstRow() const;
    BufferPosition positionAt(QPointF point) const;
    void moveCaret(BufferPosition to, bool extends);
    void moveCaretByRows(qint64 rows, bool extends);
    void moveCaretByBytes(int direction, bool extends);
    /// How many bytes at a record's start end a character that the record before began.
    quint32 bytesOfCharacterBefore(RecordIndex index) const;
    void ensureVisible(BufferPosition position);
    void userScrolled();

    RecordSource m_source;
    RowIndex m_rows;
    BufferLayout m_layout;
    TimestampMode m_timestamps = TimestampMode::Absolute; // as wanted, where there is room
    BufferFont m_font;
    QString m_emptyText;
    QString m_nothingPasses;
    std::optional<Filter> m_filter;
    FilterRunner m_filterRunner;
    Annotations* m_annotations = nullptr;
    ColorRules m_colorRules;
    mutable QHash<RecordIndex, MarkColor> m_rowColors; // what they said, by position among all records
    QTimer m_tickTimer;                                // the scroll bar's ticks are made anew
    QTimer m_wrapTimer;                                // the window has a new width
    BufferPosition m_anchor;
    BufferPosition m_caret;
    std::vector<SearchMatch> m_matches;
    std::optional<std::size_t> m_currentMatch;
    QTimer m_indexTimer; // goes on with the index while it is behind
    qsizetype m_widest = 0;
    bool m_isWrapped = true;
    bool m_isFollowing = true;
    bool m_isAdjusting = false;
    int m_turned = 0; // of the wheel, towards the next step of zooming
};

} // namespace sw::ui
