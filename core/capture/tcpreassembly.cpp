// SPDX-License-Identifier: MIT
#include "core/capture/tcpreassembly.h"

#include <algorithm>

namespace sw {

namespace {
constexpr qsizetype mostWaiting = 4 << 20;
constexpr std::size_t mostPieces = 65536; // each takes memory too, see cost()
} // namespace

/// How far a sequence number is from the next byte; numbers wrap at 32 bits.
qint64 TcpReassembly::distance(quint32 sequence) const {
    return static_cast<qint32>(sequence - *m_next);
}

void TcpReassembly::take(std::vector<Output>& out, QByteArrayView bytes, quint32 missing) {
    if (!bytes.isEmpty()) {
        out.push_back({.bytes = bytes.toByteArray()});
        m_offset += static_cast<quint64>(bytes.size());
        m_next = *m_next + static_cast<quint32>(bytes.size());
    }
    if (missing > 0) {
        out.push_back({.gap = missing});
        m_offset += missing;
        m_next = *m_next + missing;
    }
}

/// Passes on what has become continuous.
void TcpReassembly::advance(std::vector<Output>& out) {
    while (!m_pieces.empty() && m_pieces.begin()->first <= m_offset) {
        const auto first = m_pieces.begin();
        const quint64 at = first->first;
        const Piece piece = std::move(first->second);
        m_waiting -= piece.bytes.size();
        m_pieces.erase(first);
        const quint64 end = at + static_cast<quint64>(piece.bytes.size()) + piece.missing;
        if (end <= m_offset)
            continue;
        const quint64 skip = m_offset - at;
        const auto size = static_cast<quint64>(piece.bytes.size());
        if (skip < size)
            take(out, QByteArrayView(piece.bytes).sliced(static_cast<qsizetype>(skip)), piece.missing);
        else
            take(out, {}, static_cast<quint32>(end - m_offset));
    }
    if (m_end && m_offset >= *m_end && !std::exchange(m_hasEnded, true))
        out.push_back({.isEnd = true});
}

/// A segment that reaches beyond what was passed on: what came first stays, so its bytes only fill the holes between
/// pieces that wait.
void TcpReassembly::fill(std::vector<Output>& out, quint64 begin, QByteArrayView payload, quint64 end) {
    const auto captured = static_cast<quint64>(payload.size());
    while (m_offset < end) {
        const quint64 stop = m_pieces.empty() ? end : std::min(end, m_pieces.begin()->first);
        if (stop > m_offset) {
            const quint64 from = m_offset - begin;
            const quint64 until = std::min(stop - begin, captured);
            const quint64 before = m_offset;
            if (from < until)
                take(out, payload.sliced(static_cast<qsizetype>(from), static_cast<qsizetype>(until - from)), 0);
            take(out, {}, static_cast<quint32>(stop - before - (m_offset - before)));
        }
        advance(out);
    }
}

/// A segment for later: only what no earlier one has. `missing` bytes behind it are not in the capture.
void TcpReassembly::keep(quint64 at, QByteArrayView payload, quint32 missing) {
    while (!payload.isEmpty()) {
        auto next = m_pieces.upper_bound(at);
        if (next != m_pieces.begin()) {
            const auto before = std::prev(next);
            const quint64 end =
                before->first + static_cast<quint64>(before->second.bytes.size()) + before->second.missing;
            if (end > at) {
                const auto skip = static_cast<qsizetype>(std::min(end - at, static_cast<quint64>(payload.size())));
                payload = payload.sliced(skip);
                at += static_cast<quint64>(skip);
                continue;
            }
        }
        const quint64 room = next == m_pieces.end() ? static_cast<quint64>(payload.size()) : next->first - at;
        const auto size = static_cast<qsizetype>(std::min(room, static_cast<quint64>(payload.size())));
        const bool isLast = size == payload.size();
        m_pieces.emplace(at, Piece{.bytes = payload.first(size).toByteArray(), .missing = isLast ? missing : 0});
        m_waiting += size;
        payload = payload.sliced(size);
        at += static_cast<quint64>(size);
    }
}

std::vector<TcpReassembly::Output> TcpReassembly::passWaiting() {
    std::vector<Output> out;
    while (!m_pieces.empty())
        skipTo(out, m_pieces.begin()->first);
    return out;
}

void TcpReassembly::skipTo(std::vector<Output>& out, quint64 offset) {
    out.push_back({.gap = offset - m_offset});
    m_next = *m_next + static_cast<quint32>(offset - m_offset);
    m_offset = offset;
    advance(out);
}

std::vector<TcpReassembly::Output> TcpReassembly::feed(const TcpSegment& segment) {
    std::vector<Output> out;
    const quint32 start = segment.sequence + (segment.isSyn ? 1 : 0);
    if (!m_next) {
        m_next = start;
        m_initial = start - 1;
    }
    const qint64 ahead = distance(start);
    const quint32 missing = segment.isCut ? segment.size - static_cast<quint32>(segment.payload.size()) : 0;
    if (segment.isFin && static_cast<qint64>(m_offset) + ahead + segment.size >= 0)
        m_end = m_end.value_or(m_offset + static_cast<quint64>(ahead + segment.size));
    if (segment.size > 0 && ahead + segment.size > 0 && !m_hasEnded) {
        const quint64 begin =
            m_offset + static_cast<quint64>(ahead); // of the payload; may lie before what is passed on
        if (ahead <= 0)
            fill(out, begin, segment.payload, begin + segment.size);
        else
            keep(begin, segment.payload, missing);
    }
    advance(out);
    while ((m_waiting > mostWaiting || m_pieces.size() > mostPieces) && !m_pieces.empty())
        skipTo(out, m_pieces.begin()->first);
    return out;
}

std::vector<TcpReassembly::Output> TcpReassembly::acknowledged(quint32 number) {
    constexpr std::size_t enoughBehind = 3; // packets may be captured after the answers to them
    std::vector<Output> out;
    if (!m_next)
        return out;
    const qint64 ahead = distance(number);
    if (ahead > 0)
        m_acknowledged = std::max(m_acknowledged, m_offset + static_cast<quint64>(ahead));
    while (m_pieces.size() >= enoughBehind && m_acknowledged >= m_pieces.begin()->first)
        skipTo(out, m_pieces.begin()->first);
    return out;
}

std::vector<TcpReassembly::Output> TcpReassembly::flush() {
    std::vector<Output> out = passWaiting();
    if (m_end && *m_end > m_offset && !m_hasEnded)
        skipTo(out, *m_end);
    else if (m_acknowledged > m_offset && !m_hasEnded && m_acknowledged - m_offset > 1)
        out.push_back({.gap = m_acknowledged - m_offset});
    return out;
}

} // namespace sw
