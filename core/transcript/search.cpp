// SPDX-License-Identifier: MIT
#include "core/transcript/search.h"

#include "core/transcript/pattern.h"

#include <algorithm>

namespace sw {

namespace {

using Clock = std::chrono::steady_clock;

constexpr qsizetype mostInRun = 4 << 20;
constexpr qsizetype largestWindow = 64 << 10;
constexpr qsizetype smallestWindow = 2 << 10;
constexpr qsizetype firstWindow = 8 << 10;
/// Time that a pattern may take for a megabyte.
constexpr std::chrono::milliseconds mostPerMegabyte(800);

void foldInto(QByteArray& low, QByteArrayView bytes) {
    low.resize(bytes.size());
    std::transform(bytes.begin(), bytes.end(), low.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; // a loop that compilers vectorise
    });
}

QByteArray folded(QByteArrayView bytes) {
    QByteArray low;
    foldInto(low, bytes);
    return low;
}

/// Bytes are found as bytes where that is what the query means; the rest is what regular expressions are for.
SearchQuery normalised(const SearchQuery& query) {
    const bool isAscii =
        std::all_of(query.needle.begin(), query.needle.end(), [](char c) { return static_cast<uchar>(c) < 0x80; });
    const bool asPattern =
        query.form == SearchQuery::Form::Bytes && (query.wholeWord || (!query.caseSensitive && !isAscii));
    if (!asPattern)
        return query;
    SearchQuery pattern = query;
    pattern.form = SearchQuery::Form::Pattern;
    pattern.pattern = QRegularExpression::escape(QString::fromUtf8(query.needle));
    return pattern;
}

} // namespace

Searcher::Searcher(const SearchQuery& query)
    : m_query(query),
      m_search(query.caseSensitive ? query.needle : folded(query.needle)),
      m_required(query.form == SearchQuery::Form::Pattern && query.caseSensitive ? requiredBytes(query.pattern)
                                                                                 : QByteArray()),
      m_window(firstWindow) {}

Searcher::~Searcher() = default;

Result<std::unique_ptr<Searcher>> Searcher::create(const SearchQuery& query) {
    const SearchQuery wanted = normalised(query);
    std::unique_ptr<Searcher> searcher(new Searcher(wanted));
    if (wanted.form == SearchQuery::Form::Bytes || wanted.isEmpty())
        return searcher;
    QRegularExpression::PatternOptions options = QRegularExpression::MultilineOption;
    if (!wanted.caseSensitive)
        options |= QRegularExpression::CaseInsensitiveOption;
    if (auto plain = compilePattern(wanted.pattern, options); !plain) // the user's own, for the error's position
        return tl::unexpected(plain.error());
    const QString pattern =
        wanted.wholeWord ? QStringLiteral("(?<!\\w)(?:%1)(?!\\w)").arg(wanted.pattern) : wanted.pattern;
    auto expression = compilePattern(pattern, options);
    if (!expression)
        return tl::unexpected(expression.error());
    searcher->m_expression = *expression;
    return searcher;
}

SearchResult Searcher::run(const RecordSource& source, std::chrono::milliseconds time,
                           const std::atomic<bool>& cancelled) {
    const Clock::time_point end = Clock::now() + time;
    m_result = {};
    if (m_query.isEmpty())
        m_next = source.count();
    while (!isDone(source) && !cancelled.load(std::memory_order_relaxed) && Clock::now() < end) {
        const Run run = takeRun(source);
        if (!run.pieces.empty())
            searchRun(run);
        m_next = run.end;
    }
    if (m_next >= source.count() && m_query.form == SearchQuery::Form::Pattern && !m_hasFailed) {
        for (auto& [key, stream] : m_streams) // the last line, which has no end yet
            searchPattern({}, stream, true);
    }
    m_result.searched = m_next;
    return std::move(m_result);
}

/// Records that follow each other in memory and in their stream, as one run of bytes.
Searcher::Run Searcher::takeRun(const RecordSource& source) const {
    Run run{.bytes = {}, .pieces = {}, .end = m_next + 1, .pins = {}};
    const RecordView first = source.at(m_next);
    if (first.header.kind == RecordKind::Event || first.isReleased || first.bytes.isEmpty())
        return run;
    run.bytes = first.bytes;
    run.part = static_cast<quint32>(source.partOf(m_next));
    run.kind = first.header.kind;
    run.isStream = first.header.kind != RecordKind::Note && (first.header.flags & DatagramFlag) == 0;
    run.pieces.push_back({m_next, 0, first.header.size, 0});
    run.pins.push_back(first.pin);
    while (run.isStream && run.end < source.count() && run.bytes.size() < mostInRun) {
        const RecordHeader header = source.header(run.end);
        if (header.kind != run.kind || (header.flags & DatagramFlag) != 0 || source.partOf(run.end) != run.part)
            break;
        if (header.size > 0) {
            const RecordView next = source.at(run.end);
            if (next.isReleased || next.bytes.data() != run.bytes.data() + run.bytes.size() || next.pin != first.pin)
                break;
            run.pieces.push_back({run.end, 0, header.size, run.bytes.size()});
            run.bytes = {run.bytes.data(), run.bytes.size() + next.bytes.size()};
        }
        ++run.end;
    }
    return run;
}

void Searcher::searchRun(const Run& run) {
    Stream alone;
    Stream& stream = run.isStream ? m_streams[{run.part, run.kind}] : alone;
    if (m_query.form == SearchQuery::Form::Bytes)
        searchBytes(run, stream);
    else
        searchPattern(run, stream, !run.isStream);
}

/// Adds the match, piece by piece.
void Searcher::add(const Pieces& pieces, qsizetype start, qsizetype size) {
    ++m_result.total;
    if (m_kept >= SearchResult::matchLimit)
        return;
    ++m_kept;
    auto piece = std::upper_bound(pieces.begin(), pieces.end(), start,
                                  [](qsizetype place, const Piece& one) { return place < one.start; });
    if (piece != pieces.begin())
        --piece;
    for (bool isContinued = false; piece != pieces.end() && size > 0; ++piece) {
        const qsizetype within = start - piece->start;
        const qsizetype here = std::min(size, static_cast<qsizetype>(piece->size) - within);
        m_result.matches.push_back({.record = piece->record,
                                    .offset = piece->offset + static_cast<quint32>(within),
                                    .size = static_cast<quint32>(here),
                                    .isContinued = isContinued});
        isContinued = true;
        start += here;
        size -= here;
    }
}

Searcher::Pieces Searcher::joined(const Pieces& first, const Pieces& second) {
    Pieces all = first;
    all.insert(all.end(), second.begin(), second.end());
    qsizetype start = 0;
    for (Piece& piece : all) {
        piece.start = start;
        start += piece.size;
    }
    return all;
}

/// Keeps the last `size` bytes for what comes next.
void Searcher::keepTail(Stream& stream, QByteArrayView bytes, const Pieces& pieces, qsizetype size, qsizetype blocked) {
    size = std::min(size, bytes.size());
    Pieces kept;
    qsizetype left = size;
    for (auto piece = pieces.rbegin(); piece != pieces.rend() && left > 0; ++piece) {
        const auto here = static_cast<quint32>(std::min<qsizetype>(left, piece->size));
        kept.push_back({piece->record, piece->offset + piece->size - here, here, 0});
        left -= here;
    }
    std::reverse(kept.begin(), kept.end());
    stream.blocked = std::max<qsizetype>(blocked - (bytes.size() - size), 0);
    stream.carry = bytes.last(size).toByteArray();
    stream.pieces = joined(kept, {});
}

void Searcher::searchBytes(const Run& run, Stream& stream) {
    const qsizetype size = m_search.needle().size();
    const auto look = [&](QByteArrayView bytes) {
        if (m_query.caseSensitive)
            return bytes;
        foldInto(m_folded, bytes);
        return QByteArrayView(m_folded);
    };
    qsizetype from = 0;
    if (!stream.carry.isEmpty()) { // matches that begin before this run
        const QByteArrayView more = run.bytes.first(std::min(run.bytes.size(), size - 1));
        QByteArray joint = stream.carry;
        joint.append(more);
        const Pieces pieces = joined(stream.pieces, run.pieces);
        const QByteArrayView bytes = look(joint);
        qsizetype at = m_search.find(bytes, stream.blocked);
        while (at >= 0 && at < stream.carry.size()) {
            add(pieces, at, size);
            from = at + size - stream.carry.size();
            at = m_search.find(bytes, at + size);
        }
        from = std::max<qsizetype>(from, 0);
        if (run.bytes.size() < size - 1) { // too short to stand alone: the next one may still go on with this
            keepTail(stream, joint, pieces, size - 1,
                     std::max(stream.blocked, from > 0 ? stream.carry.size() + from : 0));
            return;
        }
    }
    const QByteArrayView bytes = look(run.bytes);
    for (qsizetype at = m_search.find(bytes, from); at >= 0; at = m_search.find(bytes, from)) {
        add(run.pieces, at, size);
        from = at + size;
    }
    if (run.isStream)
        keepTail(stream, run.bytes, run.pieces, size - 1, from);
}

/// Cuts what there is into windows, at line ends where there are some, and keeps the unfinished line.
void Searcher::searchPattern(const Run& run, Stream& stream, bool isLast) {
    QByteArray joint;
    Pieces pieces;
    QByteArrayView bytes = run.bytes;
    const Pieces* places = &run.pieces;
    if (!stream.carry.isEmpty()) {
        joint = stream.carry;
        joint.append(run.bytes);
        pieces = joined(stream.pieces, run.pieces);
        bytes = joint;
        places = &pieces;
    }
    qsizetype done = 0;
    qsizetype blocked = stream.blocked;
    while (done < bytes.size() && !m_hasFailed) {
        qsizetype size = std::min(bytes.size() - done, m_window);
        const bool isAll = done + size == bytes.size();
        const qsizetype feed = bytes.sliced(done, size).lastIndexOf('\n');
        if (feed >= 0)
            size = feed + 1;
        else if (isAll && !isLast && size < m_window)
            break; // the line is not complete
        const qsizetype end =
            searchWindow(bytes.sliced(done, size), *places, done, std::max(blocked - done, qsizetype(0)));
        blocked = std::max(blocked, done + end);
        // a line longer than a window: what is found may begin in one and end in the next
        const bool isHardCut = feed < 0 && !(isAll && isLast);
        if (isAll && isLast && feed < 0)
            break; // it may still grow
        done += isHardCut ? std::max(size - size / 8, qsizetype(1)) : size;
        if (isHardCut)
            blocked = std::max(blocked, done);
    }
    if (!run.isStream && !isLast)
        return;
    keepTail(stream, bytes, *places, bytes.size() - done, blocked);
}

/// Matches that begin at `from` or later; returns the end of the last one, or `from`.
qsizetype Searcher::searchWindow(QByteArrayView window, const Pieces& pieces, qsizetype base, qsizetype from) {
    if (!m_required.needle().isEmpty() && m_required.find(window, 0) < 0)
        return from;
    const Clock::time_point start = Clock::now();
    const DecodedText decoded = decodeText(window);
    bool isBeyond = false;
    qsizetype unit = 0;
    if (from > 0) {
        unit = from;
        if (!decoded.offsets.empty())
            unit = std::lower_bound(decoded.offsets.begin(), decoded.offsets.end(), static_cast<quint32>(from)) -
                   decoded.offsets.begin();
    }
    while (unit <= decoded.text.size() && !isBeyond) {
        const QRegularExpressionMatch match = m_expression.match(decoded.text, unit);
        isBeyond = !match.isValid();
        if (!match.hasMatch())
            break;
        const qsizetype first = decoded.byteOf(match.capturedStart());
        const qsizetype last = decoded.byteOf(match.capturedEnd());
        if (last > first) { // what matches nothing is no find
            add(pieces, base + first, last - first);
            from = last;
        }
        unit = std::max(match.capturedEnd(), match.capturedStart() + 1);
        isBeyond = Clock::now() - start > mostPerMegabyte;
    }
    const auto took = Clock::now() - start;
    constexpr std::chrono::milliseconds quick(2);
    constexpr std::chrono::milliseconds slow(20);
    if (took < quick)
        m_window = std::min(m_window * 2, largestWindow);
    else if (took > slow)
        m_window = std::max(m_window / 2, smallestWindow);
    m_slowTime += took;
    m_slowBytes += static_cast<quint64>(window.size());
    constexpr quint64 megabyte = 1 << 20;
    const bool isTooSlow = m_slowTime > mostPerMegabyte * std::max<quint64>(m_slowBytes / megabyte, 1);
    if (isBeyond || isTooSlow) {
        m_hasFailed = true;
        m_result.error =
            Error{.id = ErrorId::InvalidArgument,
                  .situation = QStringLiteral("find"),
                  .detail = sentence(
                      QT_TRANSLATE_NOOP("Core", "The search stopped at record %1: this pattern takes too many steps. "
                                                "Nested repetitions such as (a+)+ are the usual cause."),
                      pieces.empty() ? 0 : pieces.front().record + 1)};
    }
    return from;
}

} // namespace sw
