// SPDX-License-Identifier: MIT
#include "ui/buffer/bufferview.h"

#include "ui/buffer/markscrollbar.h"
#include "ui/buffer/selectiontext.h"

#include <QPaintEvent>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>
#include <limits>

namespace sw::ui {

namespace {
constexpr qsizetype mostCopied = 64 << 20;
constexpr std::chrono::milliseconds indexSlice(8); // before the window gets its turn
constexpr RecordIndex mergedAtOnce = 100'000;
constexpr std::chrono::milliseconds tickPause(60);
constexpr std::chrono::milliseconds wrapPause(120);
constexpr qsizetype longestRow = 64 << 10; // without wrapping
constexpr int leastColumns = 8;
constexpr int lineFeedColumns = 2; // its chip stands behind a full row
} // namespace

BufferView::BufferView(QWidget* parent) : QAbstractScrollArea(parent) {
    setObjectName(QStringLiteral("bufferView"));
    m_nothingPasses = tr("No record passes the filter.");
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    setVerticalScrollBar(new MarkScrollBar(this));
    viewport()->setCursor(Qt::IBeamCursor);
    viewport()->setBackgroundRole(QPalette::Base);
    viewport()->setAutoFillBackground(true);
    m_indexTimer.setSingleShot(true);
    connect(&m_indexTimer, &QTimer::timeout, this, &BufferView::refresh);
    m_tickTimer.setSingleShot(true);
    m_tickTimer.setInterval(tickPause);
    connect(&m_tickTimer, &QTimer::timeout, this, &BufferView::updateTicks);
    m_wrapTimer.setSingleShot(true);
    m_wrapTimer.setInterval(wrapPause);
    connect(&m_wrapTimer, &QTimer::timeout, this, [this] {
        if (wantedRule() != m_rows.rule())
            applyRule();
    });
    connect(&m_filterRunner, &FilterRunner::found, this, &BufferView::takeFiltered);
    connect(verticalScrollBar(), &QScrollBar::actionTriggered, this, &BufferView::userScrolled);
    setBufferFont(font());
}

void BufferView::addPart(const SourcePart& part) {
    if (m_source.hasPart(part.id))
        return;
    m_source.addPart(part);
    measureNames();
}

void BufferView::renamePart(EndpointId id, const QString& name) {
    if (!m_source.renamePart(id, name))
        return;
    measureNames();
    viewport()->update();
}

/// Where there is hardly room for what was said, there is none for when, and little for by whom.
void BufferView::fitColumns() {
    constexpr int leastHex = BufferLayout::offsetColumns + 4 * hexWidths.back() + 2;
    const int least = m_layout.mode == BufferMode::Text ? 24 : leastHex; // columns of content
    m_layout.timestamps = m_timestamps;
    const qreal room = viewport()->width() - m_layout.contentX() - BufferLayout::margin;
    if (isVisible() && room < least * m_layout.charWidth) // before that, its size is none
        m_layout.timestamps = TimestampMode::Off;
}

/// The column of names is as wide as they need.
void BufferView::measureNames() {
    qsizetype widest = 1;
    // among the peers of a listener, that of the listener itself may be cut
    const auto isPort = [](const SourcePart& part) { return part.name.startsWith(QLatin1Char(':')); };
    const bool hasPorts = std::any_of(m_source.parts().begin(), m_source.parts().end(), isPort);
    for (const SourcePart& part : m_source.parts()) {
        if (!hasPorts || isPort(part))
            widest = std::max(widest, part.name.size());
    }
    const int columns = static_cast<int>(std::min<qsizetype>(widest, BufferLayout::mostNameColumns));
    if (columns == std::exchange(m_layout.nameColumns, columns) || !m_layout.hasNames)
        return;
    fitColumns();
    m_wrapTimer.start();
    viewport()->update();
}

void BufferView::refresh() {
    const auto update = m_source.update(mergedAtOnce);
    if (update == RecordSource::Update::Rebuilt) {
        m_rows.clear();
        m_rowColors.clear();
        select({}, {});
        if (m_filter)
            setFilter(*m_filter);
    }
    if (m_filter)
        m_filterRunner.goOn(m_source.parts(), m_source.total());
    const quint64 before = m_rows.count();
    const bool isDone = m_rows.update(m_source, indexSlice);
    if (!isDone || m_source.isBehind())
        m_indexTimer.start(0);
    if (update == RecordSource::Update::None && m_rows.count() == before)
        return;
    updateScrollBars();
    viewport()->update();
    if (!m_matches.empty() || (m_annotations != nullptr && !m_annotations->all().empty()))
        startTicks();
}

RowRule BufferView::wantedRule() const {
    const qreal room = viewport()->width() - m_layout.contentX() - BufferLayout::margin;
    const int columns = std::max(static_cast<int>(room / m_layout.charWidth) - lineFeedColumns, leastColumns);
    const int textWidth = m_isWrapped ? columns : 0;
    if (m_layout.mode != BufferMode::Text)
        return {.breakAtLineFeed = m_layout.mode == BufferMode::Both,
                .width = m_layout.hexBytesFor(viewport()->width()),
                .textWidth = textWidth};
    if (!m_isWrapped)
        return {.breakAtLineFeed = true, .width = longestRow};
    return {.breakAtLineFeed = true, .width = columns, .wraps = true, .textWidth = textWidth};
}

void BufferView::setWrapped(bool wrapped) {
    if (wrapped == m_isWrapped)
        return;
    m_isWrapped = wrapped;
    m_widest = 0;
    applyRule();
    emit wrappedChanged(wrapped);
}

void BufferView::setFilter(Filter filter) { // by value: it may be our own
    const RecordIndex top = m_source.count() > 0 ? m_source.unfiltered(m_rows.rowAt(m_source, firstRow()).record) : 0;
    m_filterRunner.cancel();
    m_filter.reset();
    m_source.setFiltered(!filter.isEmpty());
    select({}, {});
    if (!filter.isEmpty()) {
        m_filter = std::move(filter);
        Filter::Context context;
        if (m_annotations != nullptr)
            context.isMarked = [places = m_annotations->places()](EndpointId id, RecordIndex record) {
                return places->contains({id, record});
            };
        m_filterRunner.start(*m_filter, context);
    }
    m_rows.clear();
    refresh();
    updateScrollBars();
    if (!m_isFollowing && !m_filter)
        scrollTo({top, 0});
    viewport()->update();
    startTicks();
}

void BufferView::takeFiltered(const std::vector<RecordIndex>& positions) {
    m_source.show(positions);
    refresh();
    updateScrollBars();
    viewport()->update();
    emit filterProgressed();
}

void BufferView::setAnnotations(Annotations* annotations) {
    m_annotations = annotations;
    connect(annotations, &Annotations::changed, this, [this] {
        viewport()->update();
        startTicks();
    });
}

/// Soon, and not later because more comes meanwhile.
void BufferView::startTicks() {
    if (!m_tickTimer.isActive())
        m_tickTimer.start();
}

void BufferView::updateTicks() {
    std::vector<MarkScrollBar::Tick> ticks;
    const ThemeColors colors = themeColors(palette());
    const auto place = [this](RecordIndex position) { return m_rows.placeOf(m_source.shownFrom(position)); };
    const int height = std::max(verticalScrollBar()->height(), 1);
    int lastPixel = -1;
    auto match = m_matches.cbegin();
    while (match != m_matches.cend()) { // one tick a pixel, however many matches there are
        const double where = place(match->record);
        const int pixel = static_cast<int>(where * height);
        if (pixel != lastPixel)
            ticks.push_back({where, colors.accent});
        lastPixel = pixel;
        const auto stride = std::max<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(m_matches.size()) / (8 * height), 1);
        match += std::min(stride, m_matches.cend() - match);
    }
    if (m_annotations != nullptr) {
        for (const auto& [annotated, annotation] : m_annotations->all()) {
            if (const auto position = m_source.find(annotated.first, annotated.second))
                ticks.push_back({m_rows.placeOf(*position), markColor(annotation.color, palette())});
        }
    }
    static_cast<MarkScrollBar*>(verticalScrollBar())->setTicks(std::move(ticks));
}

void BufferView::setMode(BufferMode mode) {
    if (mode == m_layout.mode)
        return;
    const Row top = m_rows.rowAt(m_source, firstRow());
    m_layout.mode = mode;
    m_widest = 0;
    fitColumns();
    applyRule();
    if (!m_isFollowing)
        scrollTo({top.record, top.offset});
    emit modeChanged();
}

void BufferView::applyRule() {
    const Row top = m_rows.count() > 0 ? m_rows.rowAt(m_source, firstRow()) : Row{};
    const RowRule rule = wantedRule();
    m_rows = RowIndex(rule);
    m_layout.wrapColumns = rule.textWidth;
    if (m_layout.mode != BufferMode::Text)
        m_layout.hexBytes = static_cast<int>(rule.width);
    setHorizontalScrollBarPolicy(rule.wraps ? Qt::ScrollBarAlwaysOff : Qt::ScrollBarAsNeeded);
    refresh();
    if (!m_isFollowing && top.record < m_rows.records()) {
        const quint64 row = m_rows.rowOf(m_source, top.record, top.offset);
        updateScrollBars();
        verticalScrollBar()->setValue(static_cast<int>(row));
    }
    updateScrollBars();
    viewport()->update();
}

void BufferView::setTimestamps(TimestampMode mode) {
    m_timestamps = mode;
    fitColumns();
    m_wrapTimer.start();
    updateScrollBars();
    viewport()->update();
}

void BufferView::setShowsNames(bool shown) {
    m_layout.hasNames = shown;
    fitColumns();
    m_wrapTimer.start();
    viewport()->update();
}

void BufferView::setBufferFont(const QFont& font) {
    m_font = BufferFont(font);
    m_layout.charWidth = m_font.charWidth();
    m_layout.lineHeight = static_cast<int>(std::ceil(m_font.metrics().height() * 1.12));
    fitColumns();
    m_wrapTimer.start();
    updateScrollBars();
    viewport()->update();
}

void BufferView::setNothingPassesText(const QString& text) {
    m_nothingPasses = text;
    viewport()->update();
}

void BufferView::setColorRules(ColorRules rules) {
    m_colorRules = std::move(rules);
    m_rowColors.clear();
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
    const bool isWrapped = m_layout.mode == BufferMode::Text && m_layout.wrapColumns > 0;
    const int width =
        isWrapped ? 0 : m_layout.contentWidth(m_layout.mode == BufferMode::Text ? m_widest : m_layout.hexBytes);
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
    fitColumns();
    updateScrollBars();
    if (m_rows.count() == 0)
        applyRule();
    else
        m_wrapTimer.start();
    startTicks();
}

void BufferView::showEvent(QShowEvent* event) {
    QAbstractScrollArea::showEvent(event);
    fitColumns();
    if (wantedRule() != m_rows.rule())
        m_wrapTimer.start();
}

ColumnRange BufferView::visibleColumns() const {
    const qreal first = horizontalScrollBar()->value() - m_layout.contentX();
    return {.first = static_cast<qsizetype>(std::max(first / m_layout.charWidth, 0.0)),
            .count = static_cast<qsizetype>(viewport()->width() / m_layout.charWidth) + 1};
}

BufferMarks BufferView::marks() const {
    BufferMarks marks{.selectionStart = selectionStart(),
                      .selectionEnd = selectionEnd(),
                      .matches = &m_matches,
                      .currentMatch = m_currentMatch,
                      .caret = hasFocus() ? std::optional(m_caret) : std::nullopt,
                      .annotationOf = {},
                      .colorOf = {},
                      .unfiltered = {}};
    if (m_annotations != nullptr && !m_annotations->all().empty())
        marks.annotationOf = [this](RecordIndex record) {
            return m_annotations->find(m_source.parts().at(m_source.partOf(record)).id, m_source.recordInPart(record));
        };
    if (!m_colorRules.isEmpty())
        marks.colorOf = [this](RecordIndex record) {
            constexpr qsizetype most = 10'000;
            const RecordIndex position = m_source.unfiltered(record);
            if (m_rowColors.size() > most)
                m_rowColors.clear();
            auto known = m_rowColors.find(position); // many rows may show one record, many times a second
            if (known == m_rowColors.end())
                known = m_rowColors.insert(position, m_colorRules.colorOf(m_source, position));
            return *known;
        };
    if (m_source.isFiltered())
        marks.unfiltered = [this](RecordIndex record) { return m_source.unfiltered(record); };
    return marks;
}

void BufferView::changeEvent(QEvent* event) {
    QAbstractScrollArea::changeEvent(event);
    viewport()->update();
}

void BufferView::paintEvent(QPaintEvent* event) {
    QPainter painter(viewport());
    painter.setFont(m_font.font());
    if (m_rows.count() == 0) {
        painter.setFont(font());
        painter.setPen(palette().color(QPalette::PlaceholderText));
        painter.drawText(viewport()->rect().adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap,
                         m_filter && m_source.total() > 0 ? m_nothingPasses : m_emptyText);
        return;
    }
    const BufferRenderer renderer(m_layout, m_font, palette());
    const BufferMarks rowMarks = marks();
    const ColumnRange columns = visibleColumns();
    const int shift = horizontalScrollBar()->value();
    painter.translate(-shift, 0);
    painter.setClipRect(event->rect().translated(shift, 0));
    const quint64 first = firstRow() + static_cast<quint64>(event->rect().top() / m_layout.lineHeight);
    const auto wanted = static_cast<quint64>(event->rect().height() / m_layout.lineHeight + 2);
    qsizetype widest = m_widest;
    m_rows.visit(m_source, first, wanted, [&](quint64 number, const Row& row) {
        const auto y = static_cast<qreal>(number - firstRow()) * m_layout.lineHeight;
        const RowContent content = makeRowContent(m_source, row, m_layout, columns);
        widest = std::max({widest, content.text.text.size(), static_cast<qsizetype>(content.isData() ? row.size : 0)});
        renderer.paintRow(painter, y, content, rowMarks);
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
        lines.append(makeRowContent(m_source, row, m_layout, visibleColumns()).plainText(m_layout.mode));
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
    const RowContent content = makeRowContent(m_source, row, m_layout, visibleColumns());
    const qreal x = point.x() + horizontalScrollBar()->value();
    if (!content.isData())
        return {row.record, x < m_layout.contentX() ? 0 : content.record.header.size};
    quint32 byte = 0;
    if (m_layout.mode == BufferMode::Text)
        byte = byteAtTextX(content, m_font, x - m_layout.contentX());
    else if (x >= m_layout.textX() - m_layout.charWidth / 2)
        byte = byteAtTextX(content, m_font, x - m_layout.textX());
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

void BufferView::setMatches(std::vector<SearchMatch> matches, std::optional<std::size_t> current) {
    m_matches = std::move(matches);
    m_currentMatch = current;
    viewport()->update();
    startTicks();
}

} // namespace sw::ui
