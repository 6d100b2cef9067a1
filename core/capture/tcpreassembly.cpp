// SPDX-License-Identifier: MIT
#include "core/capture/tcpreassembly.h"

#include <algorithm>

namespace sw {

namespace {
constexpr qsizetype mostWaiting = 4 << 20;
constexpr std::size_t mostPieces = 4096;
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
        if (ahead <= 0 && m_pieces.empty()) { // the usual case
            const auto skip = static_cast<qsizetype>(-ahead);
            if (skip < segment.payload.size())
                take(out, segment.payload.sliced(skip), missing);
            else
                take(out, {}, static_cast<quint32>(ahead + segment.size));
        } else if (ahead <= 0) { // up to where the next one begins: what came first stays
            const auto skip = static_cast<qsizetype>(-ahead);
            const quint64 room = m_pieces.begin()->first - m_offset;
            QByteArrayView fresh = skip < segment.payload.size() ? segment.payload.sliced(skip) : QByteArrayView();
            if (static_cast<quint64>(fresh.size()) > room) {
                const QByteArrayView beyond = fresh.sliced(static_cast<qsizetype>(room));
                fresh = fresh.first(static_cast<qsizetype>(room));
                take(out, fresh, 0);
                const quint64 at = m_offset;
                advance(out);
                const quint64 done = m_offset - at; // those that waited
                if (done < static_cast<quint64>(beyond.size())) {
                    TcpSegment rest = segment;
                    rest.isSyn = false;
                    rest.sequence = *m_next;
                    rest.payload = beyond.sliced(static_cast<qsizetype>(done));
                    rest.size = static_cast<quint32>(rest.payload.size()) + missing;
                    for (Output& one : feed(rest))
                        out.push_back(std::move(one));
                }
            } else {
                take(out, fresh, missing);
            }
        } else {
            const quint64 at = m_offset + static_cast<quint64>(ahead);
            const auto [place, isNew] = m_pieces.try_emplace(at);
            if (isNew || place->second.bytes.size() < segment.payload.size()) {
                m_waiting += segment.payload.size() - place->second.bytes.size();
                place->second = {.bytes = segment.payload.toByteArray(), .missing = missing};
            }
        }
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
    std::vector<Output> out;
    while (!m_pieces.empty())
        skipTo(out, m_pieces.begin()->first);
    if (m_end && *m_end > m_offset && !m_hasEnded)
        skipTo(out, *m_end);
    else if (m_acknowledged > m_offset && !m_hasEnded && m_acknowledged - m_offset > 1)
        out.push_back({.gap = m_acknowledged - m_offset});
    return out;
}

} // namespace sw
